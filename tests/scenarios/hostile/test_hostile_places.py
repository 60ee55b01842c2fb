"""Whatever somebody writes of a place is refused with a sentence or does nothing in any card."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.locations.locations import LocationKind, read_location
from buddybot.ui.framework.texts import neutralize_text
from tests.scenarios.hostile.test_hostile_groups import NEVER, OWN_CODE
from tests.scenarios.hostile.test_hostile_words import TOO_LONG, some_or_all
from tests.scenarios.locations.places import CAFE, FIRST, one_of, opened, shown, suggest, urls
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.ui.framework.test_texts import markup_in
from tests.world import World, modal_text, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays, with one place that its next meetings are at."""
    made = await calendar(world)
    await suggest(made)
    return made


async def kept(rowan: Calendar) -> dict[str, str | None]:
    """Return what is written of the one place."""
    [row] = await rowan.world.rows("SELECT name, address, link, note FROM locations")
    return row


async def edits(rowan: Calendar, field: str, values: list[str]) -> AsyncIterator[tuple[str, str]]:
    """Put each hostile value into one field; after each that was taken, give what is kept and shown."""
    for value in values:
        before = await kept(rowan)
        form = await rowan.person("Ana").slash(rowan.channel, "location edit", place=await one_of(rowan, 0))
        answer = shown(await rowan.person("Ana").submit_modal(form, {**CAFE, field: value}))
        said = texts_in(answer)
        assert not [each for each in NEVER if each in said], value
        if "Changed, and the cards" not in said:
            assert await kept(rowan) == before
            assert "\n" not in said, f"{value!r} is answered with one sentence: {said}"
            assert markup_in(OWN_CODE.sub("", said)) == [], said
            continue
        words = (await kept(rowan))[{"where": "address"}.get(field, field)]
        yield words or "", said


@some_or_all
async def test_a_hostile_name_does_nothing_on_any_card(rowan: Calendar, values: list[str]) -> None:
    await rowan.world.until(FIRST - timedelta(hours=20))
    taken = 0
    for value in values:
        form = await rowan.person("Ana").slash(rowan.channel, "location edit", place=await one_of(rowan, 0))
        answer = texts_in(shown(await rowan.person("Ana").submit_modal(form, {**CAFE, "name": value[:60]})))
        if "Changed, and the cards" not in answer:
            assert "Please write something" in answer
            continue
        taken += 1
        name = (await kept(rowan))["name"]
        assert name is not None
        assert markup_in(neutralize_text(name)) == []
        arrangement = shown(await rowan.person("Cho").click(rowan.card(), label="Where exactly"))
        for said in (answer, texts_in(rowan.card()), texts_in(arrangement)):
            assert neutralize_text(name) in said
            assert not [each for each in NEVER if each in said], value
        assert neutralize_text(name) in texts_in(await rowan.ask("Ben", "location list"))
        [choice] = await rowan.person("Ben").autocomplete(rowan.channel, "location travel", "place", "")
        assert choice["name"] == name
        asked = await rowan.person("Ben").slash(rowan.channel, "location travel")
        assert name[:44] in modal_text(asked)
    assert taken > len(values) / 2


@some_or_all
async def test_a_hostile_address_is_inert_and_stays_one_question_to_the_map(
    rowan: Calendar, values: list[str]
) -> None:
    taken = 0
    async for address, said in edits(rowan, "where", values):
        taken += 1
        assert neutralize_text(address) in said
        assert markup_in(neutralize_text(address)) == []
        [(label, link)] = urls(await opened(rowan, "Ben", "Café Lumen")).items()
        if (own := (await kept(rowan))["link"]) is not None:
            assert (label, link) == (f"Open {urlsplit(own).hostname}", own)
            continue
        parts = urlsplit(link)
        assert (parts.netloc, parts.path, parts.fragment) == ("www.openstreetmap.org", "/search", "")
        assert parse_qsl(parts.query, strict_parsing=True) == [("query", address)]
    assert taken > len(values) / 3


@some_or_all
async def test_a_hostile_note_is_inert(rowan: Calendar, values: list[str]) -> None:
    taken = 0
    async for note, said in edits(rowan, "note", values):
        taken += 1
        assert neutralize_text(note) in said
        assert markup_in(neutralize_text(note)) == []
    assert taken > len(values) / 2


@pytest.mark.parametrize("value", TOO_LONG)
@pytest.mark.parametrize("field", ["name", "where", "note"])
def test_more_than_a_form_takes_is_refused_past_the_form_too(field: str, value: str) -> None:
    given = {"name": "Café Lumen", "where": "3 Mill Lane", "note": "", field: value}
    with pytest.raises(Refusal) as caught:
        read_location(kind=LocationKind.PLACE, access=frozenset(), **given)
    assert caught.value.code == "text.long"
