"""When answers are due, how many people make a meeting, and how well a group is attended."""

from datetime import timedelta

import pytest

from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.scenarios.meetings.deciding import CLICKS, DUE, FIRST, WEEK, answered, question, questions, settle
from tests.world import World, labels, modal_text, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January, when at least three of its people come."""
    made = await calendar(world)
    await settle(made, minimum=3)
    return made


async def test_the_card_asks_for_answers_until_they_are_due_or_there(rowan: Calendar) -> None:
    await answered(rowan, "Ana")
    line = f"Please answer by {stamp(DUE)}."
    assert line in texts_in(rowan.card())
    assert line in texts_in(await rowan.ask("Ben", "next"))
    assert line not in texts_in(await rowan.ask("Ana", "next"))
    await rowan.press("Ben", "Going")
    await rowan.press("Cho", "Can't come")
    assert "Please answer by" not in texts_in(rowan.card())


async def test_the_day_is_named_when_answers_are_due_far_ahead(rowan: Calendar) -> None:
    assert rowan.world.now < FIRST - timedelta(days=5)
    assert f"Please answer by {stamp(DUE)}." in texts_in(await rowan.ask("Ben", "next"))


async def test_the_card_stops_asking_when_answers_are_due(rowan: Calendar) -> None:
    await answered(rowan, "Ana")
    await rowan.world.until(DUE)
    assert "Please answer by" not in texts_in(rowan.card())
    assert "Please answer by" not in texts_in(await rowan.ask("Ben", "next"))
    await rowan.press("Ben", "Can't come")
    assert f"can't come {rowan.person('Ben').mention}" in texts_in(rowan.card())


async def test_answers_due_early_bring_the_card_up_early(rowan: Calendar) -> None:
    await settle(rowan, answer_hours=48)
    await rowan.world.until(FIRST + WEEK - timedelta(hours=61))
    assert stamp(FIRST + WEEK) not in texts_in(rowan.card())
    await rowan.world.until(FIRST + WEEK - timedelta(hours=60))
    due = FIRST + WEEK - timedelta(hours=48)
    assert f"Please answer by {stamp(due)}." in texts_in(rowan.card())
    await rowan.world.until(due)
    assert stamp(FIRST + WEEK) in texts_in(questions(rowan)[-1])


async def test_an_organizer_sets_both_on_the_groups_card(world: World) -> None:
    rowan = await calendar(world)
    shown = await rowan.ask("Ana", "group info")
    assert "**Answers** due 6 h before; any number makes a meeting" in texts_in(shown)
    form = await rowan.person("Ana").click(shown, label="Answers")
    assert "Any number" in modal_text(form)
    assert "10 people" in modal_text(form)
    saved = await rowan.person("Ana").submit_modal(form, {"minimum": ["3"], "hours": "12"})
    assert "If fewer than 3 come" in texts_in(saved.response)
    for name in ("Ana", "Ben"):
        info = await rowan.ask(name, "group info")
        assert "**Answers** due 12 h before; 3 or more make a meeting" in texts_in(info)
    assert "Answers" not in labels(await rowan.ask("Ben", "group info"))
    await answered(rowan, "Ana")
    await world.until(FIRST - timedelta(hours=12))
    assert labels(question(rowan)) == CLICKS


async def test_any_number_makes_a_meeting_again_when_an_organizer_says_so(world: World) -> None:
    rowan = await calendar(world)
    await settle(rowan, minimum=3)
    form = await rowan.person("Ana").click(await rowan.ask("Ana", "group info"), label="Answers")
    saved = await rowan.person("Ana").submit_modal(form, {"minimum": ["0"], "hours": "6"})
    assert "meets with any number" in texts_in(saved.response)
    assert (await world.rows("SELECT minimum FROM groups"))[0]["minimum"] == 0


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [("0", "can be 1 to 72"), ("73", "can be 1 to 72"), ("x", "could not read"), ("-1", "can be 1 to 72")],
)
async def test_hours_that_cannot_be_are_refused_in_a_sentence(
    rowan: Calendar, hours: str, sentence: str
) -> None:
    shown = await rowan.ask("Ana", "group info")
    form = await rowan.person("Ana").click(shown, label="Answers")
    refused = await rowan.person("Ana").submit_modal(form, {"minimum": ["2"], "hours": hours})
    assert sentence in texts_in(refused.response)
    [group] = await rowan.world.rows("SELECT minimum, answer_hours FROM groups")
    assert (group["minimum"], group["answer_hours"]) == (3, 6)


async def test_the_size_of_a_group_stays_above_what_makes_a_meeting(rowan: Calendar) -> None:
    await settle(rowan, minimum=5)
    shown = await rowan.ask("Ana", "group info")
    form = await rowan.person("Ana").click(shown, label="Settings")
    fields = {"name": "Rowan", "channel": [rowan.channel], "capacity": ["4"]}
    refused = await rowan.person("Ana").submit_modal(form, fields)
    assert "needs at least 5 people" in texts_in(refused.response)


async def test_organizers_see_two_rates_of_the_group_and_of_nobody_else(rowan: Calendar) -> None:
    assert "came" not in texts_in(await rowan.ask("Ana", "group info"))
    await answered(rowan, "Ana")
    await rowan.press("Cho", "Can't come")
    await rowan.world.until(FIRST + timedelta(minutes=1))
    for name in ("Ana", "Ben"):
        await rowan.press(name, "I'm here", next(m for m in rowan.said() if "Check-in" in texts_in(m)))
    await rowan.world.pass_time(hours=1)
    await rowan.close("Ana")
    shown = texts_in(await rowan.ask("Ana", "group info"))
    assert "**Last meeting** 67 % came, 100 % came or sent word" in shown
    assert "came" not in texts_in(await rowan.ask("Ben", "group info"))
