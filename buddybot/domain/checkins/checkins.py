"""A member's report at a meeting: when it may be written, what it is about, and how it is corrected."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.commitments.commitments import Commitment, Settled, State
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState

WIN_LIMIT = 300
BLOCKER_LIMIT = 300


class CheckIn(NamedTuple):
    """What a member reported; the outcomes stand with the commitments."""

    meeting_id: MeetingId
    user_id: UserId
    win: str | None
    blocker: str | None
    created_at: datetime
    updated_at: datetime


def check_window(
    meeting: Meeting, *, now: datetime, early: timedelta, next_opens: datetime | None, has_reported: bool
) -> None:
    """Raise a Refusal unless a check-in for `meeting` may be written, or corrected, at `now`.

    New ones from `early` before the start until the meeting is closed; corrections until the
    check-in of the next meeting opens (`next_opens`), also when the meeting was moved away meanwhile.
    """
    if meeting.state in (MeetingState.SKIPPED, MeetingState.CANCELLED):
        raise Refusal("checkin.not_held")
    too_early = meeting.state is MeetingState.SCHEDULED and now < meeting.starts_at - early
    if too_early and not has_reported:
        raise Refusal("checkin.too_early", opens=meeting.starts_at - early)
    if meeting.state is MeetingState.CLOSED:
        if not has_reported:
            raise Refusal("checkin.closed")
        if next_opens is not None and now >= next_opens:
            raise Refusal("checkin.correction_over")


def find_current(meetings: Iterable[Meeting], *, now: datetime, early: timedelta) -> tuple[Meeting, ...]:
    """Return which of a group's `meetings` ahead a check-in at `now` may be meant for, earliest first.

    The one that goes on; without one, those that are open or begin within `early`. More than one means
    that nobody can tell: one is over and not closed, and another begins soon.
    """
    open_now = [each for each in meetings if each.state is MeetingState.OPEN or each.starts_at <= now + early]
    going_on = [
        each
        for each in open_now
        if min(each.starts_at, each.opened_at or each.starts_at) <= now < each.ends_at
    ]
    return tuple(going_on or open_now)


def select_due(
    open_ones: Iterable[Commitment], meeting: Meeting, *, report: CheckIn | None
) -> tuple[Commitment, ...]:
    """The open commitments that a check-in at `meeting` is about.

    Not those made at this very meeting, nor those made since the member reported: they are for
    the next one.
    """
    return tuple(
        commitment
        for commitment in open_ones
        if commitment.set_at_meeting != meeting.id
        and (report is None or commitment.created_at <= report.created_at)
    )


class Copy(NamedTuple):
    """What becomes of the copy that carries a remainder: made new, given these values, or removed."""

    target: int
    state: State
    remove: bool = False


def recarry(before: Commitment, settled: Settled, copy: Commitment | None) -> Copy | None:
    """What a report, or the correction of one, asks of the carried copy; None leaves it as it is.

    `before` is the commitment as it stood until now. A copy that its owner has worked on is never
    removed and never shrinks below what is done; one that was reworded, or settled since, is a
    thing of its own; one that was shrunk or dropped stays so while the report says the same.
    """
    if copy is None:
        return None if settled.carried_target is None else Copy(settled.carried_target, State.OPEN)
    if copy.text != before.text or copy.state in (State.KEPT, State.CARRIED):
        return None
    if (before.state, before.done) == (settled.state, settled.done):
        return None
    if settled.carried_target is None:
        return Copy(copy.target, State.DROPPED, remove=copy.done == 0)
    # While the original counted as carried, only its owner can have dropped the copy.
    dropped = before.state is State.CARRIED and copy.state is State.DROPPED
    return Copy(max(settled.carried_target, copy.done), State.DROPPED if dropped else State.OPEN)
