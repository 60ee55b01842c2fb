"""A meeting that is over, and its record as an organizer sees and corrects it."""

from datetime import timedelta

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, Reason
from buddybot.services.attendance.corrections import CorrectionView
from buddybot.services.meetings.meetings import MeetingService
from buddybot.storage.engine.database import Database
from tests.services.builder import ANA, BEN, ORGANIZER
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder


async def held(database: Database) -> MeetingBuilder:
    """The meeting is over: Ana was there, Ben has sent word, of the others nothing is known."""
    builder = await MeetingBuilder.prepare(database)
    await builder.set_rsvp(BEN, Answer.APOLOGIES)
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    builder.now += timedelta(hours=2)
    await builder.close_checkin()
    return builder


async def correct(
    builder: MeetingBuilder,
    user: int,
    state: Attendance,
    reason: str = "She was there",
    *,
    by: int = ORGANIZER,
) -> CorrectionView:
    """Let an organizer put one entry right."""
    return await builder.corrections.correct(
        builder.act_as(by), builder.meeting_id, UserId(user), state, reason
    )


async def look(builder: MeetingBuilder) -> CorrectionView:
    """Return the record of the meeting."""
    return await builder.corrections.view(builder.act_as(ORGANIZER), builder.meeting_id)


async def call_off(builder: MeetingBuilder, state: str = "cancelled") -> None:
    """Let the following meeting have been called off, and its time be over."""
    service = MeetingService(builder.transactions, builder.planner)
    organizer = builder.act_as(ORGANIZER)
    if state == "cancelled":
        await service.cancel(organizer, builder.following_id, Reason.OTHER)
    else:
        await service.skip(organizer, builder.following_id, Reason.OTHER)
    builder.now = MEETS + WEEK + timedelta(hours=4)


def states(view: CorrectionView) -> dict[int, Attendance]:
    """Return how everybody stands."""
    return {int(seat.user_id): seat.state for seat in view.seats}
