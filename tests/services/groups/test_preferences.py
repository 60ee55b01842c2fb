"""What a person chooses for themselves, on both engines."""

from datetime import time

import pytest

from buddybot.domain.groups.preferences import QuietHours
from buddybot.storage.engine.database import Database
from tests.services.club import ANA, HERE, ORGANIZER, STRANGER, THERE, Club
from tests.services.meetings.calendar_house import refused

NIGHT = QuietHours(time(20), time(9))


@pytest.fixture
async def club(database: Database) -> Club:
    """A club with two groups that Ana is in, and one in another server."""
    club = Club(database)
    for name in ("Rowan", "Birch"):
        await club.join((await club.group(name)).group.id, ANA)
    there = await club.group("Rowan", guild=THERE)
    await club.join(there.group.id, ANA, guild=THERE)
    return club


async def direct(club: Club) -> list[int]:
    """Return in which groups a direct message to Ana is planned."""
    rows = await club.rows(
        "SELECT DISTINCT group_id FROM outbox WHERE state = 'planned' AND direct = 1 AND recipient = 2"
    )
    return [row["group_id"] for row in rows]


async def test_nobody_is_written_to_before_they_ask(club: Club) -> None:
    mine = await club.preferences.get_own(club.actor(ANA))
    assert (mine.direct_messages, mine.nudges, mine.quiet, mine.zone) == (False, True, None, None)
    assert await direct(club) == []


async def test_direct_messages_follow_the_choice_in_every_group_of_that_server(club: Club) -> None:
    on = await club.preferences.choose(club.actor(ANA), direct_messages=True)
    assert on.direct_messages
    here = [row["id"] for row in await club.rows("SELECT id FROM groups WHERE guild_id = 10")]
    assert sorted(await direct(club)) == sorted(here)
    off = await club.preferences.choose(club.actor(ANA), direct_messages=False)
    assert (off.direct_messages, off.nudges) == (False, True)
    assert await direct(club) == []


async def test_the_stop_button_works_from_the_message_itself(club: Club) -> None:
    await club.preferences.choose(club.actor(ANA), direct_messages=True)
    await club.preferences.choose(club.actor(ANA, guild=THERE), direct_messages=True)
    for stranger in (ORGANIZER, STRANGER):
        await club.preferences.stop_direct(club.actor(stranger, guild=None), HERE)
    assert (await club.preferences.get_own(club.actor(ANA))).direct_messages
    await club.preferences.stop_direct(club.actor(ANA, guild=None), HERE)
    assert not (await club.preferences.get_own(club.actor(ANA))).direct_messages
    assert (await club.preferences.get_own(club.actor(ANA, guild=THERE))).direct_messages
    assert len(await direct(club)) == 1
    assert await club.rows("SELECT * FROM preferences WHERE user_id = 9") == []


async def test_the_last_word_on_direct_messages_counts_in_whatever_order_they_are_carried_out(
    club: Club,
) -> None:
    on, quiet, off = club.actor(ANA), club.actor(ANA), club.actor(ANA, guild=None)
    await club.preferences.stop_direct(off, HERE)
    assert not (await club.preferences.choose(on, direct_messages=True)).direct_messages
    assert (await club.preferences.set_quiet(quiet, NIGHT)).quiet == NIGHT
    assert not (await club.preferences.get_own(club.actor(ANA))).direct_messages
    assert await direct(club) == []


async def test_quiet_hours_and_zone_are_kept_and_taken_back(club: Club) -> None:
    await club.preferences.set_quiet(club.actor(ANA), NIGHT)
    mine = await club.preferences.set_zone(club.actor(ANA), "Asia/Kolkata")
    assert (mine.quiet, mine.zone) == (NIGHT, "Asia/Kolkata")
    await club.preferences.set_quiet(club.actor(ANA), None)
    mine = await club.preferences.set_zone(club.actor(ANA), None)
    assert (mine.quiet, mine.zone) == (None, None)
    async with refused("zone.unknown"):
        await club.preferences.set_zone(club.actor(ANA), "Mars/Phobos")


async def test_settings_are_for_members(club: Club) -> None:
    async with refused("group.none"):
        await club.preferences.get_own(club.actor(STRANGER))
    async with refused("group.none"):
        await club.preferences.choose(club.actor(STRANGER), direct_messages=True)
    async with refused("guild.only"):
        await club.preferences.get_own(club.actor(ANA, guild=None))


async def test_the_name_follows_the_person(club: Club) -> None:
    rows = "SELECT display_name FROM preferences WHERE user_id = 2 AND guild_id = 10"
    assert await club.rows(rows) == [{"display_name": "Person 2"}]
    renamed = club.actor(ANA).__class__(
        ANA, HERE, None, club.actor(ANA).interaction_id, "Ana \u202eMaria\x00"
    )
    await club.preferences.choose(renamed, nudges=False)
    assert await club.rows(rows) == [{"display_name": "Ana Maria"}]
    assert not (await club.preferences.get_own(club.actor(ANA))).nudges
