"""What the bot says of itself about a meeting ahead: its card, a change, a reminder that was asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from buddybot.domain.checkins.agenda import NO_LIBRARY, Library
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.pings import Ping, PingKind
from buddybot.services.checkins.activities import choose_for_card
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.services.core.notice_editions import editions
from buddybot.services.meetings.change_views import (
    What,
    find_coming,
    find_present,
    find_swapping,
    what_became,
)
from buddybot.services.meetings.location_messages import LocationChange, changes_told_by
from buddybot.services.meetings.rsvps import view_of
from buddybot.services.meetings.schedule_messages import (
    Carried,
    Fallen,
    find_carried,
    find_fallen,
    find_instead,
    tell_later,
)

CHANGE_LIFE = timedelta(hours=1)
"""How long after the meeting's end, or after now, word of a change is of use."""


MOST_CHANGES = 20
"""Changes of its meetings that a group is told of in a day."""
_DAY = timedelta(days=1)


class ChangeView(NamedTuple):
    """A changed meeting; `following` is the one after a meeting that does not take place.

    `people` said that they come, to what the meeting's card showed, or are concerned by what a new
    schedule `carried` along with its meetings, or by what is off: `fallen`. `location_changes` says where
    meetings are now that the same act moved to another place or host. `instead` were moved onto days of
    a new schedule, which have no second meeting.
    """

    group: Group
    meeting: Meeting
    what: What
    following: Meeting | None
    schedule: Schedule | None
    people: tuple[UserId, ...]
    carried: tuple[Carried, ...] = ()
    fallen: tuple[Fallen, ...] = ()
    location_changes: tuple[LocationChange, ...] = ()
    instead: tuple[Meeting, ...] = ()


class ReminderView(NamedTuple):
    """A meeting that one member has, or had, not answered yet.

    `member` is whether they are in the group still, `stoppable` whether they still get direct messages.
    """

    group: Group
    meeting: Meeting
    answer: Answer | None
    member: bool = True
    stoppable: bool = True


async def note_move(uow: UnitOfWork, meeting: Meeting) -> None:
    """Keep the start that the group was last told of, before a meeting is moved."""
    waiting = (await editions(uow, meeting, PingKind.CHANGE)).waiting
    if meeting.moved_from is None or waiting is None:
        await uow.meetings.put_moved_from(meeting.id, meeting.starts_at)


async def require_room(uow: UnitOfWork, group: Group, now: datetime) -> None:
    """Raise Refusal `meeting.changes_many` when the group was told of enough for one day.

    Calling a meeting off is never refused.
    """
    told = await uow.outbox.count(group.id, PingKind.CHANGE, since=now - _DAY)
    if told >= MOST_CHANGES:
        raise Refusal("meeting.changes_many", most=MOST_CHANGES)


async def plan_change_ping(
    uow: UnitOfWork, meeting: Meeting, now: datetime, *, by: UserId | None = None
) -> None:
    """Plan a ping about a changed meeting; one that still waits will tell of this change too."""
    until = max(meeting.ends_at, meeting.moved_from or now, now) + CHANGE_LIFE
    notices = await editions(uow, meeting, PingKind.CHANGE)
    if notices.waiting is not None:
        await tell_later(uow, notices.waiting, now)
    await notices.plan_ping(uow, now, until=until, by=by)


async def plan_schedule_ping(uow: UnitOfWork, meeting: Meeting, now: datetime, *, by: UserId) -> None:
    """Plan a ping about a new schedule, by the first meeting that goes with it."""
    if meeting.rescheduled_at is None or meeting.rescheduled_at < now.replace(microsecond=0):
        if not meeting.by_hand:
            await uow.meetings.put_moved_from(meeting.id, None)
        await uow.successions.put_rescheduled(meeting.id, now)
    await plan_change_ping(uow, meeting, now, by=by)


async def _meeting(uow: UnitOfWork, ping: Ping) -> Meeting | None:
    return None if ping.meeting_id is None else await uow.meetings.get(ping.group_id, ping.meeting_id)


async def prepare_card(
    uow: UnitOfWork, ping: Ping, group: Group, now: datetime, *, library: Library = NO_LIBRARY
) -> Announcement | None:
    """The card of a meeting ahead, with an activity; one that has begun is shown by its check-in."""
    meeting = await _meeting(uow, ping)
    if meeting is None or meeting.state is not MeetingState.SCHEDULED or now >= meeting.starts_at:
        return None
    await uow.arrangements.mark_announced([meeting.id])
    meeting = await choose_for_card(uow, group, meeting, library, now)
    view = await view_of(uow, group, meeting, now=now, library=library)
    return Announcement(view, group.language, mentions=view.arrangement.choosers)


async def prepare_change(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """How a changed meeting stands now; who said they come is notified, and who had agreed to host it."""
    meeting = await _meeting(uow, ping)
    what = None if meeting is None else await what_became(uow, ping, meeting)
    if meeting is None or what is None:
        return None
    following = None
    if what in (What.SKIPPED, What.CANCELLED):
        ahead = await uow.meetings.list_ahead(group.id)
        following = next((each for each in ahead if each.starts_at > max(now, meeting.starts_at)), None)
    schedule = await uow.schedules.get(group.id)
    counting = () if what is What.EXTRA else await _find_concerned(uow, group, meeting)
    carried, fallen = await find_carried(uow, group, ping.due_at), await find_fallen(uow, group, ping.due_at)
    concerned = chain(counting, *(each.people for each in carried), *(each.people for each in fallen))
    people = tuple(user for user in dict.fromkeys(concerned) if user != ping.caused_by)
    location_changes = await changes_told_by(uow, ping, group, now)
    is_new_schedule = what is What.MEETS and meeting.rescheduled_at == ping.due_at
    instead = await find_instead(uow, group, schedule, now) if schedule and is_new_schedule else ()
    view = ChangeView(
        group,
        meeting,
        what,
        following,
        schedule,
        people,
        tuple(carried),
        tuple(fallen),
        location_changes,
        tuple(instead),
    )
    notified = dict.fromkeys(chain(people, *(each.people for each in location_changes)))
    return Announcement(view, group.language, mentions=tuple(notified))


async def _find_concerned(uow: UnitOfWork, group: Group, meeting: Meeting) -> Sequence[UserId]:
    """Who counts on the meeting; when it is off, also those who swapped turns for it."""
    people = await find_coming(uow, meeting)
    swapping = () if meeting.ahead else await find_swapping(uow, meeting, agreed=True)
    present = await find_present(uow, group)
    return [user_id for user_id in dict.fromkeys((*people, *swapping)) if user_id in present]


async def prepare_reminder(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """To a member who asked for it and gave no word; time away is a word.

    Where direct messages are refused nothing takes its place: the meeting's card is in the channel.
    """
    if not ping.direct:
        return None
    meeting = await _meeting(uow, ping)
    user_id = UserId(ping.recipient)
    if meeting is None or meeting.state is not MeetingState.SCHEDULED or now >= meeting.starts_at:
        return None
    member = await uow.members.get(group.id, user_id)
    chosen = await uow.preferences.get(group.guild_id, user_id)
    answer = (await uow.rsvps.get_roll(meeting)).find_rsvp(user_id)
    if member is None or not chosen.direct_messages or answer is not None:
        return None
    return Announcement(ReminderView(group, meeting, answer), group.language)
