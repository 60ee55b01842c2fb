"""The question whether a meeting may be at a member's home ends when what it was asked for is settled."""

from collections.abc import Awaitable, Callable

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import LocationId
from buddybot.domain.locations.rotation import Settled
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations.home_questions import prepare_question
from buddybot.storage.engine.database import Database
from tests.services.locations.hosts import Hosts
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, refused


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    """Rowan, whose organizer hosts first; only Ana has a home to offer, and Ben knows of a café."""
    return await hosts.rotating()


async def asked(hosts: Hosts, group: Group) -> tuple[Meeting, LocationId, LocationId]:
    """Let the organizer, who hosts, ask for Ana's home; return the meeting, the home and the café."""
    cafe = (await hosts.found(BEN))[BEN]
    home = (await hosts.owned(ANA))[ANA]
    first, _ = await hosts.told_of(group)
    await ask(hosts, first, home)
    return first, home, cafe


async def ask(hosts: Hosts, meeting: Meeting, home: LocationId) -> None:
    """Ask for a home, and let the question go out."""
    arranged = await hosts.rotation.choose(hosts.actor(ORGANIZER), meeting.id, home)
    assert arranged.asked == ANA
    [planned] = [
        ping for ping in await hosts.pings(meeting, PingKind.HOME) if ping.state is PingState.PLANNED
    ]
    await hosts.send(planned)


async def agree(hosts: Hosts, meeting: Meeting, home: LocationId) -> None:
    host_id = (await hosts.arrangement(meeting)).host_id
    await hosts.hosting.lend_home(hosts.actor(ANA), meeting.id, home, host_id)


async def choose_cafe(hosts: Hosts, first: Meeting, cafe: LocationId) -> None:
    await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, cafe)


async def assign_cafe(hosts: Hosts, first: Meeting, cafe: LocationId) -> None:
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=None, location_id=cafe)


async def offer_own(hosts: Hosts, first: Meeting, cafe: LocationId) -> None:
    own = (await hosts.offer("Den", by=ORGANIZER)).location.id
    await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, own)


async def there_and_back(hosts: Hosts, first: Meeting, cafe: LocationId) -> None:
    await offer_own(hosts, first, cafe)
    await choose_cafe(hosts, first, cafe)


Act = Callable[[Hosts, Meeting, LocationId], Awaitable[None]]
ELSEWHERE: dict[str, Act] = {
    "the same place again": choose_cafe,
    "assign": assign_cafe,
    "a place of their own": offer_own,
    "there and back": there_and_back,
}


@pytest.mark.parametrize("act", ELSEWHERE)
async def test_a_late_yes_changes_nothing_when_another_place_was_chosen_since(
    hosts: Hosts, group: Group, act: str
) -> None:
    first, home, cafe = await asked(hosts, group)
    await ELSEWHERE[act](hosts, first, cafe)
    settled = (await hosts.arrangement(first)).settled
    async with refused("home.stale"):
        await agree(hosts, first, home)
    async with refused("home.stale"):
        await hosts.hosting.keep_home(hosts.actor(ANA), first.id, home)
    assert (await hosts.arrangement(first)).settled == settled != Settled(home, ORGANIZER)


async def test_a_late_yes_changes_nothing_when_another_home_was_asked_for_since(
    hosts: Hosts, group: Group
) -> None:
    first, home, cafe = await asked(hosts, group)
    other = (await hosts.owned(BEN))[BEN]
    assert (await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, other)).asked == BEN
    async with refused("home.stale"):
        await agree(hosts, first, home)
    assert (await hosts.arrangement(first)).settled == Settled(cafe, ORGANIZER)


async def test_a_home_can_be_asked_for_again_when_the_question_was_closed(hosts: Hosts, group: Group) -> None:
    first, home, cafe = await asked(hosts, group)
    async with refused("home.asked"):
        await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, home)
    await choose_cafe(hosts, first, cafe)
    await ask(hosts, first, home)
    await agree(hosts, first, home)
    assert (await hosts.arrangement(first)).settled == Settled(home, ORGANIZER)


async def test_an_owner_who_said_no_is_not_asked_again_when_another_place_was_chosen(
    hosts: Hosts, group: Group
) -> None:
    first, home, cafe = await asked(hosts, group)
    await hosts.hosting.keep_home(hosts.actor(ANA), first.id, home)
    await choose_cafe(hosts, first, cafe)
    async with refused("home.asked"):
        await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, home)


async def test_a_question_that_is_not_out_yet_is_taken_back_when_another_place_is_chosen(
    hosts: Hosts, group: Group
) -> None:
    cafe = (await hosts.found(BEN))[BEN]
    home = (await hosts.owned(ANA))[ANA]
    first, _ = await hosts.told_of(group)
    await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, home)
    await choose_cafe(hosts, first, cafe)
    [ping] = await hosts.pings(first, PingKind.HOME)
    assert ping.state is PingState.CANCELLED
    assert await hosts.run(lambda tx: prepare_question(UnitOfWork(tx), ping, group, hosts.now)) is None


async def test_a_yes_to_another_time_is_refused_when_the_meeting_was_moved(
    hosts: Hosts, group: Group
) -> None:
    first, home, cafe = await asked(hosts, group)
    await hosts.meetings.move(hosts.actor(ORGANIZER), first.id, day=first.day, at=first.time.replace(hour=20))
    async with refused("home.moved"):
        await agree(hosts, first, home)
    assert (await hosts.arrangement(first)).settled == Settled(cafe, ORGANIZER)
    await hosts.hosting.keep_home(hosts.actor(ANA), first.id, home)


async def test_the_owner_of_a_home_is_asked_when_the_meeting_was_online(hosts: Hosts, group: Group) -> None:
    home = (await hosts.owned(ANA))[ANA]
    first, _ = await hosts.told_of(group)
    await hosts.hosting.meet_online(hosts.actor(ORGANIZER), first.id)
    arranged = await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, home)
    assert (arranged.asked, arranged.arrangement.online) == (ANA, True)
    [ping] = await hosts.pings(first, PingKind.HOME)
    assert await hosts.run(lambda tx: prepare_question(UnitOfWork(tx), ping, group, hosts.now)) is not None
    await hosts.send(ping)
    await agree(hosts, first, home)
    arrangement = await hosts.arrangement(first)
    assert (arrangement.settled, arrangement.online) == (Settled(home, ORGANIZER), False)
