"""Visitors of meetings: rows are added and marked, never deleted here."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.attendance.attendance import Visitor
from buddybot.domain.ids import MeetingId, UserId, VisitorId
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant


def _user(value: int | None) -> UserId | None:
    return None if value is None else UserId(value)


def visitor_of(row: Row) -> Visitor:
    """Return the visitor of a whole row."""
    return Visitor(
        id=VisitorId(row["id"]),
        meeting_id=MeetingId(row["meeting_id"]),
        name=row["name"],
        recorded_by=_user(row["recorded_by"]),
        recorded_at=instant(row["recorded_at"]),
        withdrawn_by=_user(row["withdrawn_by"]),
        withdrawn_at=instant(row["withdrawn_at"]),
    )


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
