"""What a person chooses for themselves, on both engines."""

from datetime import time

import pytest

from buddybot.domain.groups.preferences import QuietHours
from buddybot.storage.engine.database import Database
from tests.services.builder import ANA, ELSEWHERE, GUILD, ORGANIZER, STRANGER, Builder, refused

NIGHT = QuietHours(time(20), time(9))


@pytest.fixture
async def builder(database: Database) -> Builder:
    """A club with two groups that Ana is in, and one in another server."""
    builder = Builder(database)
    for name in ("Rowan", "Birch"):
        await builder.invite_members((await builder.create_group(name)).group.id, ANA)
    there = await builder.create_group("Rowan", guild=ELSEWHERE)
    await builder.invite_members(there.group.id, ANA, guild=ELSEWHERE)
    return builder


async def direct(builder: Builder) -> list[int]:
    """Return in which groups a direct message to Ana is planned."""
    rows = await builder.read_rows(
        "SELECT DISTINCT group_id FROM outbox WHERE state = 'planned' AND direct = 1 AND recipient = 2"
    )
    return [row["group_id"] for row in rows]


async def test_nobody_is_written_to_before_they_ask(builder: Builder) -> None:
    mine = await builder.preferences.get_own(builder.act_as(ANA))
    assert (mine.direct_messages, mine.nudges, mine.quiet, mine.zone) == (False, True, None, None)
    assert await direct(builder) == []


async def test_direct_messages_follow_the_choice_in_every_group_of_that_server(builder: Builder) -> None:
    on = await builder.preferences.choose(builder.act_as(ANA), direct_messages=True)
    assert on.direct_messages
    here = [row["id"] for row in await builder.read_rows("SELECT id FROM groups WHERE guild_id = 10")]
    assert sorted(await direct(builder)) == sorted(here)
    off = await builder.preferences.choose(builder.act_as(ANA), direct_messages=False)
    assert (off.direct_messages, off.nudges) == (False, True)
    assert await direct(builder) == []


async def test_the_stop_button_works_from_the_message_itself(builder: Builder) -> None:
    await builder.preferences.choose(builder.act_as(ANA), direct_messages=True)
    await builder.preferences.choose(builder.act_as(ANA, guild=ELSEWHERE), direct_messages=True)
    for stranger in (ORGANIZER, STRANGER):
        await builder.preferences.stop_direct(builder.act_as(stranger, guild=None), GUILD)
    assert (await builder.preferences.get_own(builder.act_as(ANA))).direct_messages
    await builder.preferences.stop_direct(builder.act_as(ANA, guild=None), GUILD)
    assert not (await builder.preferences.get_own(builder.act_as(ANA))).direct_messages
    assert (await builder.preferences.get_own(builder.act_as(ANA, guild=ELSEWHERE))).direct_messages
    assert len(await direct(builder)) == 1
    assert await builder.read_rows("SELECT * FROM preferences WHERE user_id = 9") == []


async def test_the_last_word_on_direct_messages_counts_in_whatever_order_they_are_carried_out(
    builder: Builder,
) -> None:
    on, quiet, off = builder.act_as(ANA), builder.act_as(ANA), builder.act_as(ANA, guild=None)
    await builder.preferences.stop_direct(off, GUILD)
    assert not (await builder.preferences.choose(on, direct_messages=True)).direct_messages
    assert (await builder.preferences.set_quiet(quiet, NIGHT)).quiet == NIGHT
    assert not (await builder.preferences.get_own(builder.act_as(ANA))).direct_messages
    assert await direct(builder) == []


async def test_quiet_hours_and_zone_are_kept_and_taken_back(builder: Builder) -> None:
    await builder.preferences.set_quiet(builder.act_as(ANA), NIGHT)
    mine = await builder.preferences.set_zone(builder.act_as(ANA), "Asia/Kolkata")
    assert (mine.quiet, mine.zone) == (NIGHT, "Asia/Kolkata")
    await builder.preferences.set_quiet(builder.act_as(ANA), None)
    mine = await builder.preferences.set_zone(builder.act_as(ANA), None)
    assert (mine.quiet, mine.zone) == (None, None)
    async with refused("zone.unknown"):
        await builder.preferences.set_zone(builder.act_as(ANA), "Mars/Phobos")


async def test_settings_are_for_members(builder: Builder) -> None:
    async with refused("group.none"):
        await builder.preferences.get_own(builder.act_as(STRANGER))
    async with refused("group.none"):
        await builder.preferences.choose(builder.act_as(STRANGER), direct_messages=True)
    async with refused("guild.only"):
        await builder.preferences.get_own(builder.act_as(ANA, guild=None))


async def test_the_name_follows_the_person(builder: Builder) -> None:
    rows = "SELECT display_name FROM preferences WHERE user_id = 2 AND guild_id = 10"
    assert await builder.read_rows(rows) == [{"display_name": "Person 2"}]
    renamed = builder.act_as(ANA).__class__(
        ANA, GUILD, None, builder.act_as(ANA).interaction_id, "Ana \u202eMaria\x00"
    )
    await builder.preferences.choose(renamed, nudges=False)
    assert await builder.read_rows(rows) == [{"display_name": "Ana Maria"}]
    assert not (await builder.preferences.get_own(builder.act_as(ANA))).nudges
