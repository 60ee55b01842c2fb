"""Where the next meetings take place and who hosts them: settled once, then kept unless something happens."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, Member, Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations import rotation
from buddybot.domain.locations.fairness import Candidate, Held
from buddybot.domain.locations.locations import Location, LocationKind
from buddybot.domain.locations.rotation import Basis, Choice, Settled, Upcoming
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState, Roll
from buddybot.domain.pings import PingKind
from buddybot.services.core.notice_editions import editions
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.storage.locations.arrangements import Arrangement

AHEAD = 2
"""Meetings whose place is settled, so that people can plan."""
DECLINE_BEFORE = timedelta(hours=24)
"""Until when a host may hand their turn on; after that nothing moves by itself."""
NOTICE_LIFE = timedelta(hours=1)
BY_RULE = (Basis.RULE, Basis.STAND_IN, Basis.CHOSEN)
"""Arrangements whose host the rule gave."""


class Board(NamedTuple):
    """Everything that the rule of a group goes by."""

    group: Group
    members: tuple[Member, ...]
    candidates: tuple[Candidate, ...]
    locations: tuple[Location, ...]

    @property
    def willing(self) -> frozenset[UserId]:
        """Who would host."""
        return frozenset(member.user_id for member in self.members if member.hosts)


async def board_of(uow: UnitOfWork, group: Group) -> Board:
    """Return what the rule of a group goes by now."""
    repository = uow.locations
    locations = await repository.list_live(group.id)
    minutes, approvals = await repository.list_minutes(group.id), await repository.approvals(group.id)
    candidates = tuple(
        Candidate(
            id=location.id,
            offered_by=location.offered_by,
            minutes=minutes.get(location.id, {}),
            approved_by=approvals.get(location.id, frozenset()),
            remote=location.remote,
            home=location.home,
        )
        for location in locations
    )
    return Board(group, tuple(await uow.members.present(group.id)), candidates, tuple(locations))


async def upcoming_of(uow: UnitOfWork, meeting: Meeting, board: Board, here: LocationId | None) -> Upcoming:
    """Return who is expected at a meeting, which is to be `here`, and who of them does not host it."""
    roll = await uow.rsvps.get_roll(meeting)
    expected = {*roll.coming, *roll.no_word}
    return Upcoming(
        attendees=tuple(member.user_id for member in board.members if member.user_id in expected),
        passes=await uow.arrangements.list_passes(meeting.id) | (expected - able_to_host(roll, board, here)),
        afar=frozenset(roll.list_members(Answer.VIRTUAL)),
    )


def able_to_host(roll: Roll, board: Board, here: LocationId | None) -> frozenset[UserId]:
    """Return who comes to a meeting, as far as is known, and so could host it.

    Somebody who takes part from afar can host only where nobody has to travel to.
    """
    remote = [each for each in board.candidates if each.remote]
    no_way = any(each.id == here for each in remote) or len(remote) == len(board.candidates)
    at_home = {each.offered_by for each in remote}
    afar = () if no_way else [user for user in roll.list_members(Answer.VIRTUAL) if user not in at_home]
    return frozenset({*roll.coming, *roll.no_word}.difference(afar))


async def list_planned(uow: UnitOfWork, group: Group, after: datetime) -> Sequence[Meeting]:
    """Return the next meetings that begin after an instant, those whose places are settled."""
    ahead = await uow.meetings.list_ahead(group.id)
    return [
        meeting for meeting in ahead if meeting.state is MeetingState.SCHEDULED and meeting.starts_at > after
    ][:AHEAD]


async def settle(uow: UnitOfWork, group: Group, now: datetime, *, by: UserId | None = None) -> None:
    """Settle what is open of the next meetings, and tell of what is no longer as it was announced.

    `by` did what led to it, so the notices do not mention them.
    """
    board = await board_of(uow, group)
    found = await _to_settle(uow, group, now)
    # One that is online this once uses no place and nobody's turn.
    open_to_choice = [
        (meeting, arrangement)
        for meeting, arrangement in found
        if arrangement is None or not arrangement.online
    ]
    ahead = [
        _remaining(board, meeting, arrangement, await _expect_people(uow, meeting, board, arrangement), now)
        for meeting, arrangement in open_to_choice
    ]
    chosen = await _choose(uow, board, ahead)
    for (meeting, arrangement), expected, choice in zip(open_to_choice, ahead, chosen, strict=True):
        settled, basis = Settled(choice.location_id, choice.host_id), _basis(arrangement, expected, choice)
        if arrangement is None or (arrangement.settled, arrangement.basis) != (settled, basis):
            await put(uow, group, meeting, settled, now=now, basis=basis, by=by)
    for meeting, arrangement in found:
        if arrangement is not None and arrangement.online:
            await _keep_online(uow, board, meeting, arrangement, now)


async def _to_settle(
    uow: UnitOfWork, group: Group, now: datetime
) -> Sequence[tuple[Meeting, Arrangement | None]]:
    """The planned meetings, and those that were so before another one was put in front of them."""
    found = []
    ahead = await uow.meetings.list_ahead(group.id)
    scheduled = [
        meeting for meeting in ahead if meeting.state is MeetingState.SCHEDULED and meeting.starts_at > now
    ]
    for number, meeting in enumerate(scheduled):
        arrangement = await uow.arrangements.get(meeting.id)
        if arrangement is not None or number < AHEAD:
            found.append((meeting, arrangement))
    return found


async def _keep_online(
    uow: UnitOfWork, board: Board, meeting: Meeting, arrangement: Arrangement, now: datetime
) -> None:
    """Lead a meeting that is online this once to another virtual place when its own is no more."""
    if arrangement.location_id is None or any(
        each.id == arrangement.location_id for each in board.candidates
    ):
        return
    await move_online(uow, board.group, meeting, now=now)


async def move_online(
    uow: UnitOfWork, group: Group, meeting: Meeting, *, now: datetime, by: UserId | None = None
) -> None:
    """Let everybody meet online this once; nobody hosts, so nobody's turn is used up."""
    location_id = await _find_virtual_location(uow, group)
    await put(
        uow, group, meeting, Settled(location_id, None), now=now, basis=Basis.ASSIGNED, online=True, by=by
    )


