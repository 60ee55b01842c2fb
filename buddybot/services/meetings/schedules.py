"""The schedule of a group: seen, changed, and one meeting outside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from buddybot.domain import zones
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.domain.meetings.schedule import Schedule, check_zone, find_anchor, instant, local
from buddybot.domain.pings import ANNOUNCING, PingState
from buddybot.services.core import (
    Actor,
    PlanningService,
    UnitOfWork,
    meeting_days,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import as_organizer, require_active
from buddybot.services.core.meeting_days import Slot
from buddybot.services.locations import arrangements
from buddybot.services.meetings import meeting_messages
from buddybot.services.meetings.meetings import Changed
from buddybot.services.meetings.replan_steps import in_line
from buddybot.services.meetings.schedule_messages import take_back_notices
from buddybot.services.meetings.succession_steps import take_along

USUAL_MINUTES = 75
BREATH = timedelta(days=4)
"""A changed schedule begins at least this long after the meeting that still follows the old one."""
SHOWN = 4


class ScheduleChange(NamedTuple):
    """What an organizer wrote; None keeps what is."""

    weekday: int | None = None
    at: time | None = None
    every_weeks: int | None = None
    duration_minutes: int | None = None
    zone: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing was written."""
        return self == ScheduleChange()


class ScheduleView(NamedTuple):
    """A group's schedule and its next days; `kept` was announced before and stays as it was."""

    group: Group
    schedule: Schedule
    ahead: tuple[Slot, ...]
    kept: Meeting | None


