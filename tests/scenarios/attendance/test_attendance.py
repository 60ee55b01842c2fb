"""After a meeting an organizer says, with a click, what the bot could not tell."""

from datetime import timedelta

import pytest
import simcord

from tests.scenarios.evenings import OPEN, SUMMARY, Evening
from tests.scenarios.wire import Place, Wire
from tests.world import World, custom_ids, labels, modal_text, texts_in

SIX = ("Ana", "Ben", "Cho", "Dev", "Eli", "Fay")


@pytest.fixture
async def evening(world: World) -> Evening:
    """Ana organizes a group of five; one meeting is over, of which Ben alone is known."""
    evening = await Evening.gather(world, "Ana", "Ben", "Cho", "Dev", "Eli")
    await evening.starts(before=timedelta(hours=2))
    await evening.press("Eli", "Can't come", evening.shown("Meeting"))
    await evening.starts()
    await evening.check_in("Ben", win="A letter", via=evening.shown(OPEN))
    await evening.close("Ana")
    return evening


def lists_on(result: simcord.InteractionResult) -> dict[str, str]:
    """Return the lists that people can be chosen in, by the state that each is for."""
    assert result.response is not None
    found = [each for each in custom_ids(result.response) if each.startswith("attendance_set:")]
    return {each.split(":")[2]: each for each in found}


async def test_the_organizer_records_by_choosing_in_lists(evening: Evening) -> None:
    ana = evening.person("Ana")
    asked = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert asked.ephemeral
    assert asked.response is not None
    text = texts_in(asked.response)
    for name in ("Ana", "Cho", "Dev"):
        assert evening.mention(name) in text
    assert evening.mention("Ben") not in text
    assert evening.mention("Eli") not in text

    lists = lists_on(asked)
    assert list(lists) == ["present", "late", "virtual", "excused", "absent"]
    cho, dev = str(evening.person("Cho").id), str(evening.person("Dev").id)
    chosen = await ana.select(asked.response, [cho], custom_id=lists["virtual"])
    assert chosen.acknowledged
    chosen = await ana.select(asked.response, [dev], custom_id=lists_on(chosen)["absent"])
    assert chosen.acknowledged
    done = await evening.press("Ana", "All present", asked.response)
    assert done.response is not None
    assert "Everybody is recorded" in texts_in(done.response)

    assert await evening.ledger() == {
        "Ana": "present",
        "Ben": "present",
        "Cho": "virtual",
        "Dev": "absent",
        "Eli": "excused",
    }
    rows = await evening.world.rows(
        "SELECT DISTINCT recorded_by FROM attendance WHERE recorded_by IS NOT NULL"
    )
    assert rows == [{"recorded_by": ana.id}]


async def test_the_command_opens_the_same_list_and_says_when_nobody_is_left(evening: Evening) -> None:
    opened = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert opened.ephemeral
    assert opened.response is not None
    assert "meeting 1" in texts_in(opened.response)
    await evening.world.restart()
    await evening.press("Ana", "All present", opened.response)

    again = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert "Everybody is recorded" in texts_in(again.response)
    assert again.response is not None
    assert labels(again.response) == ["We did not meet", "A visitor came", "Correct an entry"]


def clicks(world: World) -> int:
    """Return how often anybody has pressed, chosen or sent anything."""
    return sum(request.path.startswith("/interactions/") for request in world.env.http_requests)


async def six(world: World) -> Evening:
    """A meeting of six is over, and of nobody it is known how they were."""
    evening = await Evening.gather(world, *SIX)
    await evening.starts()
    await evening.check_in("Fay", win="A letter", via=evening.shown(OPEN))
    await evening.close("Ana")
    ana, fay = evening.person("Ana"), str(evening.person("Fay").id)
    asked = await ana.slash(evening.channel, "attendance correct")
    assert asked.response is not None
    form = await ana.select(asked.response, [fay], custom_id=custom_ids(asked.response)[0])
    await ana.submit_modal(form, {"state": ["unrecorded"], "reason": "To begin anew"})
    return evening


async def test_six_who_were_all_there_are_recorded_with_two_clicks(world: World) -> None:
    evening = await six(world)
    before = clicks(world)

    asked = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert asked.response is not None
    assert "0 of 6 recorded" in texts_in(asked.response)
    done = await evening.press("Ana", "All present", asked.response)

    assert clicks(world) - before == 2
    assert "6 of 6 recorded" in texts_in(done.response)
    assert await evening.ledger() == dict.fromkeys(SIX, "present")


async def test_a_mixed_evening_of_six_is_recorded_with_five_clicks_and_shows_how_far_it_is(
    world: World,
) -> None:
    evening = await six(world)
    ids = {name: str(evening.person(name).id) for name in SIX}
    before = clicks(world)

    asked = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert asked.response is not None
    for state, names, progress in (
        ("late", ["Ben", "Cho"], "2 of 6 recorded"),
        ("excused", ["Dev"], "3 of 6 recorded"),
        ("absent", ["Eli"], "4 of 6 recorded"),
    ):
        chosen = lists_on(asked)[state]
        shown = await evening.person("Ana").select(
            asked.response, [ids[name] for name in names], custom_id=chosen
        )
        done, left = texts_in(shown.response).split(progress)
        assert all(evening.mention(name) in done for name in names)
        assert not any(evening.mention(name) in left for name in names)
    await evening.press("Ana", "All present", asked.response)

    assert clicks(world) - before <= 5
    assert await evening.ledger() == {
        "Ana": "present",
        "Ben": "late",
        "Cho": "late",
        "Dev": "excused",
        "Eli": "absent",
        "Fay": "present",
    }


