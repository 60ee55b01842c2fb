"""Where the next meetings take place and who hosts them: settled once, then kept unless something happens."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from buddybot.domain import rotation
from buddybot.domain.fairness import Held, Place
from buddybot.domain.groups import Group, Member, Rotation
from buddybot.domain.ids import GroupId, LocationId, UserId
from buddybot.domain.locations import Location
from buddybot.domain.meetings import Meeting, MeetingState
from buddybot.domain.pings import PingKind
from buddybot.domain.rotation import Settled, Upcoming
from buddybot.domain.rsvps import Answer, Roll
from buddybot.services.editions import editions
from buddybot.storage.cards import CardRepository
from buddybot.storage.database import Tx
from buddybot.storage.glances import NextMeeting
from buddybot.storage.groups import MemberRepository
from buddybot.storage.locations import LocationRepository
from buddybot.storage.meetings import MeetingRepository
from buddybot.storage.rsvps import RsvpRepository
from buddybot.storage.venues import Basis, ShareRepository, Venue, VenueRepository
from buddybot.values import dataclass

AHEAD = 2
"""Meetings whose place is settled, so that people can plan."""
DECLINE_BEFORE = timedelta(hours=24)
"""Until when a host may hand their turn on; after that nothing moves by itself."""
NOTICE_LIFE = timedelta(hours=1)
BY_RULE = (Basis.RULE, Basis.CHOSEN)
"""Venues whose host the rule gave."""


@dataclass(frozen=True, slots=True)
class VenueView:
    """Where a meeting takes place: a location, or online this once; who hosts; either may be open."""

    location: Location | None
    host_id: UserId | None
    online: bool = False

    @property
    def known(self) -> bool:
        """Whether there is anything to say."""
        return self.location is not None or self.host_id is not None or self.online


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the rule of a group goes by."""

    group: Group
    members: tuple[Member, ...]
    places: tuple[Place, ...]
    locations: tuple[Location, ...]

    @property
    def willing(self) -> frozenset[UserId]:
        """Who would host."""
        return frozenset(member.user_id for member in self.members if member.hosts)


async def board_of(tx: Tx, group: Group) -> Board:
    """Return what the rule of a group goes by now."""
    repository = LocationRepository(tx)
    locations = await repository.live(group.id)
    minutes, approvals = await repository.minutes(group.id), await repository.approvals(group.id)
    places = tuple(
        Place(
            id=location.id,
            offered_by=location.offered_by,
            minutes=minutes.get(location.id, {}),
            approved_by=approvals.get(location.id, frozenset()),
            remote=location.remote,
        )
        for location in locations
    )
    return Board(group, tuple(await MemberRepository(tx).present(group.id)), places, tuple(locations))


async def view_of(tx: Tx, meeting: Meeting) -> VenueView:
    """Return where a meeting takes place, as far as that is settled."""
    return await shown(tx, meeting, await VenueRepository(tx).get(meeting.id))


async def shown(tx: Tx, meeting: Meeting, venue: Venue | None) -> VenueView:
    """Return the same where the venue is known already."""
    if venue is None:
        return VenueView(None, None)
    return await placed(tx, meeting.group_id, venue)


async def placed(tx: Tx, group_id: GroupId, at: Venue | NextMeeting) -> VenueView:
    """Return where one of a group's meetings takes place as it is shown."""
    location = None if at.location_id is None else await LocationRepository(tx).get(group_id, at.location_id)
    return VenueView(location, at.host_id, at.online)


async def upcoming_of(tx: Tx, meeting: Meeting, board: Board, here: LocationId | None) -> Upcoming:
    """Return who is expected at a meeting, which is to be `here`, and who of them does not host it."""
    roll = await RsvpRepository(tx).roll(meeting)
    expected = {*roll.coming, *roll.no_word}
    return Upcoming(
        attendees=tuple(member.user_id for member in board.members if member.user_id in expected),
        passes=await VenueRepository(tx).passes(meeting.id) | (expected - able_to_host(roll, board, here)),
    )


