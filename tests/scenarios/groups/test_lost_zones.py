"""Rows name a time zone that this machine does not know: everything opens, and the zone can be changed."""

from datetime import UTC, datetime, timedelta

import pytest

from buddybot.storage.engine.database import Tx
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
LOST = "Mars/Olympus_Mons"

COMMANDS = (
    ("Ana", "group info"),
    ("Ben", "group info"),
    ("Ana", "meeting schedule"),
    ("Ben", "meeting calendar"),
    ("Ben", "next"),
    ("Ben", "me settings"),
    ("Ben", "me history"),
    ("Ben", "me export"),
    ("Ben", "away"),
    ("Ana", "health show"),
    ("Ana", "attendance history"),
    ("Ana", "rotation show"),
    ("Ben", "location list"),
    ("Ben", "commit list"),
)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January; no zone of its is known any more."""
    rowan = await calendar(world)
    await rowan.ask("Ben", "me settings")

    async def script(tx: Tx) -> None:
        for table in ("groups", "schedules", "meetings"):
            await tx.run(f"UPDATE {table} SET zone = :zone", zone=LOST)
        await tx.run(
            "INSERT INTO preferences (guild_id, user_id, display_name, direct_messages, nudges, zone) "
            "SELECT guild_id, user_id, '', 0, 1, :zone FROM memberships WHERE user_id = :ben "
            "ON CONFLICT (guild_id, user_id) DO UPDATE SET zone = excluded.zone",
            zone=LOST,
            ben=rowan.person("Ben").id,
        )

    await world.bot.services.transactions.write(lambda uow: script(uow.tx))
    return rowan


@pytest.mark.parametrize(("name", "command"), COMMANDS)
async def test_a_group_opens_when_its_zone_is_lost(rowan: Calendar, name: str, command: str) -> None:
    said = texts_in(await rowan.ask(name, command))
    assert said
    assert "went wrong" not in said


async def test_the_group_says_what_to_do_and_takes_another_zone_when_its_own_is_lost(rowan: Calendar) -> None:
    for command in ("group info", "meeting schedule"):
        said = texts_in(await rowan.ask("Ana", command))
        assert "Mars/Olympus Mons" in said
        assert "don't know this time zone here" in said
        assert "/meeting schedule zone:" in said
    said = texts_in(await rowan.ask("Ana", "meeting schedule", weekday=3))
    assert "I don't know the time zone “Mars/Olympus\\_Mons” here." in said
    said = texts_in(await rowan.ask("Ana", "meeting schedule", zone="Europe/London"))
    assert "Europe/London" in said
    assert "don't know" not in said
    assert (await rowan.starts())[0] == FIRST
    await rowan.world.until(FIRST + timedelta(minutes=1))
    assert any("Check-in is open" in texts_in(message) for message in rowan.said())


async def test_a_member_reads_that_the_groups_zone_is_used_when_their_own_is_lost(rowan: Calendar) -> None:
    said = texts_in(await rowan.ask("Ben", "me settings"))
    assert "Mars/Olympus Mons" in said
    assert "use the group's" in said


async def test_pings_go_out_at_their_time_when_the_zone_is_lost(rowan: Calendar) -> None:
    await rowan.world.restart()
    await rowan.world.until(FIRST + timedelta(minutes=1))
    assert any("Check-in is open" in texts_in(message) for message in rowan.said())
