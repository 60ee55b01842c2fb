"""Swapping turns of hosting: offered by one member, agreed to by the other, or done by an organizer."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, LocationId, SwapId, UserId
from buddybot.domain.locations.host_swaps import MOST_OFFERS, Swap, SwapState
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Meeting, MeetingKind
from buddybot.domain.pings import DuePing, Ping, PingKind, key
from buddybot.services.core import Actor, Announcement, PlanningService, UnitOfWork, write_transaction
from buddybot.services.core.access import Standing, as_member, guild_of, require_active
from buddybot.services.core.meeting_days import Pick
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.locations.arrangement_steps import find_location_of
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.locations.arrangements import DECLINE_BEFORE
from buddybot.services.locations.rotation_views import find_arrangement, require_able
from buddybot.storage.locations.arrangements import Arrangement


class Turn(NamedTuple):
    """A meeting and where it takes place; before an answer the host is the one who has the turn now."""

    meeting: Meeting
    arrangement: ArrangementView


class SwapView(NamedTuple):
    """Two turns, offered for each other or swapped; `swap` is None when an organizer did it at once."""

    group: Group
    turn: Turn
    other: Turn
    swap: Swap | None

    @property
    def until(self) -> datetime:
        """Until when the offer can be agreed to."""
        return _until(self.turn.meeting, self.other.meeting)


class _Pair(NamedTuple):
    """Both meetings with who hosts them as things stand."""

    meeting: Meeting
    arrangement: Arrangement
    other: Meeting
    other_arrangement: Arrangement

    def hosts(self) -> tuple[UserId, UserId]:
        """Both hosts; Refusal `hosting.no_host` when one is missing, `swap.same` when they are one person."""
        if self.arrangement.host_id is None or self.other_arrangement.host_id is None:
            raise Refusal("hosting.no_host")
        if self.arrangement.host_id == self.other_arrangement.host_id:
            raise Refusal("swap.same")
        return self.arrangement.host_id, self.other_arrangement.host_id


class SwapService(PlanningService):
    """Everything that an offer rests on is looked at again when it is answered."""

    @write_transaction
    async def offer(
        self,
        uow: UnitOfWork,
        actor: Actor,
        turn: Pick | None,
        other: Pick | None,
        group_id: GroupId | None = None,
    ) -> SwapView:
        """Ask the other host, who is pinged; an organizer swaps any two turns at once.

        Refusals: `hosting.not_planned`, `hosting.no_host`, `hosting.host_away`, `swap.same`,
        `swap.not_yours`, `swap.late`, `swap.offered`, `swap.declined`, `swap.many`.
        """
        now = self._now()
        standing = await as_member(uow, actor, group_id, lock=True)
        group = standing.group
        require_active(group)
        pair = await _pair(uow, group, turn, other, now)
        if standing.member.organizes:
            await self._exchange(uow, group, pair, now, by=actor.user_id)
            return await _view(uow, group, pair, None)
        swap = await _note_offer(uow, standing, pair, now)
        await _plan_ping(uow, pair, swap, now)
        return await _view(uow, group, pair, swap)

    @write_transaction
    async def agree(self, uow: UnitOfWork, actor: Actor, swap_id: SwapId) -> SwapView:
        """Swap the two turns, each with its place.

        Refusals: `swap.unknown`, `swap.for_other`, `swap.over`, `swap.late`, `swap.stale`,
        `hosting.host_away`, `group.paused`.
        """
        now = self._now()
        standing, swap = await _at_swap(uow, actor, swap_id)
        if swap.offered_to != actor.user_id:
            raise Refusal("swap.for_other")
        _require_open(swap)
        require_active(standing.group)
        pair = await _standing_pair(uow, standing.group, swap, now)
        if pair is None:
            raise Refusal("swap.stale")
        _in_time(pair, now)
        await self._exchange(uow, standing.group, pair, now, by=actor.user_id)
        return await self._settle_swap(uow, standing.group, swap, SwapState.AGREED, now)

    @write_transaction
    async def decline(self, uow: UnitOfWork, actor: Actor, swap_id: SwapId) -> SwapView:
        """Leave both turns as they are; Refusals `swap.unknown`, `swap.for_other`, `swap.over`."""
        standing, swap = await _at_swap(uow, actor, swap_id)
        if swap.offered_to != actor.user_id:
            raise Refusal("swap.for_other")
        _require_open(swap)
        return await self._settle_swap(uow, standing.group, swap, SwapState.DECLINED, self._now())

    @write_transaction
    async def withdraw(self, uow: UnitOfWork, actor: Actor, swap_id: SwapId) -> SwapView:
        """Take the actor's own offer back; Refusals `swap.unknown`, `swap.not_offered`, `swap.over`."""
        standing, swap = await _at_swap(uow, actor, swap_id)
        if swap.offered_by != actor.user_id:
            raise Refusal("swap.not_offered")
        _require_open(swap)
        return await self._settle_swap(uow, standing.group, swap, SwapState.WITHDRAWN, self._now())

    async def _exchange(
        self, uow: UnitOfWork, group: Group, pair: _Pair, now: datetime, *, by: UserId
    ) -> None:
        """Let each host have the other's meeting, at the place they have now."""
        host, other_host = pair.hosts()
        for meeting, settled, user_id in (
            (pair.meeting, pair.other_arrangement.settled, other_host),
            (pair.other, pair.arrangement.settled, host),
        ):
            await require_able(uow, group, meeting, settled, user_id)
            await uow.arrangements.drop_pass(meeting.id, user_id)
            taken = settled._replace(location_id=await _along(uow, group, settled))
            await arrangements.put(uow, group, meeting, taken, now=now, basis=Basis.SWAPPED, by=by)
        await self._planner.plan(uow, group, now, by=by)

    async def _settle_swap(
        self, uow: UnitOfWork, group: Group, swap: Swap, state: SwapState, now: datetime
    ) -> SwapView:
        await uow.swaps.settle(swap.id, state, now)
        settled = await _require(uow, group.id, swap.id)
        meetings = [
            await uow.meetings.get(group.id, meeting_id)
            for meeting_id in (swap.meeting_id, swap.other_meeting_id)
        ]
        first, second = (each for each in meetings if each is not None)
        turns = [Turn(each, await arrangement_views.load_view(uow, each)) for each in (first, second)]
        return SwapView(group=group, turn=turns[0], other=turns[1], swap=settled)


