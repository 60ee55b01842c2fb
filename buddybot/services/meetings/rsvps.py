"""What members answer for a meeting."""

from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.meetings.rsvps import Answer
from buddybot.services.checkins.speaking_turns import follow_answers, restate_presence
from buddybot.services.core import Actor, Service, UnitOfWork, write_transaction
from buddybot.services.core.access import at_meeting, require_active
from buddybot.services.locations import arrangements


class Answered(NamedTuple):
    """A member's answer for a meeting as it stands: a later one may have been carried out before this one."""

    group: Group
    meeting: Meeting
    stands: Answer | None


class RsvpService(Service):
    """An answer may be changed until the meeting is closed; the last one counts."""

    @write_transaction
    async def answer(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, answer: Answer) -> Answered:
        """Set the actor's answer and return what they answer then.

        Refusals: `meeting.unknown`, `group.paused`, `rsvp.over`, `rsvp.not_held`.
        """
        standing, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        group, rsvps = standing.group, uow.rsvps
        require_active(group)
        if meeting.state is MeetingState.CLOSED:
            raise Refusal("rsvp.over")
        if not meeting.ahead:
            raise Refusal("rsvp.not_held", at=meeting.starts_at)
        changed = await rsvps.put(
            meeting_id=meeting.id,
            user_id=actor.user_id,
            answer=answer,
            interaction_id=actor.interaction_id,
            now=self._now(),
        )
        if not changed:
            return Answered(group, meeting, (await rsvps.roll(meeting)).of(actor.user_id))
        await self._follow(uow, actor, group, meeting, answer)
        return Answered(group, meeting, answer)

    async def _follow(
        self, uow: UnitOfWork, actor: Actor, group: Group, meeting: Meeting, answer: Answer
    ) -> None:
        """Let the round, the cards and the place of a meeting follow a new answer."""
        if meeting.state is MeetingState.OPEN:
            await restate_presence(uow, meeting, actor.user_id, answer, self._now())
            await follow_answers(uow, meeting)
        await uow.cards.touch(meeting.id)
        # A host who is not there hands their turn on; one who comes may have what is open.
        hands_on = answer in (Answer.APOLOGIES, Answer.VIRTUAL)
        if hands_on or await uow.arrangements.may_fill(meeting.id, actor.user_id):
            await arrangements.settle(uow, group, self._now(), by=actor.user_id)
