"""What a member leaves behind who goes: their places, and the swaps that wait for an answer."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.locations.host_swaps import SwapState
from buddybot.domain.locations.locations import Location
from buddybot.services.core.unit_of_work import UnitOfWork


class OwnLocations(NamedTuple):
    """What a member offered that can be chosen: public places can stay with the group, others cannot."""

    public: tuple[Location, ...] = ()
    private: tuple[Location, ...] = ()


async def list_own_locations(uow: UnitOfWork, group: Group, user_id: UserId) -> OwnLocations:
    """Return the places that a member offered."""
    mine = [each for each in await uow.locations.list_live(group.id) if each.offered_by == user_id]
    return OwnLocations(
        public=tuple(each for each in mine if each.public),
        private=tuple(each for each in mine if not each.public),
    )


async def clear_up(
    uow: UnitOfWork, group: Group, user_id: UserId, *, keep_public: bool, now: datetime
) -> None:
    """Retire the places of a member who goes, and close the swaps that they asked for or were asked for.

    With `keep_public` public places stay and are the group's from now on. Whoever calls plans anew, so
    that meetings leave the places that are retired.
    """
    locations, own = uow.locations, await list_own_locations(uow, group, user_id)
    for location in (*own.private, *(() if keep_public else own.public)):
        await locations.retire(location, now)
    if keep_public:
        for location in own.public:
            await locations.give_to_group(location)
    await close_swaps(uow, group, user_id, now)


async def close_swaps(uow: UnitOfWork, group: Group, user_id: UserId, now: datetime) -> None:
    """Close the swaps that a member who is there no more asked for, or was asked for."""
    swaps = uow.swaps
    for swap in await swaps.open(group.id):
        if user_id in (swap.offered_by, swap.offered_to):
            await swaps.settle(swap.id, SwapState.WITHDRAWN, now)
