"""Whether this database began as a copy, and what it must not say again because of that."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from buddybot.domain.ids import GroupId, MeetingId
from buddybot.storage.engine.transaction import Repository, epoch, instant

RESTORED = "restored"
"""Stands in `error` of pings that were settled because a copy was put to work, and is the notice's code."""

_GAP = 1_000_000
"""More rows than any table gains between two copies."""
_LEAVE_GAP_SQLITE = (
    """
    INSERT INTO sqlite_sequence (name, seq)
    SELECT name, 0 FROM sqlite_master
    WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)
    """,
    f"UPDATE sqlite_sequence SET seq = seq + {_GAP}",
)
_LEAVE_GAP_POSTGRES = (
    f"""
    SELECT setval(CAST(quote_ident(sequencename) AS regclass), COALESCE(last_value, 0) + {_GAP})
    FROM pg_sequences WHERE schemaname = current_schema()
    """,
)


class RestoreRepository(Repository):
    """A backup carries a row of its own; a database that never was a copy has none."""

    async def find_unsettled(self) -> datetime | None:
        """Return when the copy was made that has not been settled yet; None when there is none."""
        row = await self._tx.one("SELECT MAX(copied_at) AS at FROM restores WHERE settled_at IS NULL")
        return None if row is None else instant(row["at"])

    async def find_latest(self) -> datetime | None:
        """Return when a copy was put to work last: what was due up to then is not sent."""
        row = await self._tx.one("SELECT MAX(settled_at) AS at FROM restores")
        return None if row is None else instant(row["at"])

    async def last_known(self) -> datetime | None:
        """Return when this database was last used, as far as it knows."""
        row = await self._tx.one(
            """
            SELECT MAX(at) AS at FROM (
                SELECT MAX(seen_at) AS at FROM interactions UNION ALL SELECT MAX(settled_at) FROM outbox
            ) known
            """
        )
        return None if row is None else instant(row["at"])

    async def begin(self, copied_at: datetime) -> None:
        """Say that this database is a copy that was made then."""
        await self._tx.run("INSERT INTO restores (copied_at) VALUES (:at)", at=epoch(copied_at))

    async def settle(self, now: datetime) -> bool:
        """Say that the copy is at work from now on; False when another process has said so meanwhile."""
        return bool(
            await self._tx.run(
                "UPDATE restores SET settled_at = :now WHERE settled_at IS NULL", now=epoch(now)
            )
        )

    async def miss_due(self, now: datetime) -> Mapping[GroupId, int]:
        """Miss everything that was due until now; return of how many pings in which group that is true."""
        rows = await self._tx.all(
            f"""
            UPDATE outbox SET state = 'missed', settled_at = :now, lease_until = NULL, error = '{RESTORED}'
            WHERE state IN ('planned', 'sending') AND due_at <= :now RETURNING group_id
            """,
            now=epoch(now),
        )
        return Counter(GroupId(row["group_id"]) for row in rows)

    async def list_passed(self, now: datetime) -> Sequence[tuple[GroupId, MeetingId]]:
        """Return the meetings that came to their end without this copy, which was settled at `now`."""
        rows = await self._tx.all(
            f"""
            SELECT m.group_id, m.id FROM meetings m JOIN outbox o ON o.meeting_id = m.id
            WHERE m.state IN ('scheduled', 'open') AND o.kind = 'summary' AND o.error = '{RESTORED}'
              AND o.settled_at = :now
            ORDER BY m.starts_at, m.id
            """,
            now=epoch(now),
        )
        return [(GroupId(row["group_id"]), MeetingId(row["id"])) for row in rows]

    async def leave_gap(self) -> None:
        """Give no number again that a row had which this copy does not know.

        Messages in the channels have it in their buttons, and would act on something else.
        """
        # Only SQLite has nothing to lock rows with, and it keeps its numbers in a table.
        for statement in _LEAVE_GAP_POSTGRES if self._tx.for_update else _LEAVE_GAP_SQLITE:
            await self._tx.all(statement)

    async def expect_events(self) -> None:
        """Look for the server's events of meetings ahead before one is made: it may be there already."""
        await self._tx.run(
            """
            INSERT INTO events (meeting_id, guild_id, event_id, shown, state)
            SELECT m.id, m.guild_id, NULL, '', 'making' FROM meetings m
            WHERE m.state = 'scheduled' AND NOT EXISTS (SELECT 1 FROM events e WHERE e.meeting_id = m.id)
            """
        )
