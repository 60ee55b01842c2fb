"""The end of meetings of which nobody is told: those of groups that end, and those that were forgotten."""

from datetime import datetime

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.meetings.meetings import Meeting, MeetingState, Reason
from buddybot.services.attendance import attendance
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations.fairness_snapshot import keep_fairness_snapshot


async def end_meeting(uow: UnitOfWork, meeting: Meeting, *, at: datetime, now: datetime) -> Meeting:
    """Close an open meeting as of `at`: its attendance is settled, and what turns go by is kept."""
    meeting.become(MeetingState.CLOSED)
    meetings = uow.meetings
    await meetings.set_state(meeting.id, MeetingState.CLOSED, now=at)
    closed = await meetings.get(meeting.group_id, meeting.id)
    if closed is None:
        raise LookupError("the meeting that is closed was not found")
    await attendance.settle(uow, closed, now)
    await keep_fairness_snapshot(uow, closed)
    await uow.cards.touch(meeting.id)
    return closed


async def end_all(uow: UnitOfWork, group: Group, now: datetime) -> None:
    """End the meetings ahead of a group that ends: one that goes on is closed, the others are called off.

    Of those that the group was told of it stays on record that they were called off.
    """
    cards = uow.cards
    for meeting in await uow.meetings.list_ahead(group.id):
        if meeting.state is MeetingState.OPEN:
            await end_meeting(uow, meeting, at=min(now, meeting.ends_at), now=now)
            continue
        told = meeting.starts_at <= now or bool(await cards.of_meeting(meeting.id))
        await uow.meetings.set_state(
            meeting.id, MeetingState.CANCELLED, now=now, reason=Reason.OTHER.value if told else None
        )
        await cards.touch(meeting.id)


async def end_forgotten(uow: UnitOfWork, group_id: GroupId, meeting_id: MeetingId, now: datetime) -> None:
    """End a meeting that is long over and was neither closed nor called off, before it is reduced."""
    meeting = await uow.meetings.get(group_id, meeting_id)
    if meeting is None or not meeting.ahead:
        return
    if meeting.state is MeetingState.OPEN:
        await end_meeting(uow, meeting, at=meeting.ends_at, now=now)
    else:
        await uow.meetings.set_state(meeting.id, MeetingState.CANCELLED, now=now)
        await uow.cards.touch(meeting.id)
