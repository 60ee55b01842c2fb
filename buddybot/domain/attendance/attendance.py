"""What happened: who was at a meeting, settled from what is known and never guessed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.checkins.checkins import CheckIn
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, UserId, VisitorId
from buddybot.domain.meetings.meetings import Answer, Meeting, began

REASON_LIMIT = 200
LINGER = timedelta(hours=1)
"""How long after the planned end of a meeting people may still be together."""


class Attendance(StrEnum):
    """The states of the ledger."""

    PRESENT = "present"
    LATE = "late"
    VIRTUAL = "virtual"
    EXCUSED = "excused"
    ABSENT = "absent"
    UNRECORDED = "unrecorded"
    NOT_YET_MEMBER = "not_yet_member"
    DIDNT_MEET = "didnt_meet"

    @property
    def attended(self) -> bool:
        """Whether the person took part."""
        return self in (Attendance.PRESENT, Attendance.LATE, Attendance.VIRTUAL)


class Entry(NamedTuple):
    """One line of the ledger: who recorded it, when, from what to what, and why."""

    meeting_id: MeetingId
    user_id: UserId
    state: Attendance
    previous: Attendance | None
    recorded_by: UserId | None
    recorded_at: datetime
    reason: str | None


class Correction(NamedTuple):
    """One line of a meeting's trail.

    `user_id` is None for one about everybody: that the group did not meet, then `state` is didn't-meet, or
    that it did after all, then `previous` is.
    """

    user_id: UserId | None
    previous: Attendance | None
    state: Attendance
    recorded_by: UserId | None
    recorded_at: datetime
    reason: str | None


def trail(ledger: Iterable[Entry]) -> Sequence[Correction]:
    """Return what was corrected, in the ledger's order; what was recorded for the first time is not there.

    A correction has a reason, unless it took a click back or the data of whoever gave it was deleted.
    """
    found: list[Correction] = []
    for entry in ledger:
        is_off, was_off = (state is Attendance.DIDNT_MEET for state in (entry.state, entry.previous))
        about_all = is_off or was_off
        is_first = entry.reason is None and entry.previous in (None, Attendance.UNRECORDED)
        if entry.user_id < 0 or entry.recorded_by is None or (is_first and not about_all):
            continue
        line = Correction(
            user_id=None if about_all else entry.user_id,
            previous=None if about_all and is_off else entry.previous,
            state=Attendance.UNRECORDED if about_all and was_off else entry.state,
            recorded_by=entry.recorded_by,
            recorded_at=entry.recorded_at,
            reason=entry.reason,
        )
        if found[-1:] != [line]:  # everybody's entries about the same make one line
            found.append(line)
    return found


def wrote_there(report: CheckIn, meeting: Meeting) -> bool:
    """Whether a report was written or corrected while the group met, neither early nor the day after."""
    until = meeting.ends_at + LINGER
    return any(began(meeting) <= at <= until for at in (report.created_at, report.updated_at))


def suggest_attendance(answer: Answer | None) -> Attendance | None:
    """Return how somebody who is unrecorded probably was at a meeting, by what they said before.

    None without a word of theirs. It is recorded only when an organizer confirms it.
    """
    return None if answer is None else _BY_ANSWER[answer]


_BY_ANSWER = {
    Answer.GOING: Attendance.PRESENT,
    Answer.LATE: Attendance.LATE,
    Answer.VIRTUAL: Attendance.VIRTUAL,
    Answer.APOLOGIES: Attendance.EXCUSED,
}


def settle_attendance(*, checked_in_there: bool, answer: Answer | None) -> Attendance:
    """Return what closing a meeting may record of a member without asking anybody.

    `checked_in_there` is a check-in written there, or an "I'm here". Then the RSVP
    tells how they came; without it an apology excuses, and everything else stays unrecorded
    until an organizer says.
    """
    if checked_in_there:
        likely = suggest_attendance(answer)
        return likely if likely is not None and likely.attended else Attendance.PRESENT
    return Attendance.EXCUSED if answer is Answer.APOLOGIES else Attendance.UNRECORDED


NAME_LIMIT = 80
MOST = 10
"""Visitors of one meeting."""


class Visitor(NamedTuple):
    """One visitor; `withdrawn_at` is set when it was a mistake."""

    id: VisitorId
    meeting_id: MeetingId
    name: str
    recorded_by: UserId | None
    recorded_at: datetime
    withdrawn_by: UserId | None = None
    withdrawn_at: datetime | None = None


def present(visitors: Iterable[Visitor]) -> tuple[Visitor, ...]:
    """Return those who were not taken back."""
    return tuple(visitor for visitor in visitors if visitor.withdrawn_at is None)


def check_room(visitors: Iterable[Visitor], name: str | None = None) -> None:
    """Raise Refusal `visitor.twice` or `visitor.many` when a meeting takes no more, or none of this name."""
    here = present(visitors)
    if name is not None and name.casefold() in {visitor.name.casefold() for visitor in here}:
        raise Refusal("visitor.twice", name=name)
    if len(here) >= MOST:
        raise Refusal("visitor.many", most=MOST)
