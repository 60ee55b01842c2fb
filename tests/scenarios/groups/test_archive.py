"""What is left of an archived group: a last word in its channel, and what its members and organizers keep."""

from datetime import UTC, datetime, timedelta

import discord
import pytest

from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, labels, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group of Ana, Ben and Cho that met once, and whose next meeting's card is out."""
    made = await calendar(world)
    await world.until(FIRST - timedelta(hours=1))
    for name in ("Ana", "Ben", "Cho"):
        await made.press(name, "Going")
    await world.until(FIRST + timedelta(minutes=80))
    await made.close("Ana")
    await world.until(FIRST + timedelta(days=6, hours=1))
    return made


async def archive(rowan: Calendar) -> str:
    """Let Ana archive the group; return what she is told."""
    asked = await rowan.ask("Ana", "group archive")
    done = await rowan.press("Ana", "Archive it", asked)
    await rowan.world.run_due()
    return done


def last(rowan: Calendar) -> discord.Message:
    """Return the last message that everybody sees in the channel."""
    return rowan.said()[-1]


async def test_the_channel_is_told_once_and_nobody_is_notified(rowan: Calendar) -> None:
    await archive(rowan)
    assert "**Rowan** is archived" in texts_in(last(rowan))
    assert last(rowan).mentions == []
    said = len(rowan.said())
    await rowan.world.restart()
    await rowan.world.pass_time(days=9)
    assert len(rowan.said()) == said


async def test_members_see_their_weeks_after_the_archive(rowan: Calendar) -> None:
    before = texts_in(await rowan.ask("Ben", "me history"))
    await archive(rowan)
    assert texts_in(await rowan.ask("Ben", "me history")) == before
    named = await rowan.ask("Ben", "me history", group=str(rowan.circle.group_id))
    assert texts_in(named) == before
    assert before in await rowan.press("Ben", "My weeks", last(rowan))
    assert "no such group" in await rowan.press("Zoe", "My weeks", last(rowan))
    offered = await rowan.person("Ben").autocomplete(rowan.channel, "me history", "group", "")
    assert [each["name"] for each in offered] == ["Rowan (archived)"]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("next", {}),
        ("checkin", {}),
        ("commit add", {"text": "Two letters"}),
        ("group info", {}),
        ("activity list", {}),
        ("me leave", {}),
        ("location list", {}),
    ],
)
@pytest.mark.parametrize("named", [False, True])
async def test_a_command_says_that_the_group_is_archived(
    rowan: Calendar, command: str, options: dict[str, str], named: bool
) -> None:
    await archive(rowan)
    scope = {"group": str(rowan.circle.group_id)} if named else {}
    if named and command == "commit add":
        return
    assert "Rowan is archived" in texts_in(await rowan.ask("Ben", command, **options, **scope))


async def test_help_tells_members_that_their_group_is_archived(rowan: Calendar) -> None:
    await archive(rowan)
    assert "Your group is archived" in texts_in(await rowan.ask("Ben", "help"))
    assert "not in a buddy group" in texts_in(await rowan.ask("Zoe", "help"))


async def test_who_was_no_member_learns_nothing_of_an_archived_group(rowan: Calendar) -> None:
    asked = await rowan.ask("Cho", "me leave")
    await rowan.press("Cho", "Leave", asked)
    await archive(rowan)
    for name in ("Zoe", "Cho"):
        for command, options in (
            ("next", {}),
            ("me history", {}),
            ("attendance history", {}),
            ("attendance export", {"format": "csv"}),
        ):
            assert "Rowan" not in texts_in(await rowan.ask(name, command, **options))
            named = await rowan.ask(name, command, group=str(rowan.circle.group_id), **options)
            assert "no such group" in texts_in(named)


async def test_the_button_of_a_form_that_was_open_says_that_the_group_is_archived(rowan: Calendar) -> None:
    shown = await rowan.ask("Ben", "next")
    await archive(rowan)
    assert "Rowan is archived" in await rowan.press("Ben", "Going", shown)


