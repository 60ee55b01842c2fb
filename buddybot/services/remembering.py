"""What of a meeting must outlast its reduction to counts, so that turns stay fair."""

from buddybot.domain.fairness import Memory, remember
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.meetings import MeetingState
from buddybot.storage.balances import BalanceRepository, Kind
from buddybot.storage.database import Tx
from buddybot.storage.meetings import MeetingRepository
from buddybot.storage.turns import TurnRepository
from buddybot.storage.venues import ShareRepository


async def remember_meeting(tx: Tx, group_id: GroupId, meeting_id: MeetingId) -> None:
    """Add up, before a meeting is reduced, whose turn it was; the group's meetings come oldest first."""
    meeting = await MeetingRepository(tx).get(group_id, meeting_id)
    if meeting is None or meeting.state is not MeetingState.CLOSED or meeting.reduced:
        return
    balances = BalanceRepository(tx)
    turns = await TurnRepository(tx).of_meeting(meeting_id)
    lead = None if meeting.activity is None else meeting.lead_id
    held = await ShareRepository(tx).held(meeting_id)
    for kind, user_id in (
        (Kind.OPENER, turns[0].user_id if turns else None),
        (Kind.FACILITATOR, meeting.facilitator_id),
        (Kind.TIMEKEEPER, meeting.timekeeper_id),
        (Kind.LEAD, lead),
        (Kind.HOST, None if held is None else held.host_id),
    ):
        await balances.had_turn(group_id, kind, [] if user_id is None else [user_id])
    if held is not None:
        await balances.keep(group_id, remember(await balances.memory(group_id) or Memory(), held))
