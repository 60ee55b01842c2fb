"""The sender's part of the outbox: claim, hand back, finish, and settle what a crash left open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from buddybot.domain.ids import ChannelId, MessageId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.pings import GROUP, Ping, PingKind
from buddybot.storage.engine.transaction import Repository, epoch, instant
from buddybot.storage.outbox.cards import CardRepository
from buddybot.storage.outbox.channel_health import ChannelHealthRepository
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.storage.outbox.outbox import ping_of

PING_MISSED = "ping_missed"
PING_REFUSED = "ping_refused"
OUTAGE = "outage"
"""How the error of a ping begins that found no Discord, rather than a Discord that refused it."""
LONGEST_WAIT = timedelta(minutes=30)
"""The longest that such a ping is left waiting; see `pings.backoff`."""
MOST_HURRIED = 1_000

_CROWD = 4
"""So many times what is claimed at once, and more, is a crowd."""

# A guild that the bot is out of gets nothing, and a channel that refused the bot is not asked again;
# alerts go elsewhere.
_OPEN = """
    NOT EXISTS (SELECT 1 FROM guilds u WHERE u.guild_id = o.guild_id AND u.gone_since IS NOT NULL)
    AND (o.direct = 1 OR o.kind = 'alert'
         OR EXISTS (SELECT 1 FROM groups g WHERE g.id = o.group_id AND g.route_error IS NULL))
"""
_IN_ORDER = itemgetter("expires_at", "due_at", "id")
_HELD = "id = :ping_id AND state = 'sending' AND attempts = :attempt"
_HOME = "SELECT g.channel_id FROM groups g WHERE g.id = outbox.group_id"


_OWN_MESSAGES = (PingKind.ALERT, PingKind.OFFER)
"""Of these nobody is told that they were missed: they are shown with a command of whom they are for."""


def _subject(ping: Ping) -> str:
    """What a notice about a ping goes by: for a person's own it does not say whose."""
    return ping.key if ping.recipient == GROUP else f"{ping.meeting_id or ping.id}:{ping.kind.value}"


def _key_of_attempt(ping: Ping) -> dict[str, int]:
    return {"ping_id": ping.id, "attempt": ping.attempts}


class Claimed(NamedTuple):
    """A ping that this sender holds; those that share a `queue_id` are sent one after the other.

    `recovering` when an earlier attempt may have arrived. From `until` on another may take it.
    """

    ping: Ping
    queue_id: int
    recovering: bool
    until: datetime


