"""What a new schedule does to what people agreed on: what moves along with its meeting, and what is off."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings.change_views import find_agreed_host, find_coming, find_present, find_swapping
from buddybot.services.meetings.succession_steps import given_days, is_moved_onto


class Carried(NamedTuple):
    """A meeting that a new schedule gave another start, with what people agreed on.

    `host_id` hosts it, by agreement or as the group was told; `people` answered that they come, or host it.
    """

    meeting: Meeting
    before: datetime
    host_id: UserId | None
    people: tuple[UserId, ...]

    @property
    def left_out(self) -> bool:
        """Whether the group does not meet then, as it had decided."""
        return self.meeting.state is MeetingState.SKIPPED


class Fallen(NamedTuple):
    """A meeting that a new schedule has no day for, and what is off with it.

    `host_id` was to host it, `activity` is a key of the library, `answers` counts RSVPs.
    """

    meeting: Meeting
    host_id: UserId | None
    activity: str | None
    answers: int
    people: tuple[UserId, ...]


async def take_back_notices(uow: UnitOfWork, group: Group, now: datetime) -> None:
    """Take back notices of an earlier schedule that are not out yet: the next one tells of it all."""
    outbox = uow.outbox
    for ping in await outbox.list_waiting(group.id, PingKind.CHANGE):
        if ping.state is PingState.PLANNED:
            untold = await tell_later(uow, ping, now)
            if any(meeting.id == ping.meeting_id for meeting in untold):
                await outbox.cancel(ping.id, now)


async def tell_later(uow: UnitOfWork, notice: Ping, now: datetime) -> Sequence[Meeting]:
    """Let a notice planned `now` tell of what one that is not out yet was to; return the meetings."""
    successions = uow.successions
    untold = await successions.list_rescheduled(notice.group_id, notice.due_at)
    for meeting in untold:
        await successions.put_rescheduled(meeting.id, now)
    return untold


async def find_carried(uow: UnitOfWork, group: Group, at: datetime) -> Sequence[Carried]:
    """Return what the schedule that was changed then moved along."""
    present = await find_present(uow, group)
    found = []
    for meeting in await uow.successions.list_rescheduled(group.id, at):
        before = meeting.moved_from
        if meeting.state not in (MeetingState.SCHEDULED, MeetingState.SKIPPED):
            continue
        if before is None or before == meeting.starts_at:
            continue
        host_id = await find_agreed_host(uow, meeting)
        people = () if meeting.state is MeetingState.SKIPPED else await find_coming(uow, meeting)
        found.append(
            Carried(
                meeting=meeting,
                before=before,
                host_id=host_id,
                people=tuple(user for user in people if user in present),
            )
        )
    return found


async def find_instead(uow: UnitOfWork, group: Group, schedule: Schedule, now: datetime) -> Sequence[Meeting]:
    """Return the meetings that were moved onto a day of the schedule, and take place instead of its own."""
    ahead = [each for each in await uow.meetings.list_ahead(group.id) if each.by_hand]
    if not ahead:
        return []
    given = given_days(schedule, now, until=max(each.day for each in ahead))
    return [
        meeting
        for meeting in ahead
        if any(is_moved_onto(meeting, each) and meeting.stands_for != day for day, each in given.items())
    ]


async def find_fallen(uow: UnitOfWork, group: Group, at: datetime) -> Sequence[Fallen]:
    """Return what the schedule that was changed then has no day for."""
    present = await find_present(uow, group)
    found = []
    for meeting in await uow.successions.list_rescheduled(group.id, at):
        if not meeting.dropped:
            continue
        host_id = await find_agreed_host(uow, meeting)
        roll = await uow.rsvps.get_roll(meeting)
        answered = roll.answered_themselves()
        concerned = dict.fromkeys(
            (*answered, *([] if host_id is None else [host_id]), *await find_swapping(uow, meeting))
        )
        found.append(
            Fallen(
                meeting=meeting,
                host_id=host_id if host_id in present else None,
                activity=meeting.activity,
                answers=len(answered),
                people=tuple(user for user in concerned if user in present),
            )
        )
    return found
