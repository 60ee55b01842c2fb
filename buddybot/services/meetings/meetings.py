"""What an organizer does with single meetings."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState, Reason
from buddybot.domain.pings import PingKind
from buddybot.services.checkins.checkins import open_meeting
from buddybot.services.core import (
    Actor,
    PlanningService,
    UnitOfWork,
    meeting_days,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import as_member, as_organizer, at_meeting, require_active
from buddybot.services.core.meeting_days import Pick, Slot
from buddybot.services.core.unit_of_work import Planner
from buddybot.services.locations import arrangements
from buddybot.services.locations.arrangement_steps import ArrangementChange, describe_change
from buddybot.services.meetings import meeting_messages

START_EARLY = timedelta(hours=3)
"""How long before its time a meeting may be opened; a longer way is a move."""


class Changed(NamedTuple):
    """A meeting after an organizer's command; `again` when it was so before."""

    group: Group
    meeting: Meeting
    again: bool = False


class LeftOut(NamedTuple):
    """A meeting that does not take place, and how the next one stands; None when none is planned.

    `again` when it was left out before.
    """

    group: Group
    meeting: Meeting
    following: ArrangementChange | None
    again: bool = False


class MeetingService(PlanningService):
    """Skip, move, cancel, start; every change is told to the group by one ping."""

    @read_transaction
    async def list_slots(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None
    ) -> Sequence[Slot]:
        """Return the days to choose from: what is planned, open, skipped, and what the schedule gives."""
        standing = await as_member(uow, actor, group_id)
        return await meeting_days.list_ahead(uow, standing.group, self._now())

    @read_transaction
    async def find(
        self,
        uow: UnitOfWork,
        actor: Actor,
        pick: Pick | None,
        group_id: GroupId | None = None,
        *,
        is_open: bool = False,
    ) -> Changed:
        """Return the chosen meeting to an organizer, or the next one.

        With `is_open` it is the one that goes on, or went on last, to any member: some may close it,
        others not.
        """
        group = (await (as_member if is_open else as_organizer)(uow, actor, group_id)).group
        slot = await self._slot(uow, group, pick, is_open=is_open)
        if slot.meeting is None:
            raise Refusal("meeting.not_yet", at=slot.starts_at)
        return Changed(group, slot.meeting)

    @write_transaction
    async def skip(
        self,
        uow: UnitOfWork,
        actor: Actor,
        pick: Pick | None,
        reason: Reason,
        group_id: GroupId | None = None,
    ) -> Changed:
        """Leave a meeting out; `again` when it is left out already, and then nothing changes."""
        group, meeting = await self._make_meeting(uow, actor, pick, group_id)
        if meeting.state is MeetingState.SKIPPED:
            return Changed(group, meeting, again=True)
        await meeting_messages.require_room(uow, group, self._now())
        meeting.become(MeetingState.SKIPPED)
        return await self._set(uow, group, meeting, MeetingState.SKIPPED, reason, by=actor.user_id)

    async def skip_turn(self, actor: Actor, pick: Pick | None, group_id: GroupId | None = None) -> LeftOut:
        """Leave a meeting out; whose turn it was stays next. Refusals as for `skip`."""
        changed = await self.skip(actor, pick, Reason.OTHER, group_id)
        return LeftOut(
            changed.group, changed.meeting, await self._arrange_following(changed), again=changed.again
        )

    @read_transaction
    async def _arrange_following(self, uow: UnitOfWork, changed: Changed) -> ArrangementChange | None:
        ahead = await arrangements.list_planned(uow, changed.group, self._now())
        later = [each for each in ahead if each.starts_at > changed.meeting.starts_at]
        return await describe_change(uow, changed.group, later[0]) if later else None

    @write_transaction
    async def revive(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> Changed:
        """Meet after all where a meeting was skipped."""
        standing, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        require_active(standing.group)
        if meeting.state is MeetingState.SCHEDULED:
            return Changed(standing.group, meeting, again=True)
        meeting.become(MeetingState.SCHEDULED)
        now = self._now()
        await meeting_messages.require_room(uow, standing.group, now)
        place = meeting_days.make_slot(
            meeting.day,
            meeting.time,
            zone=meeting.zone,
            duration_minutes=meeting.duration_minutes,
            now=now,
        )
        slots = await meeting_days.list_ahead(uow, standing.group, now)
        meeting_days.check_free(slots, place, besides=meeting)
        await uow.meetings.put_moved_from(meeting.id, None)
        await uow.successions.put_by_hand(
            meeting.id, by_hand=not await meeting_days.is_given(uow, meeting, place)
        )
        return await self._set(uow, standing.group, meeting, MeetingState.SCHEDULED, None, by=actor.user_id)

    async def move(
        self,
        actor: Actor,
        pick: Pick | None,
        *,
        day: date | None,
        at: time | None,
        group_id: GroupId | None = None,
    ) -> Changed:
        """Hold a meeting at another time; without `pick` the next that has not begun.

        Refusals: `meeting.move_where`, `meeting.same_time`, `meeting.past`, `meeting.too_far`,
        `meeting.collides`, `meeting.changes_many`, and `meeting.not_moved` for one that is not just planned.
        """
        if day is None and at is None:
            raise Refusal("meeting.move_where")
        return await self._move_meeting(actor, pick, day=day, at=at, group_id=group_id)

    @write_transaction
    async def _move_meeting(
        self,
        uow: UnitOfWork,
        actor: Actor,
        pick: Pick | None,
        *,
        day: date | None,
        at: time | None,
        group_id: GroupId | None,
    ) -> Changed:
        now = self._now()
        group, meeting = await self._make_meeting(uow, actor, pick, group_id, begun=False)
        if meeting.state is not MeetingState.SCHEDULED:
            raise Refusal("meeting.not_moved")
        await meeting_messages.require_room(uow, group, now)
        place = meeting_days.make_slot(
            day or meeting.day,
            at or meeting.time,
            zone=meeting.zone,
            duration_minutes=meeting.duration_minutes,
            now=now,
        )
        if place.starts_at == meeting.starts_at:
            raise Refusal("meeting.same_time", at=meeting.starts_at)
        meeting_days.check_free(await meeting_days.list_ahead(uow, group, now), place, besides=meeting)
        await meeting_messages.note_move(uow, meeting)
        await uow.meetings.put_when(
            meeting.id,
            day=place.day,
            at=place.at,
            zone=place.zone,
            starts_at=place.starts_at,
            ends_at=place.ends_at,
            moved=True,
            by_hand=not await meeting_days.is_given(uow, meeting, place),
        )
        return await _tell_change(uow, self._planner, group, meeting.id, self._now(), by=actor.user_id)

    @write_transaction
    async def cancel(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, reason: Reason) -> Changed:
        """Call a meeting off for good; `again` when it was already."""
        standing, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        require_active(standing.group)
        if meeting.state is MeetingState.CANCELLED:
            return Changed(standing.group, meeting, again=True)
        return await call_off(
            uow, self._planner, standing.group, meeting, reason, self._now(), by=actor.user_id
        )

    @write_transaction
    async def start(
        self, uow: UnitOfWork, actor: Actor, pick: Pick | None, group_id: GroupId | None = None
    ) -> Changed:
        """Open a meeting now, a few hours early at most; its check-in is due at once and tells the others."""
        now = self._now()
        group, meeting = await self._make_meeting(uow, actor, pick, group_id)
        if meeting.state is MeetingState.OPEN:
            return Changed(group, meeting, again=True)
        meeting.become(MeetingState.OPEN)
        if now < meeting.starts_at - START_EARLY:
            raise Refusal("meeting.start_early", opens=meeting.starts_at - START_EARLY)
        await open_meeting(uow, group, meeting, now)
        await uow.cards.touch(meeting.id)
        await self._planner.plan(uow, group, now)
        await uow.outbox.put_cause(meeting.id, PingKind.CHECKIN, actor.user_id)
        return Changed(group, await meeting_days.require(uow, group, meeting.id))

    async def _slot(
        self, uow: UnitOfWork, group: Group, pick: Pick | None, *, is_open: bool = False, begun: bool = True
    ) -> Slot:
        """The slot that was picked; else the next, of those that have not `begun`, or the last `is_open`."""
        now = self._now()
        slots = await meeting_days.list_ahead(uow, group, now)
        if pick is not None:
            return meeting_days.find(slots, pick)
        for slot in reversed(slots) if is_open else meeting_days.select_coming(slots, now):
            if slot.meeting is None or not slot.meeting.ahead:
                continue
            if is_open and slot.meeting.state is not MeetingState.OPEN:
                continue
            if begun or not slot.has_begun(now):
                return slot
        raise Refusal("meeting.none_open" if is_open else "meeting.none_ahead")

    async def _make_meeting(
        self,
        uow: UnitOfWork,
        actor: Actor,
        pick: Pick | None,
        group_id: GroupId | None,
        *,
        begun: bool = True,
    ) -> tuple[Group, Meeting]:
        group = (await as_organizer(uow, actor, group_id, lock=True)).group
        require_active(group)
        return group, await meeting_days.make(uow, group, await self._slot(uow, group, pick, begun=begun))

    async def _set(
        self,
        uow: UnitOfWork,
        group: Group,
        meeting: Meeting,
        state: MeetingState,
        reason: Reason | None,
        *,
        by: UserId,
    ) -> Changed:
        return await _set(uow, self._planner, group, meeting, state, reason, self._now(), by=by)


async def call_off(
    uow: UnitOfWork,
    planner: Planner,
    group: Group,
    meeting: Meeting,
    reason: Reason,
    now: datetime,
    *,
    by: UserId,
) -> Changed:
    """Cancel a meeting within a transaction, for good: pings, cards and what follows are brought in line."""
    meeting.become(MeetingState.CANCELLED)
    return await _set(uow, planner, group, meeting, MeetingState.CANCELLED, reason, now, by=by)


async def _set(
    uow: UnitOfWork,
    planner: Planner,
    group: Group,
    meeting: Meeting,
    state: MeetingState,
    reason: Reason | None,
    now: datetime,
    *,
    by: UserId,
) -> Changed:
    await uow.meetings.set_state(meeting.id, state, now=now, reason=None if reason is None else reason.value)
    await arrangements.release(uow, group, meeting, now)
    return await _tell_change(uow, planner, group, meeting.id, now, by=by)


async def _tell_change(
    uow: UnitOfWork, planner: Planner, group: Group, meeting_id: MeetingId, now: datetime, *, by: UserId
) -> Changed:
    """Bring pings and cards in line with a changed meeting, and plan a ping about it."""
    await planner.plan(uow, group, now, by=by)
    meeting = await meeting_days.require(uow, group, meeting_id)
    await arrangements.show(uow, meeting)
    await meeting_messages.plan_change_ping(uow, meeting, now, by=by)
    return Changed(group, meeting)
