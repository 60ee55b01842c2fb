"""The record of a past meeting, looked at and corrected by an organizer: nothing is overwritten."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from buddybot.domain.attendance.attendance import REASON_LIMIT, Attendance, Correction, Entry, Visitor, trail
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState, began
from buddybot.domain.text import clean, people_order
from buddybot.services.attendance.attendance import (
    RECORDABLE,
    find_known,
    find_open,
    list_suggestions,
    met,
    tell_unrecorded,
)
from buddybot.services.attendance.visitors import require_met, require_over, withdraw_all
from buddybot.services.core import Actor, PlanningService, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import as_organizer, at_meeting
from buddybot.services.core.meeting_days import Pick, require
from buddybot.services.locations.fairness_snapshot import keep_fairness_snapshot

CORRECTABLE = (*RECORDABLE, Attendance.UNRECORDED)
"""What a correction may record for a member; unrecorded takes a mistake back."""


class Seat(NamedTuple):
    """How a member of that evening stands; `entry` is None where the ledger says nothing of them.

    `suggested` is how they probably were, when they are unrecorded and gave a word before.
    """

    user_id: UserId
    name: str
    entry: Entry | None
    suggested: Attendance | None = None

    @property
    def state(self) -> Attendance:
        """Their state."""
        return Attendance.UNRECORDED if self.entry is None else self.entry.state


class CorrectionView(NamedTuple):
    """The record of one meeting; `number` is None when it was called off.

    `visitors` has those who were taken back too; the trail is in the order in which it was written.
    """

    group: Group
    meeting: Meeting
    number: int | None
    met: bool
    seats: tuple[Seat, ...]
    visitors: tuple[Visitor, ...]
    trail: tuple[Correction, ...]


class CorrectionService(PlanningService):
    """Each correction says who, when, from what to what, and why; what was recorded before stays."""

    @read_transaction
    async def choices(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None
    ) -> Sequence[tuple[Meeting, int | None]]:
        """Return the meetings of the record with their numbers, the latest first."""
        group = (await as_organizer(uow, actor, group_id)).group
        return await uow.attendances.list_meetings(group.id, now=self._now())

    @read_transaction
    async def view(
        self, uow: UnitOfWork, actor: Actor, pick: Pick | None = None, group_id: GroupId | None = None
    ) -> CorrectionView:
        """Return the record of a past meeting, or of the latest.

        Refusals: `attendance.no_meeting`, `meeting.none_on`, those of `require_over` and of `access`.
        """
        if pick is not None and not isinstance(pick, date) and group_id is None:
            standing, meeting = await at_meeting(uow, actor, pick, organizer=True)
            group = standing.group
        else:
            group = (await as_organizer(uow, actor, group_id)).group
            meeting = await self._find_meeting(uow, group, pick)
        require_over(meeting, self._now())
        return await _view(uow, group, meeting)

    @read_transaction
    async def get_seat(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, user_id: UserId
    ) -> tuple[CorrectionView, Seat]:
        """Return a member's attendance before it is corrected; Refusals as for `correct`."""
        standing, meeting = await at_meeting(uow, actor, meeting_id, organizer=True)
        await require_met(uow, meeting, self._now())
        view = await _view(uow, standing.group, meeting)
        return view, _seat(view, user_id)

    async def correct(
        self, actor: Actor, meeting_id: MeetingId, user_id: UserId, state: Attendance, reason: str
    ) -> CorrectionView:
        """Write down what is right, and why.

        Refusals: `attendance.same` (it stands so already, and nothing changes), `attendance.not_member`,
        those of `require_met`, of `domain.text.clean` and of `access`.
        """
        if state not in CORRECTABLE:
            raise Refusal("button.stale")
        why = clean(reason, limit=REASON_LIMIT, field="reason")
        return await self._record_correction(actor, meeting_id, user_id, state, why)

    @write_transaction
    async def _record_correction(
        self,
        uow: UnitOfWork,
        actor: Actor,
        meeting_id: MeetingId,
        user_id: UserId,
        state: Attendance,
        why: str,
    ) -> CorrectionView:
        now = self._now()
        standing, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        await require_met(uow, meeting, now)
        seat = _seat(await _view(uow, standing.group, meeting), user_id)
        if seat.state is state:
            raise Refusal("attendance.same")
        await uow.attendances.append(
            meeting_id=meeting.id,
            user_id=user_id,
            state=state,
            previous=seat.state,
            recorded_by=actor.user_id,
            now=now,
            reason=why,
        )
        await tell_unrecorded(uow, meeting, now)
        return await _view(uow, standing.group, meeting)

    async def did_not_meet(self, actor: Actor, meeting_id: MeetingId, reason: str) -> CorrectionView:
        """Say of a meeting that was closed that the group did not meet: of everybody, visitors taken back.

        Refusals: `attendance.same`, those of `require_over`, of `domain.text.clean` and of `access`.
        """
        why = clean(reason, limit=REASON_LIMIT, field="reason")
        return await self._mark_not_met(actor, meeting_id, why)

    @write_transaction
    async def _mark_not_met(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, why: str
    ) -> CorrectionView:
        now = self._now()
        standing, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        require_over(meeting, now)
        if not await met(uow, meeting):
            raise Refusal("attendance.same")
        stood = await uow.attendances.list_standing(meeting.id)
        members = await uow.members.at(meeting.group_id, began(meeting))
        # Those whose data was deleted are counted on, and so is that they did not meet either.
        everybody = dict.fromkeys((*members, *stood), Attendance.DIDNT_MEET)
        before = {user_id: entry.state for user_id, entry in stood.items()}
        await self._write(uow, actor, meeting, everybody, before, why)
        await withdraw_all(uow, meeting, actor, now)
        return await self._follow_change(uow, standing.group, meeting, now)

    async def did_meet(self, actor: Actor, meeting_id: MeetingId, reason: str) -> CorrectionView:
        """Say that the group met after all: everybody stands as before, or as far as is known.

        A meeting that was called off was closed at its planned end then. Refusals as for `did_not_meet`.
        """
        why = clean(reason, limit=REASON_LIMIT, field="reason")
        return await self._mark_met(actor, meeting_id, why)

    @write_transaction
    async def _mark_met(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, why: str
    ) -> CorrectionView:
        now = self._now()
        standing, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        require_over(meeting, now)
        if await met(uow, meeting):
            raise Refusal("attendance.same")
        stood = await uow.attendances.list_standing(meeting.id)
        states = {**await find_known(uow, meeting), **_before(stood)}
        off = dict.fromkeys(states, Attendance.DIDNT_MEET)
        await self._write(uow, actor, meeting, states, off, why)
        if meeting.state is not MeetingState.CLOSED:
            await uow.meetings.set_state(meeting.id, MeetingState.CLOSED, now=meeting.ends_at)
            await uow.meetings.entry_changed(meeting.id)
            await keep_fairness_snapshot(uow, meeting)
        return await self._follow_change(uow, standing.group, meeting, now)

    async def _find_meeting(self, uow: UnitOfWork, group: Group, pick: Pick | None) -> Meeting:
        if pick is not None and not isinstance(pick, date):
            return await require(uow, group, pick)
        found = await uow.attendances.list_meetings(
            group.id, now=self._now(), limit=1 if pick is None else None
        )
        for meeting, _ in found:
            if pick in (None, meeting.day):
                return meeting
        for meeting in await find_open(uow, group.id):
            if pick in (None, meeting.day):
                return meeting  # refused: its record begins when it is closed
        if pick is None:
            raise Refusal("attendance.no_meeting")
        raise Refusal("meeting.none_on", day=pick)

    async def _write(
        self,
        uow: UnitOfWork,
        actor: Actor,
        meeting: Meeting,
        states: Mapping[UserId, Attendance],
        before: Mapping[UserId, Attendance],
        why: str,
    ) -> None:
        for user_id, state in states.items():
            await uow.attendances.append(
                meeting_id=meeting.id,
                user_id=user_id,
                state=state,
                previous=before.get(user_id),
                recorded_by=actor.user_id,
                now=self._now(),
                reason=why,
            )

    async def _follow_change(
        self, uow: UnitOfWork, group: Group, meeting: Meeting, now: datetime
    ) -> CorrectionView:
        """Bring in line what shows whether the group met, and the numbers of the meetings ahead."""
        for each in (meeting, *await uow.meetings.list_ahead(group.id)):
            await uow.cards.touch(each.id)
        meeting = await require(uow, group, meeting.id)
        await tell_unrecorded(uow, meeting, now)
        await self._planner.plan(uow, group, now)
        return await _view(uow, group, meeting)


