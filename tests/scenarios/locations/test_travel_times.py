"""Each member says what a place costs them and what suits them, and nobody sees it."""

import pytest

from tests.scenarios.evenings import chosen_in, fields_of
from tests.scenarios.forging import Forgery
from tests.scenarios.locations.places import one_of, opened, place_id, preselected, shown, suggest
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, labels, modal_text, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


# -- minutes --------------------------------------------------------------------------------------


async def test_minutes_are_written_into_a_form_that_knows_them(rowan: Calendar) -> None:
    await suggest(rowan)
    await suggest(rowan, name="Library", where="1 High Street")
    cafe, library = await place_id(rowan, "Café Lumen"), await place_id(rowan, "Library")
    form = await rowan.person("Ben").slash(rowan.channel, "location travel")
    assert [label for label, _ in fields_of(form)] == ["Café Lumen", "Library"]
    assert "0 to 300" in modal_text(form)
    said = shown(await rowan.person("Ben").submit_modal(form, {f"m{cafe}": "25", f"m{library}": ""}))
    assert "Café Lumen · 25 minutes" in texts_in(said)
    assert "Library · not stated" in texts_in(said)
    again = await rowan.person("Ben").click(said, label="Say or change")
    assert [chosen_in(field) for _, field in fields_of(again)] == ["25", None]
    taken = shown(await rowan.person("Ben").submit_modal(again, {f"m{cafe}": " ", f"m{library}": "40"}))
    assert "Café Lumen · not stated" in texts_in(taken)
    assert "Library · 40 minutes" in texts_in(taken)
    assert "25" not in texts_in(await rowan.ask("Cho", "location list"))


@pytest.mark.parametrize("written", ["301", "-1", "2.5", "\u0663", "x", "1e1"])
async def test_minutes_that_cannot_be_read_change_nothing(rowan: Calendar, written: str) -> None:
    await suggest(rowan)
    form = await rowan.person("Ben").slash(rowan.channel, "location travel")
    answer = await rowan.person("Ben").submit_modal(
        form, {f"m{await place_id(rowan, 'Café Lumen')}": written}
    )
    assert "0 to 300" in texts_in(answer.response)
    assert await rowan.world.rows("SELECT * FROM travel") == []


async def test_minutes_come_by_options_or_in_a_form_for_one_place(rowan: Calendar) -> None:
    await suggest(rowan)
    cafe = await place_id(rowan, "Café Lumen")
    [choice] = await rowan.person("Ben").autocomplete(rowan.channel, "location travel", "place", "lum")
    assert choice == {"name": "Café Lumen", "value": cafe}
    said = await rowan.ask("Ben", "location travel", place=cafe, minutes=0)
    assert "takes you 0 minutes" in texts_in(said)
    form = await rowan.person("Ben").slash(rowan.channel, "location travel", place=cafe)
    assert [chosen_in(field) for _, field in fields_of(form)] == ["0"]
    said = shown(await rowan.person("Ben").submit_modal(form, {f"m{cafe}": "15"}))
    assert "takes you 15 minutes" in texts_in(said)
    form = await rowan.person("Ben").click(said, label="My minutes")
    said = shown(await rowan.person("Ben").submit_modal(form, {f"m{cafe}": ""}))
    assert "have not said how long" in texts_in(said)
    assert "which place" in texts_in(await rowan.ask("Ben", "location travel", minutes=5))


async def test_a_form_that_asked_for_something_else_takes_no_minutes_away(rowan: Calendar) -> None:
    await suggest(rowan)
    cafe = await place_id(rowan, "Café Lumen")
    await rowan.ask("Ben", "location travel", place=cafe, minutes=15)
    forgery = Forgery(rowan.world, rowan.channel)
    await forgery.begin()
    for field in ("other", "m", f"m{cafe}x", "m999"):
        answer = await forgery.submit(rowan.person("Ben"), f"location_stated:{cafe}", {field: "5"})
        assert "from an older message" in texts_in(answer.response)
    assert [row["minutes"] for row in await rowan.world.rows("SELECT * FROM travel")] == [15]


async def test_more_than_five_places_are_asked_for_five_at_a_time(rowan: Calendar) -> None:
    for number in range(7):
        await suggest(rowan, name=f"Place {number}")
    form = await rowan.person("Ben").slash(rowan.channel, "location travel")
    assert [label for label, _ in fields_of(form)] == [f"Place {number}" for number in range(5)]
    first = await one_of(rowan, 0)
    said = shown(await rowan.person("Ben").submit_modal(form, {f"m{first}": "5"}))
    assert labels(said) == ["Places 1 to 5", "Places 6 to 7", "All places"]
    following = await rowan.person("Ben").click(said, label="Places 6 to 7")
    assert [label for label, _ in fields_of(following)] == ["Place 5", "Place 6"]
    last = await one_of(rowan, 6)
    said = shown(await rowan.person("Ben").submit_modal(following, {f"m{last}": "70"}))
    assert "Place 0 · 5 minutes" in texts_in(said)
    assert "Place 6 · 70 minutes" in texts_in(said)


# -- what suits -----------------------------------------------------------------------------------


async def test_a_vote_is_chosen_from_what_was_chosen_before(rowan: Calendar) -> None:
    await suggest(rowan)
    await suggest(rowan, name="Library")
    cafe, library = await place_id(rowan, "Café Lumen"), await place_id(rowan, "Library")
    form = await rowan.ask("Ben", "location vote")
    assert preselected(form) == []
    assert "Nobody sees your minutes" in texts_in(form)
    kept = shown(await rowan.person("Ben").select(form, [cafe]))
    assert "Noted: 1 of 2 suit you" in texts_in(kept)
    assert preselected(kept) == [cafe]
    await rowan.person("Cho").select(await rowan.ask("Cho", "location vote"), [cafe, library])
    # Two votes are nobody's but the two members'.
    assert "suits 2 of 2" not in texts_in(await rowan.ask("Ana", "location list"))
    await rowan.person("Ana").select(await rowan.ask("Ana", "location vote"), [library])
    listed = texts_in(await rowan.ask("Ana", "location list"))
    assert listed.count("suits 2 of 3") == 2
    assert rowan.person("Ben").mention not in listed
    assert "have said that it suits you" in texts_in(await opened(rowan, "Ben", "Café Lumen"))
    assert "have not said that it suits you" in texts_in(await opened(rowan, "Ana", "Café Lumen"))
    none = shown(await rowan.person("Ben").select(await rowan.ask("Ben", "location vote"), []))
    assert "Noted: 0 of 2 suit you" in texts_in(none)
    assert " of 2" not in texts_in(await rowan.ask("Ana", "location list"))
