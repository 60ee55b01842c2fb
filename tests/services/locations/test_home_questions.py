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
from tests.services.builder import ANA, BEN, ORGANIZER, Builder, refused


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, whose organizer hosts first; only Ana has a home to offer, and Ben knows of a café."""
    return await builder.add_rotating_group()


async def asked(builder: Builder, group: Group) -> tuple[Meeting, LocationId, LocationId]:
    """Let the organizer, who hosts, ask for Ana's home; return the meeting, the home and the café."""
    cafe = (await builder.add_cafes(BEN))[BEN]
    home = (await builder.add_homes(ANA))[ANA]
    first, _ = await builder.announce_ahead(group)
    await ask(builder, first, home)
    return first, home, cafe


async def ask(builder: Builder, meeting: Meeting, home: LocationId) -> None:
    """Ask for a home, and let the question go out."""
    arranged = await builder.rotation.choose(builder.act_as(ORGANIZER), meeting.id, home)
    assert arranged.asked == ANA
    [planned] = [
        ping for ping in await builder.list_pings(meeting, PingKind.HOME) if ping.state is PingState.PLANNED
    ]
    await builder.send_ping(planned)


async def agree(builder: Builder, meeting: Meeting, home: LocationId) -> None:
    host_id = (await builder.get_arrangement(meeting)).host_id
    await builder.hosting.lend_home(builder.act_as(ANA), meeting.id, home, host_id)


async def choose_cafe(builder: Builder, first: Meeting, cafe: LocationId) -> None:
    await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, cafe)


async def assign_cafe(builder: Builder, first: Meeting, cafe: LocationId) -> None:
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=None, location_id=cafe)


async def offer_own(builder: Builder, first: Meeting, cafe: LocationId) -> None:
    own = (await builder.add_location("Den", by=ORGANIZER)).location.id
    await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, own)


async def there_and_back(builder: Builder, first: Meeting, cafe: LocationId) -> None:
    await offer_own(builder, first, cafe)
    await choose_cafe(builder, first, cafe)


Act = Callable[[Builder, Meeting, LocationId], Awaitable[None]]
ELSEWHERE: dict[str, Act] = {
    "the same place again": choose_cafe,
    "assign": assign_cafe,
    "a place of their own": offer_own,
    "there and back": there_and_back,
}


@pytest.mark.parametrize("act", ELSEWHERE)
async def test_a_late_yes_changes_nothing_when_another_place_was_chosen_since(
    builder: Builder, group: Group, act: str
) -> None:
    first, home, cafe = await asked(builder, group)
    await ELSEWHERE[act](builder, first, cafe)
    settled = (await builder.get_arrangement(first)).settled
    async with refused("home.stale"):
        await agree(builder, first, home)
    async with refused("home.stale"):
        await builder.hosting.keep_home(builder.act_as(ANA), first.id, home)
    assert (await builder.get_arrangement(first)).settled == settled != Settled(home, ORGANIZER)


async def test_a_late_yes_changes_nothing_when_another_home_was_asked_for_since(
    builder: Builder, group: Group
) -> None:
    first, home, cafe = await asked(builder, group)
    other = (await builder.add_homes(BEN))[BEN]
    assert (await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, other)).asked == BEN
    async with refused("home.stale"):
        await agree(builder, first, home)
    assert (await builder.get_arrangement(first)).settled == Settled(cafe, ORGANIZER)


async def test_a_home_can_be_asked_for_again_when_the_question_was_closed(
    builder: Builder, group: Group
) -> None:
    first, home, cafe = await asked(builder, group)
    async with refused("home.asked"):
        await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, home)
    await choose_cafe(builder, first, cafe)
    await ask(builder, first, home)
    await agree(builder, first, home)
    assert (await builder.get_arrangement(first)).settled == Settled(home, ORGANIZER)


async def test_an_owner_who_said_no_is_not_asked_again_when_another_place_was_chosen(
    builder: Builder, group: Group
) -> None:
    first, home, cafe = await asked(builder, group)
    await builder.hosting.keep_home(builder.act_as(ANA), first.id, home)
    await choose_cafe(builder, first, cafe)
    async with refused("home.asked"):
        await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, home)


async def test_a_question_that_is_not_out_yet_is_taken_back_when_another_place_is_chosen(
    builder: Builder, group: Group
) -> None:
    cafe = (await builder.add_cafes(BEN))[BEN]
    home = (await builder.add_homes(ANA))[ANA]
    first, _ = await builder.announce_ahead(group)
    await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, home)
    await choose_cafe(builder, first, cafe)
    [ping] = await builder.list_pings(first, PingKind.HOME)
    assert ping.state is PingState.CANCELLED
    assert await builder.write(lambda tx: prepare_question(UnitOfWork(tx), ping, group, builder.now)) is None


async def test_a_yes_to_another_time_is_refused_when_the_meeting_was_moved(
    builder: Builder, group: Group
) -> None:
    first, home, cafe = await asked(builder, group)
    await builder.meetings.move(
        builder.act_as(ORGANIZER), first.id, day=first.day, at=first.time.replace(hour=20)
    )
    async with refused("home.moved"):
        await agree(builder, first, home)
    assert (await builder.get_arrangement(first)).settled == Settled(cafe, ORGANIZER)
    await builder.hosting.keep_home(builder.act_as(ANA), first.id, home)


async def test_the_owner_of_a_home_is_asked_when_the_meeting_was_online(
    builder: Builder, group: Group
) -> None:
    home = (await builder.add_homes(ANA))[ANA]
    first, _ = await builder.announce_ahead(group)
    await builder.hosting.meet_online(builder.act_as(ORGANIZER), first.id)
    arranged = await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, home)
    assert (arranged.asked, arranged.arrangement.online) == (ANA, True)
    [ping] = await builder.list_pings(first, PingKind.HOME)
    assert (
        await builder.write(lambda tx: prepare_question(UnitOfWork(tx), ping, group, builder.now)) is not None
    )
    await builder.send_ping(ping)
    await agree(builder, first, home)
    arrangement = await builder.get_arrangement(first)
    assert (arrangement.settled, arrangement.online) == (Settled(home, ORGANIZER), False)