class SendingRepository(Repository):
    """The rows of the outbox on their way to Discord.

    Whoever claimed a row changes it by the number of its attempt: a sender that was away for longer than
    its lease, asleep for instance, cannot undo what another has done with it meanwhile. That it arrived
    is true whoever holds it by then, unless it was planned for another time meanwhile.
    """

    async def claim(self, *, limit: int, now: datetime, lease: timedelta) -> Sequence[Claimed]:
        """Hold what is due, the earliest deadline first."""
        # Few are found by when they are due, and sorted. Of many, the first are read off the index of
        # deadlines: the plus keeps SQLite from looking for all of them by when they are due.
        crowd = await self._tx.one(
            """
            SELECT COUNT(*) AS due FROM (
                SELECT 1 FROM outbox WHERE state = 'planned' AND try_at <= :now LIMIT :enough) AS crowd
            """,
            now=epoch(now),
            enough=limit * _CROWD,
        )
        by_deadline = crowd is not None and crowd["due"] >= limit * _CROWD
        due = "+o.try_at" if by_deadline else "o.try_at"
        return await self._take(
            f"o.state = 'planned' AND {due} <= :now AND o.expires_at > :now AND {_OPEN}",
            limit=limit,
            now=now,
            lease=lease,
            recovering=False,
        )

    async def recover(self, *, limit: int, now: datetime, lease: timedelta) -> Sequence[Claimed]:
        """Hold what was being sent when its sender went away, or left it to be tried again."""
        return await self._take(
            "o.state = 'sending' AND o.try_at <= :now AND COALESCE(o.lease_until, 0) <= :now",
            limit=limit,
            now=now,
            lease=lease,
            recovering=True,
        )

    async def _take(
        self, which: str, *, limit: int, now: datetime, lease: timedelta, recovering: bool
    ) -> Sequence[Claimed]:
        until = now + lease
        rows = await self._tx.all(
            f"""
            UPDATE outbox SET state = 'sending', attempts = attempts + 1, lease_until = :lease_until
            WHERE id IN (SELECT o.id FROM outbox o WHERE {which}
                         ORDER BY o.expires_at, o.due_at, o.id LIMIT :limit {self._tx.skip_locked})
            RETURNING *, ({_HOME}) AS home
            """,  # constants of this module
            limit=limit,
            now=epoch(now),
            lease_until=epoch(until),
        )
        return [
            Claimed(ping_of(row), row["recipient"] if row["direct"] else row["home"], recovering, until)
            for row in sorted(rows, key=_IN_ORDER)
        ]

    async def next_due(self) -> datetime | None:
        """Return when there is something to claim or to recover next."""
        planned = await self._tx.one(
            f"""
            SELECT o.try_at AS due FROM outbox o WHERE o.state = 'planned' AND {_OPEN}
            ORDER BY o.try_at LIMIT 1
            """  # constants of this module
        )
        sending = await self._tx.one(
            """
            SELECT MIN(CASE WHEN COALESCE(lease_until, 0) > try_at THEN lease_until ELSE try_at END) AS due
            FROM outbox WHERE state = 'sending'
            """
        )
        found = [row["due"] for row in (planned, sending) if row is not None and row["due"] is not None]
        return instant(min(found)) if found else None

    async def expire(self, now: datetime) -> int:
        """Give up what is useless by now and was not begun; the organizer is told."""
        # try_at never lies after expires_at, so that the index leads to these rows.
        rows = await self._tx.all(
            """
            UPDATE outbox SET state = 'missed', settled_at = :now
            WHERE state = 'planned' AND try_at <= :now AND expires_at <= :now
            RETURNING *
            """,
            now=epoch(now),
        )
        for row in rows:
            await self._tell_missed(ping_of(row), now)
        return len(rows)

    async def mark_missed(self, ping: Ping, now: datetime) -> None:
        """Give up one that was begun and did not arrive in time."""
        changed = await self._settle(ping, "missed", now)
        if changed:
            await self._tell_missed(ping, now)

    async def mark_undeliverable(
        self, ping: Ping, now: datetime, *, why: str, code: int, reference: str
    ) -> None:
        """Give up one that Discord does not take; the organizer is told `why`, and what to quote."""
        if await self._settle(ping, "missed", now) and ping.kind not in _OWN_MESSAGES:
            await NoticeRepository(self._tx).tell(
                ping.group_id,
                code=PING_REFUSED,
                key=f"refused:{_subject(ping)}",
                parameters={
                    "kind": ping.kind.value,
                    "due_at": epoch(ping.due_at),
                    "why": why,
                    "error": code,
                    "reference": reference,
                },
                now=now,
            )

    async def mark_suppressed(self, ping: Ping, now: datetime) -> None:
        """End one that is no longer needed."""
        await self._settle(ping, "suppressed", now)

    async def note_destination(self, ping: Ping, channel_id: ChannelId) -> bool:
        """Say, before it is sent, where to: from here on it may have arrived.

        False when another sender has taken it over: then it is not to be sent.
        """
        changed = await self._tx.run(
            f"UPDATE outbox SET channel_id = :channel_id WHERE {_HELD}",
            channel_id=channel_id,
            **_key_of_attempt(ping),
        )
        return bool(changed)

    async def finish(
        self, ping: Ping, *, channel_id: ChannelId | None, message_id: MessageId | None, now: datetime
    ) -> None:
        """Say that it arrived, where not None; a channel that takes a message is in order again."""
        await self._tx.run(
            """
            UPDATE outbox SET state = 'sent', message_id = :message_id,
                              channel_id = COALESCE(:channel_id, channel_id),
                              settled_at = :now, lease_until = NULL, error = NULL, retired_at = NULL
            WHERE id = :ping_id AND state = 'sending' AND due_at = :due_at
            """,
            channel_id=channel_id,
            message_id=message_id,
            now=epoch(now),
            ping_id=ping.id,
            due_at=epoch(ping.due_at),
        )
        if ping.attempts > 1:  # Discord is back: what waited out the same outage waits no longer
            await self.retry_now(now)
        if not ping.direct and ping.kind is not PingKind.ALERT:
            await ChannelHealthRepository(self._tx).works(ping.group_id)

    async def retry_now(self, now: datetime, *, most: int = MOST_HURRIED) -> None:
        """Try again now what found no Discord; one of them tells whether it is back."""
        await self._tx.run(
            f"""
            UPDATE outbox SET try_at = :now WHERE id IN (
                SELECT id FROM outbox WHERE state IN ('planned', 'sending')
                    AND try_at > :now AND try_at <= :latest AND error LIKE :outage
                ORDER BY expires_at, id LIMIT :most {self._tx.skip_locked})
            """,  # constants of this module
            now=epoch(now),
            latest=epoch(now + LONGEST_WAIT),
            outage=f"{OUTAGE}%",
            most=most,
        )

    async def note_posted(
        self, ping: Ping, shows: CardKind, *, channel_id: ChannelId, message_id: MessageId, again: bool
    ) -> None:
        """Remember the message that shows the meeting; `again` when it may be an older state of it."""
        if ping.meeting_id is None:
            return
        cards = CardRepository(self._tx)
        await cards.note_posted(
            meeting_id=ping.meeting_id, kind=shows, channel_id=channel_id, message_id=message_id
        )
        if again:
            await cards.touch(ping.meeting_id)

    async def put_back(
        self, ping: Ping, *, try_at: datetime, error: str | None, direct: bool | None = None
    ) -> None:
        """Plan it again: it surely did not arrive. `direct` changes the way it travels."""
        await self._tx.run(
            f"""
            UPDATE outbox SET state = 'planned', channel_id = NULL, lease_until = NULL, error = :error,
                try_at = CASE WHEN :try_at < expires_at THEN :try_at ELSE expires_at END, direct = :direct
            WHERE {_HELD}
            """,
            try_at=epoch(try_at),
            error=error,
            direct=int(ping.direct if direct is None else direct),
            **_key_of_attempt(ping),
        )

    async def leave_open(self, ping: Ping, *, try_at: datetime, error: str | None) -> None:
        """Let it stay begun: it may have arrived, and the next attempt looks first."""
        await self._tx.run(
            f"""
            UPDATE outbox SET lease_until = NULL, try_at = :try_at, error = :error
            WHERE {_HELD}
            """,
            try_at=epoch(try_at),
            error=error,
            **_key_of_attempt(ping),
        )

    async def hold_direct(self, until: datetime) -> None:
        """Let every direct message wait."""
        await self._tx.run(
            """
            UPDATE outbox SET try_at = CASE WHEN :until < expires_at THEN :until ELSE expires_at END
            WHERE state = 'planned' AND direct = 1 AND try_at < :until
            """,
            until=epoch(until),
        )

    async def _settle(self, ping: Ping, state: str, now: datetime) -> int:
        return await self._tx.run(
            f"UPDATE outbox SET state = :state, settled_at = :now, lease_until = NULL WHERE {_HELD}",
            state=state,
            now=epoch(now),
            **_key_of_attempt(ping),
        )

    async def _tell_missed(self, ping: Ping, now: datetime) -> None:
        """Tell of it without saying whom it was for: what a member asked to be sent is their own.

        An alert that is missed is itself shown with an organizer's next command, an offer to one member
        with that member's; nobody else learns of it.
        """
        if ping.kind in _OWN_MESSAGES:
            return
        route = await self._tx.one(
            "SELECT route_error FROM groups WHERE id = :group_id", group_id=ping.group_id
        )
        closed = route is not None and route["route_error"] is not None and not ping.direct
        await NoticeRepository(self._tx).tell(
            ping.group_id,
            code=PING_MISSED,
            key=f"missed:{_subject(ping)}",
            parameters={
                "kind": ping.kind.value,
                "due_at": epoch(ping.due_at),
                "why": "route" if closed else "late",
            },
            now=now,
        )
