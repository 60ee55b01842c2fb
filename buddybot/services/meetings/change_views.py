"""What became of a meeting that was changed, as the group is told of it."""

from enum import StrEnum

from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork


class What(StrEnum):
    """What became of a meeting; the group is told how it stands, not each step to it."""

    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    MOVED = "moved"
    EXTRA = "extra"
    MEETS = "meets"


async def what_became(uow: UnitOfWork, ping: Ping, meeting: Meeting) -> What | None:
    """Return what to tell, or None when the group would hear nothing new."""
    if meeting.dropped:
        return None  # the notice of the new schedule names it
    if meeting.state in (MeetingState.SKIPPED, MeetingState.CANCELLED):
        heard = any(
            each.state is PingState.SENT and each.id != ping.id
            for each in await uow.outbox.of_meeting(meeting.id)
        )
        if meeting.kind is MeetingKind.EXTRA and not heard:
            return None
        return What.SKIPPED if meeting.state is MeetingState.SKIPPED else What.CANCELLED
    if not meeting.ahead:
        return None
    if await _is_as_known(uow, ping, meeting):
        return None
    if meeting.moved_from is not None and meeting.rescheduled_at != ping.due_at:
        return None if meeting.moved_from == meeting.starts_at else What.MOVED
    return What.EXTRA if meeting.kind is MeetingKind.EXTRA else What.MEETS


async def _is_as_known(uow: UnitOfWork, ping: Ping, meeting: Meeting) -> bool:
    """Return whether a meeting is where its schedule has it, and the group never heard otherwise."""
    if meeting.kind is not MeetingKind.REGULAR or meeting.by_hand or meeting.rescheduled_at == ping.due_at:
        return False
    return meeting.moved_from is None and not any(
        each.kind is PingKind.CHANGE and each.state is not PingState.PLANNED and each.id != ping.id
        for each in await uow.outbox.of_meeting(meeting.id)
    )