async def test_a_visitor_is_noted_from_the_list_and_shown_in_it(evening: Evening) -> None:
    asked = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert asked.response is not None
    form = await evening.press("Ana", "A visitor came", asked.response)
    assert "no rate" in modal_text(form)
    await evening.world.restart()
    shown = await evening.person("Ana").submit_modal(form, {"name": "Zoe Park"})

    assert "Visitors: Zoe Park" in texts_in(shown.response)
    assert "2 of 5 recorded" in texts_in(shown.response)
    again = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert "Visitors: Zoe Park" in texts_in(again.response)


async def test_that_nobody_met_is_recorded_with_what_happened(evening: Evening) -> None:
    before = await evening.ledger()
    asked = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert asked.response is not None
    form = await evening.press("Ana", "We did not meet", asked.response)
    assert "Everybody's entry" in modal_text(form)
    refused = await evening.person("Ana").submit_modal(form, {"reason": "  "})
    assert refused.acknowledged
    assert await evening.ledger() == before

    form = await evening.press("Ana", "We did not meet", asked.response)
    done = await evening.person("Ana").submit_modal(form, {"reason": "The trains stood still"})
    assert "By the record the group did not meet." in texts_in(done.response)
    assert f"We did not meet, by {evening.mention('Ana')}, <t:" in texts_in(done.response)
    assert "f>: The trains stood still" in texts_in(done.response)
    assert await evening.ledger() == dict.fromkeys(before, "didnt_meet")
    summary = evening.text(SUMMARY)
    assert "the group did not meet that day after all" in summary
    assert "A letter" in summary
    assert "5" not in labels(evening.shown(SUMMARY)), "nobody rates what did not take place"
    again = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert again.response is not None
    assert labels(again.response) == ["Correct an entry"]


async def test_members_are_shown_no_attendance_button_and_refused_the_command(evening: Evening) -> None:
    before = await evening.ledger()
    assert labels(evening.shown(SUMMARY))[-1] == "Correct my check-in"
    answer = await evening.person("Ben").slash(evening.channel, "attendance take")
    assert answer.ephemeral
    assert "Only an organizer" in texts_in(answer.response)
    assert await evening.ledger() == before


async def test_closing_suggests_what_members_said_and_one_click_records_it(world: World) -> None:
    evening = await Evening.gather(world, *SIX)
    await evening.starts(before=timedelta(hours=2))
    for name, label in (("Ana", "Going"), ("Ben", "Late"), ("Cho", "Virtual"), ("Dev", "Can't come")):
        await evening.press(name, label, evening.shown("Meeting"))
    await evening.starts()
    closed = await evening.close("Ana")

    assert closed.response is not None
    said = texts_in(closed.response)
    assert "is closed" in said
    assert f"- Present: {evening.mention('Ana')}\n" in said
    assert f"- Came late: {evening.mention('Ben')}\n" in said
    assert f"- Joined online: {evening.mention('Cho')}\n" in said
    assert "not sure whether these people came: " in said
    assert f"{evening.mention('Eli')}, {evening.mention('Fay')}. Nobody" in said
    assert evening.mention("Dev") not in said

    done = await evening.press("Ana", "Record as suggested", closed.response)
    assert "4 of 6 recorded" in texts_in(done.response)
    expected = {"Dev": "excused", "Eli": "unrecorded", "Fay": "unrecorded"}
    expected |= {"Ana": "present", "Ben": "late", "Cho": "virtual"}
    assert await evening.ledger() == expected


async def test_all_present_keeps_late_and_virtual_and_is_undone_on_the_same_card(world: World) -> None:
    evening = await Evening.gather(world, *SIX)
    await evening.starts(before=timedelta(hours=2))
    for name, label in (("Ben", "Late"), ("Cho", "Virtual"), ("Dev", "Can't come")):
        await evening.press(name, label, evening.shown("Meeting"))
    await evening.starts()
    closed = await evening.close("Ana")
    before = await evening.ledger()
    assert closed.response is not None
    pressed = next(each for each in custom_ids(closed.response) if each.startswith("attendance_all:"))

    done = await evening.press("Ana", "All present", closed.response)
    said = texts_in(done.response)
    assert "Recorded:" in said
    everybody = ", ".join(evening.mention(name) for name in ("Ana", "Eli", "Fay"))
    assert f"- Present: {everybody}\n- Came late: {evening.mention('Ben')}\n" in said
    assert f"- Joined online: {evening.mention('Cho')}\n" in said
    assert "6 of 6 recorded" in said
    expected = dict.fromkeys(("Ana", "Eli", "Fay"), "present") | {"Ben": "late", "Cho": "virtual"}
    assert await evening.ledger() == expected | {"Dev": "excused"}

    place = Place(evening.channel.id, evening.guild.id)
    twice = await Wire(evening.world).press(evening.person("Ana"), place, pressed)
    assert "Recorded:" in twice.said
    assert "Undo" in twice.said

    await evening.world.restart()
    assert done.response is not None
    undone = await evening.press("Ana", "Undo", done.response)
    said = texts_in(undone.response)
    assert "1 of 6 recorded" in said
    assert f"- Came late: {evening.mention('Ben')}\n" in said
    assert await evening.ledger() == before
    assert undone.response is not None
    assert "Undo" not in labels(undone.response)


async def test_an_incomplete_list_is_told_to_the_organizer_with_the_next_command(evening: Evening) -> None:
    told = await evening.person("Ana").slash(evening.channel, "next")

    assert [
        "attendance of meeting 1 is not complete, 3 unrecorded" in texts_in(each) for each in told.followups
    ] == [True]
    again = await evening.person("Ana").slash(evening.channel, "next")
    assert again.followups == []
