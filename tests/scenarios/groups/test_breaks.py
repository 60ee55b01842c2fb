"""A break of a group is told to its channel, and so is its end."""

from datetime import UTC, datetime, timedelta

import pytest

from buddybot.domain.groups.groups import Rotation
from tests.scenarios.locations.hosting_turns import announced, hosts
from tests.scenarios.locations.places import suggest
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.world import World, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group of Ana, Ben and Cho that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


async def test_the_channel_hears_of_a_break_and_who_had_planned_to_come_is_notified(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(hours=20))
    for name in ("Ana", "Ben"):
        await rowan.press(name, "Going")
    assert "I tell the channel" in texts_in(await rowan.ask("Ana", "group pause"))
    await rowan.world.run_due()
    notice = rowan.said()[-1]
    assert "**Rowan** is taking a break." in texts_in(notice)
    assert [user.id for user in notice.mentions] == [rowan.person("Ben").id]
    await rowan.ask("Ana", "group resume")
    await rowan.world.run_due()
    notice = rowan.said()[-1]
    assert f"meets again after its break. The next meeting is {stamp(FIRST)}" in texts_in(notice)
    assert [user.id for user in notice.mentions] == [rowan.person("Ben").id]


async def test_a_break_that_nobody_heard_of_is_not_told(rowan: Calendar) -> None:
    before = len(rowan.said())
    await rowan.ask("Ana", "group pause")
    await rowan.ask("Ana", "group resume")
    await rowan.world.run_due()
    assert len(rowan.said()) == before


async def test_a_group_that_rests_already_is_not_told_again(rowan: Calendar) -> None:
    await rowan.ask("Ana", "group pause")
    await rowan.world.run_due()
    before = len(rowan.said())
    await rowan.ask("Ana", "group pause")
    await rowan.world.run_due()
    assert len(rowan.said()) == before


async def test_the_message_that_ends_a_break_says_where_and_by_whom_when_it_is_known(
    rowan: Calendar,
) -> None:
    await suggest(rowan, "Ben")
    await rowan.ask("Ana", "group pause")
    await rowan.world.run_due()
    await rowan.ask("Ana", "group resume")
    await rowan.world.run_due()
    notice = texts_in(rowan.said()[-1])
    assert f"The next meeting is {stamp(FIRST)}" in notice
    assert "**Where** Café Lumen" in notice


async def test_a_turn_that_stays_after_a_break_is_told_in_the_message_that_ends_it(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    await announced(rowan)
    assert await hosts(rowan) == ["Ben", "Cho"]
    await rowan.ask("Ana", "group pause")
    await rowan.world.run_due()
    await rowan.world.until(FIRST + timedelta(days=8))
    before = len(rowan.said())
    await rowan.ask("Ana", "group resume")
    await rowan.world.run_due()
    assert await hosts(rowan) == ["Ben", "Cho"]
    assert len(rowan.said()) == before + 1
    notice = texts_in(rowan.said()[-1])
    assert f"hosted by {rowan.person('Ben').mention}" in notice
    assert f"hosted by {rowan.person('Cho').mention}" in notice, "whose turn was announced"