async def test_an_organizer_exports_the_record_of_an_archived_group_and_a_member_does_not(
    rowan: Calendar,
) -> None:
    await archive(rowan)
    for group in ({}, {"group": str(rowan.circle.group_id)}, {"group": "mine"}):
        result = await rowan.person("Ana").slash(rowan.channel, "attendance export", format="csv", **group)
        assert result.response is not None
        assert result.response.attachments
    assert "Only an organizer" in texts_in(await rowan.ask("Ben", "attendance export", format="csv"))
    assert "Rowan" in texts_in(await rowan.ask("Ana", "attendance history"))


async def test_a_copy_of_ones_own_data_holds_an_archived_group(rowan: Calendar) -> None:
    await archive(rowan)
    result = await rowan.person("Ben").slash(rowan.channel, "me export")
    assert result.response is not None
    assert len(result.response.attachments) == 2


async def test_a_group_that_meets_comes_before_one_that_is_archived(rowan: Calendar) -> None:
    ash = await calendar(rowan.world, name="Ash", guild=rowan.circle.guild)
    await archive(rowan)
    assert "Ash" in texts_in(await ash.ask("Ben", "next"))
    assert "Ash" in texts_in(await rowan.ask("Ben", "next"))
    assert texts_in(await rowan.ask("Ben", "me history")) != texts_in(await ash.ask("Ben", "me history"))


async def test_nobody_is_told_of_a_group_that_ends_with_its_last_member(rowan: Calendar) -> None:
    for name in ("Ben", "Cho", "Ana"):
        asked = await rowan.ask(name, "me leave")
        await rowan.press(name, "Leave", asked)
    await rowan.world.run_due()
    assert await rowan.world.rows("SELECT state FROM groups") == [{"state": "archived"}]
    assert not [message for message in rowan.said() if "is archived" in texts_in(message)]


async def test_a_channel_that_is_closed_is_told_when_it_opens_again(rowan: Calendar) -> None:
    rowan.world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    await archive(rowan)
    assert "is archived" not in texts_in(last(rowan))
    await rowan.world.pass_time(hours=2)
    await rowan.world.bot.housekeeping.reopen_channels()
    await rowan.world.run_due()
    assert "is archived" in texts_in(last(rowan))


async def test_a_meeting_that_goes_on_is_closed_when_its_group_is_archived(rowan: Calendar) -> None:
    for name, label in (("Ana", "Going"), ("Ben", "Late"), ("Cho", "Can't come")):
        await rowan.press(name, label)
    await rowan.world.until(FIRST + timedelta(days=7, minutes=20))
    check_in = last(rowan)
    await rowan.press("Ben", "I'm here", check_in)
    await archive(rowan)

    states = await rowan.world.rows("SELECT slot, state, reason FROM meetings ORDER BY starts_at")
    assert [(row["state"], row["reason"]) for row in states[:2]] == [("closed", None)] * 2
    assert {(row["state"], row["reason"]) for row in states[2:]} == {("cancelled", None)}
    rows = await rowan.world.rows(
        "SELECT user_id, state FROM attendance WHERE meeting_id = "
        "(SELECT id FROM meetings WHERE slot = '2026-01-13') ORDER BY id"
    )
    assert {row["user_id"]: row["state"] for row in rows} == {
        rowan.person("Ana").id: "unrecorded",
        rowan.person("Ben").id: "late",
        rowan.person("Cho").id: "excused",
    }
    [card] = [each for each in rowan.said() if each.id == check_in.id]
    assert labels(card) == []
    assert labels(rowan.card()) == []
    assert "This meeting is over" in texts_in(rowan.card())


@pytest.mark.parametrize("way", ["archive", "leave"])
async def test_a_meeting_that_was_announced_is_called_off_when_its_group_ends(
    rowan: Calendar, way: str
) -> None:
    if way == "archive":
        await archive(rowan)
    else:
        for name in ("Ben", "Cho", "Ana"):
            await rowan.press(name, "Leave", await rowan.ask(name, "me leave"))
    [row] = await rowan.world.rows("SELECT state, reason FROM meetings WHERE slot = '2026-01-13'")
    assert (row["state"], row["reason"]) == ("cancelled", "other")
    assert await rowan.world.rows("SELECT 1 AS n FROM meetings WHERE state IN ('scheduled', 'open')") == []
    assert labels(rowan.card()) == []
    assert "This meeting was cancelled" in texts_in(rowan.card())
