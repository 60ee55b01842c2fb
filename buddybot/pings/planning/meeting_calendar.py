"""The meetings of one group, brought in line with its schedule; what people agreed on goes along."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState, Reason
from buddybot.domain.meetings.schedule import Occurrence, Schedule, list_occurrences, make_occurrence
from buddybot.domain.pings import ANNOUNCING, Ping, PingKind, PingState
from buddybot.domain.zones import is_known
from buddybot.pings.planning.due_pings import SUMMARY_LIFE, Times, card_due, is_heard_of_no_more
from buddybot.services.checkins.checkins import close_late
from buddybot.services.core import UnitOfWork, meeting_days
from buddybot.services.locations import arrangements
from buddybot.services.meetings.succession_steps import given_days, is_agreed, is_moved_onto

_BEGUN = (PingState.SENDING, PingState.SENT)
_TWO_DAYS = timedelta(days=2)
"""The local date of what starts from now on is never earlier than so much before now, in any zone."""


def _is_taken(day: Occurrence, meeting: Meeting, meetings: Sequence[Meeting]) -> bool:
    """Whether a meeting that was moved there has the day that another one is to move to."""
    return any(is_moved_onto(other, day) for other in meetings if other.id != meeting.id)


class Calendar:
    """The meetings of one group and what its schedule says of them."""

    def __init__(self, uow: UnitOfWork, group: Group, schedule: Schedule | None, now: datetime) -> None:
        self._uow = uow
        self._group = group
        self._schedule = schedule
        self._now = now
        self._meetings = uow.meetings
        self._successions = uow.successions
        self._known_pings: dict[MeetingId, Sequence[Ping]] = {}

    async def settle(self, count: int, times: Times) -> None:
        """Bring the meetings that wait in line with the schedule and the zones, then make those missing.

        Those that people have heard of, and that are later by now, are to be announced again.
        """
        for meeting in await self._meetings.list_ahead(self._group.id):
            await self._end(meeting, times.close_after)
        await self._follow_schedule()
        for meeting in await self._meetings.list_ahead(self._group.id):
            if meeting.state is MeetingState.SCHEDULED:
                await self._announce_again(await self._recompute(meeting), times)
        await self._forget_dropped()
        if self._schedule is not None:
            await self._make(self._schedule, count)

    async def close_open(self, times: Times) -> None:
        """Close, at its usual time, what is open while the group rests: no summary comes to close it."""
        for meeting in await self._meetings.list_ahead(self._group.id):
            closes_at = meeting.ends_at + times.close_after
            if meeting.state is MeetingState.OPEN and closes_at <= self._now:
                await close_late(self._uow, meeting, at=closes_at, now=self._now)

    async def _end(self, meeting: Meeting, close_after: timedelta) -> None:
        """Bring a meeting that passed without its summary, or without anything, to its end."""
        closes_at = meeting.ends_at + close_after
        if meeting.state is MeetingState.SCHEDULED and await self._passed_in_silence(meeting):
            await self._meetings.set_state(meeting.id, MeetingState.SKIPPED, now=self._now)
            await arrangements.release(self._uow, self._group, meeting, self._now)
            await self._uow.cards.touch(meeting.id)
        elif closes_at + SUMMARY_LIFE <= self._now:
            # Its check-in or its summary, which closes it, could not be sent in all that time.
            if meeting.state is MeetingState.SCHEDULED:
                await self._meetings.set_state(meeting.id, MeetingState.OPEN, now=meeting.starts_at)
                meeting = await meeting_days.require(self._uow, self._group, meeting.id)
            await close_late(self._uow, meeting, at=closes_at, now=self._now)

    async def _passed_in_silence(self, meeting: Meeting) -> bool:
        """Whether it went by while the group was paused: its check-in had been taken back."""
        return meeting.ends_at <= self._now and any(
            ping.kind is PingKind.CHECKIN and ping.state is PingState.CANCELLED
            for ping in await self._pings(meeting)
        )

    async def _follow_schedule(self) -> None:
        """Let the meetings ahead be when the schedule has them; drop those that it has no day for."""
        since = (self._now - _TWO_DAYS).date()
        regular = await self._meetings.list_slots(self._group.id, since=since)
        until = max((each.stands_for for each in regular), default=since)
        given = {} if self._schedule is None else given_days(self._schedule, self._now, until=until)
        for meeting in regular:
            if not await self._follows(meeting):
                continue
            day = given.get(meeting.stands_for)
            if day is not None and day.starts_at != meeting.starts_at and _is_taken(day, meeting, regular):
                day = None
            if day is not None and self._schedule is not None:
                await self._follow(meeting, self._schedule, day)
            elif meeting.state is MeetingState.SCHEDULED and not await self._is_reported(meeting):
                await self._drop(meeting)

    async def _follows(self, meeting: Meeting) -> bool:
        """Whether it goes with the schedule: no organizer put it elsewhere, and it was not announced.

        None does while the schedule's zone is not known here; what was planned stays.
        """
        if meeting.by_hand or meeting.starts_at <= self._now:
            return False
        if self._schedule is not None and not is_known(self._schedule.zone):
            return False
        if meeting.state is not MeetingState.SCHEDULED:
            return meeting.state is MeetingState.SKIPPED
        return not any(
            ping.kind in ANNOUNCING and ping.state in _BEGUN for ping in await self._pings(meeting)
        )

    async def _follow(self, meeting: Meeting, schedule: Schedule, given: Occurrence) -> None:
        was = (meeting.day, meeting.time, meeting.zone)
        if (*was, meeting.duration_minutes, meeting.starts_at, meeting.ends_at) == (
            given.day,
            schedule.time,
            schedule.zone,
            schedule.duration_minutes,
            given.starts_at,
            given.ends_at,
        ):
            return
        if await self._is_reported(meeting):
            return
        if was != (given.day, schedule.time, schedule.zone):
            await self._note_reschedule(meeting)
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
        await arrangements.show(self._uow, meeting)

    async def _note_reschedule(self, meeting: Meeting) -> None:
        """Keep, for the notice of the new schedule, the start for which people agreed on something."""
        untold = self._is_just_rescheduled(meeting) or await self._is_notice_waiting(meeting)
        if not await is_agreed(self._uow, meeting):
            await self._meetings.put_moved_from(meeting.id, None)
        elif meeting.moved_from is None or not untold:
            await self._meetings.put_moved_from(meeting.id, meeting.starts_at)
        await self._successions.put_rescheduled(meeting.id, self._now)

    async def _is_reported(self, meeting: Meeting) -> bool:
        """Whether members have checked in early: then the meeting stays as they know it."""
        return bool(await self._uow.checkins.of_meeting(meeting.id))

    async def _drop(self, meeting: Meeting) -> None:
        """Take away a meeting that the schedule has no day for; what was agreed on stays until it is told."""
        if await is_agreed(self._uow, meeting):
            await self._meetings.set_state(
                meeting.id, MeetingState.CANCELLED, now=self._now, reason=Reason.SCHEDULE.value
            )
            await self._successions.put_rescheduled(meeting.id, self._now)
        else:
            await self._successions.remove(meeting.id)

    async def _forget_dropped(self) -> None:
        """Remove what was dropped before, once no notice waits that names it."""
        for meeting in await self._successions.list_dropped(self._group.id):
            if not self._is_just_rescheduled(meeting) and not await self._is_notice_waiting(meeting):
                await self._successions.remove(meeting.id)

    def _is_just_rescheduled(self, meeting: Meeting) -> bool:
        """Whether the notice that names it is planned in this transaction."""
        return meeting.rescheduled_at == self._now.replace(microsecond=0)

    async def _is_notice_waiting(self, meeting: Meeting) -> bool:
        """Whether the group is still to hear of the last change of schedule that concerned a meeting."""
        return meeting.rescheduled_at is not None and any(
            ping.due_at == meeting.rescheduled_at
            for ping in await self._uow.outbox.list_waiting(self._group.id, PingKind.CHANGE)
        )

    async def _recompute(self, meeting: Meeting) -> Meeting:
        """Derive the instants again, which change when the zone's rules did; return the meeting so."""
        if meeting.starts_at <= self._now or not is_known(meeting.zone):
            return meeting
        found = make_occurrence(
            meeting.day, meeting.time, zone=meeting.zone, duration_minutes=meeting.duration_minutes
        )
        if (found.starts_at, found.ends_at) == (meeting.starts_at, meeting.ends_at):
            return meeting
        await self._meetings.put_when(
            meeting.id,
            day=meeting.day,
            at=meeting.time,
            zone=meeting.zone,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            moved=False,
        )
        await arrangements.show(self._uow, meeting)
        return meeting._replace(starts_at=found.starts_at, ends_at=found.ends_at)

    async def _announce_again(self, meeting: Meeting, times: Times) -> None:
        """Let a meeting that is much later than was announced have a card, and a question, again."""
        cards = [ping for ping in await self._pings(meeting) if ping.kind is PingKind.CARD]
        due = card_due(self._group, meeting, times)
        last = max(cards, key=lambda ping: ping.id, default=None)
        if last is not None and is_heard_of_no_more(last, due, meeting.starts_at, self._now):
            await self._successions.announce_again(meeting.id)
            if meeting.quorum_decision is not None:  # a question that is open still stands
                await self._uow.cards.retire(meeting.id, CardKind.QUORUM)

    async def _make(self, schedule: Schedule, count: int) -> None:
        """Keep `count` regular meetings ahead; a day that was skipped or called off stays so."""
        since = (self._now - _TWO_DAYS).date()
        regular = await self._meetings.list_slots(self._group.id, since=since)
        ahead = await self._meetings.list_ahead(self._group.id)
        taken, slots = meeting_days.taken_days(regular), set(meeting_days.known_slots(regular))
        for given in list_occurrences(schedule, after=since):
            if count <= 0:
                break
            if given.starts_at <= self._now:
                continue
            meeting = taken.get(given.day)
            if meeting is None and meeting_days.is_busy(given, ahead):
                continue
            if meeting is None:
                slot = meeting_days.free_slot(given.day, slots)
                slots.add(slot)
                await self._add(schedule, given, slot)
            if meeting is None or meeting.state is MeetingState.SCHEDULED:
                count -= 1

    async def _add(self, schedule: Schedule, given: Occurrence, slot: date) -> None:
        await self._meetings.add(
            group_id=self._group.id,
            guild_id=self._group.guild_id,
            slot=slot,
            day=given.day,
            kind=MeetingKind.REGULAR,
            at=schedule.time,
            zone=schedule.zone,
            duration_minutes=schedule.duration_minutes,
            starts_at=given.starts_at,
            ends_at=given.ends_at,
        )

    async def _pings(self, meeting: Meeting) -> Sequence[Ping]:
        """Return a meeting's pings: none is planned or settled in here."""
        if meeting.id not in self._known_pings:
            self._known_pings[meeting.id] = await self._uow.outbox.of_meeting(meeting.id)
        return self._known_pings[meeting.id]
