"""The whole agenda of a meeting, for a member who looks at it."""

from typing import NamedTuple

from buddybot.domain.checkins.agenda import Plan
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.checkins.speaking_turns import plan_for_people
from buddybot.services.core import Actor, Rules, Service, Transactions, UnitOfWork, read_transaction
from buddybot.services.core.access import at_meeting


class AgendaView(NamedTuple):
    """A meeting, which one of the group's it is, and how its time is shared out."""

    group: Group
    meeting: Meeting
    number: int
    plan: Plan


class AgendaService(Service):
    """Reads agendas."""

    def __init__(self, transactions: Transactions, rules: Rules) -> None:
        super().__init__(transactions)
        self._library = rules.library

    @read_transaction
    async def look(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> AgendaView:
        """Return the agenda of a meeting, to its members; Refusal `meeting.unknown`."""
        standing, meeting = await at_meeting(uow, actor, meeting_id)
        plan = await plan_for_people(uow, meeting, self._library)
        number = await uow.meetings.get_number(meeting)
        return AgendaView(standing.group, meeting, number, plan)