def _before(stood: Mapping[UserId, Entry]) -> dict[UserId, Attendance]:
    """How each stood before it was said that the group did not meet, where that is known."""
    return {
        user_id: found
        for user_id, entry in stood.items()
        if (found := entry.previous if entry.state is Attendance.DIDNT_MEET else entry.state) is not None
    }


def _seat(view: CorrectionView, user_id: UserId) -> Seat:
    for seat in view.seats:
        if seat.user_id == user_id:
            return seat
    raise Refusal("attendance.not_member")


async def _view(uow: UnitOfWork, group: Group, meeting: Meeting) -> CorrectionView:
    ledger = await uow.attendances.list_entries(meeting.id)
    standing = {entry.user_id: entry for entry in ledger}
    names = await uow.attendances.names(group.id)
    members = await uow.members.at(group.id, began(meeting))
    is_held = meeting.state is MeetingState.CLOSED
    likely = await list_suggestions(uow, meeting)
    return CorrectionView(
        group=group,
        meeting=meeting,
        number=await uow.meetings.get_number(meeting) if is_held else None,
        met=await met(uow, meeting),
        seats=tuple(
            Seat(user_id, names.get(user_id, ""), standing.get(user_id), likely.get(user_id))
            for user_id in sorted(members, key=lambda member: people_order(names.get(member)))
        ),
        visitors=tuple(await uow.visitors.of_meeting(meeting.id)),
        trail=tuple(trail(ledger)),
    )
