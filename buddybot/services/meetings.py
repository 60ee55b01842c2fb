"""What an organizer does with single meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from buddybot.domain.errors import Refusal
from buddybot.domain.groups import Group
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings import Meeting, MeetingState, Reason
from buddybot.services import calendar, news, venues
from buddybot.services.access import as_member, as_organizer, at_meeting, require_active
from buddybot.services.actor import Actor
from buddybot.services.arrangements import Arranged, arranged
from buddybot.services.calendar import Pick, Slot
from buddybot.services.checkins import open_meeting
from buddybot.services.work import Planner, Work
from buddybot.storage.cards import CardRepository
from buddybot.storage.database import Tx
from buddybot.storage.meetings import MeetingRepository
from buddybot.storage.successions import SuccessionRepository

START_EARLY = timedelta(hours=3)
"""How long before its time a meeting may be opened; a longer way is a move."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A meeting after an organizer's command; `again` when it was so before."""

    group: Group
    meeting: Meeting
    again: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A meeting that does not take place, and how the next one stands; None when none is planned.

    `again` when it was left out before.
    """

    group: Group
    meeting: Meeting
    following: Arranged | None
    again: bool = False


class MeetingService:
    """Skip, move, cancel, start; every change is told to the group by one ping."""

    def __init__(self, work: Work, planner: Planner) -> None:
        self._work = work
        self._planner = planner

    async def slots(self, actor: Actor, group_id: GroupId | None = None) -> Sequence[Slot]:
        """Return the days to choose from: what is planned, open, skipped, and what the schedule gives."""

        async def script(tx: Tx) -> Sequence[Slot]:
            standing = await as_member(tx, actor, group_id)
            return await calendar.ahead(tx, standing.group, self._work.now())

        return await self._work.read(script)

    async def find(
        self, actor: Actor, pick: Pick | None, group_id: GroupId | None = None, *, is_open: bool = False
    ) -> Changed:
        """Return the chosen meeting to an organizer, or the next one.

        With `is_open` it is the one that goes on, or went on last, to any member: some may close it,
        others not.
        """

        async def script(tx: Tx) -> Changed:
            group = (await (as_member if is_open else as_organizer)(tx, actor, group_id)).group
            slot = await self._slot(tx, group, pick, is_open=is_open)
            if slot.meeting is None:
                raise Refusal("meeting.not_yet", at=slot.starts_at)
            return Changed(group, slot.meeting)

        return await self._work.read(script)

    async def skip(
        self, actor: Actor, pick: Pick | None, reason: Reason, group_id: GroupId | None = None
    ) -> Changed:
        """Leave a meeting out; `again` when it is left out already, and then nothing changes."""

        async def script(tx: Tx) -> Changed:
            group, meeting = await self._chosen(tx, actor, pick, group_id)
            if meeting.state is MeetingState.SKIPPED:
                return Changed(group, meeting, again=True)
            await news.require_room(tx, group, self._work.now())
            meeting.become(MeetingState.SKIPPED)
            return await self._set(tx, group, meeting, MeetingState.SKIPPED, reason, by=actor.user_id)

        return await self._work.write(actor, script)

    async def skip_turn(self, actor: Actor, pick: Pick | None, group_id: GroupId | None = None) -> LeftOut:
        """Leave a meeting out; whose turn it was stays next. Refusals as for `skip`."""
        changed = await self.skip(actor, pick, Reason.OTHER, group_id)

        async def script(tx: Tx) -> Arranged | None:
            ahead = await venues.planned(tx, changed.group, self._work.now())
            later = [each for each in ahead if each.starts_at > changed.meeting.starts_at]
            return await arranged(tx, changed.group, later[0]) if later else None

        return LeftOut(changed.group, changed.meeting, await self._work.read(script), again=changed.again)

    async def revive(self, actor: Actor, meeting_id: MeetingId) -> Changed:
        """Meet after all where a meeting was skipped."""

        async def script(tx: Tx) -> Changed:
            standing, meeting = await at_meeting(tx, actor, meeting_id, organizer=True, lock=True)
            require_active(standing.group)
            if meeting.state is MeetingState.SCHEDULED:
                return Changed(standing.group, meeting, again=True)
            meeting.become(MeetingState.SCHEDULED)
            now = self._work.now()
            await news.require_room(tx, standing.group, now)
            place = calendar.placed(
                meeting.day,
                meeting.time,
                zone=meeting.zone,
                duration_minutes=meeting.duration_minutes,
                now=now,
            )
            slots = await calendar.ahead(tx, standing.group, now)
            calendar.check_free(slots, place, besides=meeting)
            await MeetingRepository(tx).put_moved_from(meeting.id, None)
            await SuccessionRepository(tx).put_by_hand(
                meeting.id, by_hand=not await calendar.is_given(tx, meeting, place)
            )
            return await self._set(
                tx, standing.group, meeting, MeetingState.SCHEDULED, None, by=actor.user_id
            )

        return await self._work.write(actor, script)

    async def move(
        self,
        actor: Actor,
        pick: Pick | None,
        *,
        day: date | None,
        at: time | None,
        group_id: GroupId | None = None,
    ) -> Changed:
        """Hold a meeting at another time.

        Refusals: `meeting.move_where`, `meeting.same_time`, `meeting.past`, `meeting.too_far`,
        `meeting.collides`, `meeting.changes_many`, and `meeting.not_moved` for one that is not just planned.
        """
        if day is None and at is None:
            raise Refusal("meeting.move_where")

        async def script(tx: Tx) -> Changed:
            now = self._work.now()
            group, meeting = await self._chosen(tx, actor, pick, group_id)
            if meeting.state is not MeetingState.SCHEDULED:
                raise Refusal("meeting.not_moved")
            await news.require_room(tx, group, now)
            place = calendar.placed(
                day or meeting.day,
                at or meeting.time,
                zone=meeting.zone,
                duration_minutes=meeting.duration_minutes,
                now=now,
            )
            if place.starts_at == meeting.starts_at:
                raise Refusal("meeting.same_time", at=meeting.starts_at)
            calendar.check_free(await calendar.ahead(tx, group, now), place, besides=meeting)
            await news.note_move(tx, meeting)
            await MeetingRepository(tx).put_when(
                meeting.id,
                day=place.day,
                at=place.at,
                zone=place.zone,
                starts_at=place.starts_at,
                ends_at=place.ends_at,
                moved=True,
                by_hand=not await calendar.is_given(tx, meeting, place),
            )
            return await _told(tx, self._planner, group, meeting.id, self._work.now(), by=actor.user_id)

        return await self._work.write(actor, script)

    async def cancel(self, actor: Actor, meeting_id: MeetingId, reason: Reason) -> Changed:
        """Call a meeting off for good; `again` when it was already."""

        async def script(tx: Tx) -> Changed:
            standing, meeting = await at_meeting(tx, actor, meeting_id, organizer=True, lock=True)
            require_active(standing.group)
            if meeting.state is MeetingState.CANCELLED:
                return Changed(standing.group, meeting, again=True)
            return await call_off(
                tx, self._planner, standing.group, meeting, reason, self._work.now(), by=actor.user_id
            )

        return await self._work.write(actor, script)

    async def start(self, actor: Actor, pick: Pick | None, group_id: GroupId | None = None) -> Changed:
        """Open a meeting now, a few hours early at most; its check-in is due at once."""

        async def script(tx: Tx) -> Changed:
            now = self._work.now()
            group, meeting = await self._chosen(tx, actor, pick, group_id)
            if meeting.state is MeetingState.OPEN:
                return Changed(group, meeting, again=True)
            meeting.become(MeetingState.OPEN)
            if now < meeting.starts_at - START_EARLY:
                raise Refusal("meeting.start_early", opens=meeting.starts_at - START_EARLY)
            await open_meeting(tx, group, meeting, now)
            await CardRepository(tx).touch(meeting.id)
            await self._planner.plan(tx, group, now)
            return Changed(group, await calendar.require(tx, group, meeting.id))

        return await self._work.write(actor, script)

    async def _slot(self, tx: Tx, group: Group, pick: Pick | None, *, is_open: bool = False) -> Slot:
        slots = await calendar.ahead(tx, group, self._work.now())
        if pick is not None:
            return calendar.find(slots, pick)
        for slot in reversed(slots) if is_open else calendar.coming(slots, self._work.now()):
            if slot.meeting is None or not slot.meeting.ahead:
                continue
            if not is_open or slot.meeting.state is MeetingState.OPEN:
                return slot
        raise Refusal("meeting.none_open" if is_open else "meeting.none_ahead")

    async def _chosen(
        self, tx: Tx, actor: Actor, pick: Pick | None, group_id: GroupId | None
    ) -> tuple[Group, Meeting]:
        group = (await as_organizer(tx, actor, group_id, lock=True)).group
        require_active(group)
        return group, await calendar.make(tx, group, await self._slot(tx, group, pick))

    async def _set(
        self,
        tx: Tx,
        group: Group,
        meeting: Meeting,
        state: MeetingState,
        reason: Reason | None,
        *,
        by: UserId,
    ) -> Changed:
        return await _set(tx, self._planner, group, meeting, state, reason, self._work.now(), by=by)


async def call_off(
    tx: Tx, planner: Planner, group: Group, meeting: Meeting, reason: Reason, now: datetime, *, by: UserId
) -> Changed:
    """Cancel a meeting within a transaction, for good: pings, cards and what follows are brought in line."""
    meeting.become(MeetingState.CANCELLED)
    return await _set(tx, planner, group, meeting, MeetingState.CANCELLED, reason, now, by=by)


async def _set(
    tx: Tx,
    planner: Planner,
    group: Group,
    meeting: Meeting,
    state: MeetingState,
    reason: Reason | None,
    now: datetime,
    *,
    by: UserId,
) -> Changed:
    await MeetingRepository(tx).set_state(
        meeting.id, state, now=now, reason=None if reason is None else reason.value
    )
    await venues.release(tx, group, meeting, now)
    return await _told(tx, planner, group, meeting.id, now, by=by)


async def _told(
    tx: Tx, planner: Planner, group: Group, meeting_id: MeetingId, now: datetime, *, by: UserId
) -> Changed:
    """Bring pings and cards in line with a changed meeting, and plan a ping about it."""
    await planner.plan(tx, group, now, by=by)
    meeting = await calendar.require(tx, group, meeting_id)
    await venues.show(tx, meeting)
    await news.plan_change_ping(tx, meeting, now, by=by)
    return Changed(group, meeting)
