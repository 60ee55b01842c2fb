"""Members' homes: which of them a meeting can be at, and the question to the owner whether it may."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.locations.locations import Location
from buddybot.domain.meetings.meetings import Meeting, MeetingKind
from buddybot.domain.pings import DuePing, Ping, PingKind, PingState, key
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.services.locations import arrangements
from buddybot.services.locations.rotation_views import find_arrangement


class HomeQuestion(NamedTuple):
    """Whether a meeting, which `host_id` hosts, may be at the home of `owner_id`."""

    group: Group
    meeting: Meeting
    location: Location
    owner_id: UserId
    host_id: UserId | None


async def list_usable_locations(uow: UnitOfWork, group: Group, meeting: Meeting) -> Sequence[Location]:
    """Return where a meeting can be: not in homes whose owners cannot have the group there."""
    board = await arrangements.board_of(uow, group)
    expected = await arrangements.upcoming_of(uow, meeting, board, None)
    free = {each.id for each in board.candidates if arrangements.open_to_group(each, expected)}
    return [location for location in board.locations if location.id in free]


async def may_be_at(uow: UnitOfWork, group: Group, meeting: Meeting, location: Location) -> bool:
    """Return whether a meeting can be at a location."""
    return any(each.id == location.id for each in await list_usable_locations(uow, group, meeting))


async def plan_question(
    uow: UnitOfWork, meeting: Meeting, location: Location, owner_id: UserId, now: datetime
) -> None:
    """Plan the question to the owner of a home whether a meeting may be there.

    A question that was closed without an answer is asked again as another one.
    """
    before = await _questions(uow, meeting, location, owner_id)
    named = _key(meeting, location, owner_id)
    await uow.outbox.plan(
        DuePing(
            key=f"{named}:{len(before)}" if before else named,
            guild_id=meeting.guild_id,
            group_id=meeting.group_id,
            meeting_id=meeting.id,
            kind=PingKind.HOME,
            recipient=owner_id,
            due_at=now,
            expires_at=meeting.starts_at,
        )
    )


def is_open(ping: Ping, now: datetime) -> bool:
    """Return whether a question still counts: one that is settled otherwise has expired."""
    return ping.state is not PingState.CANCELLED and ping.expires_at > now


async def require_unasked(
    uow: UnitOfWork, meeting: Meeting, location: Location, owner_id: UserId, now: datetime
) -> None:
    """Raise Refusal `home.asked` while a question about a home waits for its answer, or got a no."""
    if await is_asked(uow, meeting, location, owner_id, now):
        raise Refusal("home.asked", name=location.name)


async def is_asked(
    uow: UnitOfWork, meeting: Meeting, location: Location, owner_id: UserId, now: datetime
) -> bool:
    """Return whether the owner of a home is asked for it, or said no: they are not asked again."""
    return any(is_open(ping, now) for ping in await _questions(uow, meeting, location, owner_id))


async def require_question(
    uow: UnitOfWork, meeting: Meeting, location: Location, owner_id: UserId, now: datetime
) -> Ping:
    """Return the open question about a home; Refusal `home.stale` when there is none."""
    asked = await _questions(uow, meeting, location, owner_id)
    ping = next((ping for ping in asked if is_open(ping, now)), None)
    if ping is None:
        raise Refusal("home.stale")
    return ping


async def prepare_question(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """Ask the owner of a home for leave to meet there; None when that is needed no more."""
    question = await find_question(uow, ping, group, now)
    if question is None:
        return None
    await uow.outbox.put_expiry(ping.id, question.meeting.starts_at)
    return Announcement(question, group.language, mentions=(question.owner_id,))


async def find_question(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> HomeQuestion | None:
    """Return what a question about a home should say now; None when an answer is needed no more."""
    if ping.meeting_id is None:
        return None
    try:
        meeting, arrangement = await find_arrangement(uow, group, ping.meeting_id, now)
    except Refusal:
        return None
    owner_id = UserId(ping.recipient)
    if await uow.members.get(group.id, owner_id) is None:
        return None
    for location in await uow.locations.list_live(group.id):
        asked = await _questions(uow, meeting, location, owner_id)
        if not any(each.id == ping.id and is_open(each, now) for each in asked):
            continue
        is_there = location.id == arrangement.location_id and not arrangement.online
        if is_there or not await may_be_at(uow, group, meeting, location):
            return None
        return HomeQuestion(group, meeting, location, owner_id, arrangement.host_id)
    return None


async def _questions(
    uow: UnitOfWork, meeting: Meeting, location: Location, owner_id: UserId
) -> Sequence[Ping]:
    """Return every question about a home for a meeting: keys of later ones begin with that of the first."""
    named = _key(meeting, location, owner_id)
    pings = await uow.outbox.of_meeting(meeting.id)
    return [ping for ping in pings if f"{ping.key}:".startswith(f"{named}:")]


def _key(meeting: Meeting, location: Location, owner_id: UserId) -> str:
    return key(
        meeting.group_id,
        meeting.slot,
        PingKind.HOME,
        owner_id,
        edition=location.id,
        extra=meeting.kind is MeetingKind.EXTRA,
    )
