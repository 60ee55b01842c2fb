"""The outbox: what is due, planned and settled."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.ids import ChannelId, GroupId, GuildId, MeetingId, MessageId, PingId, UserId
from buddybot.domain.pings import DuePing, Ping, PingKind, PingState
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant, words

_kind, _state = words(PingKind), words(PingState)


def ping_of(row: Row) -> Ping:
    """Return a row of the outbox as the domain knows it."""
    return Ping(
        id=PingId(row["id"]),
        key=row["key"],
        guild_id=GuildId(row["guild_id"]),
        group_id=GroupId(row["group_id"]),
        meeting_id=None if row["meeting_id"] is None else MeetingId(row["meeting_id"]),
        kind=_kind(row["kind"]),
        recipient=UserId(row["recipient"]),
        due_at=instant(row["due_at"]),
        expires_at=instant(row["expires_at"]),
        state=_state(row["state"]),
        direct=bool(row["direct"]),
        channel_id=None if row["channel_id"] is None else ChannelId(row["channel_id"]),
        message_id=None if row["message_id"] is None else MessageId(row["message_id"]),
        attempts=row["attempts"],
        try_at=instant(row["try_at"]),
        caused_by=None if row["caused_by"] is None else UserId(row["caused_by"]),
    )


_DECLINED = "declined"


def _told_along(ping: Ping) -> str:
    return f"told along with {ping.id}"


class OutboxRepository(Repository):
    """What the planner and the services need of the outbox; the sender's part is in `sending`."""

    async def plan(self, due: DuePing) -> None:
        """Plan a ping, or move one that is still planned; whatever was begun or settled stays.

        A cancelled ping is planned again: it was taken back, not carried out.
        """
        await self._tx.run(
            """
            INSERT INTO outbox (key, guild_id, group_id, meeting_id, kind, recipient, due_at, expires_at,
                                state, direct, attempts, try_at, caused_by)
            VALUES (:key, :guild_id, :group_id, :meeting_id, :kind, :recipient, :due_at, :expires_at,
                    'planned', :direct, 0, :due_at, :caused_by)
            ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at, expires_at = excluded.expires_at,
                state = 'planned', direct = excluded.direct, try_at = excluded.due_at,
                meeting_id = excluded.meeting_id, caused_by = excluded.caused_by
            WHERE outbox.state IN ('planned', 'cancelled')
              AND (outbox.state = 'cancelled' OR outbox.due_at <> excluded.due_at
                   OR outbox.expires_at <> excluded.expires_at OR outbox.direct <> excluded.direct
                   OR COALESCE(outbox.caused_by, 0) <> COALESCE(excluded.caused_by, 0))
            """,
            key=due.key,
            guild_id=due.guild_id,
            group_id=due.group_id,
            meeting_id=due.meeting_id,
            kind=due.kind.value,
            recipient=due.recipient,
            due_at=epoch(due.due_at),
            expires_at=epoch(due.expires_at),
            direct=int(due.direct),
            caused_by=due.caused_by,
        )

    async def list_planned(self, group_id: GroupId) -> Sequence[Ping]:
        """Return the group's pings that wait for their time."""
        rows = await self._tx.all(
            "SELECT * FROM outbox WHERE group_id = :group_id AND state = 'planned' ORDER BY due_at, id",
            group_id=group_id,
        )
        return [ping_of(row) for row in rows]

    async def list_waiting(self, group_id: GroupId, kind: PingKind) -> Sequence[Ping]:
        """Return the group's pings of a kind that are not out yet."""
        rows = await self._tx.all(
            """
            SELECT * FROM outbox WHERE group_id = :group_id AND state IN ('planned', 'sending')
              AND kind = :kind ORDER BY due_at, id
            """,
            group_id=group_id,
            kind=kind.value,
        )
        return [ping_of(row) for row in rows]

    async def of_meeting(self, meeting_id: MeetingId) -> Sequence[Ping]:
        """Return every ping of a meeting in whatever state."""
        rows = await self._list("outbox", "due_at, id", meeting_id=meeting_id)
        return [ping_of(row) for row in rows]

    async def list_due_with(self, ping: Ping) -> Sequence[Ping]:
        """Return the notices due to a group since the same moment as this ping, itself included.

        Of notices that were suppressed, those that no other ping has told along.
        """
        rows = await self._tx.all(
            """
            SELECT * FROM outbox WHERE group_id = :group_id AND due_at = :due_at
              AND kind IN ('change', 'place', 'break')
              AND (id = :ping_id OR state IN ('planned', 'sending')
                   OR (state = 'suppressed' AND COALESCE(error, :told) = :told)) ORDER BY id
            """,
            group_id=ping.group_id,
            due_at=epoch(ping.due_at),
            ping_id=ping.id,
            told=_told_along(ping),
        )
        return [ping_of(row) for row in rows]

    async def tell_along(self, ping: Ping, other: Ping, now: datetime) -> None:
        """Note that one ping tells what another would have told."""
        await self._tx.run(
            """
            UPDATE outbox SET state = 'suppressed', settled_at = :now, error = :told, lease_until = NULL
            WHERE id = :other_id AND state IN ('planned', 'sending', 'suppressed')
            """,
            now=epoch(now),
            told=_told_along(ping),
            other_id=other.id,
        )

    async def count(self, group_id: GroupId, kind: PingKind, *, since: datetime) -> int:
        """Return how many pings of a kind became due since, whatever came of them."""
        row = await self._tx.one(
            """
            SELECT COUNT(*) AS found FROM outbox
            WHERE group_id = :group_id AND kind = :kind AND due_at >= :since
            """,
            group_id=group_id,
            kind=kind.value,
            since=epoch(since),
        )
        return 0 if row is None else int(row["found"])

    async def cancel(self, ping_id: PingId, now: datetime) -> None:
        """Take a ping back, unless a sender has begun with it meanwhile."""
        await self._tx.run(
            """
            UPDATE outbox SET state = 'cancelled', settled_at = :now
            WHERE id = :ping_id AND state = 'planned'
            """,
            ping_id=ping_id,
            now=epoch(now),
        )

    async def close_questions(self, meeting_id: MeetingId, now: datetime) -> None:
        """Let what members' homes were asked for expire, for a meeting that is settled otherwise.

        One that got a no is kept: its owner is not asked again.
        """
        await self._tx.run(
            """
            UPDATE outbox SET expires_at = :now, settled_at = COALESCE(settled_at, :now),
                              state = CASE WHEN state = 'planned' THEN 'cancelled' ELSE state END
            WHERE meeting_id = :meeting_id AND kind = 'home' AND state IN ('planned', 'sending', 'sent')
              AND expires_at > :now AND COALESCE(error, '') <> :declined
            """,
            meeting_id=meeting_id,
            now=epoch(now),
            declined=_DECLINED,
        )

    async def decline_question(self, ping_id: PingId) -> None:
        """Note that the owner of a home said no."""
        await self._update("outbox", {"id": ping_id}, error=_DECLINED)

    async def put_cause(self, meeting_id: MeetingId, kind: PingKind, by: UserId) -> None:
        """Note whose act makes a meeting's ping due, where it is not out yet; it need not notify them."""
        await self._tx.run(
            """
            UPDATE outbox SET caused_by = :by
            WHERE meeting_id = :meeting_id AND kind = :kind AND state = 'planned'
            """,
            by=by,
            meeting_id=meeting_id,
            kind=kind.value,
        )

    async def put_expiry(self, ping_id: PingId, expires_at: datetime) -> None:
        """Set from when on a ping is of no use."""
        await self._update("outbox", {"id": ping_id}, expires_at=epoch(expires_at))

    async def settle(
        self, ping_id: PingId, state: PingState, *, now: datetime, error: str | None = None
    ) -> None:
        """Bring a ping to an end without a message."""
        await self._update(
            "outbox", {"id": ping_id}, state=state.value, settled_at=epoch(now), error=error, lease_until=None
        )
