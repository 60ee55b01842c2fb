"""Discord's own "Interested" counts as coming, where the member and their days away say nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from buddybot.services.groups.groups import Changes
from tests.scenarios.meetings.gatherings import EVENT, Gatherings
from tests.world import World, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)


@pytest.fixture
async def near(world: World) -> Gatherings:
    """A group that meets in 23 hours: the card is up, and so is the server's event."""
    house = await Gatherings.made(world)
    await world.until(FIRST - timedelta(hours=23))
    return house


def card(near: Gatherings) -> str:
    """Return what the card of the meeting says."""
    return texts_in(near.rowan.card())


def mention(near: Gatherings, name: str) -> str:
    """Return how the card names somebody."""
    return near.rowan.person(name).mention


async def read(near: Gatherings) -> None:
    """Let the quarter of an hour pass after which the list is read."""
    await near.world.bot.live.read_interests()
    await near.world.env.settle()


async def test_who_is_interested_is_shown_as_coming_until_they_take_it_back(near: Gatherings) -> None:
    ben = near.rowan.person("Ben")
    await ben.subscribe_event(near.one())
    await read(near)
    assert f"**Coming** {ben.mention}" in card(near)
    assert "You said: **Going**" in texts_in(await near.rowan.ask("Ben", "next"))
    await ben.unsubscribe_event(near.one())
    await read(near)
    assert "Nobody has answered yet" in card(near)


async def test_a_members_own_answer_counts_more(near: Gatherings) -> None:
    ben = near.rowan.person("Ben")
    await near.rowan.press("Ben", "Can't come")
    await ben.subscribe_event(near.one())
    await read(near)
    assert f"can't come {ben.mention}" in card(near)
    await near.rowan.press("Ben", "Late")
    await ben.unsubscribe_event(near.one())
    await read(near)
    assert f"**late** {ben.mention}" in card(near)


async def test_days_away_count_more(near: Gatherings) -> None:
    cho = near.rowan.person("Cho")
    await cho.subscribe_event(near.one())
    await near.rowan.ask("Cho", "away", start="2026-01-06")
    await read(near)
    assert f"can't come {cho.mention}" in card(near)


async def test_strangers_and_those_who_left_count_for_nothing(near: Gatherings) -> None:
    for name in ("Zoe", "Ben"):
        await near.rowan.person(name).subscribe_event(near.one())
    await near.world.bot.services.members.leave(
        near.rowan.circle.actor(near.rowan.person("Ben")), near.rowan.circle.group_id, None
    )
    await read(near)
    assert await near.world.rows("SELECT user_id FROM interests") == []
    assert "Coming" not in card(near)


async def test_a_list_that_says_nothing_new_edits_nothing(near: Gatherings) -> None:
    await near.rowan.person("Ben").subscribe_event(near.one())
    await read(near)
    before = len(near.world.env.http_requests)
    await read(near)
    since = [(each.method, each.path) for each in near.world.env.http_requests[before:]]
    assert {method for method, _ in since} == {"GET"}
    assert len(since) == 2


async def test_meetings_that_are_far_are_not_asked_for(world: World) -> None:
    house = await Gatherings.made(world)
    await world.until(FIRST - timedelta(hours=27))
    await house.rowan.person("Ben").subscribe_event(house.one())
    before = len(house.asked())
    await read(house)
    assert len(house.asked()) == before
    await world.pass_time(hours=2)
    await read(house)
    assert await world.rows("SELECT user_id FROM interests") == [{"user_id": house.rowan.person("Ben").id}]


@pytest.mark.parametrize(("status", "code"), [(500, 0), (403, 50001)])
async def test_a_list_that_cannot_be_read_changes_nothing(near: Gatherings, status: int, code: int) -> None:
    ben, cho = (near.rowan.person(name) for name in ("Ben", "Cho"))
    for person in (ben, cho):
        await person.subscribe_event(near.one())
    await read(near)
    await ben.unsubscribe_event(near.one())
    for path in (EVENT, f"{EVENT}/users"):
        near.world.env.inject_error("GET", path, status=status, code=code)
        await read(near)
        assert f"**Coming** {ben.mention}, {cho.mention}" in card(near)
    await read(near)
    assert f"**Coming** {cho.mention}" in card(near)


async def test_an_event_found_deleted_is_not_asked_for_again(near: Gatherings) -> None:
    near.world.env.backend.delete_scheduled_event(near.guild.id, near.one().id)
    await read(near)
    assert await near.states() == ["over"]
    before = len(near.asked())
    await read(near)
    assert len(near.asked()) == before


async def test_the_question_about_few_people_goes_by_a_fresh_list(near: Gatherings) -> None:
    """Two are wanted; Ben says so on the card and Cho on the event, minutes before answers are due."""

    circle = near.rowan.circle
    await near.world.bot.services.groups.change(
        circle.actor(near.rowan.person("Ana")), circle.group_id, Changes(minimum=2, answer_hours=6)
    )
    await near.rowan.press("Ben", "Going")
    await near.world.until(FIRST - timedelta(hours=6, minutes=5))
    before = len(near.rowan.said())
    await near.rowan.person("Cho").subscribe_event(near.one())
    await near.world.until(FIRST - timedelta(hours=5))
    assert len(near.rowan.said()) == before
    assert f"**Coming** {mention(near, 'Ben')}, {mention(near, 'Cho')}" in card(near)
