"""The servers' own events of meetings: what Discord was last told, and who is interested in them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from buddybot.domain.ids import ChannelId, EventId, GroupId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.cards import EventState, ServerEvent
from buddybot.storage.engine.transaction import Repository, Row, epoch

LEASE = timedelta(minutes=5)
"""How long one process may be at an event before another takes it over."""


def _event(row: Row) -> ServerEvent:
    return ServerEvent(
        meeting_id=MeetingId(row["meeting_id"]),
        guild_id=GuildId(row["guild_id"]),
        group_id=None if row["group_id"] is None else GroupId(row["group_id"]),
        channel_id=None if row["channel_id"] is None else ChannelId(row["channel_id"]),
        event_id=None if row["event_id"] is None else EventId(row["event_id"]),
        state=None if row["state"] is None else EventState(row["state"]),
        shown=row["shown"] or "",
        wanted=row["wanted"] or "",
    )


OF_A_GUILD = 5
"""Events of one guild that one refresh takes up."""

_BEFORE = """
    SELECT 1 FROM meetings b WHERE b.group_id = m.group_id AND b.state IN ('scheduled', 'open')
      AND (b.starts_at < m.starts_at OR (b.starts_at = m.starts_at AND b.id < m.id))
"""
# A meeting that is over and was left open stands before none.
_IS_NEXT = f"NOT EXISTS ({_BEFORE} AND b.ends_at > :now)"
# Everything that an event shows changes one of these; the number of a meeting changes with what is before it.
_WANTED = f"""
    CAST(m.sequence AS TEXT) || ':' || m.state || ':' || g.state || ':'
    || CASE WHEN EXISTS ({_BEFORE}) THEN 'later' ELSE 'next' END || ':'
    || CAST(g.channel_id AS TEXT) || ':' || g.name
"""
_KNOWN = f"""
    SELECT e.meeting_id, e.guild_id, m.group_id, g.channel_id, e.event_id, e.state, e.shown,
           {_WANTED} AS wanted
    FROM events e LEFT JOIN meetings m ON m.id = e.meeting_id LEFT JOIN groups g ON g.id = m.group_id
    WHERE NOT EXISTS (SELECT 1 FROM guilds u WHERE u.guild_id = e.guild_id AND u.gone_since IS NOT NULL)
"""
_MISSING = f"""
    SELECT m.id AS meeting_id, m.guild_id, m.group_id, g.channel_id, NULL AS event_id, NULL AS state,
           NULL AS shown, {_WANTED} AS wanted
    FROM meetings m JOIN groups g ON g.id = m.group_id
    WHERE m.state IN ('scheduled', 'open') AND m.starts_at > :now AND g.state = 'active' AND {_IS_NEXT}
      AND NOT EXISTS (SELECT 1 FROM events e WHERE e.meeting_id = m.id)
      AND NOT EXISTS (SELECT 1 FROM guilds u WHERE u.guild_id = m.guild_id AND u.gone_since IS NOT NULL)
"""
# In a restored database one that may exist has no mark; it is looked for when its meeting is the next one.
_STALE = f"""
    AND COALESCE(e.lease_until, 0) <= :now
    AND ((e.state = 'making' AND (e.shown <> '' OR {_IS_NEXT}))
         OR (e.state = 'shown' AND (m.id IS NULL OR e.shown <> {_WANTED})))
"""
_AS_READ = """
    meeting_id = :meeting_id AND state = :state AND shown = :shown AND COALESCE(event_id, 0) = :event_id
