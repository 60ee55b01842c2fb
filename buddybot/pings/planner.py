"""Brings a group's meetings and pings in line with its rows, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from buddybot.domain.groups import Group, GroupState
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings import Meeting, MeetingKind, MeetingState
from buddybot.domain.pings import NOTICES, Ping, PingKind, PingState
from buddybot.domain.preferences import Preferences
from buddybot.domain.schedule import Occurrence, Schedule, occurrence, occurrences
from buddybot.domain.zones import is_known
from buddybot.pings.owed import SUMMARY_LIFE, Times, owed, too_late
from buddybot.services import venues
from buddybot.storage.cards import CardRepository
from buddybot.storage.database import Tx
from buddybot.storage.groups import GroupRepository, MemberRepository
from buddybot.storage.guilds import GuildRepository
from buddybot.storage.meetings import MeetingRepository, ScheduleRepository
from buddybot.storage.outbox import OutboxRepository
from buddybot.storage.preferences import PreferenceRepository
from buddybot.storage.restores import RestoreRepository

_BEGUN = (PingState.SENDING, PingState.SENT)

Pings = Mapping[MeetingId, Sequence[Ping]]


class Planner:
    """What lies ahead of a group is written down by nobody else."""

    def __init__(self, *, ahead: int, times: Times) -> None:
        """`ahead` is how many regular meetings are kept planned."""
        self._ahead = ahead
        self._times = times

    async def plan(self, tx: Tx, group: Group, now: datetime) -> None:
        """Make the meetings ahead, plan what is owed for them, and cancel what no longer is.

        The group is read again: whoever calls may hold it as it was before the change.
        """
        groups = GroupRepository(tx)
        await groups.lock(group.id)
        current = await groups.get(group.guild_id, group.id)
        if current is None:
            return
        if current.state is not GroupState.ACTIVE or await GuildRepository(tx).is_gone(group.guild_id):
            await _cancel(tx, current, set(), now)
            return
        schedule = await ScheduleRepository(tx).get(group.id)
        await _Calendar(tx, current, schedule, now).settle(self._ahead, self._times.close_after)
        await venues.settle(tx, current, now)
        await self._plan_pings(tx, current, schedule, now)

    async def _plan_pings(self, tx: Tx, group: Group, schedule: Schedule | None, now: datetime) -> None:
        meetings = await _meetings(tx, group, now)
        pings = await _pings(tx, meetings)
        wanted = owed(
            group=group,
            meetings=meetings,
            members=await _members(tx, group),
            every_weeks=1 if schedule is None else schedule.every_weeks,
            times=self._times,
        )
        before = {
            ping.key: ping.due_at
            for found in pings.values()
            for ping in found
            if ping.state is not PingState.CANCELLED
        }
        wanted = [ping for ping in wanted if not too_late(ping, now, before.get(ping.key))]
        restored = await RestoreRepository(tx).latest()
        if restored is not None and group.created_at <= restored:
            told = _told_meanwhile(pings, now, restored)
            wanted = [
                ping
                for ping in wanted
                if ping.due_at > restored or ping.key in before or ping.meeting_id not in told
            ]
        outbox = OutboxRepository(tx)
        for ping in wanted:
            await outbox.plan(ping)
        await _cancel(tx, group, {ping.key for ping in wanted}, now)


def _told_meanwhile(pings: Pings, now: datetime, restored: datetime) -> set[MeetingId]:
    """Of which meetings the group was told what was due before a copy of the database was put to work.

    A meeting for which nothing was planned until then was made since, and is new to everybody.
    """
    settling = now - restored < timedelta(seconds=1)  # a meeting made just now is one that the copy lacks
    return {meeting_id for meeting_id, planned in pings.items() if planned or settling}


async def _cancel(tx: Tx, group: Group, wanted: set[str], now: datetime) -> None:
    """Take back what is not wanted any more; notices are their services' own."""
    outbox = OutboxRepository(tx)
    for ping in await outbox.planned(group.id):
        if ping.key not in wanted and ping.kind not in NOTICES:
            await outbox.cancel(ping.id, now)


async def _meetings(tx: Tx, group: Group, now: datetime) -> list[Meeting]:
    """The meetings ahead, and those closed so lately that their summary may be owed."""
    repository = MeetingRepository(tx)
    closed = [
        meeting
        for meeting in await repository.held(group.id)
        if meeting.closed_at is not None and meeting.closed_at + SUMMARY_LIFE > now
    ]
    return [*await repository.ahead(group.id), *closed]


async def _pings(tx: Tx, meetings: Sequence[Meeting]) -> Pings:
    outbox = OutboxRepository(tx)
    return {meeting.id: await outbox.of_meeting(meeting.id) for meeting in meetings}


async def _members(tx: Tx, group: Group) -> dict[UserId, Preferences]:
    chosen = {person.user_id: person for person in await PreferenceRepository(tx).of_group(group.id)}
    return {
        member.user_id: chosen.get(member.user_id) or Preferences(group.guild_id, member.user_id)
        for member in await MemberRepository(tx).present(group.id)
    }


