"""A member who no longer fits: a kind word to the organizers at most, an offer to the member alone."""

from datetime import timedelta

import discord
import pytest
import simcord

from tests.scenarios.evenings import OPEN, Evening
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.scenarios.pasts import ABSENT, PRESENT, lived
from tests.world import World, custom_ids, labels, texts_in

OFFER, MISSED = "fuller for you than usual", "of the last meetings without a word"
BUTTONS = ["Take a pause", "Make one smaller", "Swap one", "All is well"]


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana organizes; Ben came for ten weeks and then stayed away twice, and has two things open."""
    made = await calendar(world)
    for text in ("4 coffee meetings", "the cover letter"):
        await made.ask("Ben", "commit add", text=text)
    await lived(made, "Ben", *[PRESENT] * 10, *[ABSENT] * 2)
    return made


async def review(rowan: Calendar) -> None:
    """Let the daily look happen, and what it owes be delivered."""
    await rowan.world.bot.services.member_signals.review()
    await rowan.world.run_due()


async def typed(rowan: Calendar, name: str, command: str = "next") -> list[simcord.ResponseMessage]:
    """Let somebody type a command; return all that they alone are shown."""
    result = await rowan.person(name).slash(rowan.channel, command)
    assert result.ephemeral
    return [*([result.response] if result.response else []), *result.followups]


async def offered(rowan: Calendar, name: str = "Ben") -> simcord.ResponseMessage:
    """Return the offer that somebody is shown with their next command."""
    [offer] = [each for each in await typed(rowan, name) if OFFER in texts_in(each)]
    return offer


def letters(rowan: Calendar, name: str) -> list[discord.Message]:
    """What the bot wrote to somebody directly, oldest first."""
    return list(rowan.person(name).user.dm_channel.history())


async def test_an_offer_is_shown_once_to_its_member_alone(rowan: Calendar) -> None:
    await review(rowan)
    for name in ("Ana", "Cho"):
        assert not any(OFFER in texts_in(each) for each in await typed(rowan, name))
    offer = await offered(rowan)
    assert labels(offer) == BUTTONS
    assert "Only you see this" in texts_in(offer)
    assert not any(OFFER in texts_in(each) for each in await typed(rowan, "Ben"))
    assert all(OFFER not in texts_in(message) for message in rowan.said())
    assert letters(rowan, "Ben") == []


async def test_pressing_a_button_brings_it_too(rowan: Calendar) -> None:
    await rowan.world.until(rowan.circle.meets - timedelta(hours=20))
    await review(rowan)
    result = await rowan.person("Ben").click(rowan.card(), label="Going")
    assert any(OFFER in texts_in(each) for each in (result.response, *result.followups) if each)


async def test_all_is_well_ends_it(rowan: Calendar) -> None:
    await review(rowan)
    offer = await offered(rowan)
    await rowan.world.restart()
    assert "I leave it at that" in await rowan.press("Ben", "All is well", offer)


async def test_a_pause_answers_for_the_member(rowan: Calendar) -> None:
    await review(rowan)
    offer = await offered(rowan)
    form = await rowan.person("Ben").click(offer, label="Take a pause")
    done = await rowan.person("Ben").submit_modal(form, {"weeks": ["2"]})
    assert "You are away from Rowan from Thursday, January 1 to Wednesday, January 14" in texts_in(
        done.response
    )
    await rowan.world.until(rowan.circle.meets - timedelta(hours=20))
    assert f"can't come {rowan.person('Ben').mention}" in texts_in(rowan.card())


@pytest.mark.parametrize("label", ["Make one smaller", "Swap one"])
async def test_one_is_made_smaller_or_swapped(rowan: Calendar, label: str) -> None:
    await review(rowan)
    offer = await offered(rowan)
    picked = await rowan.person("Ben").click(offer, label=label)
    assert picked.response is not None
    assert "4 coffee meetings" in texts_in(picked.response)
    form = await rowan.person("Ben").click(picked.response, custom_id=custom_ids(picked.response)[0])
    fields = {"text": "one coffee", "count": "1"}
    if label == "Swap one":
        fields |= {"plan": "", "category": "guess", "visibility": "group"}
    values = {key: [value] if key in ("category", "visibility") else value for key, value in fields.items()}
    done = await rowan.person("Ben").submit_modal(form, values)
    assert "“one coffee”" in texts_in(done.response)
    rows = await rowan.world.rows("SELECT text FROM commitments WHERE state = 'open' ORDER BY id")
    assert sorted(row["text"] for row in rows) == ["one coffee", "the cover letter"]
    [row] = await rowan.world.rows("SELECT answer FROM offers")
    assert row["answer"] == ("smaller" if label == "Make one smaller" else "swap")


async def test_nobody_else_can_press_it(rowan: Calendar) -> None:
    await rowan.opt_in("Ben")
    await review(rowan)
    await rowan.world.pass_time(hours=10)  # the night is quiet
    [letter] = [each for each in letters(rowan, "Ben") if OFFER in texts_in(each)]
    assert labels(letter) == [*BUTTONS, "Stop these messages"]
    assert not any(OFFER in texts_in(each) for each in await typed(rowan, "Ben")), "it was sent"
    form = await rowan.person("Ben").user.click(letter, label="Take a pause")
    done = await rowan.person("Ben").user.submit_modal(form, {"weeks": ["1"]})
    assert "You are away from Rowan" in texts_in(done.response)
    assert all(OFFER not in texts_in(message) for message in rowan.said())
    assert letters(rowan, "Ana") == []


async def test_a_refused_direct_message_never_goes_to_the_channel(rowan: Calendar) -> None:
    await rowan.opt_in("Ben")
    mailbox = rowan.person("Ben").user.dm_channel
    rowan.world.env.inject_error("POST", f"/channels/{mailbox.id}/messages", status=403, code=50007)
    await review(rowan)
    await rowan.world.pass_time(hours=10)  # the night is quiet
    assert all(OFFER not in texts_in(message) for message in rowan.said())
    assert labels(await offered(rowan)) == BUTTONS


async def test_three_missed_meetings_are_one_kind_word_to_an_organizer(world: World) -> None:
    rowan = await calendar(world)
    await lived(rowan, "Ben", *[ABSENT] * 3)
    await review(rowan)
    for name in ("Ben", "Cho"):
        assert not any(MISSED in texts_in(each) for each in await typed(rowan, name))
    shown = [texts_in(each) for each in await typed(rowan, "Ana")]
    [said] = [text for text in shown if MISSED in text]
    assert rowan.person("Ben").mention in said
    assert "How are you?" in said
    assert not any(MISSED in texts_in(each) for each in await typed(rowan, "Ana"))
    await review(rowan)
    assert not any(MISSED in texts_in(each) for each in await typed(rowan, "Ana"))
    assert all(MISSED not in texts_in(message) for message in rowan.said())


async def test_a_turn_that_runs_long_reminds_everybody_and_names_nobody(world: World) -> None:
    evening = await Evening.gather(world, "Ana", "Ben", "Cho")
    await evening.starts()
    for name in ("Ana", "Ben", "Cho"):
        await evening.person(name).click(evening.shown(OPEN), label="I'm here")
    await evening.press("Ana", "Next turn", evening.shown(OPEN))
    await world.pass_time(minutes=3)
    await evening.press("Ana", "Next turn", evening.shown(OPEN))
    assert "keep an eye on the clock" not in evening.text(OPEN)
    await world.pass_time(minutes=40)
    await evening.press("Ana", "Next turn", evening.shown(OPEN))
    [line] = [
        each for each in evening.text(OPEN).splitlines() if "keep an eye on the clock, all of you" in each
    ]
    assert "<@" not in line
