"""The attendance ledger: only ever added to; a member's newest entry is how it stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from buddybot.domain.attendance.attendance import Attendance, Entry, Visitor
from buddybot.domain.ids import GroupId, MeetingId, UserId, VisitorId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.storage.engine.transaction import Repository, epoch, row_reader
from buddybot.storage.meetings.meetings import meeting_of

entry_of = row_reader(Entry)
"""Returns the entry of a whole row."""


class AttendanceRepository(Repository):
    """The callers have made sure that the meeting is their group's."""

    async def list_entries(self, meeting_id: MeetingId) -> Sequence[Entry]:
        """Return the whole ledger of a meeting, oldest first."""
        rows = await self._list("attendance", "id", meeting_id=meeting_id)
        return [entry_of(row) for row in rows]

    async def list_standing(self, meeting_id: MeetingId) -> Mapping[UserId, Entry]:
        """Return the newest entry of each person."""
        return {entry.user_id: entry for entry in await self.list_entries(meeting_id)}

    async def list_recent(self, group_id: GroupId, *, meetings: int) -> Sequence[Entry]:
        """Return the newest entry of each person at each of the group's last meetings that were held."""
        rows = await self._tx.all(
            """
            SELECT a.* FROM attendance a JOIN (
                SELECT MAX(e.id) AS id FROM attendance e
                WHERE e.meeting_id IN (
                    SELECT m.id FROM meetings m WHERE m.group_id = :group_id AND m.state = 'closed'
                    ORDER BY m.starts_at DESC, m.id DESC LIMIT :meetings
                ) GROUP BY e.meeting_id, e.user_id
            ) newest ON newest.id = a.id ORDER BY a.id
            """,
            group_id=group_id,
            meetings=meetings,
        )
        return [entry_of(row) for row in rows]

    async def list_meetings(
        self, group_id: GroupId, *, now: datetime, limit: int | None = None
    ) -> Sequence[tuple[Meeting, int | None]]:
        """Return the meetings of the record with their numbers, latest first: closed, or called off by now.

        One that was called off has no number.
        """
        rows = await self._tx.all(
            """
            SELECT * FROM (
                SELECT m.*, COUNT(CASE WHEN m.state NOT IN ('skipped', 'cancelled') THEN 1 END)
                            OVER (ORDER BY m.starts_at, m.id) AS place
                FROM meetings m WHERE m.group_id = :group_id
            ) numbered
            WHERE state = 'closed' OR (state IN ('skipped', 'cancelled') AND starts_at <= :now)
            ORDER BY starts_at DESC, id DESC
            """
            + ("" if limit is None else " LIMIT :limit"),
            group_id=group_id,
            now=epoch(now),
            **({} if limit is None else {"limit": limit}),
        )
        return [(meeting_of(row), row["place"] if row["state"] == "closed" else None) for row in rows]

    async def append(
        self,
        *,
        meeting_id: MeetingId,
        user_id: UserId,
        state: Attendance,
        previous: Attendance | None,
        recorded_by: UserId | None,
        now: datetime,
        reason: str | None = None,
    ) -> int:
        """Add an entry and return its number; `recorded_by` is None when the bot settled it."""
        return await self._insert_numbered(
            "attendance",
            meeting_id=meeting_id,
            user_id=user_id,
            state=state.value,
            previous=None if previous is None else previous.value,
            recorded_by=recorded_by,
            recorded_at=epoch(now),
            reason=reason,
        )

    async def standing_of(
        self, meeting_id: MeetingId, *, recorded_by: UserId, first: int, last: int
    ) -> Sequence[Entry]:
        """Return what somebody recorded by the entries from `first` to `last`, where it still stands."""
        rows = await self._tx.all(
            """
            SELECT a.* FROM attendance a
            WHERE a.meeting_id = :meeting_id AND a.recorded_by = :recorded_by
              AND a.id BETWEEN :first AND :last
              AND a.id = (SELECT MAX(e.id) FROM attendance e
                          WHERE e.meeting_id = a.meeting_id AND e.user_id = a.user_id)
            ORDER BY a.id
            """,
            meeting_id=meeting_id,
            recorded_by=recorded_by,
            first=first,
            last=last,
        )
        return [entry_of(row) for row in rows]

    async def get_newest(self, meeting_id: MeetingId) -> int:
        """Return the number of the newest entry in a meeting's ledger; 0 in an empty one."""
        row = await self._tx.one(
            "SELECT MAX(id) AS newest FROM attendance WHERE meeting_id = :meeting_id", meeting_id=meeting_id
        )
        return 0 if row is None or row["newest"] is None else int(row["newest"])

    async def names(self, group_id: GroupId) -> Mapping[UserId, str]:
        """Return the display names of everybody who is or was in the group, where one is known."""
        rows = await self._tx.all(
            """
            SELECT DISTINCT m.user_id, p.display_name FROM memberships m
            JOIN preferences p ON p.guild_id = m.guild_id AND p.user_id = m.user_id
            WHERE m.group_id = :group_id AND p.display_name <> ''
            """,
            group_id=group_id,
        )
        return {UserId(row["user_id"]): row["display_name"] for row in rows}


visitor_of = row_reader(Visitor)
"""Returns the visitor of a whole row."""


class VisitorRepository(Repository):
    """The callers have made sure that the meeting is their group's."""

    async def of_meeting(self, meeting_id: MeetingId) -> Sequence[Visitor]:
        """Return everybody who was noted, those taken back too, the first first."""
        rows = await self._list("visitors", "id", meeting_id=meeting_id)
        return [visitor_of(row) for row in rows]

    async def add(self, meeting_id: MeetingId, name: str, *, recorded_by: UserId, now: datetime) -> None:
        """Note a visitor."""
        await self._insert(
            "visitors", meeting_id=meeting_id, name=name, recorded_by=recorded_by, recorded_at=epoch(now)
        )

    async def withdraw(self, visitor_id: VisitorId, *, withdrawn_by: UserId, now: datetime) -> None:
        """Take a visitor back; the row stays, and so does the first withdrawal of it."""
        await self._tx.run(
            """
            UPDATE visitors SET withdrawn_by = :withdrawn_by, withdrawn_at = :now
            WHERE id = :visitor_id AND withdrawn_at IS NULL
            """,
            visitor_id=visitor_id,
            withdrawn_by=withdrawn_by,
            now=epoch(now),
        )
