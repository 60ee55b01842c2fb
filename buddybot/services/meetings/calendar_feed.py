"""What a member takes into their own calendar: the days on which the group met, meets and would meet."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GroupId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState, PublishedEntry
from buddybot.services.core import Actor, Service, UnitOfWork, as_member, meeting_days, write_transaction
from buddybot.services.core.meeting_days import Slot
from buddybot.services.locations import arrangement_views
from buddybot.services.locations.arrangement_views import ArrangementView

LATELY = timedelta(weeks=4)
"""How far back it goes: a calendar that was not brought up to date for a while still hears of each change."""

_OFF = (MeetingState.SKIPPED, MeetingState.CANCELLED)


class CalendarDay(NamedTuple):
    """A meeting, or a day that only the schedule knows; `slot` and `kind` stay whatever becomes of it.

    `host` is a name to read; None when nobody hosts, or whoever did has left.
    """

    slot: date
    kind: MeetingKind
    starts_at: datetime
    ends_at: datetime
    zone: str
    sequence: int
    called_off: bool
    arrangement: ArrangementView
    host: str | None


class CalendarView(NamedTuple):
    """A group's days, earliest first, as they are at `now`; at least one."""

    group: Group
    days: tuple[CalendarDay, ...]
    now: datetime


class CalendarFeed(Service):
    """With exact addresses and links: only members get it."""

    @write_transaction(saves=False)
    async def view(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> CalendarView:
        """Return the days of a group to its member; Refusal `calendar.empty` when there are none.

        While the group takes a break or when it ended, what was to come is called off; so are days that
        an earlier file held and that the group no longer has. What this file holds is noted.
        """
        group = (await as_member(uow, actor, group_id, lock=True, archived=True)).group
        now = self._now()
        resting = group.state is not GroupState.ACTIVE
        meetings = await uow.meetings.list_since(group.id, (now - LATELY).date())
        days = [await _held_or_planned(uow, meeting, resting=resting) for meeting in meetings]
        slots = [] if group.state is GroupState.ARCHIVED else await meeting_days.list_ahead(uow, group, now)
        first = await uow.schedules.get_sequence(group.id)
        days += [_to_be_made(slot, first, resting=resting) for slot in slots if slot.meeting is None]
        days = await _follow_earlier_files(uow, group, days, now)
        if not days:
            raise Refusal("calendar.empty")
        return CalendarView(group, tuple(sorted(days, key=lambda day: day.starts_at)), now)


async def _held_or_planned(uow: UnitOfWork, meeting: Meeting, *, resting: bool) -> CalendarDay:
    arrangement = await arrangement_views.load_view(uow, meeting)
    return CalendarDay(
        slot=meeting.slot,
        kind=meeting.kind,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        zone=meeting.zone,
        sequence=meeting.sequence,
        called_off=meeting.state in _OFF or (resting and meeting.state is MeetingState.SCHEDULED),
        arrangement=arrangement,
        host=await _host_name(uow, meeting, arrangement),
    )


async def _host_name(uow: UnitOfWork, meeting: Meeting, arrangement: ArrangementView) -> str | None:
    if arrangement.host_id is None or arrangement.online:
        return None
    member = await uow.members.get(meeting.group_id, arrangement.host_id)
    return None if member is None else member.display_name or None


async def _follow_earlier_files(
    uow: UnitOfWork, group: Group, days: Sequence[CalendarDay], now: datetime
) -> list[CalendarDay]:
    """Return the days as a file says them that may be read after earlier ones; note those ahead.

    Days ahead that an earlier file held and that are not there any more are called off, whatever took
    them away. What a day's sequence was counted by may be new too, so what the last file said counts.
    """
    entries = uow.calendar_entries
    earlier = {(each.slot, each.kind): each for each in await entries.list_ahead(group.id, now)}
    found = [_after(day, earlier.pop((day.slot, day.kind), None)) for day in days]
    found += [_call_off(entry) for entry in earlier.values()]
    for day in found:
        if day.starts_at > now:
            await entries.put(
                group.id,
                PublishedEntry(
                    slot=day.slot,
                    kind=day.kind,
                    zone=day.zone,
                    starts_at=day.starts_at,
                    ends_at=day.ends_at,
                    sequence=day.sequence,
                    called_off=day.called_off,
                ),
            )
    return found


def _after(day: CalendarDay, entry: PublishedEntry | None) -> CalendarDay:
    """The day with a sequence that is no lower than the last file's, and higher when it says otherwise."""
    if entry is None:
        return day
    before = (entry.starts_at, entry.ends_at, entry.zone, entry.called_off)
    changed = before != (day.starts_at, day.ends_at, day.zone, day.called_off)
    return day._replace(sequence=max(day.sequence, entry.sequence + changed))


def _call_off(entry: PublishedEntry) -> CalendarDay:
    return CalendarDay(
        slot=entry.slot,
        kind=entry.kind,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        zone=entry.zone,
        sequence=entry.sequence + (not entry.called_off),
        called_off=True,
        arrangement=ArrangementView(None, None),
        host=None,
    )


def _to_be_made(slot: Slot, sequence: int, *, resting: bool) -> CalendarDay:
    """A day that is a regular meeting as soon as it is near enough."""
    return CalendarDay(
        slot=slot.known_by,
        kind=MeetingKind.REGULAR,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        zone=slot.zone,
        sequence=sequence,
        called_off=resting,
        arrangement=ArrangementView(None, None),
        host=None,
    )