class ScheduleService(PlanningService):
    """What was announced already is changed by moving it, not by a new schedule."""

    @read_transaction
    async def show(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> ScheduleView:
        """Return the schedule to an organizer; Refusal `schedule.missing` when there is none yet."""
        group = (await as_organizer(uow, actor, group_id)).group
        schedule = await uow.schedules.get(group.id)
        if schedule is None:
            raise Refusal("schedule.missing")
        return await self._view(uow, group, schedule, kept=None)

    @write_transaction
    async def change(
        self, uow: UnitOfWork, actor: Actor, wanted: ScheduleChange, group_id: GroupId | None = None
    ) -> ScheduleView:
        """Change the schedule and the meetings that were not announced yet.

        Refusals: `schedule.missing` (the first one needs weekday and time), `schedule.zone_lost` (its
        zone is not known here and no other was chosen), `meeting.collides`.
        """
        now = self._now()
        group = (await as_organizer(uow, actor, group_id, lock=True)).group
        require_active(group)
        old = await uow.schedules.get(group.id)
        kept = await _find_kept(uow, group)
        schedule = _apply_changes(old, wanted, group)
        check_zone(schedule.zone)
        if old is None or (schedule.weekday, schedule.every_weeks) != (old.weekday, old.every_weeks):
            schedule = replace(schedule, anchor=await self._anchor(uow, group, old, schedule, kept, now))
        await take_back_notices(uow, group, now)
        await uow.schedules.put(group.id, schedule)
        if wanted.zone is not None:
            await uow.groups.change(group, zone=schedule.zone)
            group = group._replace(zone=schedule.zone)
            await _find_again(uow, kept, schedule.zone)
        await take_along(uow, group, schedule, now)
        if wanted.zone is None:
            await self._planner.plan(uow, group, now, by=actor.user_id)
        else:  # days away are days of the group's zone for members who chose none
            await in_line(uow, self._planner, group, now, by=actor.user_id)
        await self._tell(uow, group, now, by=actor.user_id)
        stays = [meeting for meeting in kept if meeting.ends_at > now]
        return await self._view(uow, group, schedule, kept=stays[-1] if stays else None)

    @write_transaction
    async def add_extra(
        self,
        uow: UnitOfWork,
        actor: Actor,
        day: date,
        wanted: ScheduleChange,
        group_id: GroupId | None = None,
    ) -> Changed:
        """Plan one more meeting; on a day that was skipped, meet after all.

        Refusals: `schedule.missing`, `meeting.past`, `meeting.too_far`, `meeting.collides`,
        `meeting.day_taken`, `meeting.changes_many`.
        """
        now = self._now()
        group = (await as_organizer(uow, actor, group_id, lock=True)).group
        require_active(group)
        await meeting_messages.require_room(uow, group, now)
        usual = await usual_of(uow, group, wanted)
        place = meeting_days.make_slot(
            day, usual.time, zone=usual.zone, duration_minutes=usual.duration_minutes, now=now
        )
        slots = await meeting_days.list_ahead(uow, group, now)
        meeting_days.check_free(slots, place)
        meeting = await _held_on(uow, group, slots, place, now)
        await arrangements.show(uow, meeting)
        await self._planner.plan(uow, group, now, by=actor.user_id)
        meeting = await meeting_days.require(uow, group, meeting.id)
        await meeting_messages.plan_change_ping(uow, meeting, now, by=actor.user_id)
        return Changed(group, meeting)

    async def _anchor(
        self,
        uow: UnitOfWork,
        group: Group,
        old: Schedule | None,
        schedule: Schedule,
        kept: list[Meeting],
        now: datetime,
    ) -> date:
        """Return from which day on the new schedule is counted.

        What was moved hides no week, wherever it is: it takes a day of the new schedule itself.
        """
        today = local(now, schedule.zone).date()
        if instant(today, schedule.time, schedule.zone) <= now:
            today += timedelta(days=1)
        meetings = uow.meetings
        held = [each for each in await meetings.list_held(group.id) if each.kind is MeetingKind.REGULAR]
        announced = [each for each in kept if each.state is MeetingState.OPEN or not each.by_hand]
        last = max((meeting.day for meeting in [*announced, *held]), default=None)
        earliest = today
        if last is not None:
            earliest = max(today, last + timedelta(weeks=schedule.every_weeks - 1) + BREATH)
        agreed = {
            each.stands_for
            for each in await meetings.list_slots(group.id, since=today)
            if each.starts_at > now and not each.dropped
        }
        return find_anchor(old, schedule, agreed=agreed, earliest=earliest)

    async def _tell(self, uow: UnitOfWork, group: Group, now: datetime, *, by: UserId) -> None:
        """Tell the group of the first meeting in the new schedule; Refusal `meeting.collides`."""
        left_alone = {meeting.id for meeting in await _find_kept(uow, group)}
        ahead = await uow.meetings.list_ahead(group.id)
        for earlier, later in pairwise(ahead):
            if later.starts_at < earlier.ends_at:
                raise Refusal("meeting.collides", at=later.starts_at)
        regular = [each for each in ahead if each.kind is MeetingKind.REGULAR]
        fresh = [each for each in regular if each.id not in left_alone]
        if not fresh and await uow.successions.list_rescheduled(group.id, now):
            fresh = regular  # they were all announced or moved, but something else moves along or is off
        if fresh:
            await arrangements.show(uow, fresh[0])
            await meeting_messages.plan_schedule_ping(uow, fresh[0], now, by=by)

    async def _view(
        self, uow: UnitOfWork, group: Group, schedule: Schedule, *, kept: Meeting | None
    ) -> ScheduleView:
        now = self._now()
        slots = list(meeting_days.select_coming(await meeting_days.list_ahead(uow, group, now), now))
        return ScheduleView(group, schedule, tuple(slots[:SHOWN]), kept)


async def usual_of(uow: UnitOfWork, group: Group, wanted: ScheduleChange) -> Schedule:
    """Return when an extra meeting is: as usual, but for what was written; Refusals as for `add_extra`."""
    return _apply_changes(await uow.schedules.get(group.id), wanted, group)


def _apply_changes(old: Schedule | None, wanted: ScheduleChange, group: Group) -> Schedule:
    """Return the schedule with what was written in it; the anchor is still the old one.

    Refusal `zone.unknown` for a zone that was written.
    """
    if wanted.zone is not None:
        zones.zone(wanted.zone)
    if old is None:
        if wanted.weekday is None or wanted.at is None:
            raise Refusal("schedule.missing")
        old = Schedule(
            weekday=wanted.weekday,
            time=wanted.at,
            zone=group.zone,
            every_weeks=1,
            anchor=group.created_at.date(),
            duration_minutes=USUAL_MINUTES,
        )
    return replace(
        old,
        weekday=old.weekday if wanted.weekday is None else wanted.weekday,
        time=old.time if wanted.at is None else wanted.at,
        zone=old.zone if wanted.zone is None else wanted.zone,
        every_weeks=old.every_weeks if wanted.every_weeks is None else wanted.every_weeks,
        duration_minutes=old.duration_minutes if wanted.duration_minutes is None else wanted.duration_minutes,
    )


async def _find_kept(uow: UnitOfWork, group: Group) -> list[Meeting]:
    """Return the meetings ahead that a new schedule leaves alone: announced, moved, or under way."""
    return [
        meeting
        for meeting in await uow.meetings.list_ahead(group.id)
        if meeting.kind is MeetingKind.REGULAR
        and (meeting.state is MeetingState.OPEN or meeting.by_hand or await _is_announced(uow, meeting))
    ]


async def _find_again(uow: UnitOfWork, kept: Sequence[Meeting], zone: str) -> None:
    """Give the meetings whose zone is not known here a zone that is; they stay at their instants."""
    for meeting in kept:
        if not zones.is_known(meeting.zone):
            here = local(meeting.starts_at, zone)
            await uow.meetings.put_when(
                meeting.id,
                day=here.date(),
                at=here.time(),
                zone=zone,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                moved=False,
            )


async def _is_announced(uow: UnitOfWork, meeting: Meeting) -> bool:
    return any(
        ping.kind in ANNOUNCING and ping.state in (PingState.SENDING, PingState.SENT)
        for ping in await uow.outbox.of_meeting(meeting.id)
    )


async def _held_on(
    uow: UnitOfWork, group: Group, slots: Sequence[Slot], place: Slot, now: datetime
) -> Meeting:
    """Return the meeting that takes `place`: one that was skipped that day, or a new one."""
    meetings = uow.meetings
    skipped = next((slot.meeting for slot in slots if slot.skipped and slot.day == place.day), None)
    if skipped is None:
        return await meeting_days.require(
            uow, group, await meeting_days.add(uow, group, place, MeetingKind.EXTRA)
        )
    await meetings.set_state(skipped.id, MeetingState.SCHEDULED, now=now)
    await meetings.put_moved_from(skipped.id, None)
    await meetings.put_when(
        skipped.id,
        day=place.day,
        at=place.at,
        zone=place.zone,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        moved=(place.at, place.zone, place.duration_minutes)
        != (skipped.time, skipped.zone, skipped.duration_minutes),
        duration_minutes=place.duration_minutes,
        by_hand=not await meeting_days.is_given(uow, skipped, place),
    )
    return await meeting_days.require(uow, group, skipped.id)
