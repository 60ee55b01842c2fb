"""Commitments as their owner and the group see them, and when they are due."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.checkins.checkins import select_due
from buddybot.domain.commitments.commitments import MAX_OPEN, Commitment, State
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import CommitmentId, GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.services.core import Actor, UnitOfWork, guild_of


class OwnCommitment(NamedTuple):
    """A commitment as its owner sees it; `touched` are the meetings whose cards quote it otherwise now.

    `again` when it was there before somebody said it again.
    """

    commitment: Commitment
    group_name: str
    due: datetime | None
    touched: tuple[MeetingId, ...] = ()
    again: bool = False


class OwnList(NamedTuple):
    """A member's open commitments in one group, each with the instant it is due."""

    group_id: GroupId
    group_name: str
    items: tuple[tuple[Commitment, datetime | None], ...]

    @property
    def room(self) -> bool:
        """Whether another one may be added."""
        return len(self.items) < MAX_OPEN


class MemberCommitments(NamedTuple):
    """What one member said they would do: what the group may read, and how many are private."""

    user_id: UserId
    readable: tuple[Commitment, ...]
    private: int


class GroupList(NamedTuple):
    """What the others of a group said they would do, longest in the group first."""

    group_name: str
    others: tuple[MemberCommitments, ...]


class Choice(NamedTuple):
    """One open commitment of one's own to choose from; the group's name only where there are several."""

    commitment: Commitment
    group_name: str | None


def due_meeting(ahead: Sequence[Meeting], commitment: Commitment) -> Meeting | None:
    """Return the meeting at whose check-in a commitment will be asked for, None when none is planned."""
    return next((meeting for meeting in ahead if select_due([commitment], meeting, report=None)), None)


async def own_list(uow: UnitOfWork, group: Group, user_id: UserId) -> OwnList:
    """Return a member's open commitments, oldest first."""
    ahead = await uow.meetings.list_ahead(group.id)
    items = await uow.commitments.open_of(group.id, user_id)
    return OwnList(
        group_id=group.id,
        group_name=group.name,
        items=tuple((item, _starts(due_meeting(ahead, item))) for item in items),
    )


async def find_own(
    uow: UnitOfWork, actor: Actor, commitment_id: CommitmentId, *, lock: bool = False, dropped: bool = False
) -> OwnCommitment:
    """Return the actor's own open commitment; another's and none get the same answer."""
    guild_id = guild_of(actor)
    own = await uow.commitments.own(guild_id, actor.user_id, commitment_id, lock=lock)
    if own is None:
        raise Refusal("commitment.unknown")
    group_name, item, due_at = own
    if item.state is not State.OPEN and not (dropped and item.state is State.DROPPED):
        raise Refusal("commitment.settled")
    return OwnCommitment(commitment=item, group_name=group_name, due=due_at)


async def find_asked_already(
    uow: UnitOfWork, group_id: GroupId, user_id: UserId, now: datetime
) -> MeetingId | None:
    """Return the latest meeting that has begun or has the member's report: new words are due after it."""
    for meeting in reversed(await uow.meetings.list_ahead(group_id)):
        begun = meeting.state is MeetingState.OPEN or meeting.starts_at <= now
        if begun or await uow.checkins.get(meeting.id, user_id) is not None:
            return meeting.id
    return None


def _starts(meeting: Meeting | None) -> datetime | None:
    return None if meeting is None else meeting.starts_at
