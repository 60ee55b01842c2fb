"""Whom it concerns when a meeting changes: who comes, who hosts, and who swapped turns for it."""

from collections.abc import Sequence

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.locations.host_swaps import SwapState
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core.unit_of_work import UnitOfWork


async def find_present(uow: UnitOfWork, group: Group) -> frozenset[UserId]:
    """Return who is a member now, and in the server."""
    return frozenset(member.user_id for member in await uow.members.present(group.id))


async def find_agreed_host(uow: UnitOfWork, meeting: Meeting) -> UserId | None:
    """Return who hosts a meeting and knows it; None when that was never said."""
    arrangement = await uow.arrangements.get(meeting.id)
    if arrangement is None or arrangement.online or not (arrangement.basis.once or arrangement.announced):
        return None
    return arrangement.host_id


async def find_coming(uow: UnitOfWork, meeting: Meeting) -> Sequence[UserId]:
    """Return who said that they come to a meeting, and who hosts it."""
    host_id = await find_agreed_host(uow, meeting)
    roll = await uow.rsvps.get_roll(meeting)
    return list(dict.fromkeys((*roll.coming, *([] if host_id is None else [host_id]))))


async def find_swapping(uow: UnitOfWork, meeting: Meeting, *, agreed: bool = False) -> Sequence[UserId]:
    """Return between whom a swap that concerns a meeting was offered or agreed on; or only agreed on."""
    return [
        user_id
        for swap in await uow.swaps.list_standing(meeting.id)
        if swap.state is SwapState.AGREED or not agreed
        for user_id in (swap.offered_by, swap.offered_to)
    ]


async def find_partners(uow: UnitOfWork, meeting: Meeting, host_id: UserId | None) -> Sequence[UserId]:
    """Return with whom the host of a meeting had swapped turns for it."""
    standing = await uow.swaps.list_standing(meeting.id)
    agreed = [swap for swap in standing if swap.state is SwapState.AGREED]
    turns = [
        (swap.offered_to, swap.offered_by)
        if swap.meeting_id == meeting.id
        else (swap.offered_by, swap.offered_to)
        for swap in agreed
    ]
    return [partner for host, partner in turns if host == host_id]
