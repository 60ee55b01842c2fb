"""What the server's own event of a meeting should say, and what an interest in it means."""

from collections.abc import Collection
from dataclasses import dataclass

from buddybot.domain.groups import Group, GroupState
from buddybot.domain.ids import UserId
from buddybot.domain.meetings import Meeting
from buddybot.services import venues
from buddybot.services.attendance import met
from buddybot.services.turns import follow_answers
from buddybot.services.venues import VenueView
from buddybot.storage.cards import CardRepository
from buddybot.storage.database import Tx
from buddybot.storage.events import InterestRepository, ServerEvent
from buddybot.storage.groups import GroupRepository, MemberRepository
from buddybot.storage.meetings import MeetingRepository


@dataclass(frozen=True, slots=True)
class EventView:
    """A meeting as the whole server may know it; `took_place` once it is closed and the group met."""

    group: Group
    meeting: Meeting
    number: int
    venue: VenueView
    took_place: bool = False

    @property
    def held(self) -> bool:
        """Whether people are to come; else there is no event, or it ends."""
        return self.group.state is GroupState.ACTIVE and self.meeting.ahead


async def view_of(tx: Tx, event: ServerEvent) -> EventView | None:
    """Return what an event should say now; None when its meeting was dropped."""
    if event.group_id is None:
        return None
    group = await GroupRepository(tx).get(event.guild_id, event.group_id)
    meeting = await MeetingRepository(tx).get(event.group_id, event.meeting_id)
    if group is None or meeting is None:
        return None
    return EventView(
        group=group,
        meeting=meeting,
        number=await MeetingRepository(tx).number(meeting),
        venue=await venues.view_of(tx, meeting),
        took_place=await met(tx, meeting),
    )


async def keep_interests(tx: Tx, event: ServerEvent, user_ids: Collection[UserId]) -> bool:
    """Keep which of the group's members are interested; returns whether that is news to the cards."""
    if event.group_id is None:
        return False
    await GroupRepository(tx).lock(event.group_id)
    members = {member.user_id for member in await MemberRepository(tx).current(event.group_id)}
    interested = members & set(user_ids)
    interests = InterestRepository(tx)
    if interested == await interests.of(event.meeting_id):
        return False
    await interests.put(event.meeting_id, sorted(interested))
    meeting = await MeetingRepository(tx).get(event.group_id, event.meeting_id)
    if meeting is not None:
        await follow_answers(tx, meeting)
    await CardRepository(tx).touch(event.meeting_id)
    return True
