"""A person's name follows them, in each server by itself; it matters most to those who changed it."""

from datetime import UTC, datetime, timedelta

import pytest
import simcord

from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    return await calendar(world)


def take_nickname(rowan: Calendar, name: str, nick: str | None) -> None:
    """Let somebody take another name in the server."""
    backend = rowan.world.env.backend
    backend.edit_member(rowan.circle.guild.id, rowan.person(name).id, {"nick": nick})


async def suggested(rowan: Calendar) -> list[str]:
    """Return the names that are suggested while Ana chooses another member."""
    found = await rowan.person("Ana").autocomplete(rowan.channel, "kudos", "member", "")
    return sorted(each["name"] for each in found)


@pytest.mark.parametrize(
    ("command", "options"),
    [("commit add", {"text": "Two letters"}), ("next", {}), ("group info", {}), ("location list", {})],
)
async def test_a_name_is_followed_whatever_somebody_does(
    rowan: Calendar, command: str, options: dict[str, str]
) -> None:
    assert await suggested(rowan) == ["Ben", "Cho"]
    take_nickname(rowan, "Ben", "Benjamin")
    await rowan.ask("Ben", command, **options)
    assert await suggested(rowan) == ["Benjamin", "Cho"]
    take_nickname(rowan, "Ben", None)
    await rowan.ask("Ben", command, **options)
    assert await suggested(rowan) == ["Ben", "Cho"]


async def test_a_name_is_followed_by_a_click_and_in_every_file(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(hours=1))
    take_nickname(rowan, "Ben", "Benjamin")
    await rowan.press("Ben", "Going")
    await rowan.world.until(FIRST + timedelta(minutes=30))
    await rowan.close("Ana")
    for form in ("csv", "json", "jsonl"):
        result = await rowan.person("Ana").slash(rowan.channel, "attendance export", format=form)
        assert result.response is not None
        written = b"".join([await each.read() for each in result.response.attachments]).decode()
        assert "Benjamin" in written, form
        assert "Ben" not in written.replace("Benjamin", ""), form


async def test_a_name_of_one_server_stays_there(rowan: Calendar) -> None:
    guild = rowan.world.guild("Elsewhere")
    ash = await calendar(rowan.world, name="Ash", guild=guild)
    take_nickname(rowan, "Ben", "Benjamin")
    await rowan.ask("Ben", "commit add", text="Two letters")
    rows = await rowan.world.rows(
        "SELECT guild_id, display_name FROM preferences WHERE user_id = :id", id=rowan.person("Ben").id
    )
    names = {row["guild_id"]: row["display_name"] for row in rows}
    assert names == {rowan.circle.guild.id: "Benjamin", ash.circle.guild.id: "Ben"}


async def test_a_direct_message_does_not_bring_the_old_name_back(rowan: Calendar) -> None:
    await rowan.opt_in("Ben")
    take_nickname(rowan, "Ben", "Benjamin")
    await rowan.ask("Ben", "next")
    await rowan.world.until(FIRST - timedelta(hours=11))
    [reminder] = rowan.person("Ben").user.dm_channel.history()
    assert (await rowan.person("Ben").user.click(reminder, label="Going")).acknowledged
    assert (await rowan.person("Ben").user.click(reminder, label="No more messages")).acknowledged
    assert await suggested(rowan) == ["Benjamin", "Cho"]


async def test_a_name_is_not_kept_again_of_somebody_whose_data_was_deleted(rowan: Calendar) -> None:
    asked = await rowan.ask("Ben", "me delete")
    take_nickname(rowan, "Ben", "Benjamin")
    await rowan.press("Ben", "Delete everything", asked)
    await rowan.ask("Ben", "next")
    rows = await rowan.world.rows(
        "SELECT 1 AS n FROM preferences WHERE user_id = :id", id=rowan.person("Ben").id
    )
    assert rows == []


async def test_members_and_places_are_sorted_as_people_do_wherever_one_is_chosen(rowan: Calendar) -> None:
    ana, ben, cho = (rowan.person(name) for name in ("Ana", "Ben", "Cho"))
    for name, nick in (("Ben", "zoe"), ("Cho", "Élodie")):
        take_nickname(rowan, name, nick)
        await rowan.ask(name, "next")
    info = texts_in(await rowan.ask("Ana", "group info"))
    assert info.index(ana.mention) < info.index(cho.mention) < info.index(ben.mention)
    for place in ("Zinc bar", "Über uns", "attic"):
        form = await ana.slash(rowan.channel, "location suggest")
        await ana.submit_modal(form, {"name": place, "where": "1 Mill Lane", "kind": ["place"]})
    found = await ana.autocomplete(rowan.channel, "location edit", "place", "")
    assert [each["name"] for each in found] == ["attic", "Über uns", "Zinc bar"]
    await rowan.world.until(FIRST + timedelta(minutes=30))
    await rowan.close("Ana")
    for command in ("attendance take", "attendance correct"):
        chooser = await rowan.ask("Ana", command)
        assert offered_in(chooser) == ["Ana", "Élodie", "zoe"], command


def offered_in(message: simcord.ResponseMessage) -> list[str]:
    """Return the options of the first select of a message."""
    [container] = message.components
    rows = [row for row in container["components"] if row["type"] == 1]
    select = next(part for row in rows for part in row["components"] if part["type"] == 3)
    return [option["label"] for option in select["options"]]