async def _find_virtual_location(uow: UnitOfWork, group: Group) -> LocationId | None:
    """The virtual place that was not used for longest, else a hybrid one with a link, if there is one."""
    used = await uow.arrangements.last_used(group.id)
    live = await uow.locations.list_live(group.id)
    remote = [location for location in live if location.remote]
    remote = remote or [
        location
        for location in live
        if location.words.kind is LocationKind.HYBRID and location.words.link is not None
    ]
    chosen = min(
        remote,
        key=lambda location: used[location.id].timestamp() if location.id in used else 0.0,
        default=None,
    )
    return None if chosen is None else chosen.id


async def _choose(uow: UnitOfWork, board: Board, ahead: Sequence[Upcoming]) -> Sequence[Choice]:
    """What the rule gives, knowing what is settled: who takes over a turn is not the host of the next."""
    rule, going_on = board.group.rotation, await _going_on(uow, board)
    order = list(range(len(ahead)))
    if rule is not Rotation.FIXED:
        order.sort(key=lambda index: ahead[index].settled is None and ahead[index].host_id is None)
    given = rotation.plan(
        rule,
        history=await _history(uow, board.group, ahead),
        ahead=[*going_on, *(ahead[index] for index in order)],
        candidates=board.candidates,
        willing=board.willing,
        usual=board.group.usual_location_id,
    )[len(going_on) :]
    choices = dict(zip(order, given, strict=True))
    return [choices[index] for index in sorted(order)]