async def _along(uow: UnitOfWork, group: Group, settled: Settled) -> LocationId | None:
    """Where a host goes with their turn: no further than to their own home, or to a public place."""
    if settled.location_id is None or settled.host_id is None:
        return settled.location_id
    location = await uow.locations.get(group.id, settled.location_id)
    if location is None or not location.live or (location.home and location.offered_by != settled.host_id):
        return await find_location_of(uow, group, settled.host_id)
    return location.id


async def prepare_question(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """Ask the one person who can agree; None when there is nothing to agree to any more."""
    view = await find_question(uow, ping, group, now)
    if view is None or view.swap is None:
        return None
    await note_told(uow, view)
    return Announcement(view, group.language, mentions=(view.swap.offered_to,))


async def find_question(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> SwapView | None:
    """Return what a question about a swap should say now; None when it can be agreed to no more."""
    for swap in await uow.swaps.open(group.id):
        pair = await _standing_pair(uow, group, swap, now) if swap.meeting_id == ping.meeting_id else None
        if pair is not None and _key(pair.meeting, swap) == ping.key:
            return await _view(uow, group, pair, swap)
    return None


async def note_told(uow: UnitOfWork, view: SwapView) -> None:
    """Note when both meetings start by the question as it is shown."""
    if view.swap is not None:
        await uow.swaps.note_starts(view.swap.id, view.turn.meeting.starts_at, view.other.meeting.starts_at)


def _until(meeting: Meeting, other: Meeting) -> datetime:
    return min(meeting.starts_at, other.starts_at) - DECLINE_BEFORE


def _key(meeting: Meeting, swap: Swap) -> str:
    return key(
        meeting.group_id,
        meeting.slot,
        PingKind.SWAP,
        swap.offered_to,
        edition=swap.id,
        extra=meeting.kind is MeetingKind.EXTRA,
    )


async def _plan_ping(uow: UnitOfWork, pair: _Pair, swap: Swap, now: datetime) -> None:
    await uow.outbox.plan(
        DuePing(
            key=_key(pair.meeting, swap),
            guild_id=pair.meeting.guild_id,
            group_id=pair.meeting.group_id,
            meeting_id=pair.meeting.id,
            kind=PingKind.SWAP,
            recipient=swap.offered_to,
            due_at=now,
            expires_at=_until(pair.meeting, pair.other),
        )
    )


async def _pair(uow: UnitOfWork, group: Group, turn: Pick | None, other: Pick | None, now: datetime) -> _Pair:
    meeting, arrangement = await find_arrangement(uow, group, turn, now)
    second, second_arrangement = await find_arrangement(uow, group, other, now)
    return _Pair(meeting, arrangement, second, second_arrangement)


async def _standing_pair(uow: UnitOfWork, group: Group, swap: Swap, now: datetime) -> _Pair | None:
    """The two turns of an offer; None when they are no longer as they were when it was made."""
    try:
        pair = await _pair(uow, group, swap.meeting_id, swap.other_meeting_id, now)
        hosts = pair.hosts()
    except Refusal:
        return None
    return pair if hosts == (swap.offered_by, swap.offered_to) else None


async def _note_offer(uow: UnitOfWork, standing: Standing, pair: _Pair, now: datetime) -> Swap:
    """Note an offer that the actor may make."""
    group, user_id = standing.group, standing.member.user_id
    if pair.arrangement.host_id != user_id:
        raise Refusal("swap.not_yours")
    host, other_host = pair.hosts()
    _in_time(pair, now)
    await require_able(uow, group, pair.meeting, pair.other_arrangement.settled, other_host)
    await require_able(uow, group, pair.other, pair.arrangement.settled, host)
    repository = uow.swaps
    both = {pair.meeting.id, pair.other.id}
    for swap in await repository.open(group.id):
        if {swap.meeting_id, swap.other_meeting_id} != both:
            continue
        if await _standing_pair(uow, group, swap, now) is not None:
            raise Refusal("swap.offered")
        await repository.settle(swap.id, SwapState.WITHDRAWN, now)
    asked = await repository.has_declined(
        meeting_id=pair.meeting.id, other_meeting_id=pair.other.id, offered_to=other_host
    )
    if asked:
        raise Refusal("swap.declined")
    if await repository.count_made(group.guild_id, user_id, now) >= MOST_OFFERS:
        raise Refusal("swap.many", most=MOST_OFFERS)
    swap_id = await repository.add(
        group_id=group.id,
        meeting_id=pair.meeting.id,
        other_meeting_id=pair.other.id,
        offered_by=user_id,
        offered_to=other_host,
        now=now,
    )
    return await _require(uow, group.id, swap_id)


def _in_time(pair: _Pair, now: datetime) -> None:
    if now >= _until(pair.meeting, pair.other):
        raise Refusal("swap.late")


def _require_open(swap: Swap) -> None:
    if swap.state is not SwapState.OPEN:
        raise Refusal("swap.over")


async def _require(uow: UnitOfWork, group_id: GroupId, swap_id: SwapId) -> Swap:
    swap = await uow.swaps.get(group_id, swap_id)
    if swap is None:
        raise Refusal("swap.unknown")
    return swap


async def _at_swap(uow: UnitOfWork, actor: Actor, swap_id: SwapId) -> tuple[Standing, Swap]:
    """The actor's standing in the group of an offer, and the offer behind the group's lock."""
    group_id = await uow.swaps.group_of(guild_of(actor), swap_id)
    if group_id is None or await uow.members.get(group_id, actor.user_id) is None:
        raise Refusal("swap.unknown")
    standing = await as_member(uow, actor, group_id, lock=True)
    return standing, await _require(uow, group_id, swap_id)


async def _view(uow: UnitOfWork, group: Group, pair: _Pair, swap: Swap | None) -> SwapView:
    return SwapView(
        group=group,
        turn=Turn(pair.meeting, await arrangement_views.load_view(uow, pair.meeting)),
        other=Turn(pair.other, await arrangement_views.load_view(uow, pair.other)),
        swap=swap,
    )
