"""What is shown together, and kept by several features, asked in one statement."""

from buddybot.domain.attendance import began
from buddybot.domain.ids import GroupId
from buddybot.domain.meetings import Meeting
from buddybot.storage.commitments import ASKED_ABOUT
from buddybot.storage.database import Row, Tx
from buddybot.storage.meetings import HELD_BEFORE, NEXT, meeting_of
from buddybot.storage.rows import epoch
from buddybot.storage.venues import Venue, venue_of
from buddybot.values import dataclass

_GLANCE = f"""
    SELECT ({HELD_BEFORE}) AS before, ({ASKED_ABOUT}) AS asked, v.*
    FROM (SELECT 1 AS one) AS here LEFT JOIN venues v ON v.meeting_id = :meeting_id
"""  # of constants


_NEXT = f"""
    SELECT m.*, v.* FROM ({NEXT}) AS m LEFT JOIN venues v ON v.meeting_id = m.id
"""  # of a constant; the two tables have no column in common


@dataclass(frozen=True, slots=True)
class Glance:
    """Which of the group's meetings it is, where, and whether it looks back at promises."""

    number: int
    venue: Venue | None
    review: bool


class GlanceRepository:
    """Looks at what several features keep; changes nothing."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def next(self, group_id: GroupId) -> tuple[Meeting, Venue | None] | None:
        """Return what two repositories say: the group's `next` meeting, and the venue's `get`."""
        row = await self._tx.one(_NEXT, group_id=group_id)
        return None if row is None else (meeting_of(row), _venue(row))

    async def of(self, meeting: Meeting) -> Glance:
        """Return what three repositories say of a meeting: `number`, `asked_about` and the venue's `get`."""
        row = await self._tx.one(
            _GLANCE,
            group_id=meeting.group_id,
            meeting_id=meeting.id,
            starts_at=epoch(meeting.starts_at),
            began=epoch(began(meeting)),
        )
        if row is None:
            raise LookupError("a statement without a condition returned no row")
        return Glance(
            number=row["before"] + 1,
            venue=_venue(row),
            review=bool(row["asked"]),
        )


def _venue(row: Row) -> Venue | None:
    return None if row["meeting_id"] is None else venue_of(row)
