"""What a member leaves behind who goes: places, turns, swaps, and what they said about hosting."""

from collections.abc import Awaitable, Callable

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.locations.host_swaps import SwapState
from buddybot.services.groups.members import MemberService
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.locations.host_swaps import SwapRepository
from tests.services.locations.hosts import Hosts
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    """Rowan, whose organizer, Ana and Ben host in turn; the organizer would rather not."""
    group = await hosts.rotating()
    await hosts.rotation.set_willing(hosts.actor(ORGANIZER), group.id, hosts=False)
    return group


def members(hosts: Hosts) -> MemberService:
    return MemberService(hosts.transactions, hosts.planner)


async def leave(hosts: Hosts, group: Group) -> None:
    await members(hosts).leave(hosts.actor(ANA), group.id)


async def leave_and_keep(hosts: Hosts, group: Group) -> None:
    await members(hosts).leave(hosts.actor(ANA), group.id, keep_public=True)


async def be_removed(hosts: Hosts, group: Group) -> None:
    await members(hosts).remove(hosts.actor(ORGANIZER), group.id, ANA)


GOING: dict[str, Callable[[Hosts, Group], Awaitable[None]]] = {
    "leave": leave,
    "leave and keep": leave_and_keep,
    "be removed": be_removed,
}


@pytest.mark.parametrize("how", GOING)
async def test_a_home_is_retired_and_a_public_place_stays_only_when_it_was_left_to_the_group(
    hosts: Hosts, group: Group, how: str
) -> None:
    homes, cafes = await hosts.owned(ANA), await hosts.found(ANA)
    first, _ = await hosts.told_of(group)
    assert (await hosts.arrangement(first)).host_id == ANA
    await GOING[how](hosts, group)
    live = await hosts.views.list_locations(hosts.actor(BEN))
    kept = how != "leave"
    assert [(each.location.id, each.location.offered_by) for each in live.places] == (
        [(cafes[ANA], None)] if kept else []
    )
    arrangement = await hosts.arrangement(first)
    assert arrangement.location_id == (cafes[ANA] if kept else None)
    assert arrangement.location_id != homes[ANA]
    assert (await hosts.change(group, first)).people == (BEN,)


async def test_a_swap_that_waits_for_a_member_who_left_is_closed(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    assert await hosts.hosts(group) == [ANA, BEN]
    view = await hosts.swaps.offer(hosts.actor(BEN), second.id, first.id)
    assert view.swap is not None
    swap_id = view.swap.id
    await leave(hosts, group)
    swap = await hosts.run(lambda tx: SwapRepository(tx).get(group.id, swap_id))
    assert swap is not None
    assert swap.state is SwapState.WITHDRAWN


async def test_who_would_rather_not_host_still_would_not_after_coming_back(
    hosts: Hosts, group: Group
) -> None:
    await hosts.rotation.set_willing(hosts.actor(ANA), group.id, hosts=False)
    await leave(hosts, group)
    await hosts.join(group, ANA)
    member = await hosts.run(lambda tx: MemberRepository(tx).get(group.id, ANA))
    assert member is not None
    assert not member.hosts
    await hosts.rotation.set_willing(hosts.actor(ANA), group.id, hosts=True)
    await leave(hosts, group)
    await hosts.join(group, ANA)
    member = await hosts.run(lambda tx: MemberRepository(tx).get(group.id, ANA))
    assert member is not None
    assert member.hosts