class _Calendar:
    """The meetings of one group and what its schedule says of them."""

    def __init__(self, tx: Tx, group: Group, schedule: Schedule | None, now: datetime) -> None:
        self._tx = tx
        self._group = group
        self._schedule = schedule
        self._now = now
        self._meetings = MeetingRepository(tx)

    async def settle(self, count: int, close_after: timedelta) -> None:
        """Bring the meetings that wait in line with the schedule and the zones, then make those missing."""
        ahead = await self._meetings.ahead(self._group.id)
        pings = await _pings(self._tx, ahead)
        for meeting in ahead:
            closes_at = meeting.ends_at + close_after
            if closes_at + SUMMARY_LIFE <= self._now and meeting.state is MeetingState.OPEN:
                # Its summary, which would have closed it, could not be sent in all that time.
                await self._meetings.set_state(meeting.id, MeetingState.CLOSED, now=closes_at)
            elif meeting.state is not MeetingState.SCHEDULED:
                continue
            elif closes_at + SUMMARY_LIFE <= self._now or self._passed_in_silence(meeting, pings[meeting.id]):
                await self._meetings.set_state(meeting.id, MeetingState.SKIPPED, now=self._now)
            elif self._follows(meeting, pings[meeting.id]):
                await self._follow(meeting)
            else:
                await self._recompute(meeting)
        if self._schedule is not None:
            await self._make(self._schedule, count)

    def _passed_in_silence(self, meeting: Meeting, pings: Sequence[Ping]) -> bool:
        """Whether it went by while the group was paused: its check-in had been taken back."""
        return meeting.ends_at <= self._now and any(
            ping.kind is PingKind.CHECKIN and ping.state is PingState.CANCELLED for ping in pings
        )

    def _follows(self, meeting: Meeting, pings: Sequence[Ping]) -> bool:
        """Whether it still goes with the schedule: nobody moved it and its card is not out.

        None does while the schedule's zone is not known here; what was planned stays.
        """
        return (
            meeting.kind is MeetingKind.REGULAR
            and meeting.moves == 0
            and meeting.starts_at > self._now
            and (self._schedule is None or is_known(self._schedule.zone))
            and not any(ping.state in _BEGUN and ping.kind not in NOTICES for ping in pings)
        )

    async def _follow(self, meeting: Meeting) -> None:
        schedule = self._schedule
        given = None if schedule is None else _given(schedule, meeting)
        if schedule is None or given is None or given.starts_at <= self._now:
            await self._meetings.remove(meeting.id)
        elif (meeting.time, meeting.zone, meeting.duration_minutes, meeting.starts_at, meeting.ends_at) != (
            schedule.time,
            schedule.zone,
            schedule.duration_minutes,
            given.starts_at,
            given.ends_at,
        ):
            await self._meetings.put_when(
                meeting.id,
                day=given.day,
                at=schedule.time,
                zone=schedule.zone,
                starts_at=given.starts_at,
                ends_at=given.ends_at,
                moved=False,
                duration_minutes=schedule.duration_minutes,
            )
            await CardRepository(self._tx).touch(meeting.id)

    async def _recompute(self, meeting: Meeting) -> None:
        """Derive the instants again; they change when the zone's rules did."""
        if meeting.starts_at <= self._now or not is_known(meeting.zone):
            return
        found = occurrence(
            meeting.day, meeting.time, zone=meeting.zone, duration_minutes=meeting.duration_minutes
        )
        if (found.starts_at, found.ends_at) != (meeting.starts_at, meeting.ends_at):
            await self._meetings.put_when(
                meeting.id,
                day=meeting.day,
                at=meeting.time,
                zone=meeting.zone,
                starts_at=found.starts_at,
                ends_at=found.ends_at,
                moved=False,
            )
            await CardRepository(self._tx).touch(meeting.id)

    async def _make(self, schedule: Schedule, count: int) -> None:
        """Keep `count` regular meetings ahead; a slot that was skipped or called off stays so."""
        # Two days back: the local date of what starts from now on is never earlier, in any zone.
        since = (self._now - timedelta(days=2)).date()
        taken = {meeting.slot: meeting for meeting in await self._meetings.slots(self._group.id, since=since)}
        for given in occurrences(schedule, after=since):
            if count <= 0:
                break
            if given.starts_at <= self._now:
                continue
            meeting = taken.get(given.day)
            if meeting is None:
                await self._add(schedule, given)
            if meeting is None or meeting.state is MeetingState.SCHEDULED:
                count -= 1

    async def _add(self, schedule: Schedule, given: Occurrence) -> None:
        await self._meetings.add(
            group_id=self._group.id,
            guild_id=self._group.guild_id,
            slot=given.day,
            kind=MeetingKind.REGULAR,
            at=schedule.time,
            zone=schedule.zone,
            duration_minutes=schedule.duration_minutes,
            starts_at=given.starts_at,
            ends_at=given.ends_at,
        )


def _given(schedule: Schedule, meeting: Meeting) -> Occurrence | None:
    """What the schedule gives on the meeting's day."""
    found = next(occurrences(schedule, after=meeting.slot - timedelta(days=1)), None)
    return found if found is not None and found.day == meeting.slot else None
