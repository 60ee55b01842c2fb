"""What a report makes of one commitment and of the copy that carries its remainder."""

from datetime import datetime

from buddybot.domain.checkins.checkins import recarry
from buddybot.domain.commitments import commitments
from buddybot.domain.commitments.commitments import Commitment, Outcome, State
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core.unit_of_work import UnitOfWork


async def settle_outcome(
    uow: UnitOfWork, commitment: Commitment, outcome: Outcome, meeting: Meeting, now: datetime
) -> None:
    """Bring a commitment, and the copy that carries its remainder, to what the report says."""
    repository = uow.commitments
    settled = commitments.settle(commitment, outcome)
    copy = await repository.carried_copy(commitment.id)
    wanted = recarry(commitment, settled, copy)
    await repository.change(commitment, done=settled.done, state=settled.state)
    await uow.checkins.put_outcome(
        meeting_id=meeting.id,
        commitment_id=commitment.id,
        outcome=Outcome(done=settled.done, drop=settled.state is State.DROPPED),
    )
    if wanted is None:
        return
    if copy is None:
        await repository.add(
            group_id=commitment.group_id,
            guild_id=meeting.guild_id,
            user_id=commitment.user_id,
            category=commitment.category,
            text=commitment.text,
            target=wanted.target,
            plan=commitment.plan,
            visibility=commitment.visibility,
            now=now,
            weeks_carried=commitment.weeks_carried + 1,
            carried_from=commitment.id,
            set_at_meeting=meeting.id,
        )
    elif wanted.remove:
        await repository.remove(copy)
    else:
        await repository.change(copy, target=wanted.target, state=wanted.state)
