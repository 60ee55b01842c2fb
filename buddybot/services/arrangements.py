"""What people arrange for one meeting: its host, its location, and leave to use a member's home."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from buddybot.domain import rotation
from buddybot.domain.errors import Refusal
from buddybot.domain.groups import Group
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations import Location
from buddybot.domain.meetings import Meeting, MeetingKind
from buddybot.domain.pings import Owed, PingKind, PingState, key
from buddybot.domain.rotation import Settled
from buddybot.services import venues
from buddybot.services.location_views import require_live
from buddybot.services.rotation_views import require_able
from buddybot.services.venues import VenueView
from buddybot.services.work import Planner
from buddybot.storage.database import Tx
from buddybot.storage.locations import LocationRepository
from buddybot.storage.outbox import OutboxRepository
from buddybot.storage.venues import Basis, ShareRepository, Venue, VenueRepository


@dataclass(frozen=True, slots=True)
class Arranged:
    """Where a meeting takes place after a change, and who hosted it before that.

    `asked` owns the home that was chosen: until they agree, the meeting is where `venue` says.
    """

    group: Group
    meeting: Meeting
    venue: VenueView
    before: UserId | None = None
    asked: UserId | None = None


async def arranged(
    tx: Tx, group: Group, meeting: Meeting, *, before: UserId | None = None, asked: UserId | None = None
) -> Arranged:
    """Return where a meeting takes place now."""
    return Arranged(group, meeting, await venues.view_of(tx, meeting), before, asked)


async def arrange(
    tx: Tx,
    planner: Planner,
    group: Group,
    meeting: Meeting,
    venue: Venue,
    *,
    host_id: UserId | None,
    location_id: LocationId | None,
    basis: Basis,
    by: UserId,
    now: datetime,
) -> Arranged:
    """Let a person say who hosts a meeting, or where it is, or both.

    A new host alone receives at a place of theirs, or in public. The owner of another member's home is
    asked first. Refusals: `member.unknown`, `venue.host_away`, `location.unknown`, `location.retired`,
    `home.closed`, `home.asked`.
    """
    settled, asked = venue.settled, None
    if host_id is not None:
        if host_id != venue.host_id:
            settled = Settled(await place_of(tx, group, host_id), host_id)
        await require_able(tx, group, meeting, settled, host_id)
        await VenueRepository(tx).drop_pass(meeting.id, host_id)
    if location_id is not None:
        location = await live_location(tx, group, location_id)
        asked = await _owner_to_ask(tx, group, meeting, location, host_id=settled.host_id, by=by)
        if asked is None:
            settled = replace(settled, location_id=location.id)
        else:
            await _ask_owner(tx, meeting, location, asked, now)
    if asked is None or settled != venue.settled:
        await venues.put(tx, group, meeting, settled, now=now, basis=basis, by=by)
    await planner.plan(tx, group, now, by=by)
    return await arranged(tx, group, meeting, before=venue.host_id, asked=asked)


async def live_location(tx: Tx, group: Group, location_id: LocationId) -> Location:
    """Return a location that can be chosen; Refusal `location.unknown` or `location.retired`."""
    location = await LocationRepository(tx).get(group.id, location_id)
    if location is None:
        raise Refusal("location.unknown")
    require_live(location)
    return location


async def place_of(tx: Tx, group: Group, host_id: UserId) -> LocationId | None:
    """Return where a host would receive the group: a place of theirs, else a public or virtual one."""
    board = await venues.board_of(tx, group)
    history = await ShareRepository(tx).history(group.id)
    return rotation.place_for(host_id, history=history, places=board.places)


async def places_for(tx: Tx, group: Group, meeting: Meeting) -> Sequence[Location]:
    """Return where a meeting can be: not in homes whose owners cannot have the group there."""
    board = await venues.board_of(tx, group)
    expected = await venues.upcoming_of(tx, meeting, board, None)
    free = {place.id for place in board.places if venues.open_to_group(place, expected)}
    return [location for location in board.locations if location.id in free]


async def may_be_at(tx: Tx, group: Group, meeting: Meeting, location: Location) -> bool:
    """Whether a meeting can be at a location."""
    return any(place.id == location.id for place in await places_for(tx, group, meeting))


async def _owner_to_ask(
    tx: Tx, group: Group, meeting: Meeting, location: Location, *, host_id: UserId | None, by: UserId
) -> UserId | None:
    """Return whose leave is needed; Refusal `home.closed` when its owner cannot have the group there."""
    if not location.home or location.offered_by == host_id:
        return None
    if not await may_be_at(tx, group, meeting, location):
        raise Refusal("home.closed", name=location.name)
    return None if location.offered_by == by else location.offered_by


def home_key(meeting: Meeting, location: Location, owner_id: UserId) -> str:
    """Return the key of the question whether a meeting may be at a member's home: it is asked once."""
    return key(
        meeting.group_id,
        meeting.slot,
        PingKind.HOME,
        owner_id,
        edition=location.id,
        extra=meeting.kind is MeetingKind.EXTRA,
    )


async def _ask_owner(tx: Tx, meeting: Meeting, location: Location, owner_id: UserId, now: datetime) -> None:
    outbox, named = OutboxRepository(tx), home_key(meeting, location, owner_id)
    if any(
        ping.key == named and ping.state is not PingState.CANCELLED
        for ping in await outbox.of_meeting(meeting.id)
    ):
        raise Refusal("home.asked", name=location.name)
    await outbox.plan(
        Owed(
            key=named,
            guild_id=meeting.guild_id,
            group_id=meeting.group_id,
            meeting_id=meeting.id,
            kind=PingKind.HOME,
            recipient=owner_id,
            due_at=now,
            expires_at=meeting.starts_at,
        )
    )