"""
_SAME_GROUP = " AND m.group_id = (SELECT o.group_id FROM meetings o WHERE o.id = :meeting_id)"
STALE_NEARBY = f"{_KNOWN} {_STALE} {_SAME_GROUP} UNION ALL {_MISSING} {_SAME_GROUP}"
"""The stale events of the group of `meeting_id` at `now`, and that of its next meeting which has none."""


def _share_out(rows: str) -> str:
    """Return no more than a share of each guild's, the first of all guilds first."""
    return f"""
        SELECT * FROM (
            SELECT found.*, ROW_NUMBER() OVER (PARTITION BY guild_id ORDER BY meeting_id) AS place
            FROM ({rows}) AS found) AS ranked
        WHERE place <= :share ORDER BY place, meeting_id LIMIT :limit
    """


def _as_read(event: ServerEvent) -> dict[str, int | str | None]:
    return {
        "meeting_id": event.meeting_id,
        "state": None if event.state is None else event.state.value,
        "shown": event.shown,
        "event_id": event.event_id or 0,
    }


class EventRepository(Repository):
    """One row a meeting whose event was made, or could not be."""

    async def list_stale(
        self, now: datetime, meeting_id: MeetingId | None = None, *, limit: int = 200
    ) -> Sequence[ServerEvent]:
        """Return events that do not show what they should, and those of next meetings that have none.

        With a meeting, those of its group; without one, a few of each guild, so that none crowds out the
        others. What Discord refused waits for `mark_unshown`, and what another
        process holds for the end of its lease.
        """
        if meeting_id is None:
            share: dict[str, int] = {"now": epoch(now), "limit": limit, "share": OF_A_GUILD}
            known = await self._tx.all(_share_out(_KNOWN + _STALE), **share)
            missing = await self._tx.all(_share_out(_MISSING), **share)
        else:
            known = await self._tx.all(STALE_NEARBY, now=epoch(now), meeting_id=meeting_id)
            known.sort(key=lambda row: (row["state"] is None, row["meeting_id"]))
            missing = []
        return [_event(row) for row in (*known, *missing)]

    async def list_waiting(self, guild_id: GuildId | None = None) -> Sequence[ServerEvent]:
        """Return what is shown and what was refused, of one guild or of all, to look at it again."""
        here = "" if guild_id is None else " AND e.guild_id = :guild_id"
        rows = await self._tx.all(
            _KNOWN + " AND e.state IN ('shown', 'refused')" + here + " ORDER BY e.meeting_id",
            **({} if guild_id is None else {"guild_id": guild_id}),
        )
        return [_event(row) for row in rows]

    async def list_soon(
        self, now: datetime, until: datetime, meeting_id: MeetingId | None = None
    ) -> Sequence[ServerEvent]:
        """Return the shown events of meetings that start by `until`, or of one meeting."""
        ahead = _KNOWN + " AND e.state = 'shown' AND m.state IN ('scheduled', 'open')"
        if meeting_id is None:
            rows = await self._tx.all(
                ahead + " AND m.starts_at > :now AND m.starts_at <= :until ORDER BY m.starts_at, m.id",
                now=epoch(now),
                until=epoch(until),
            )
        else:
            rows = await self._tx.all(ahead + " AND e.meeting_id = :meeting_id", meeting_id=meeting_id)
        return [_event(row) for row in rows]

    async def list_ids(self, guild_id: GuildId) -> frozenset[EventId]:
        """Return which of a guild's events belong to a meeting already."""
        rows = await self._tx.all(
            "SELECT event_id FROM events WHERE guild_id = :guild_id AND event_id IS NOT NULL",
            guild_id=guild_id,
        )
        return frozenset(EventId(row["event_id"]) for row in rows)

    async def claim(self, event: ServerEvent, mark: str, now: datetime) -> bool:
        """Hold an event until it is noted what became of it, at most for `LEASE`.

        One that there is none of yet is being made from here on, and found again by its mark. False when
        another process holds it, or has noted something since it was read: then Discord is not to be asked.
        """
        if event.state is None:
            return await self._insert_new(
                "events",
                meeting_id=event.meeting_id,
                guild_id=event.guild_id,
                event_id=None,
                shown=mark,
                state="making",
                lease_until=epoch(now + LEASE),
            )
        held = await self._tx.run(
            f"UPDATE events SET lease_until = :until WHERE {_AS_READ} AND COALESCE(lease_until, 0) <= :now",
            until=epoch(now + LEASE),
            now=epoch(now),
            **_as_read(event),
        )
        return bool(held)

    async def release(self, event: ServerEvent) -> None:
        """Let any process take an event up again whose state Discord did not tell."""
        await self._update("events", {"meeting_id": event.meeting_id}, lease_until=None)

    async def making(self, event: ServerEvent, mark: str, now: datetime) -> None:
        """Say, before Discord is asked for it once more, how an event that is held is found again."""
        await self._update(
            "events", {"meeting_id": event.meeting_id}, shown=mark, lease_until=epoch(now + LEASE)
        )

    async def note_found(self, event: ServerEvent, event_id: EventId) -> None:
        """Say which event of Discord's is the one that was being made, while it is held still."""
        await self._tx.run(
            """
            UPDATE events SET event_id = :event_id, state = 'shown', shown = ''
            WHERE meeting_id = :meeting_id
            """,
            event_id=event_id,
            meeting_id=event.meeting_id,
        )

    async def mark_shown(self, event: ServerEvent, event_id: EventId, shown: str) -> None:
        """Say what Discord shows now."""
        await self._mark(event, EventState.SHOWN, event_id, shown)

    async def mark_over(self, event: ServerEvent) -> None:
        """Say that somebody else ended or deleted the event."""
        await self._mark(event, EventState.OVER, event.event_id, event.shown)

    async def mark_refused(self, event: ServerEvent) -> None:
        """Say that Discord is not asked any more for the time being."""
        await self._mark(event, EventState.REFUSED, event.event_id, event.shown)

    async def _mark(
        self, event: ServerEvent, state: EventState, event_id: EventId | None, shown: str
    ) -> None:
        await self._put(
            "events",
            ("meeting_id",),
            meeting_id=event.meeting_id,
            guild_id=event.guild_id,
            event_id=event_id,
            shown=shown,
            state=state.value,
            lease_until=None,
        )

    async def forget(self, event: ServerEvent) -> None:
        """Drop an event that the bot took away; if the meeting is held after all it gets a new one."""
        await self._delete("events", meeting_id=event.meeting_id)

    async def mark_unshown(self, event: ServerEvent) -> None:
        """Let an event be looked at with the next refresh, whatever Discord was told.

        Nothing when another process has taken it up since it was read.
        """
        if event.event_id is None:
            await self._tx.run(f"DELETE FROM events WHERE {_AS_READ}", **_as_read(event))
        else:
            await self._tx.run(
                f"UPDATE events SET state = 'shown', shown = '' WHERE {_AS_READ}", **_as_read(event)
            )

    async def sweep(self) -> None:
        """Drop what nothing follows from: of meetings that are over or were dropped."""
        await self._tx.run(
            """
            DELETE FROM events WHERE (state = 'over' OR (state = 'refused' AND event_id IS NULL))
              AND NOT EXISTS (
                SELECT 1 FROM meetings m WHERE m.id = events.meeting_id
                  AND m.state IN ('scheduled', 'open', 'skipped')
              )
            """
        )


class InterestRepository(Repository):
    """Who pressed "Interested" on the server's event of a meeting."""

    async def list_interested(self, meeting_id: MeetingId) -> frozenset[UserId]:
        """Return who did."""
        rows = await self._tx.all(
            "SELECT user_id FROM interests WHERE meeting_id = :meeting_id", meeting_id=meeting_id
        )
        return frozenset(UserId(row["user_id"]) for row in rows)

    async def put(self, meeting_id: MeetingId, user_ids: Collection[UserId]) -> None:
        """Replace who did."""
        await self._delete("interests", meeting_id=meeting_id)
        for user_id in user_ids:
            await self._insert("interests", meeting_id=meeting_id, user_id=user_id)
