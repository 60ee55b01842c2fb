"""Brings a group's meetings and pings in line with its rows, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.preferences import Preferences
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.pings import NOTICES, Ping, PingState
from buddybot.pings.planning.due_pings import SUMMARY_LIFE, Times, is_too_late, list_due_pings
from buddybot.pings.planning.meeting_calendar import Calendar
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements

Pings = Mapping[MeetingId, Sequence[Ping]]


class Planner:
    """What lies ahead of a group is written down by nobody else."""

    def __init__(self, *, ahead: int, times: Times) -> None:
        """`ahead` is how many regular meetings are kept planned."""
        self._ahead = ahead
        self._times = times

    async def plan(self, uow: UnitOfWork, group: Group, now: datetime, *, by: UserId | None = None) -> None:
        """Make the meetings ahead, plan the pings that are due for them, and cancel what no longer is.

        `by` is whose act made it necessary: notices do not mention them.
        The group is read again: whoever calls may hold it as it was before the change.
        """
        groups = uow.groups
        await groups.lock(group.id)
        current = await groups.get(group.guild_id, group.id)
        if current is None:
            return
        schedule = await uow.schedules.get(group.id)
        calendar = Calendar(uow, current, schedule, now)
        if current.state is not GroupState.ACTIVE or await uow.guilds.is_gone(group.guild_id):
            if current.state is GroupState.PAUSED:
                await calendar.close_open(self._times)
                await arrangements.settle(uow, current, now, by=by)
            await _cancel(uow, current, set(), now)
            return
        await calendar.settle(self._ahead, self._times)
        await arrangements.settle(uow, current, now, by=by)
        await self._plan_pings(uow, current, schedule, now)

    async def _plan_pings(
        self, uow: UnitOfWork, group: Group, schedule: Schedule | None, now: datetime
    ) -> None:
        meetings = await _meetings(uow, group, now)
        pings = await _pings(uow, meetings)
        wanted = list_due_pings(
            group=group,
            meetings=meetings,
            members=await _members(uow, group),
            every_weeks=1 if schedule is None else schedule.every_weeks,
            times=self._times,
        )
        known = {
            ping.key: ping
            for found in pings.values()
            for ping in found
            if ping.state is not PingState.CANCELLED
        }
        before = {key: ping.due_at for key, ping in known.items()}
        wanted = [ping for ping in wanted if not is_too_late(ping, now, before.get(ping.key))]
        restored = await uow.restores.find_latest()
        if restored is not None and group.created_at <= restored:
            told = _told_meanwhile(pings, now, restored)
            told -= {each.id for each in meetings if _is_at_another_time(each, restored)}
            wanted = [
                ping
                for ping in wanted
                if ping.due_at > restored or ping.key in before or ping.meeting_id not in told
            ]
        outbox = uow.outbox
        for ping in wanted:
            cause = known[ping.key].caused_by if ping.key in known else None
            await outbox.plan(ping if cause is None else ping._replace(caused_by=cause))
        await _cancel(uow, group, {ping.key for ping in wanted}, now)


def _told_meanwhile(pings: Pings, now: datetime, restored: datetime) -> set[MeetingId]:
    """Of which meetings the group was told what was due before a copy of the database was put to work.

    A meeting for which nothing was planned until then was made since, and is new to everybody.
    """
    settling = now - restored < timedelta(seconds=1)  # a meeting made just now is one that the copy lacks
    return {meeting_id for meeting_id, planned in pings.items() if planned or settling}


def _is_at_another_time(meeting: Meeting, restored: datetime) -> bool:
    """Whether a meeting is at a time that nobody can have been told of before that."""
    return meeting.announcement > 0 or (
        meeting.rescheduled_at is not None and meeting.rescheduled_at > restored
    )


async def _cancel(uow: UnitOfWork, group: Group, wanted: set[str], now: datetime) -> None:
    """Take back what is not wanted any more; notices are their services' own."""
    outbox = uow.outbox
    for ping in await outbox.list_planned(group.id):
        if ping.key not in wanted and ping.kind not in NOTICES:
            await outbox.cancel(ping.id, now)


async def _meetings(uow: UnitOfWork, group: Group, now: datetime) -> list[Meeting]:
    """The meetings ahead, and those closed so lately that their summary may be due."""
    repository = uow.meetings
    closed = [
        meeting
        for meeting in await repository.list_held(group.id)
        if meeting.closed_at is not None and meeting.closed_at + SUMMARY_LIFE > now
    ]
    return [*await repository.list_ahead(group.id), *closed]


async def _pings(uow: UnitOfWork, meetings: Sequence[Meeting]) -> Pings:
    outbox = uow.outbox
    return {meeting.id: await outbox.of_meeting(meeting.id) for meeting in meetings}


async def _members(uow: UnitOfWork, group: Group) -> dict[UserId, Preferences]:
    chosen = {person.user_id: person for person in await uow.preferences.of_group(group.id)}
    return {
        member.user_id: chosen.get(member.user_id) or Preferences(group.guild_id, member.user_id)
        for member in await uow.members.present(group.id)
    }
