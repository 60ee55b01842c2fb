"""A member's report at a meeting, and when it may be written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings import Meeting, MeetingState

WIN_LIMIT = 300
BLOCKER_LIMIT = 300


@dataclass(frozen=True, slots=True)
class CheckIn:
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
    check-in of the next meeting opens (`next_opens`).
    """
    if meeting.state in (MeetingState.SKIPPED, MeetingState.CANCELLED):
        raise Refusal("checkin.not_held")
    if meeting.state is MeetingState.SCHEDULED and now < meeting.starts_at - early:
        raise Refusal("checkin.too_early", opens=meeting.starts_at - early)
    if meeting.state is MeetingState.CLOSED:
        if not has_reported:
            raise Refusal("checkin.closed")
        if next_opens is not None and now >= next_opens:
            raise Refusal("checkin.correction_over")
