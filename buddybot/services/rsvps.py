"""What members answer for a meeting."""

from buddybot.domain.errors import Refusal
from buddybot.domain.groups import Rotation
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings import Meeting, MeetingState
from buddybot.domain.rsvps import Answer
from buddybot.services import venues
from buddybot.services.access import Standing, at_meeting, require_active
from buddybot.services.actor import Actor
from buddybot.services.meeting_views import MeetingView, view_of
from buddybot.services.turns import follow_answers, restate_presence
from buddybot.services.work import Work
from buddybot.storage.cards import CardRepository
from buddybot.storage.database import Tx
from buddybot.storage.locations import LocationRepository
from buddybot.storage.rsvps import RsvpRepository
from buddybot.storage.venues import VenueRepository


class RsvpService:
    """An answer may be changed until the meeting is closed; the last one counts."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def answer(self, actor: Actor, meeting_id: MeetingId, answer: Answer) -> MeetingView:
        """Set the actor's answer and return the meeting as it stands then.

        Refusals: `meeting.unknown`, `group.paused`, `rsvp.over`, `rsvp.not_held`.
        """

        async def script(tx: Tx) -> MeetingView:
            standing, meeting = await at_meeting(tx, actor, meeting_id, lock=True)
            require_active(standing.group)
            if meeting.state is MeetingState.CLOSED:
                raise Refusal("rsvp.over")
            if not meeting.ahead:
                raise Refusal("rsvp.not_held", at=meeting.starts_at)
            changed = await RsvpRepository(tx).put(
                meeting_id=meeting.id,
                user_id=actor.user_id,
                answer=answer,
                interaction_id=actor.interaction_id,
                now=self._work.now(),
            )
            if changed:
                await restate_presence(tx, meeting, actor.user_id, answer, self._work.now())
                await follow_answers(tx, meeting)
                await CardRepository(tx).touch(meeting.id)
                # A host who is not there hands their turn on; one who comes may have what is open.
                if answer in (Answer.APOLOGIES, Answer.VIRTUAL) or await _may_fill(tx, standing, meeting):
                    await venues.settle(tx, standing.group, self._work.now(), by=actor.user_id)
            return await view_of(tx, standing.group, meeting, now=self._work.now())

        return await self._work.write(actor, script)


async def _may_fill(tx: Tx, standing: Standing, meeting: Meeting) -> bool:
    """Whether something is open that this member may have to give: a turn to take, or a place."""
    venue = await VenueRepository(tx).get(meeting.id)
    if venue is None or venue.online or None not in (venue.host_id, venue.location_id):
        return False
    if standing.group.rotation is Rotation.TURNS and venue.host_id is None:
        return True
    live = await LocationRepository(tx).live(standing.group.id)
    return any(location.offered_by == standing.member.user_id for location in live)
