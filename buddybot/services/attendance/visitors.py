"""Visitors of past meetings, noted and taken back by an organizer."""

from datetime import datetime

from buddybot.domain.attendance.attendance import NAME_LIMIT, check_room, present
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, VisitorId
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.text import clean
from buddybot.services.attendance.attendance import met
from buddybot.services.core import Actor, Service, UnitOfWork, at_meeting, read_transaction, write_transaction


def require_over(meeting: Meeting, now: datetime) -> None:
    """Raise Refusal `attendance.ahead`, `.not_closed` or `.reduced` for one whose record cannot change."""
    is_off = meeting.state in (MeetingState.SKIPPED, MeetingState.CANCELLED)
    if meeting.state is MeetingState.SCHEDULED or (is_off and meeting.starts_at > now):
        raise Refusal("attendance.ahead", at=meeting.starts_at)
    if meeting.state is MeetingState.OPEN:
        raise Refusal("attendance.not_closed")
    if meeting.reduced:
        raise Refusal("attendance.reduced")


async def require_met(uow: UnitOfWork, meeting: Meeting, now: datetime) -> None:
    """Raise Refusal `attendance.not_met`, or those of `require_over`, unless the group met."""
    require_over(meeting, now)
    if not await met(uow, meeting):
        raise Refusal("attendance.not_met")


async def withdraw_all(uow: UnitOfWork, meeting: Meeting, actor: Actor, now: datetime) -> None:
    """Take every visitor of a meeting back."""
    visitors = uow.visitors
    for visitor in present(await visitors.of_meeting(meeting.id)):
        await visitors.withdraw(visitor.id, withdrawn_by=actor.user_id, now=now)


class VisitorService(Service):
    """Whoever was there and is no member: counted in no rate."""

    @read_transaction
    async def look(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> None:
        """Refuse, before the form is opened, what `add` would."""
        _, meeting = await at_meeting(uow, actor, meeting_id, organizer=True)
        await require_met(uow, meeting, self._now())
        check_room(await uow.visitors.of_meeting(meeting.id))

    async def add(self, actor: Actor, meeting_id: MeetingId, name: str) -> None:
        """Note a visitor.

        Refusals: `visitor.many`, `visitor.twice`, those of `require_met`, of `domain.text.clean` and of
        `access`.
        """
        known_as = clean(name, limit=NAME_LIMIT, field="visitor")
        await self._add_visitor(actor, meeting_id, known_as)

    @write_transaction
    async def _add_visitor(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, known_as: str) -> None:
        now = self._now()
        _, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        await require_met(uow, meeting, now)
        visitors = uow.visitors
        check_room(await visitors.of_meeting(meeting.id), known_as)
        await visitors.add(meeting.id, known_as, recorded_by=actor.user_id, now=now)

    @write_transaction
    async def withdraw(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, visitor_id: VisitorId
    ) -> None:
        """Take a visitor back; Refusal `visitor.unknown` for one who is not there, or not any more."""
        now = self._now()
        _, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        await require_met(uow, meeting, now)
        visitors = uow.visitors
        if visitor_id not in {each.id for each in present(await visitors.of_meeting(meeting.id))}:
            raise Refusal("visitor.unknown")
        await visitors.withdraw(visitor_id, withdrawn_by=actor.user_id, now=now)
