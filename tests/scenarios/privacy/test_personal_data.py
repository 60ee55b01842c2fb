"""A copy of one's own data, and its deletion, as members see them."""

import json
from html.parser import HTMLParser

import pytest
import simcord

from tests.scenarios.settling import join, press, set_up
from tests.world import World, labels, texts_in


class Place:
    """A server with a group of Olga, Ana and Ben."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.guild = world.guild()
        self.channel = self.guild.create_text_channel("rowan")
        self.olga = world.person("Olga", self.guild, manages=True)
        self.ana, self.ben = world.person("Ana", self.guild), world.person("Ben", self.guild)


@pytest.fixture
async def place(world: World) -> Place:
    """The place of these stories."""
    place = Place(world)
    await set_up(place.olga, place.channel)
    for person in (place.ana, place.ben):
        await join(place.olga, place.channel, person)
    return place


class Tags(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        del attrs
        self.found.add(tag)


async def files_of(result: simcord.InteractionResult) -> dict[str, bytes]:
    """Return what was sent along, by name."""
    assert result.ephemeral
    assert result.response is not None
    return {file.filename: await file.read() for file in result.response.attachments}


async def test_a_copy_has_everything_in_two_forms(place: Place) -> None:
    said = await place.ana.slash(
        place.channel, "commit add", text="Call <script>alert(1)</script> & two people", visibility="private"
    )
    assert said.acknowledged
    shown = await place.ana.slash(place.channel, "me export")
    files = await files_of(shown)
    assert set(files) == {"my-data.json", "my-data.html"}
    found = json.loads(files["my-data.json"])
    assert (found["schema"], found["user_id"]) == ("buddybot.person/1", str(place.ana.id))
    (commitment,) = found["sections"]["commitments"]
    assert commitment["text"] == "Call <script>alert(1)</script> & two people"
    assert commitment["guild_id"] == str(place.guild.id)
    page = files["my-data.html"].decode()
    reader = Tags()
    reader.feed(page)
    assert "script" not in reader.found
    assert "Your commitments" in page
    assert place.guild.name in page


async def test_a_copy_is_in_the_log_without_a_name(place: Place) -> None:
    await place.ana.slash(place.channel, "me export")
    rows = await place.world.rows("SELECT action, actor_id FROM audit")
    assert rows == [{"action": "own_export", "actor_id": None}]


async def test_a_stranger_has_nothing(place: Place) -> None:
    stranger = place.world.person("Zoe", place.guild)
    assert "nothing about you" in texts_in((await stranger.slash(place.channel, "me delete")).response)
    files = await files_of(await stranger.slash(place.channel, "me export"))
    assert json.loads(files["my-data.json"])["sections"] == {}


async def test_deletion_shows_what_goes_asks_once_and_does_it(place: Place) -> None:
    await place.ana.slash(place.channel, "commit add", text="Two calls")
    shown = await place.ana.slash(place.channel, "me delete")
    said = texts_in(shown.response)
    assert "Your commitments 1" in said
    assert "counts without a name" in said
    assert shown.response is not None
    assert labels(shown.response) == ["Delete everything", "Keep it"]
    kept = await press(place.ana, shown, "Keep it")
    assert kept.acknowledged
    assert await place.world.rows("SELECT user_id FROM preferences WHERE user_id = :u", u=place.ana.id)
    await place.world.restart()
    shown = await place.ana.slash(place.channel, "me delete")
    gone = await press(place.ana, shown, "Delete everything")
    assert "Everything about you is deleted" in texts_in(gone.response)
    for table in ("preferences", "memberships", "commitments"):
        assert not await place.world.rows(f"SELECT * FROM {table} WHERE user_id = :u", u=place.ana.id)
    assert "not in a buddy group" in texts_in((await place.ana.slash(place.channel, "next")).response)
    rows = await place.world.rows("SELECT action, actor_id FROM audit ORDER BY id")
    assert rows == [{"action": "own_deletion", "actor_id": None}]


async def test_the_only_organizer_hands_over_first(place: Place) -> None:
    shown = await place.olga.slash(place.channel, "me delete")
    assert f"<@{place.ana.id}>, longest in it" in texts_in(shown.response)
    await press(place.olga, shown, "Delete everything")
    rows = await place.world.rows("SELECT user_id, role FROM memberships ORDER BY user_id")
    assert {row["user_id"]: row["role"] for row in rows} == {
        place.ana.id: "organizer",
        place.ben.id: "member",
    }


async def test_usual_charter_is_back_when_its_author_deletes_everything(place: Place) -> None:
    charter = await place.olga.slash(place.channel, "group charter")
    form = await press(place.olga, charter, "Change the charter")
    await place.olga.submit_modal(form, {"charter": "We sing at the start."})
    await place.olga.slash(place.channel, "group transfer", member=str(place.ben.id))
    asked = await place.olga.slash(place.channel, "me delete")
    assert "Charters you wrote 1" in texts_in(asked.response)
    await press(place.olga, asked, "Delete everything")
    read = await place.ben.slash(place.channel, "group charter")
    assert "We sing" not in texts_in(read.response)
    assert "What is said here stays here" in texts_in(read.response)
    assert any("the usual one is back" in texts_in(said) for said in read.followups)


async def test_farewell_says_what_is_left_when_another_program_reads_the_journal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*, whole: bool = True) -> bool:
        return False

    monkeypatch.setattr(place.world.bot.services.transactions._database, "scrub", busy)
    asked = await place.ana.slash(place.channel, "me delete")
    gone = await press(place.ana, asked, "Delete everything")
    assert "journal still holds old copies" in texts_in(gone.response)
