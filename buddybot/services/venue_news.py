"""Tells, once, that a meeting is no longer where or by whom it was announced."""

from datetime import datetime

from buddybot.domain.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.meetings import Meeting, MeetingState
from buddybot.domain.pings import Ping
from buddybot.services.announcements import Announcement
from buddybot.services.venues import VenueView, view_of
from buddybot.storage.cards import CardKind, CardRepository
from buddybot.storage.database import Tx
from buddybot.storage.groups import MemberRepository
from buddybot.storage.locations import LocationRepository
from buddybot.storage.meetings import MeetingRepository
from buddybot.storage.rsvps import RsvpRepository
from buddybot.storage.venues import VenueRepository
from buddybot.values import dataclass


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """Where a meeting is now, where it was said to be, and whom that concerns."""

    group: Group
    meeting: Meeting
    before: VenueView
    now: VenueView
    people: tuple[UserId, ...]


async def place(tx: Tx, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """How the venue of a meeting stands now; None when it is again what the group was last told.

    It concerns who hosts and who was to host; organizers, who can name somebody, when nobody hosts any
    more; and, once the card is up and the place is another, everybody who said that they come.
    """
    if ping.meeting_id is None:
        return None
    meeting = await MeetingRepository(tx).get(group.id, ping.meeting_id)
    venue = await VenueRepository(tx).get(ping.meeting_id)
    if meeting is None or meeting.state is not MeetingState.SCHEDULED or meeting.starts_at <= now:
        return None
    if venue is None or venue.before is None:
        return None
    if (venue.before, venue.before_online) == (venue.settled, venue.online):
        return None
    told = venue.before.location_id
    location = None if told is None else await LocationRepository(tx).get(group.id, told)
    before = VenueView(location, venue.before.host_id, venue.before_online)
    concerned = [user for user in (venue.host_id, venue.before.host_id) if user is not None]
    if venue.host_id is None and not venue.online and concerned:
        members = await MemberRepository(tx).present(group.id)
        concerned += [member.user_id for member in members if member.organizes]
    roll = await RsvpRepository(tx).roll(meeting)
    cards = await CardRepository(tx).of_meeting(meeting.id)
    moved = (told, venue.before_online) != (venue.location_id, venue.online)
    if moved and any(card.kind is CardKind.MEETING for card in cards):
        concerned += roll.coming
    present = {*roll.no_word, *(rsvp.user_id for rsvp in roll.given)}
    people = tuple(user for user in dict.fromkeys(concerned) if user in present)
    view = PlaceChange(group, meeting, before, await view_of(tx, meeting), people)
    return Announcement(view, group.language, mentions=people)
