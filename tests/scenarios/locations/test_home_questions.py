"""The question whether the group may meet at a member's home: closed, moved along, asked again."""

from datetime import UTC, datetime, timedelta

import discord
import pytest

from buddybot.domain.groups.groups import Rotation
from tests.scenarios.locations.places import exactly, newest, place_id, suggest, told
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.scenarios.wire import Place, Wire
from tests.world import World, custom_ids, labels, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
HOME = "7 Orchard Row"


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana, Ben and Cho host in turn, first Ana, who offers her home."""
    made = await calendar(world, rotation=Rotation.TURNS)
    await suggest(made, "Ana", name="Ana's kitchen", where=HOME, access=["quiet"], note="")
    return made


async def home_asked_for(rowan: Calendar) -> discord.Message:
    """Let Ben host, with a café, and ask for Ana's kitchen; return the question."""
    await suggest(rowan, "Ben", name="Café", where="1 High Street", access=["public"], note="")
    await told(rowan)
    await rowan.ask("Ana", "rotation assign", host=str(rowan.person("Ben").id))
    await rowan.world.run_due()
    await choose(rowan, "Ana's kitchen")
    question = newest(rowan)
    assert "Yes, you can" in labels(question)
    return question


async def choose(rowan: Calendar, place: str) -> None:
    """Let Ben, who hosts, choose a place on his notice."""
    [row] = await rowan.world.rows("SELECT id FROM meetings ORDER BY starts_at LIMIT 1")
    wire, where = Wire(rowan.world), Place(rowan.channel.id, rowan.circle.guild.id)
    await wire.press(rowan.person("Ben"), where, f"host_place:{row['id']}", [await place_id(rowan, place)])
    await rowan.world.run_due()


async def test_a_late_yes_is_told_that_it_is_settled_when_the_host_has_picked_another_place(
    rowan: Calendar,
) -> None:
    question = await home_asked_for(rowan)
    await choose(rowan, "Café")
    [agree] = [each for each in custom_ids(question) if each.startswith("home_agree")]
    late = await Wire(rowan.world).press(
        rowan.person("Ana"), Place(rowan.channel.id, rowan.circle.guild.id), agree
    )
    assert late.private
    assert "arranged otherwise since I asked" in late.said
    await rowan.world.pass_time(minutes=2)
    [asked] = [each for each in rowan.said() if each.id == question.id]
    assert labels(asked) == []
    assert "settled without an answer" in texts_in(asked)
    assert "Café" in texts_in(await rowan.ask("Cho", "next"))
    await rowan.world.restart()
    await choose(rowan, "Ana's kitchen")
    again = newest(rowan)
    assert again.id != question.id
    await rowan.person("Ana").click(again, label="Yes, you can")
    await rowan.world.run_due()
    assert HOME in await exactly(rowan, "Cho")
    [asked] = [each for each in rowan.said() if each.id == again.id]
    assert "Agreed." in texts_in(asked)


async def test_a_question_about_a_home_names_the_new_time_when_its_meeting_is_moved(rowan: Calendar) -> None:
    question = await home_asked_for(rowan)
    await rowan.ask("Ana", "meeting move", date="2026-01-07")
    await rowan.world.pass_time(minutes=2)
    [asked] = [each for each in rowan.said() if each.id == question.id]
    assert stamp(FIRST + timedelta(days=1)) in texts_in(asked)
    await rowan.person("Ana").click(asked, label="Yes, you can")
    await rowan.world.run_due()
    assert HOME in await exactly(rowan, "Cho")


async def test_a_question_about_a_home_is_closed_when_the_home_is_retired(rowan: Calendar) -> None:
    question = await home_asked_for(rowan)
    wire, where = Wire(rowan.world), Place(rowan.channel.id, rowan.circle.guild.id)
    kitchen = await place_id(rowan, "Ana's kitchen")
    await wire.press(rowan.person("Ana"), where, f"location_retire:{kitchen}")
    await rowan.world.pass_time(minutes=2)
    [asked] = [each for each in rowan.said() if each.id == question.id]
    assert labels(asked) == []
