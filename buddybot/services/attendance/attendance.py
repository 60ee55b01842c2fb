"""Attendance: settled when a meeting closes, completed by an organizer, never guessed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.attendance import attendance
from buddybot.domain.attendance.attendance import (
    Attendance,
    Entry,
    Visitor,
    settle_attendance,
    suggest_attendance,
    wrote_there,
)
from buddybot.domain.attendance.records import took_place
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState, began
from buddybot.domain.text import people_order
from buddybot.services.core import Actor, Service, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import as_organizer, at_meeting

RECORDABLE = (
    Attendance.PRESENT,
    Attendance.LATE,
    Attendance.VIRTUAL,
    Attendance.EXCUSED,
    Attendance.ABSENT,
)
"""What an organizer may record for a member."""
INCOMPLETE = "attendance_unrecorded"
"""The code of the notice that tells organizers of people who are unrecorded."""


class Recording(NamedTuple):
    """What one click recorded of whom; `first` and `last` are the numbers of its entries in the ledger."""

    states: Mapping[UserId, Attendance]
    first: int
    last: int


class Unrecorded(NamedTuple):
    """Of whom nobody has said yet whether they were at a meeting that is over, of how many `members`.

    `suggested` is how some of these people probably were, by what they said before. `met` is False when an
    organizer said that the group did not meet. `newest` is the number of the newest entry in its ledger,
    and `recording` what the click before this answer recorded.
    """

    meeting: Meeting
    number: int
    people: tuple[tuple[UserId, str], ...]
    members: int
    visitors: tuple[Visitor, ...]
    met: bool
    suggested: Mapping[UserId, Attendance]
    newest: int
    recording: Recording | None = None


async def settle(uow: UnitOfWork, meeting: Meeting, now: datetime) -> None:
    """Write down what check-ins and RSVPs tell of everybody who was a member when the meeting began.

    An entry that a person made stays.
    """
    ledger = uow.attendances
    standing = await ledger.list_standing(meeting.id)
    for user_id, state in (await find_known(uow, meeting)).items():
        entry = standing.get(user_id)
        if entry is not None and (entry.recorded_by is not None or entry.state is state):
            continue
        await ledger.append(
            meeting_id=meeting.id,
            user_id=user_id,
            state=state,
            previous=None if entry is None else entry.state,
            recorded_by=None,
            now=now,
        )


async def find_known(uow: UnitOfWork, meeting: Meeting) -> Mapping[UserId, Attendance]:
    """Return what check-ins and RSVPs tell of everybody who was a member when the meeting began.

    A report proves that a member was there only when it was written, or corrected, at the meeting, and
    not by one who had sent apologies. Who had left the server by its beginning did not come as they had said.
    """
    roll = await uow.rsvps.get_roll(meeting, at=began(meeting))
    reports = await uow.checkins.of_meeting(meeting.id)
    wrote = {report.user_id for report in reports if wrote_there(report, meeting)}
    found: dict[UserId, Attendance] = {}
    for user_id in await uow.members.at(meeting.group_id, began(meeting)):
        answer = roll.find_rsvp(user_id)
        there = user_id in wrote and answer is not Answer.APOLOGIES
        found[user_id] = settle_attendance(checked_in_there=there, answer=answer)
    return found


async def list_suggestions(uow: UnitOfWork, meeting: Meeting) -> Mapping[UserId, Attendance]:
    """Return how the unrecorded people of a closed meeting probably were, where they gave a word."""
    roll = await uow.rsvps.get_roll(meeting, at=began(meeting))
    found = {
        user_id: suggest_attendance(roll.find_rsvp(user_id))
        for user_id in await find_unrecorded(uow, meeting)
    }
    return {user_id: state for user_id, state in found.items() if state is not None}


async def find_unrecorded(uow: UnitOfWork, meeting: Meeting) -> Sequence[UserId]:
    """Return of whom the closed meeting's ledger does not say whether they were there."""
    if meeting.reduced:
        return ()
    standing = await uow.attendances.list_standing(meeting.id)
    return [
        user_id
        for user_id in await uow.members.at(meeting.group_id, began(meeting))
        if user_id not in standing or standing[user_id].state is Attendance.UNRECORDED
    ]


