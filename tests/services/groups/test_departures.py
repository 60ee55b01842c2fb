"""What a member leaves behind who goes: places, turns, swaps, and what they said about hosting."""

from collections.abc import Awaitable, Callable

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.locations.host_swaps import SwapState
from buddybot.services.groups.members import MemberService
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.locations.host_swaps import SwapRepository
from tests.services.builder import ANA, BEN, ORGANIZER, Builder
from tests.services.locations.hosting import prepare_change


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, whose organizer, Ana and Ben host in turn; the organizer would rather not."""
    group = await builder.add_rotating_group()
    await builder.rotation.set_willing(builder.act_as(ORGANIZER), group.id, hosts=False)
    return group


def members(builder: Builder) -> MemberService:
    return MemberService(builder.transactions, builder.planner)


async def leave(builder: Builder, group: Group) -> None:
    await members(builder).leave(builder.act_as(ANA), group.id)


async def leave_and_keep(builder: Builder, group: Group) -> None:
    await members(builder).leave(builder.act_as(ANA), group.id, keep_public=True)


async def be_removed(builder: Builder, group: Group) -> None:
    await members(builder).remove(builder.act_as(ORGANIZER), group.id, ANA)


GOING: dict[str, Callable[[Builder, Group], Awaitable[None]]] = {
    "leave": leave,
    "leave and keep": leave_and_keep,
    "be removed": be_removed,
}


@pytest.mark.parametrize("how", GOING)
async def test_a_home_is_retired_and_a_public_place_stays_only_when_it_was_left_to_the_group(
    builder: Builder, group: Group, how: str
) -> None:
    homes, cafes = await builder.add_homes(ANA), await builder.add_cafes(ANA)
    first, _ = await builder.announce_ahead(group)
    assert (await builder.get_arrangement(first)).host_id == ANA
    await GOING[how](builder, group)
    live = await builder.location_views.list_locations(builder.act_as(BEN))
    kept = how != "leave"
    assert [(each.location.id, each.location.offered_by) for each in live.locations] == (
        [(cafes[ANA], None)] if kept else []
    )
    arrangement = await builder.get_arrangement(first)
    assert arrangement.location_id == (cafes[ANA] if kept else None)
    assert arrangement.location_id != homes[ANA]
    assert (await prepare_change(builder, group, first)).people == (BEN,)


async def test_a_swap_that_waits_for_a_member_who_left_is_closed(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    assert await builder.list_hosts(group) == [ANA, BEN]
    view = await builder.swaps.offer(builder.act_as(BEN), second.id, first.id)
    assert view.swap is not None
    swap_id = view.swap.id
    await leave(builder, group)
    swap = await builder.write(lambda tx: SwapRepository(tx).get(group.id, swap_id))
    assert swap is not None
    assert swap.state is SwapState.WITHDRAWN


async def test_who_would_rather_not_host_still_would_not_after_coming_back(
    builder: Builder, group: Group
) -> None:
    await builder.rotation.set_willing(builder.act_as(ANA), group.id, hosts=False)
    await leave(builder, group)
    await builder.add_member(group, ANA)
    member = await builder.write(lambda tx: MemberRepository(tx).get(group.id, ANA))
    assert member is not None
    assert not member.hosts
    await builder.rotation.set_willing(builder.act_as(ANA), group.id, hosts=True)
    await leave(builder, group)
    await builder.add_member(group, ANA)
    member = await builder.write(lambda tx: MemberRepository(tx).get(group.id, ANA))
    assert member is not None
    assert member.hosts
