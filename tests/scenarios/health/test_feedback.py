"""/feedback: confidential, not anonymous, and said so before anything is sent."""

import pytest
import simcord

from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, labels, modal_text, texts_in

CONFIDENTIAL = "Confidential, not anonymous: the organizers see your name"
NEWS = "said in confidence"


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana organizes; Ben and Cho are members."""
    return await calendar(world)


async def write(rowan: Calendar, name: str, phrases: list[str], rating: str) -> str:
    """Let somebody say something; return the answer."""
    desk = await rowan.ask(name, "feedback")
    assert CONFIDENTIAL in texts_in(desk)
    form = await rowan.person(name).click(desk, label="Say something")
    if form.modal is None:
        return texts_in(form.response)
    assert CONFIDENTIAL in modal_text(form)
    sent = await rowan.person(name).submit_modal(form, {"phrases": phrases, "rating": [rating]})
    assert sent.response is not None
    assert sent.response.ephemeral
    return texts_in(sent.response)


async def behind(rowan: Calendar, name: str, command: str = "next") -> list[simcord.ResponseMessage]:
    """Return what follows the answer to somebody's command."""
    return list((await rowan.person(name).slash(rowan.channel, command)).followups)


async def test_the_organizer_reads_it_with_the_next_command_once(rowan: Calendar) -> None:
    assert "Thank you" in await write(rowan, "Ben", ["variety", "helps"], "2")
    assert await behind(rowan, "Cho") == []
    assert await behind(rowan, "Ben") == []
    [news] = await behind(rowan, "Ana")
    said = texts_in(news)
    assert NEWS in said
    assert rowan.person("Ben").mention in said
    assert "I would like something new now and then." in said
    assert "not going so well" in said
    assert await behind(rowan, "Ana") == []
    assert rowan.said() == []


async def test_the_organizer_reads_all_of_it_by_the_button_and_members_have_none(rowan: Calendar) -> None:
    assert labels(await rowan.ask("Ben", "feedback")) == ["Say something"]
    desk = await rowan.ask("Ana", "feedback")
    assert labels(desk) == ["Say something", "Read what was said"]
    assert "Nobody has said anything" in await rowan.press("Ana", "Read what was said", desk)
    await write(rowan, "Ben", ["too_long"], "3")
    await write(rowan, "Cho", ["place"], "4")
    heard = await rowan.press("Ana", "Read what was said", desk)
    assert heard.index(rowan.person("Cho").mention) < heard.index(rowan.person("Ben").mention)
    assert await behind(rowan, "Ana") == [], "read already"


async def test_three_times_a_week_and_then_a_sentence(rowan: Calendar) -> None:
    for rating in "345":
        assert "Thank you" in await write(rowan, "Ben", ["helps"], rating)
    assert "3 times this week" in await write(rowan, "Ben", ["helps"], "2")


async def test_who_is_not_in_the_group_says_nothing(rowan: Calendar) -> None:
    assert "You are not in a buddy group here" in texts_in(await rowan.ask("Zoe", "feedback"))
