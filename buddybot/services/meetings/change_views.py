"""What is shown of a change of a meeting, and whom it concerns: who comes, hosts, or swapped turns for it."""

from collections.abc import Sequence
from enum import StrEnum

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.locations.host_swaps import SwapState
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core import UnitOfWork


class What(StrEnum):
    """What became of a meeting; the group is told how it stands, not each step to it."""

    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    MOVED = "moved"
    EXTRA = "extra"
    MEETS = "meets"


async def what_became(uow: UnitOfWork, ping: Ping, meeting: Meeting) -> What | None:
    """Return what to tell, or None when the group would hear nothing new."""
    if meeting.dropped:
        return None  # the notice of the new schedule names it
    if meeting.state in (MeetingState.SKIPPED, MeetingState.CANCELLED):
        heard = any(
            each.state is PingState.SENT and each.id != ping.id
            for each in await uow.outbox.of_meeting(meeting.id)
        )
        if meeting.kind is MeetingKind.EXTRA and not heard:
            return None
        return What.SKIPPED if meeting.state is MeetingState.SKIPPED else What.CANCELLED
    if not meeting.ahead:
        return None
    if await _is_as_known(uow, ping, meeting):
        return None
    if meeting.moved_from is not None and meeting.rescheduled_at != ping.due_at:
        return None if meeting.moved_from == meeting.starts_at else What.MOVED
    return What.EXTRA if meeting.kind is MeetingKind.EXTRA else What.MEETS


async def _is_as_known(uow: UnitOfWork, ping: Ping, meeting: Meeting) -> bool:
    """Return whether a meeting is where its schedule has it, and the group never heard otherwise."""
    if meeting.kind is not MeetingKind.REGULAR or meeting.by_hand or meeting.rescheduled_at == ping.due_at:
        return False
    return meeting.moved_from is None and not any(
        each.kind is PingKind.CHANGE and each.state is not PingState.PLANNED and each.id != ping.id
        for each in await uow.outbox.of_meeting(meeting.id)
    )


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