def able_to_host(roll: Roll, board: Board, here: LocationId | None) -> frozenset[UserId]:
    """Return who comes to a meeting, as far as is known, and so could host it.

    Somebody who takes part from afar can host only where nobody has to travel to.
    """
    remote = [place for place in board.places if place.remote]
    no_way = any(place.id == here for place in remote) or len(remote) == len(board.places)
    at_home = {place.offered_by for place in remote}
    afar = () if no_way else [user for user in roll.who(Answer.VIRTUAL) if user not in at_home]
    return frozenset({*roll.coming, *roll.no_word}.difference(afar))


async def planned(tx: Tx, group: Group, after: datetime) -> Sequence[Meeting]:
    """Return the next meetings that begin after an instant, those whose places are settled."""
    ahead = await MeetingRepository(tx).ahead(group.id)
    return [
        meeting for meeting in ahead if meeting.state is MeetingState.SCHEDULED and meeting.starts_at > after
    ][:AHEAD]


async def settle(tx: Tx, group: Group, now: datetime) -> None:
    """Settle what is open of the next meetings, and tell of what is no longer as it was announced."""
    board = await board_of(tx, group)
    found = [
        (meeting, await VenueRepository(tx).get(meeting.id)) for meeting in await planned(tx, group, now)
    ]
    # One that is online this once uses no place and nobody's turn.
    open_to_choice = [(meeting, venue) for meeting, venue in found if venue is None or not venue.online]
    ahead = [
        _remaining(board, meeting, venue, await _expected(tx, meeting, board, venue), now)
        for meeting, venue in open_to_choice
    ]
    chosen = await _chosen(tx, board, ahead)
    for (meeting, venue), expected, settled in zip(open_to_choice, ahead, chosen, strict=True):
        if venue is None or venue.settled != settled or venue.basis is Basis.OPEN:
            await put(tx, group, meeting, settled, now=now, basis=_basis(venue, expected, settled))


async def _chosen(tx: Tx, board: Board, ahead: Sequence[Upcoming]) -> Sequence[Settled]:
    """What the rule gives, knowing what is settled: who takes over a turn is not the host of the next."""
    rule, going_on = board.group.rotation, await _going_on(tx, board)
    order = list(range(len(ahead)))
    if rule is not Rotation.FIXED:
        order.sort(key=lambda index: ahead[index].settled is None)
    given = rotation.plan(
        rule,
        history=await _history(tx, board.group, ahead),
        ahead=[*going_on, *(ahead[index] for index in order)],
        places=board.places,
        willing=board.willing,
        usual=board.group.usual_location_id,
    )[len(going_on) :]
    choices = dict(zip(order, given, strict=True))
    return [Settled(choices[index].location_id, choices[index].host_id) for index in sorted(order)]


async def _expected(tx: Tx, meeting: Meeting, board: Board, venue: Venue | None) -> Upcoming:
    return await upcoming_of(tx, meeting, board, None if venue is None else venue.location_id)


async def _going_on(tx: Tx, board: Board) -> Sequence[Upcoming]:
    """The meetings that are open: the rule remembers them once they are closed, and reckons with them now."""
    going_on = []
    for meeting in await MeetingRepository(tx).ahead(board.group.id):
        venue = await VenueRepository(tx).get(meeting.id)
        if meeting.state is MeetingState.OPEN and venue is not None and not venue.online:
            expected = await _expected(tx, meeting, board, venue)
            going_on.append(replace(expected, settled=venue.settled, once=venue.basis.once))
    return going_on


def _basis(venue: Venue | None, expected: Upcoming, settled: Settled) -> Basis:
    """Why a venue is what it is now: what people agreed on stays so while the host does."""
    host_stays = expected.host_id is not None and expected.host_id == settled.host_id
    if venue is None or venue.basis is Basis.OPEN or not (expected.settled is not None or host_stays):
        return Basis.RULE
    return Basis.RULE if venue.basis is Basis.CHOSEN and expected.settled is None else venue.basis


