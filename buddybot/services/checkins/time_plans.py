"""What the plan of a meeting's time goes by."""

from buddybot.domain.checkins.agenda import NO_LIBRARY, Library, Plan, plan_meeting
from buddybot.domain.meetings.meetings import Meeting, began
from buddybot.services.core.unit_of_work import UnitOfWork


async def plan_of(uow: UnitOfWork, meeting: Meeting, *, people: int, library: Library = NO_LIBRARY) -> Plan:
    """Return the plan of a meeting for so many people; see `plan_meeting`."""
    return plan_meeting(meeting, people=people, review=await has_review(uow, meeting), library=library)


async def has_review(uow: UnitOfWork, meeting: Meeting) -> bool:
    """Return whether anyone is asked at the meeting about a commitment made before it."""
    return await uow.commitments.asked_about(meeting.group_id, meeting.id, began=began(meeting))
