"""How a meeting's time is shared out among the people who come."""

from dataclasses import dataclass

from buddybot.domain.checkins.activities import NO_LIBRARY, Activity, Library
from buddybot.domain.checkins.agenda import Agenda, agenda
from buddybot.domain.groups.groups import LOWEST_CAPACITY
from buddybot.domain.meetings.meetings import Meeting, began
from buddybot.domain.meetings.rsvps import Roll
from buddybot.services.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Plan:
    """The agenda, and the activity that was chosen, also where it does not fit the time or the people."""

    agenda: Agenda
    activity: Activity | None


def expected(roll: Roll) -> int:
    """How many to plan for: who comes and who gave no word, two at least."""
    return max(len(roll.coming) + len(roll.no_word), LOWEST_CAPACITY)


async def plan_of(uow: UnitOfWork, meeting: Meeting, *, people: int, library: Library = NO_LIBRARY) -> Plan:
    """Return the plan of a meeting for so many people, two at least: whoever is there first is not alone.

    An activity that the library lost counts as none.
    """
    return planned(meeting, people=people, review=await has_review(uow, meeting), library=library)


def planned(meeting: Meeting, *, people: int, review: bool, library: Library = NO_LIBRARY) -> Plan:
    """Return the same where it is known whether anybody is asked about a promise made before."""
    activity = None if meeting.activity is None else library.get(meeting.activity)
    shared_by = max(people, LOWEST_CAPACITY)
    return Plan(agenda(meeting.duration_minutes, shared_by, activity, review=review), activity)


async def has_review(uow: UnitOfWork, meeting: Meeting) -> bool:
    """Whether anybody is asked at the meeting about a promise made before it."""
    return await uow.commitments.asked_about(meeting.group_id, meeting.id, began=began(meeting))
