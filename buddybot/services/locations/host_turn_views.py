"""Who hosts the planned meetings, and which turns a member can swap: only what can be agreed to."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, GroupState, Member
from buddybot.domain.ids import LocationId, MeetingId, UserId
from buddybot.domain.locations.host_swaps import MOST_OFFERS
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core import Standing, UnitOfWork
from buddybot.services.locations import arrangements
from buddybot.services.locations.arrangements import DECLINE_BEFORE, Board


class Hosting(NamedTuple):
    """A planned meeting and who hosts it; None when nobody does, or nobody can any more."""

    meeting: Meeting
    host: Member | None

    @property
    def host_id(self) -> UserId | None:
        """Who hosts it."""
        return None if self.host is None else self.host.user_id


Pair = tuple[Hosting, Hosting]
"""A turn that can be given, and one that can be had for it."""


class Hostings(NamedTuple):
    """The planned meetings of a group, for one member to choose from.

    `pairs` can be swapped: a member offers their own turns, an organizer swaps anyone's at once. `late` is
    the meeting that is too near for members to swap its turn.
    """

    group: Group
    me: Member
    meetings: tuple[Hosting, ...]
    pairs: tuple[Pair, ...] = ()
    late: Meeting | None = None

    @property
    def my_pairs(self) -> tuple[Pair, ...]:
        """What the member can swap of their own."""
        return tuple(pair for pair in self.pairs if pair[0].host_id == self.me.user_id)

    @property
    def given(self) -> tuple[Hosting, ...]:
        """The turns that can be given, each once."""
        return tuple({turn.meeting.id: turn for turn, _ in self.pairs}.values())

    def had_for(self, meeting: str | None) -> tuple[Hosting, ...]:
        """Return the turns that can be had for one, or for any where it is not chosen yet."""
        found = [other for turn, other in self.pairs if meeting in (None, str(turn.meeting.id))]
        return tuple({other.meeting.id: other for other in found}.values())


async def hostings_of(uow: UnitOfWork, standing: Standing, now: datetime) -> Hostings:
    """Return the planned meetings that have not begun, and who hosts them in person."""
    if standing.group.state is not GroupState.ACTIVE:
        return Hostings(standing.group, standing.member, ())
    members = {member.user_id: member for member in await uow.members.list_current(standing.group.id)}
    found = []
    for meeting in await arrangements.list_planned(uow, standing.group, now):
        arrangement = await uow.arrangements.get(meeting.id)
        if arrangement is not None and not arrangement.online:
            host = None if arrangement.host_id is None else members.get(arrangement.host_id)
            found.append(Hosting(meeting, host))
    near = [each.meeting for each in found if each.meeting.starts_at - now <= DECLINE_BEFORE]
    pairs = await _pairs(uow, standing, found, now)
    return Hostings(standing.group, standing.member, tuple(found), tuple(pairs), near[0] if near else None)


async def _pairs(
    uow: UnitOfWork, standing: Standing, meetings: Sequence[Hosting], now: datetime
) -> Sequence[Pair]:
    me = standing.member
    hosted = [each for each in meetings if each.host is not None]
    given = [each for each in hosted if me.organizes or each.host_id == me.user_id]
    pairs = [(turn, other) for turn in given for other in hosted if turn.host_id != other.host_id]
    if not me.organizes:
        if await uow.swaps.count_made(standing.group.guild_id, me.user_id, now) >= MOST_OFFERS:
            return []
        pairs = [pair for pair in pairs if await _can_be_offered(uow, standing, pair, now)]
    if not pairs:
        return []
    board = await arrangements.board_of(uow, standing.group)
    return [(turn, other) for turn, other in pairs if await _could_swap(uow, board, turn, other)]


async def _can_be_offered(uow: UnitOfWork, standing: Standing, pair: Pair, now: datetime) -> bool:
    """Whether there is time for an answer, and the other host was not asked before."""
    turn, other = pair
    if min(turn.meeting.starts_at, other.meeting.starts_at) - now <= DECLINE_BEFORE:
        return False
    repository, hosts = uow.swaps, {each.meeting.id: each.host_id for each in pair}
    for swap in await repository.open(standing.group.id):
        if {swap.meeting_id, swap.other_meeting_id} == hosts.keys() and (
            hosts[swap.meeting_id],
            hosts[swap.other_meeting_id],
        ) == (swap.offered_by, swap.offered_to):
            return False
    return other.host_id is not None and not await repository.has_declined(
        meeting_id=turn.meeting.id, other_meeting_id=other.meeting.id, offered_to=other.host_id
    )


async def _could_swap(uow: UnitOfWork, board: Board, turn: Hosting, other: Hosting) -> bool:
    """Whether each of the two hosts is expected where the other one is to host."""
    for there, host_id, comes_from in (
        (turn, other.host_id, other.meeting.id),
        (other, turn.host_id, turn.meeting.id),
    ):
        roll, location_id = await uow.rsvps.get_roll(there.meeting), await _read_location_id(uow, comes_from)
        if host_id not in arrangements.able_to_host(roll, board, location_id):
            return False
    return True


async def _read_location_id(uow: UnitOfWork, meeting_id: MeetingId) -> LocationId | None:
    arrangement = await uow.arrangements.get(meeting_id)
    return None if arrangement is None else arrangement.location_id
