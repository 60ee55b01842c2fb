"""The days on which a group meets or would meet: meetings that exist, then what its schedule gives."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings import schedule
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.services.core.unit_of_work import UnitOfWork

HORIZON = timedelta(days=60)
"""How far ahead an organizer may change the calendar."""

Pick = MeetingId | date
"""A meeting as a person chooses it: one that exists, or the local day on which there is one."""


class Slot(NamedTuple):
    """A day of the calendar; `meeting` is None while only the schedule knows of it.

    `known_by` is the slot of its meeting, or the one that its meeting will have.
    """

    day: date
    at: time
    zone: str
    duration_minutes: int
    starts_at: datetime
    ends_at: datetime
    meeting: Meeting | None
    known_by: date

    @property
    def skipped(self) -> bool:
        """Whether the group leaves this one out."""
        return self.meeting is not None and self.meeting.state is MeetingState.SKIPPED

    def has_begun(self, now: datetime) -> bool:
        """Return whether its time has come, or it was opened before."""
        return self.starts_at <= now or (self.meeting is not None and self.meeting.state is MeetingState.OPEN)


def _make_slot(meeting: Meeting) -> Slot:
    return Slot(
        day=meeting.day,
        at=meeting.time,
        zone=meeting.zone,
        duration_minutes=meeting.duration_minutes,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        meeting=meeting,
        known_by=meeting.slot,
    )


async def list_ahead(uow: UnitOfWork, group: Group, now: datetime) -> Sequence[Slot]:
    """Return the slots that are not over, in order: scheduled, open, skipped, and those still to be made."""
    meetings = await uow.meetings.list_since(group.id, (now - timedelta(days=3)).date())
    found = [
        _make_slot(meeting)
        for meeting in meetings
        if meeting.state is MeetingState.OPEN
        or (meeting.state in (MeetingState.SCHEDULED, MeetingState.SKIPPED) and meeting.ends_at > now)
    ]
    weekly = await uow.schedules.get(group.id)
    if weekly is not None:
        found += _to_come(weekly, meetings, now)
    return sorted(found, key=lambda slot: slot.starts_at)


def _to_come(weekly: schedule.Schedule, meetings: Sequence[Meeting], now: datetime) -> Iterable[Slot]:
    taken, slots = taken_days(meetings), known_slots(meetings)
    for each in schedule.list_occurrences(weekly, after=(now - timedelta(days=2)).date()):
        if each.starts_at > now + HORIZON:
            return
        if each.starts_at > now and each.day not in taken and not is_busy(each, meetings):
            yield Slot(
                day=each.day,
                at=weekly.time,
                zone=weekly.zone,
                duration_minutes=weekly.duration_minutes,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                meeting=None,
                known_by=free_slot(each.day, slots),
            )


def taken_days(meetings: Iterable[Meeting]) -> Mapping[date, Meeting]:
    """Return the days of the schedule that have a meeting, in whatever state, wherever it was moved."""
    return {
        meeting.stands_for: meeting
        for meeting in meetings
        if meeting.kind is MeetingKind.REGULAR and not meeting.dropped
    }


def known_slots(meetings: Iterable[Meeting]) -> frozenset[date]:
    """Return the days by which regular meetings are known already."""
    return frozenset(meeting.slot for meeting in meetings if meeting.kind is MeetingKind.REGULAR)


def free_slot(day: date, slots: Container[date]) -> date:
    """Return by which day a new meeting is known: its own, or the last before it that is free."""
    while day in slots:
        day -= timedelta(days=1)
    return day


def is_busy(each: schedule.Occurrence, meetings: Iterable[Meeting]) -> bool:
    """Return whether the group meets then already, at a meeting that was moved there or is an extra one."""
    return any(
        meeting.ahead and meeting.starts_at < each.ends_at and each.starts_at < meeting.ends_at
        for meeting in meetings
    )


def select_coming(slots: Iterable[Slot], now: datetime) -> Iterable[Slot]:
    """Return the slots that are not over: a meeting of yesterday that nobody closed is no next one."""
    return (slot for slot in slots if slot.ends_at > now)


def find(slots: Iterable[Slot], pick: Pick) -> Slot:
    """Return the slot that was meant; Refusal `meeting.none_on` or `meeting.unknown`."""
    if not isinstance(pick, date):
        for slot in slots:
            if slot.meeting is not None and slot.meeting.id == pick:
                return slot
        raise Refusal("meeting.unknown")
    on_day = sorted((slot for slot in slots if slot.day == pick), key=lambda slot: slot.skipped)
    if not on_day:
        raise Refusal("meeting.none_on", day=pick)
    return on_day[0]


async def is_given(uow: UnitOfWork, meeting: Meeting, place: Slot) -> bool:
    """Return whether the schedule has a group's meeting in this place: nobody had to put it there."""
    weekly = await uow.schedules.get(meeting.group_id)
    if weekly is None or meeting.kind is not MeetingKind.REGULAR:
        return False
    given = next(schedule.list_occurrences(weekly, after=meeting.stands_for - timedelta(days=1)), None)
    if given is None or not given.day == meeting.stands_for == place.day:
        return False
    usual = (weekly.time, weekly.zone, weekly.duration_minutes)
    return usual == (place.at, place.zone, place.duration_minutes)