async def met(uow: UnitOfWork, meeting: Meeting) -> bool:
    """Return whether the group met: the meeting was held, and no organizer said otherwise."""
    standing = await uow.attendances.list_standing(meeting.id)
    return meeting.state is MeetingState.CLOSED and took_place([each.state for each in standing.values()])


async def tell_unrecorded(uow: UnitOfWork, meeting: Meeting, now: datetime) -> None:
    """Bring what organizers are told of a meeting's unrecorded people in line with its ledger."""
    waiting, notices, key = await find_unrecorded(uow, meeting), uow.notices, f"attendance:{meeting.id}"
    if not waiting:
        await notices.withdraw(meeting.group_id, key)
        return
    number = await uow.meetings.get_number(meeting)
    parameters = {"number": number, "count": len(waiting)}
    await notices.tell(meeting.group_id, code=INCOMPLETE, key=key, parameters=parameters, now=now)
    await notices.restate(meeting.group_id, key, parameters)


class AttendanceService(Service):
    """The organizer's one-click list."""

    @read_transaction
    async def list_unrecorded(
        self,
        uow: UnitOfWork,
        actor: Actor,
        *,
        meeting_id: MeetingId | None = None,
        group_id: GroupId | None = None,
    ) -> Unrecorded:
        """Return who is unrecorded at the meeting, or at the latest one that has such people.

        Refusals: `attendance.not_closed`, `attendance.no_meeting`, and those of `access`.
        """
        if meeting_id is not None:
            _, meeting = await at_meeting(uow, actor, meeting_id, organizer=True)
        else:
            standing = await as_organizer(uow, actor, group_id)
            meeting = await self._latest(uow, standing.group.id)
        return await self._list(uow, meeting)

    @read_transaction
    async def find_unclosed(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None
    ) -> MeetingId | None:
        """Return the latest meeting that is over and that nobody has closed; attendance waits for that."""
        standing = await as_organizer(uow, actor, group_id)
        over = [each for each in await find_open(uow, standing.group.id) if each.ends_at <= self._now()]
        return over[-1].id if over else None

    async def record(
        self,
        actor: Actor,
        meeting_id: MeetingId,
        states: Mapping[UserId, Attendance],
        *,
        after: int | None = None,
    ) -> Unrecorded:
        """Write down what an organizer says of people who are unrecorded; return who is left.

        A person who was recorded since, or was no member then, is passed over. `after` is the number of
        the newest entry when the pressed card was made: a second press then tells what the first recorded.
        """
        _require_recordable(*states.values())
        return await self._record(actor, meeting_id, lambda _: states, after)

    async def confirm(self, actor: Actor, meeting_id: MeetingId, *, after: int | None = None) -> Unrecorded:
        """Write down what is suggested; who gave no word stays unrecorded. `after` as in `record`."""
        return await self._record(actor, meeting_id, lambda waiting: waiting.suggested, after)

    async def record_rest(
        self, actor: Actor, meeting_id: MeetingId, state: Attendance, *, after: int | None = None
    ) -> Unrecorded:
        """Write down the same of everybody who is unrecorded.

        Of people who all came, those who said late or virtual came in that way. `after` as in `record`.
        """
        _require_recordable(state)

        def choose_states(waiting: Unrecorded) -> Mapping[UserId, Attendance]:
            ways = {user: way for user, way in waiting.suggested.items() if way.attended}
            rest = dict.fromkeys((user for user, _ in waiting.people), state)
            return rest | ways if state is Attendance.PRESENT else rest

        return await self._record(actor, meeting_id, choose_states, after)

    @write_transaction
    async def undo(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, *, first: int, last: int
    ) -> Unrecorded:
        """Take back what one click of the actor's recorded; what was recorded since then stays."""
        _, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        await self._list(uow, meeting)  # refused where there is nothing to record
        entries = await uow.attendances.standing_of(
            meeting.id, recorded_by=actor.user_id, first=first, last=last
        )
        undone = {entry.user_id: Attendance.UNRECORDED for entry in entries if _is_first_word(entry)}
        await self._append(uow, actor, meeting, undone)
        return await self._list(uow, meeting)

    @write_transaction
    async def _record(
        self,
        uow: UnitOfWork,
        actor: Actor,
        meeting_id: MeetingId,
        choose: Callable[[Unrecorded], Mapping[UserId, Attendance]],
        after: int | None,
    ) -> Unrecorded:
        """Write down what is chosen of those who are unrecorded, knowing behind the lock who they are."""
        _, meeting = await at_meeting(uow, actor, meeting_id, organizer=True, lock=True)
        waiting = await self._list(uow, meeting)
        people = {user_id for user_id, _ in waiting.people}
        states = {user: state for user, state in choose(waiting).items() if user in people}
        recording = await self._append(uow, actor, meeting, states)
        if recording is None and after is not None:  # pressed twice: the first press can be taken back
            recording = await _recorded_since(uow, actor, meeting, after)
        return (await self._list(uow, meeting))._replace(recording=recording)

    async def _append(
        self, uow: UnitOfWork, actor: Actor, meeting: Meeting, states: Mapping[UserId, Attendance]
    ) -> Recording | None:
        ledger = uow.attendances
        standing = await ledger.list_standing(meeting.id)
        numbers = []
        for user_id, state in states.items():
            entry = standing.get(user_id)
            number = await ledger.append(
                meeting_id=meeting.id,
                user_id=user_id,
                state=state,
                previous=None if entry is None else entry.state,
                recorded_by=actor.user_id,
                now=self._now(),
            )
            numbers.append(number)
        await tell_unrecorded(uow, meeting, self._now())
        return Recording(states, min(numbers), max(numbers)) if numbers else None

    async def _latest(self, uow: UnitOfWork, group_id: GroupId) -> Meeting:
        """The latest meeting with an unrecorded member; without one, the latest."""
        held = await uow.meetings.list_held(group_id)
        if not held:
            raise Refusal(
                "attendance.not_closed" if await find_open(uow, group_id) else "attendance.no_meeting"
            )
        for meeting in held:
            if await find_unrecorded(uow, meeting):
                return meeting
        return held[0]

    async def _list(self, uow: UnitOfWork, meeting: Meeting) -> Unrecorded:
        if meeting.state is not MeetingState.CLOSED:
            raise Refusal("attendance.not_closed")
        names = await uow.attendances.names(meeting.group_id)
        members = await uow.members.at(meeting.group_id, began(meeting))
        waiting = [(user_id, names.get(user_id, "")) for user_id in await find_unrecorded(uow, meeting)]
        return Unrecorded(
            meeting=meeting,
            number=await uow.meetings.get_number(meeting),
            people=tuple(sorted(waiting, key=lambda person: people_order(person[1]))),
            members=len(members),
            visitors=attendance.present(await uow.visitors.of_meeting(meeting.id)),
            met=await met(uow, meeting),
            suggested=await list_suggestions(uow, meeting),
            newest=await uow.attendances.get_newest(meeting.id),
        )


async def find_open(uow: UnitOfWork, group_id: GroupId) -> Sequence[Meeting]:
    """Return the meetings that go on, or that nobody has closed, earliest first."""
    ahead = await uow.meetings.list_ahead(group_id)
    return [meeting for meeting in ahead if meeting.state is MeetingState.OPEN]


def _is_first_word(entry: Entry) -> bool:
    """Return whether an entry is a member's first, made by a click on the list."""
    return (
        entry.state in RECORDABLE and entry.reason is None and entry.previous in (None, Attendance.UNRECORDED)
    )


async def _recorded_since(uow: UnitOfWork, actor: Actor, meeting: Meeting, after: int) -> Recording | None:
    """Return what the actor recorded behind the entry `after`, where it still stands."""
    ledger = uow.attendances
    first, last = after + 1, await ledger.get_newest(meeting.id)
    entries = await ledger.standing_of(meeting.id, recorded_by=actor.user_id, first=first, last=last)
    states = {entry.user_id: entry.state for entry in entries if _is_first_word(entry)}
    return Recording(states, first, last) if states else None


def _require_recordable(*states: Attendance) -> None:
    if not set(states) <= set(RECORDABLE):
        raise Refusal("button.stale")
