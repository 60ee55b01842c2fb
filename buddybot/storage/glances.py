"""What a meeting's card shows beside the meeting's row, asked in one statement."""

from buddybot.domain.attendance import began
from buddybot.domain.meetings import Meeting
from buddybot.storage.commitments import ASKED_ABOUT
from buddybot.storage.database import Tx
from buddybot.storage.meetings import HELD_BEFORE
from buddybot.storage.rows import epoch
from buddybot.storage.venues import Venue, venue_of
from buddybot.values import dataclass

_GLANCE = f"""
    SELECT ({HELD_BEFORE}) AS before, ({ASKED_ABOUT}) AS asked, v.*
    FROM (SELECT 1 AS one) AS here LEFT JOIN venues v ON v.meeting_id = :meeting_id
"""  # of constants


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
            venue=None if row["meeting_id"] is None else venue_of(row),
            review=bool(row["asked"]),
        )