async def find_host(
    uow: UnitOfWork, group: Group, meeting: Meeting, here: LocationId | None, now: datetime
) -> UserId | None:
    """Return who hosts a meeting that was online and is to be `here`: whose turn it is, else who offered it.

    None in its last day, when no member is named any more.
    """
    if meeting.starts_at - now < DECLINE_BEFORE:
        return None
    board = await board_of(uow, group)
    if group.rotation is not Rotation.TURNS:
        expected = await upcoming_of(uow, meeting, board, here)
        owner = next((each.offered_by for each in board.candidates if each.id == here), None)
        return owner if owner is not None and could_host(board, expected, owner) else None
    found = [
        (each, None if each.id == meeting.id else arrangement)
        for each, arrangement in await _to_settle(uow, group, now)
        if each.id == meeting.id or arrangement is None or not arrangement.online
    ]
    ahead = [
        _remaining(board, each, arrangement, await _expect_people(uow, each, board, arrangement), now)
        for each, arrangement in found
    ]
    chosen = await _choose(uow, board, ahead)
    hosts = {each.id: choice.host_id for (each, _), choice in zip(found, chosen, strict=True)}
    return hosts[meeting.id]


async def _expect_people(
    uow: UnitOfWork, meeting: Meeting, board: Board, arrangement: Arrangement | None
) -> Upcoming:
    return await upcoming_of(uow, meeting, board, None if arrangement is None else arrangement.location_id)


async def _going_on(uow: UnitOfWork, board: Board) -> Sequence[Upcoming]:
    """The meetings that are open: the rule remembers them once they are closed, and reckons with them now."""
    going_on = []
    for meeting in await uow.meetings.list_ahead(board.group.id):
        arrangement = await uow.arrangements.get(meeting.id)
        if meeting.state is MeetingState.OPEN and arrangement is not None and not arrangement.online:
            expected = await _expect_people(uow, meeting, board, arrangement)
            going_on.append(replace(expected, settled=arrangement.settled, once=arrangement.basis.once))
    return going_on


def _basis(arrangement: Arrangement | None, expected: Upcoming, choice: Choice) -> Basis:
    """Why an arrangement is what it is now: what people agreed on stays so while the host does."""
    host_stays = expected.host_id is not None and expected.host_id == choice.host_id
    if (
        arrangement is None
        or arrangement.basis is Basis.OPEN
        or not (expected.settled is not None or host_stays)
    ):
        return Basis.STAND_IN if choice.stand_in else Basis.RULE
    return Basis.RULE if arrangement.basis is Basis.CHOSEN and expected.settled is None else arrangement.basis


async def _history(uow: UnitOfWork, group: Group, ahead: Sequence[Upcoming]) -> Sequence[Held]:
    """What the rule remembers; nothing is read when nothing is open."""
    if all(expected.settled is not None for expected in ahead):
        return ()
    return await uow.fairness.list_history(group.id)


def _remaining(
    board: Board, meeting: Meeting, arrangement: Arrangement | None, expected: Upcoming, now: datetime
) -> Upcoming:
    """What of a settled arrangement stays: all of it, the host, or nothing; what nobody was told of does not.

    A home stays only while its owner can have the group there. In the last day a turn is not handed on:
    people are on their way to the place, so a public one stays, and a host who cannot come is no longer
    named.
    """
    if (
        arrangement is None
        or arrangement.basis is Basis.OPEN
        or (arrangement.basis.by_rule_alone and not arrangement.announced)
    ):
        return expected
    by_turns = board.group.rotation is Rotation.TURNS
    host = arrangement.host_id if _able(expected, arrangement.host_id) else None
    late = meeting.starts_at - now < DECLINE_BEFORE
    turn_open = host is None and (
        arrangement.host_id is not None
        or arrangement.basis in (Basis.SWAPPED, Basis.OFFERED)  # whoever hosted it can't any more
        or (arrangement.basis in BY_RULE and arrangement.rule is Rotation.TURNS)
    )
    if turn_open and by_turns and not late:
        return expected
    there = next((each for each in board.candidates if each.id == arrangement.location_id), None)
    if there is not None and open_to_group(there, expected):
        if host is None and arrangement.basis.by_rule_alone and not by_turns and not late:
            host = _host_there(board, there, expected, arrangement)
        return replace(expected, settled=Settled(there.id, host), once=arrangement.basis.once)
    if arrangement.location_id is None and not board.candidates:
        return replace(expected, settled=Settled(None, host), once=arrangement.basis.once)
    stays = by_turns or arrangement.rule is Rotation.TURNS or not arrangement.basis.by_rule_alone
    return replace(expected, host_id=host if stays else None, late=late)


