"""Tells, once, that a meeting is no longer where or by whom it was announced."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.services.locations.arrangement_views import ArrangementView, load_view
from buddybot.services.meetings.change_views import find_partners, what_became


class LocationChange(NamedTuple):
    """Where a meeting is now, where it was said to be, and whom that concerns but did not bring about.

    `again` when the group was told of a change of this arrangement before.
    """

    group: Group
    meeting: Meeting
    before: ArrangementView
    now: ArrangementView
    people: tuple[UserId, ...]
    again: bool = False

    @property
    def unhosted(self) -> bool:
        """Whether nobody hosts it who should, so that members and organizers are asked for a host."""
        expected = self.before.host_id is not None or self.group.rotation is Rotation.TURNS
        return self.now.host_id is None and expected and not self.now.online

    @property
    def chooser(self) -> UserId | None:
        """The host who is asked where the group can meet; None when there is a place."""
        return None if self.now.online or self.now.location is not None else self.now.host_id


class LocationChanges(NamedTuple):
    """What one act changed about where a group meets, as one message."""

    group: Group
    changes: tuple[LocationChange, ...]

    @property
    def people(self) -> tuple[UserId, ...]:
        """Everybody whom it concerns, once."""
        return tuple(dict.fromkeys(user for change in self.changes for user in change.people))


async def prepare_location_change(
    uow: UnitOfWork, ping: Ping, group: Group, now: datetime
) -> Announcement | None:
    """How the arrangements stand that one act changed; None when that is what the group was told already.

    Also None when another notice of the same act tells of it.
    """
    changes = await changes_told_by(uow, ping, group, now)
    if not changes:
        return None
    view = LocationChanges(group, changes)
    return Announcement(view, group.language, mentions=view.people)


async def changes_told_by(
    uow: UnitOfWork, ping: Ping, group: Group, now: datetime
) -> tuple[LocationChange, ...]:
    """Return the changes of arrangements that a notice tells of: one act is told in one message.

    What is due to a group since the same moment goes along with a changed time or with the end of a break,
    or else with the notice of an arrangement that is of use for longest.
    """
    due = await uow.outbox.list_due_with(ping)
    newest = {each.meeting_id: each for each in due if each.kind is PingKind.PLACE}
    found = [
        (each, change)
        for each in newest.values()
        if (change := await _change(uow, each, group, now)) is not None
    ]
    if not found:
        return ()
    times = [each for each in due if await _tells_time(uow, group, each, ping)]
    latest = max((each for each, _ in found), key=lambda each: (each.expires_at, each.id))
    teller = times[-1] if times else latest
    if teller.id != ping.id:
        return ()
    for each, _ in found:
        if each.id != ping.id:
            await uow.outbox.tell_along(ping, each, now)
    return tuple(sorted((change for _, change in found), key=lambda change: change.meeting.starts_at))


async def _tells_time(uow: UnitOfWork, group: Group, each: Ping, ping: Ping) -> bool:
    """Whether a notice is on its way that tells when the group meets, and has anything to tell."""
    waits = each.id == ping.id or each.state is not PingState.SUPPRESSED
    if each.kind is PingKind.BREAK:
        return waits and group.state is GroupState.ACTIVE
    if each.kind is not PingKind.CHANGE or each.meeting_id is None or not waits:
        return False
    meeting = await uow.meetings.get(each.group_id, each.meeting_id)
    return meeting is not None and await what_became(uow, each, meeting) is not None


async def _change(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> LocationChange | None:
    """How the arrangement of a meeting stands now; None when it is again what the group was last told.

    It concerns who hosts, who was to host, and with whom that one had swapped turns for it; organizers,
    who can name a host, when nobody hosts any more; and, once the card is up and the place is another,
    everybody who said that they come.
    """
    if ping.meeting_id is None:
        return None
    meeting = await uow.meetings.get(group.id, ping.meeting_id)
    arrangement = await uow.arrangements.get(ping.meeting_id)
    if meeting is None or meeting.state is not MeetingState.SCHEDULED or meeting.starts_at <= now:
        return None
    if arrangement is None or arrangement.before is None:
        return None
    if (arrangement.before, arrangement.before_online) == (arrangement.settled, arrangement.online):
        return None
    told = arrangement.before.location_id
    location = None if told is None else await uow.locations.get(group.id, told)
    before = ArrangementView(location, arrangement.before.host_id, arrangement.before_online)
    members = await uow.members.present(group.id)
    concerned = [user for user in (arrangement.host_id, arrangement.before.host_id) if user is not None]
    if arrangement.host_id is None and not arrangement.online and concerned:
        concerned += [member.user_id for member in members if member.organizes]
    if arrangement.host_id != arrangement.before.host_id:
        concerned += await find_partners(uow, meeting, arrangement.before.host_id)
    roll = await uow.rsvps.get_roll(meeting)
    cards = await uow.cards.of_meeting(meeting.id)
    moved = (told, arrangement.before_online) != (arrangement.location_id, arrangement.online)
    if moved and any(card.kind is CardKind.MEETING for card in cards):
        concerned += roll.coming
    present = {member.user_id for member in members} - {ping.caused_by}
    people = tuple(user for user in dict.fromkeys(concerned) if user in present)
    told_before = await uow.outbox.of_meeting(meeting.id)
    again = any(each.kind is PingKind.PLACE and each.state is PingState.SENT for each in told_before)
    return LocationChange(group, meeting, before, await load_view(uow, meeting), people, again)