async def make(uow: UnitOfWork, group: Group, slot: Slot) -> Meeting:
    """Return the slot's meeting, made now when only the schedule knew of it."""
    if slot.meeting is not None:
        return slot.meeting
    meeting_id = await add(uow, group, slot, MeetingKind.REGULAR)
    return await require(uow, group, meeting_id)


async def add(uow: UnitOfWork, group: Group, slot: Slot, kind: MeetingKind) -> MeetingId:
    """Insert a meeting on a slot's day; Refusal `meeting.day_taken` when the calendar has had one there."""
    meeting_id = await uow.meetings.add(
        group_id=group.id,
        guild_id=group.guild_id,
        slot=slot.known_by,
        day=slot.day,
        kind=kind,
        at=slot.at,
        zone=slot.zone,
        duration_minutes=slot.duration_minutes,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
    if meeting_id is None:
        raise Refusal("meeting.day_taken", day=slot.day)
    return meeting_id


async def require(uow: UnitOfWork, group: Group, meeting_id: MeetingId) -> Meeting:
    """Return a meeting as it stands now; Refusal `meeting.unknown`."""
    meeting = await uow.meetings.get(group.id, meeting_id)
    if meeting is None:
        raise Refusal("meeting.unknown")
    return meeting


def make_slot(day: date, at: time, *, zone: str, duration_minutes: int, now: datetime) -> Slot:
    """Return a new place in the calendar; Refusal `meeting.past` or `meeting.too_far`."""
    each = schedule.make_occurrence(day, at, zone=zone, duration_minutes=duration_minutes)
    if each.starts_at <= now:
        raise Refusal("meeting.past", at=each.starts_at)
    if each.starts_at > now + HORIZON:
        raise Refusal("meeting.too_far", at=each.starts_at, days=HORIZON.days)
    return Slot(
        day=day,
        at=at,
        zone=zone,
        duration_minutes=duration_minutes,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        meeting=None,
        known_by=day,
    )


def check_free(slots: Iterable[Slot], wanted: Slot, *, besides: Meeting | None = None) -> None:
    """Raise Refusal `meeting.collides` when the group meets during `wanted` already."""
    for slot in slots:
        if slot.skipped or (
            slot.meeting is not None and besides is not None and slot.meeting.id == besides.id
        ):
            continue
        if slot.starts_at < wanted.ends_at and wanted.starts_at < slot.ends_at:
            raise Refusal("meeting.collides", at=slot.starts_at)