async def _history(tx: Tx, group: Group, ahead: Sequence[Upcoming]) -> Sequence[Held]:
    """What the rule remembers; nothing is read when nothing is open."""
    if all(expected.settled is not None for expected in ahead):
        return ()
    return await ShareRepository(tx).history(group.id)


def _remaining(
    board: Board, meeting: Meeting, venue: Venue | None, expected: Upcoming, now: datetime
) -> Upcoming:
    """What of a settled venue stays: all of it, the host, or nothing; what nobody was told of does not.

    In the last day a turn is not handed on: people are on their way to the place, so it stays, and
    a host who cannot come is no longer named.
    """
    if venue is None or venue.basis is Basis.OPEN or (venue.basis is Basis.RULE and not venue.announced):
        return expected
    able = venue.host_id in expected.attendees and venue.host_id not in expected.passes
    host = venue.host_id if able else None
    there = any(place.id == venue.location_id for place in board.places)
    late = meeting.starts_at - now < DECLINE_BEFORE
    turn_open = host is None and (venue.host_id is not None or venue.basis in BY_RULE)
    if turn_open and venue.rule is Rotation.TURNS and not late:
        return expected
    if there or (venue.location_id is None and not board.places):
        return replace(expected, settled=Settled(venue.location_id, host), once=venue.basis.once)
    return replace(expected, host_id=host)


async def put(
    tx: Tx,
    group: Group,
    meeting: Meeting,
    settled: Settled,
    *,
    now: datetime,
    basis: Basis = Basis.RULE,
    online: bool = False,
) -> None:
    """Set where a meeting takes place; the cards follow, and what was announced is told anew."""
    repository = VenueRepository(tx)
    old = await repository.get(meeting.id)
    venue = Venue(
        meeting_id=meeting.id,
        rule=group.rotation,
        basis=basis,
        location_id=settled.location_id,
        host_id=settled.host_id,
        online=online,
        announced=old is not None and old.announced,
    )
    if old is None or (old.settled, old.online) == (settled, online):
        await repository.put(venue if old is None else replace(old, rule=venue.rule, basis=basis))
        if old is None and (settled != Settled(None, None) or online):
            await MeetingRepository(tx).entry_changed(meeting.id)
            await show(tx, meeting)
        return
    if old.announced:
        notices = await editions(tx, meeting, PingKind.PLACE)
        kept = notices.waiting is not None and old.before is not None
        told, told_online = (old.before, old.before_online) if kept else (old.settled, old.online)
        venue = replace(venue, before=told, before_online=told_online)
        if told is not None and (told != Settled(None, None) or told_online or online):
            await notices.owe(tx, now, until=max(meeting.ends_at, now + NOTICE_LIFE))
    await repository.put(venue)
    await MeetingRepository(tx).entry_changed(meeting.id)
    await show(tx, meeting)


async def release(tx: Tx, group: Group, called_off: Meeting, now: datetime) -> None:
    """Let the rule choose anew for what follows a meeting that was called off, or is held after all.

    Then whose turn it was stays next. What people agreed on or an organizer said stays.
    """
    repository = VenueRepository(tx)
    if await repository.get(called_off.id) is None:
        return
    for meeting in await MeetingRepository(tx).ahead(group.id):
        venue = await repository.get(meeting.id)
        late = meeting.starts_at - now < DECLINE_BEFORE
        if venue is not None and venue.basis in BY_RULE and meeting.id != called_off.id and not late:
            await repository.put(replace(venue, basis=Basis.OPEN))


async def show(tx: Tx, meeting: Meeting) -> None:
    """Edit what shows the venue: the meeting's own cards, and the summary before it."""
    await CardRepository(tx).touch(meeting.id)
    for held in await MeetingRepository(tx).held(meeting.group_id, limit=1):
        await CardRepository(tx).touch(held.id)
