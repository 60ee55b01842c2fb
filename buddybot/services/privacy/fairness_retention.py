"""What of a meeting must outlast its reduction to counts, so that turns stay fair."""

from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.locations.fairness import Memory, remember
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.storage.locations.fairness_balances import Kind


async def remember_meeting(uow: UnitOfWork, group_id: GroupId, meeting_id: MeetingId) -> None:
    """Add up, before a meeting is reduced, whose turn it was; the group's meetings come oldest first."""
    meeting = await uow.meetings.get(group_id, meeting_id)
    if meeting is None or meeting.state is not MeetingState.CLOSED or meeting.reduced:
        return
    balances = uow.balances
    turns = await uow.turns.of_meeting(meeting_id)
    lead = None if meeting.activity is None else meeting.lead_id
    held = await uow.fairness.find_held(meeting_id)
    for kind, user_id in (
        (Kind.OPENER, turns[0].user_id if turns else None),
        (Kind.FACILITATOR, meeting.facilitator_id),
        (Kind.TIMEKEEPER, meeting.timekeeper_id),
        (Kind.LEAD, lead),
        (Kind.HOST, None if held is None else held.host_id),
    ):
        await balances.had_turn(group_id, kind, [] if user_id is None else [user_id])
    if held is not None:
        await balances.keep(group_id, remember(await balances.find_memory(group_id) or Memory(), held))
