"""A group collects places, changes them and lets them go; whatever is exact is for its members."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.evenings import chosen_in, fields_of
from tests.scenarios.locations.places import (
    ADDRESS,
    CAFE,
    FIRST,
    LINK,
    SECRETS,
    one_of,
    opened,
    place_id,
    pressed,
    public,
    shown,
    suggest,
    urls,
)
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.scenarios.wire import Place, Wire
from tests.world import World, custom_ids, labels, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


# -- offering and looking -------------------------------------------------------------------------


async def test_a_place_is_suggested_in_a_form_and_found_in_the_list(rowan: Calendar) -> None:
    kept = await suggest(rowan)
    said = texts_in(kept)
    for expected in (
        "Noted for Rowan", "### Café Lumen", "in person · step-free · quiet", "offered by <@",
        f"**Address** {ADDRESS}", "**Note** Ring at Moss", "for members only", "Nobody sees your minutes",
    ):  # fmt: skip
        assert expected in said
    assert labels(kept) == [
        "Map (openstreetmap.org)", "Open cafe.example",
        "My minutes", "What suits me", "Edit", "Retire", "All places",
    ]  # fmt: skip
    assert urls(kept) == {
        "Map (openstreetmap.org)": "https://www.openstreetmap.org/search?query=3%20Mill%20Lane",
        "Open cafe.example": LINK,
    }
    listed = texts_in(await rowan.ask("Ben", "location list"))
    assert "**Café Lumen** · in person · step-free · quiet · offered by" in listed
    assert not [secret for secret in SECRETS if secret in listed]
    assert "Once three of you have said what suits them" in listed


async def test_a_member_opens_a_place_and_goes_back(rowan: Calendar) -> None:
    await suggest(rowan)
    details = await opened(rowan, "Ben", "Café Lumen")
    assert f"**Address** {ADDRESS}" in texts_in(details)
    assert "Edit" not in labels(details)
    assert "Retire" not in labels(details)
    again = await pressed(rowan, "Ben", "All places", details)
    assert "### Places of Rowan" in texts_in(again)
    form = await rowan.person("Ben").click(again, label="Suggest a place")
    made = shown(
        await rowan.person("Ben").submit_modal(form, {**CAFE, "name": "Library", "where": "1 High St"})
    )
    assert "### Library" in texts_in(made)
    assert list(urls(made)) == ["Map (openstreetmap.org)"]


async def test_an_online_place_has_its_link_and_no_way_there(rowan: Calendar) -> None:
    online = await suggest(
        rowan, name="Video", kind=["virtual"], where="https://meet.example/rowan\nroom 5", access=[], note=""
    )
    assert "### Video\nonline · offered by" in texts_in(online)
    assert list(urls(online)) == ["Open meet.example"]
    assert "My minutes" not in labels(online)
    assert "no place to choose" in texts_in(await rowan.ask("Ben", "location travel"))
    [way] = [await rowan.person("Ben").autocomplete(rowan.channel, "location travel", "place", "")]
    assert way == []
    answer = await rowan.ask("Ben", "location travel", place=await place_id(rowan, "Video"), minutes=5)
    assert "nobody has to travel there" in texts_in(answer)


async def test_a_button_shows_the_end_of_a_long_host_which_says_whose_it_is(rowan: Calendar) -> None:
    host = "bank.example." + "a." * 100 + "evil.example"
    [label] = [each for each in urls(await suggest(rowan, where=f"https://{host}/")) if "Open" in each]
    assert len(label) <= 80
    assert label.endswith(".a.evil.example")
    assert "…" in label


async def test_without_places_the_list_offers_to_suggest_one(rowan: Calendar) -> None:
    listed = await rowan.ask("Ben", "location list")
    assert "no place to choose yet" in texts_in(listed)
    assert labels(listed) == ["Suggest a place"]
    for command in ("location travel", "location vote"):
        assert "no place to choose yet" in texts_in(await rowan.ask("Ben", command))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "\u200b"}, "Please write something into the field for the name of the place"),
        ({"where": "\u200b"}, "give an address or a link"),
        ({"where": "https://a.example\nhttps://b.example"}, "One link is enough"),
        ({"where": "javascript://a.example"}, "cannot make a button of"),
        ({"where": "https://bank.example@evil.example"}, "cannot make a button of"),
        ({"where": "http://127.0.0.1:8080/"}, "cannot make a button of"),
        ({"where": "x" * 300}, "at most 200 fit"),
        ({"name": "CAFÉ lumen"}, "has a place called CAFÉ lumen already"),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(
    rowan: Calendar, fields: dict[str, Any], sentence: str
) -> None:
    await suggest(rowan)
    before = await rowan.world.rows("SELECT * FROM locations")
    answer = texts_in(await suggest(rowan, "Ben", **fields))
    assert sentence in answer
    assert "\n" not in answer
    assert await rowan.world.rows("SELECT * FROM locations") == before


async def test_twenty_places_with_long_names_fit_into_the_list(rowan: Calendar) -> None:
    for number in range(20):
        await suggest(
            rowan, name=f"{number:02}" + "*" * 58, kind=["hybrid"], access=["step_free", "quiet", "parking"]
        )
    listed = await rowan.ask("Ben", "location list")
    assert texts_in(listed).count("in person and online") >= 20
    assert "Suggest a place" not in labels(listed)
    assert "20 places, which is as many" in texts_in(await rowan.ask("Ben", "location suggest"))
    await rowan.person("Ben").select(await rowan.ask("Ben", "location vote"), [await one_of(rowan, 19)])
    assert "suits 1 of 1" not in texts_in(await rowan.ask("Cho", "location list"))
    for name in ("Ana", "Cho"):
        await rowan.person(name).select(await rowan.ask(name, "location vote"), [await one_of(rowan, 19)])
    assert texts_in(await rowan.ask("Cho", "location list")).count("suits 3 of 3") == 1


# -- changing and retiring ------------------------------------------------------------------------


async def test_who_offered_a_place_edits_it_and_the_card_follows(rowan: Calendar) -> None:
    await suggest(rowan, "Ben")
    await rowan.world.until(FIRST - timedelta(hours=20))
    assert "**Where** Café Lumen · step-free · quiet" in texts_in(rowan.card())
    cafe = await place_id(rowan, "Café Lumen")
    assert "changed by the one who offered it" in texts_in(
        await rowan.ask("Cho", "location edit", place=cafe)
    )
    form = await rowan.person("Ben").slash(rowan.channel, "location edit", place=cafe)
    written = {field["custom_id"]: chosen_in(field) for _, field in fields_of(form)}
    assert written == {
        "name": "Café Lumen",
        "kind": "in person",
        "where": f"{ADDRESS}\n{LINK}",
        "access": "step-free",  # the first of those that are chosen
        "note": "Ring at Moss",
    }
    said = shown(
        await rowan.person("Ben").submit_modal(form, {**CAFE, "name": "Café Aurora", "access": ["parking"]})
    )
    assert "Changed, and the cards" in texts_in(said)
    assert "**Where** Café Aurora · parking" in texts_in(rowan.card())
    assert "Library" in texts_in(
        shown(
            await rowan.person("Ana").submit_modal(
                await rowan.person("Ana").click(await opened(rowan, "Ana", "Café Aurora"), label="Edit"),
                {**CAFE, "name": "Library"},
            )
        )
    )


async def test_a_place_that_closed_is_replaced_on_the_card_and_told_to_those_who_come(
    rowan: Calendar,
) -> None:
    await suggest(rowan)
    await suggest(rowan, "Ben", name="Library", where="1 High Street", access=["public"])
    await rowan.world.until(FIRST - timedelta(hours=20))
    await rowan.press("Cho", "Going")
    cafe = await place_id(rowan, "Café Lumen")
    answer = texts_in(await rowan.ask("Ben", "location retire", place=cafe))
    assert "changed by the one who offered it" in answer
    retired = await rowan.ask("Ana", "location retire", place=cafe)
    assert "Café Lumen is retired" in texts_in(retired)
    assert "is now: Library" in texts_in(retired)
    assert labels(retired) == ["Bring it back", "All places"]
    assert "**Where** Library" in texts_in(rowan.card())
    await rowan.world.run_due()
    notice = rowan.said()[-1]
    assert "Library" in texts_in(notice)
    assert "Before, it was: Café Lumen" in texts_in(notice)
    assert rowan.person("Cho").mention in texts_in(notice)
    assert "Café Lumen" not in texts_in(await rowan.ask("Cho", "location list"))
    assert not [secret for secret in SECRETS if secret in public(rowan)]


async def test_a_mistaken_press_is_taken_back_without_a_word_to_the_group(rowan: Calendar) -> None:
    await suggest(rowan)
    await suggest(rowan, "Ben", name="Library", where="1 High Street")
    await rowan.world.until(FIRST - timedelta(hours=20))
    before = len(rowan.said())
    details = await opened(rowan, "Ana", "Café Lumen")
    retire = next(each for each in custom_ids(details) if each.startswith("location_retire:"))
    retired = await pressed(rowan, "Ana", "Retire", details)
    channel = Place(rowan.channel.id, rowan.circle.guild.id)
    twice = await Wire(rowan.world).press(rowan.person("Ana"), channel, retire)
    assert twice.payload["type"] == 4, "the card of the first press keeps its way back"
    assert "Café Lumen is retired" in twice.said
    await rowan.world.restart()
    back = await pressed(rowan, "Ana", "Bring it back", retired)
    assert "can be chosen again" in texts_in(back)
    await rowan.world.run_due()
    assert "**Where** Café Lumen" in texts_in(rowan.card())
    assert len(rowan.said()) == before + 1, "only the message that the second press came from"


async def test_place_keeps_what_an_organizer_changed_when_both_forms_were_open(rowan: Calendar) -> None:
    await suggest(rowan, "Ben")
    cafe = await place_id(rowan, "Café Lumen")
    forms = {
        name: await rowan.person(name).slash(rowan.channel, "location edit", place=cafe)
        for name in ("Ben", "Ana")
    }
    await rowan.person("Ana").submit_modal(forms["Ana"], {**CAFE, "note": "Ring twice"})
    await rowan.person("Ben").submit_modal(forms["Ben"], {**CAFE, "name": "Café Aurora"})
    [row] = await rowan.world.rows("SELECT name, note, address, step_free FROM locations")
    assert (row["name"], row["note"]) == ("Café Aurora", "Ring twice")
    assert (row["address"], row["step_free"]) == (ADDRESS, 1)
