"""A meeting that is over, and its record as an organizer sees and corrects it."""

from datetime import timedelta

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, Reason
from buddybot.services.attendance.corrections import CorrectionView
from buddybot.services.meetings.meetings import MeetingService
from buddybot.storage.engine.database import Database
from tests.services.checkins.meeting_evenings import ANA, BEN, MEETS, ORGANIZER, WEEK, Evening


async def held(database: Database) -> Evening:
    """The meeting is over: Ana was there, Ben has sent word, of the others nothing is known."""
    evening = await Evening.prepare(database)
    await evening.answer(BEN, Answer.APOLOGIES)
    await evening.open()
    await evening.report(ANA)
    evening.home.now += timedelta(hours=2)
    await evening.close()
    return evening


async def correct(
    evening: Evening, user: int, state: Attendance, reason: str = "She was there", *, by: int = ORGANIZER
) -> CorrectionView:
    """Let an organizer put one entry right."""
    return await evening.corrections.correct(
        evening.home.actor(by), evening.meeting_id, UserId(user), state, reason
    )


async def look(evening: Evening) -> CorrectionView:
    """Return the record of the meeting."""
    return await evening.corrections.view(evening.home.actor(ORGANIZER), evening.meeting_id)


async def call_off(evening: Evening, state: str = "cancelled") -> None:
    """Let the following meeting have been called off, and its time be over."""
    service = MeetingService(evening.home.transactions, evening.planner)
    organizer = evening.home.actor(ORGANIZER)
    if state == "cancelled":
        await service.cancel(organizer, evening.following_id, Reason.OTHER)
    else:
        await service.skip(organizer, evening.following_id, Reason.OTHER)
    evening.home.now = MEETS + WEEK + timedelta(hours=4)


def states(view: CorrectionView) -> dict[int, Attendance]:
    """Return how everybody stands."""
    return {int(seat.user_id): seat.state for seat in view.seats}
