"""The whole agenda of a meeting, for a member who looks at it."""

from dataclasses import dataclass

from buddybot.domain.checkins.agenda import Plan, count_expected
from buddybot.domain.groups.groups import LOWEST_CAPACITY, Group
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.services.checkins.speaking_turns import load_round
from buddybot.services.checkins.time_plans import plan_of
from buddybot.services.core.access import at_meeting
from buddybot.services.core.rules import Rules
from buddybot.services.core.unit_of_work import Actor, Transactions, UnitOfWork, read_transaction


@dataclass(frozen=True, slots=True)
class AgendaView:
    """A meeting, which one of the group's it is, and how its time is shared out."""

    group: Group
    meeting: Meeting
    number: int
    plan: Plan


async def people_at(uow: UnitOfWork, meeting: Meeting) -> int:
    """How many share the time: who is in the round of a meeting that goes on, else who is expected."""
    if meeting.state is MeetingState.OPEN:
        return max(len((await load_round(uow, meeting)).people), LOWEST_CAPACITY)
    return count_expected(await uow.rsvps.roll(meeting))


class AgendaService:
    """Reads agendas."""

    def __init__(self, transactions: Transactions, rules: Rules) -> None:
        self._transactions = transactions
        self._library = rules.library

    @read_transaction
    async def look(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> AgendaView:
        """Return the agenda of a meeting, to its members; Refusal `meeting.unknown`."""
        standing, meeting = await at_meeting(uow, actor, meeting_id)
        plan = await plan_of(uow, meeting, people=await people_at(uow, meeting), library=self._library)
        number = await uow.meetings.number(meeting)
        return AgendaView(standing.group, meeting, number, plan)