def open_to_group(candidate: Candidate, expected: Upcoming) -> bool:
    """Whether a group can be at a place: in a home only while its owner can have them there."""
    return not candidate.home or (
        _able(expected, candidate.offered_by) and candidate.offered_by not in expected.afar
    )


def _able(expected: Upcoming, user_id: UserId | None) -> bool:
    """Whether a person can host: they are expected, and have not handed on their turn."""
    return user_id in expected.attendees and user_id not in expected.passes


def _host_there(
    board: Board, there: Candidate, expected: Upcoming, arrangement: Arrangement
) -> UserId | None:
    """The one who offered a place, where the rule names them: they may be able to come again."""
    named = arrangement.rule is not Rotation.TURNS and could_host(board, expected, there.offered_by)
    return there.offered_by if named else None


def could_host(board: Board, expected: Upcoming, user_id: UserId | None) -> bool:
    """Whether the rule may name a person the host: they can, and would."""
    return user_id in board.willing and _able(expected, user_id) and user_id not in expected.afar


async def put(
    uow: UnitOfWork,
    group: Group,
    meeting: Meeting,
    settled: Settled,
    *,
    now: datetime,
    basis: Basis = Basis.RULE,
    online: bool = False,
    by: UserId | None = None,
) -> None:
    """Set where a meeting takes place; the cards follow, and what was announced is told anew."""
    repository = uow.arrangements
    old = await repository.get(meeting.id)
    arrangement = Arrangement(
        meeting_id=meeting.id,
        rule=group.rotation,
        basis=basis,
        location_id=settled.location_id,
        host_id=settled.host_id,
        online=online,
        announced=old is not None and old.announced,
    )
    if old is None or (old.settled, old.online) == (settled, online):
        await repository.put(arrangement if old is None else old._replace(rule=arrangement.rule, basis=basis))
        if old is None and (settled != Settled(None, None) or online):
            await uow.meetings.entry_changed(meeting.id)
            await show(uow, meeting)
        return
    await uow.outbox.close_questions(meeting.id, now)
    if old.announced:
        notices = await editions(uow, meeting, PingKind.PLACE)
        kept = notices.waiting is not None and old.before is not None
        told, told_online = (old.before, old.before_online) if kept else (old.settled, old.online)
        arrangement = arrangement._replace(before=told, before_online=told_online)
        known = told != Settled(None, None) or told_online or old.before is not None
        if told is not None and (known or online):
            await notices.plan_ping(uow, now, until=max(meeting.ends_at, now + NOTICE_LIFE), by=by)
    await repository.put(arrangement)
    await uow.meetings.entry_changed(meeting.id)
    await show(uow, meeting)


async def release(uow: UnitOfWork, group: Group, called_off: Meeting, now: datetime) -> None:
    """Let the rule choose anew for what follows a meeting that was called off, or is held after all.

    Also for what follows one that passed in a break. Then whose turn it was stays next. What people agreed
    on or an organizer said stays.
    """
    repository = uow.arrangements
    if await repository.get(called_off.id) is None:
        return
    for meeting in await uow.meetings.list_ahead(group.id):
        arrangement = await repository.get(meeting.id)
        late = meeting.starts_at - now < DECLINE_BEFORE
        if (
            arrangement is not None
            and arrangement.basis in BY_RULE
            and meeting.id != called_off.id
            and not late
        ):
            await repository.put(arrangement._replace(basis=Basis.OPEN))


async def show(uow: UnitOfWork, meeting: Meeting) -> None:
    """Edit what shows a meeting, when and where it is: its own cards, and the summary before it."""
    await uow.cards.touch(meeting.id)
    for held in await uow.meetings.list_held(meeting.group_id, limit=1):
        await uow.cards.touch(held.id)
