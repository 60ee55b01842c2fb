"""The playground: eight weeks that were lived, a ninth meeting to play, and a clock that passes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import discord
import pytest
import simcord

from buddybot.demo.playground import Playground, open_playground
from buddybot.demo.story import SPOTS
from buddybot.storage.engine.database import Tx
from tests.contract import assert_contract
from tests.scenarios.evenings import fields_of, value_of
from tests.world import labels, texts_in

pytestmark = pytest.mark.slow


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    """The playground as it opens; nothing in it may have gone wrong at the end."""
    async with open_playground(tmp_path) as opened:
        yield opened
        assert_contract(opened.env)
        assert opened.env.errors == []


@pytest.fixture
def simulator(playground: Playground) -> simcord.Env:
    """The simulated Discord, which as an `Env` also selects the test's clock."""
    return playground.env


async def counted(playground: Playground, sql: str) -> dict[str, int]:
    """Return what a statement counts by name."""

    async def script(tx: Tx) -> dict[str, int]:
        return {row["name"]: row["number"] for row in await tx.all(sql)}

    return await playground.bot.services.transactions.read(lambda uow: script(uow.tx))


def shown(playground: Playground, words: str) -> discord.Message:
    """Return the newest message of the channel with these words."""
    found = [message for message in playground.stage.channel.history() if words in texts_in(message)]
    assert found, f"nobody was shown {words!r}"
    return max(found, key=lambda message: message.id)


async def press(playground: Playground, name: str, label: str, words: str) -> simcord.InteractionResult:
    """Let somebody press a button of the newest message with these words."""
    message = shown(playground, words)
    assert label in labels(message)
    result = await playground.stage.people[name].click(message, label=label)
    assert result.acknowledged
    return result


async def begin(playground: Playground) -> None:
    """Let the hour before the meeting pass."""
    for _ in range(60):
        await playground.pass_minute()


async def test_eight_meetings_were_held_and_remembered(playground: Playground) -> None:
    meetings = await counted(
        playground, "SELECT state AS name, COUNT(*) AS number FROM meetings GROUP BY state"
    )
    assert meetings["closed"] == 8
    ledger = await counted(
        playground,
        """
        SELECT state AS name, COUNT(*) AS number FROM attendance AS latest WHERE id = (
            SELECT MAX(id) FROM attendance
            WHERE meeting_id = latest.meeting_id AND user_id = latest.user_id) GROUP BY state
        """,
    )
    assert set(ledger) == {"present", "late", "virtual", "excused", "absent"}
    assert sum(ledger.values()) == 8 * 6
    assert ledger["present"] > sum(ledger.values()) / 2
    commitments = await counted(
        playground, "SELECT state AS name, COUNT(*) AS number FROM commitments GROUP BY state"
    )
    assert commitments["kept"] > commitments["carried"] > 0
    assert commitments["open"] >= 6
    checkins = await counted(
        playground, "SELECT CAST(meeting_id AS TEXT) AS name, COUNT(*) AS number FROM checkins GROUP BY 1"
    )
    assert len(checkins) == 8
    assert all(number >= 5 for number in checkins.values())


async def test_the_channel_tells_of_each_week(playground: Playground) -> None:
    messages = [texts_in(message) for message in playground.stage.channel.history()]
    for number in range(1, 9):
        assert sum(f"Meeting {number} · Rowan group" in text for text in messages) == 1
        assert sum(f"Check-in · meeting {number}" in text for text in messages) == 1
        assert sum(f"Meeting {number} · what went well" in text for text in messages) == 1
    assert not any("doctor" in text for text in messages), "a private promise"
    assert {message.author.name for message in playground.stage.channel.history()} == {"buddybot"}


async def test_the_group_went_round_its_five_places_and_everybody_hosted(playground: Playground) -> None:
    closed = "FROM venues v JOIN meetings m ON m.id = v.meeting_id WHERE m.state = 'closed'"
    places = await counted(
        playground,
        "SELECT l.name, COUNT(*) AS number FROM venues v JOIN meetings m ON m.id = v.meeting_id "
        "JOIN locations l ON l.id = v.location_id WHERE m.state = 'closed' GROUP BY l.name",
    )
    assert set(places) == {spot.name for spot in SPOTS.values()}
    hosted = await counted(playground, f"SELECT v.host_id AS name, COUNT(*) AS number {closed} GROUP BY 1")
    assert sum(hosted.values()) == 8
    assert max(hosted.values()) - min(hosted.values()) <= 1
    said = "\n".join(texts_in(message) for message in playground.stage.channel.history())
    assert not any(spot.where.splitlines()[0] in said for spot in SPOTS.values())


async def test_the_ninth_card_waits_for_answers(playground: Playground) -> None:
    card = shown(playground, "Meeting 9")
    people = playground.stage.people
    assert f"**Coming** <@{people['Ana'].id}>, <@{people['Ben'].id}>" in texts_in(card)
    assert labels(card)[4:] == ["Check in early", "Where exactly", "Agenda"]
    assert "Activity **" in texts_in(card)

    await press(playground, "Cho", "Late", "Meeting 9")

    assert f"**late** <@{people['Cho'].id}>" in texts_in(shown(playground, "Meeting 9"))


async def test_time_passes_minute_by_minute_and_the_check_in_opens_by_itself(playground: Playground) -> None:
    start = playground.env.now()
    await playground.pass_minute()
    assert playground.env.now() - start == timedelta(minutes=1)
    messages = len(playground.stage.channel.history())

    for _ in range(58):
        await playground.pass_minute()
    assert len(playground.stage.channel.history()) == messages
    await playground.pass_minute()

    card = shown(playground, "Check-in is open · meeting 9")
    assert labels(card) == ["Check in", "I'm here", "Next turn", "Agenda", "Close"]


async def test_a_jump_goes_to_what_happens_next(playground: Playground) -> None:
    await playground.jump()
    assert "Check-in is open" in texts_in(shown(playground, "meeting 9"))
    for _ in range(10):
        await playground.jump()
    assert "Meeting 10 · Rowan group" in texts_in(shown(playground, "Meeting 10"))


async def test_a_meeting_is_played_to_its_summary(playground: Playground) -> None:
    ben = playground.stage.people["Ben"]
    await begin(playground)

    form = await press(playground, "Ben", "Check in", "Check-in is open")
    [promised] = [field for label, field in fields_of(form) if "4 coffee meetings" in label]
    came_out = {promised["custom_id"]: value_of(promised, "All 4")}
    reported = await ben.submit_modal(form, came_out | {"win": "A second interview"})
    assert reported.response is not None
    following = await ben.click(reported.response, label="Next: what I will do")
    saved = await ben.submit_modal(following, {"line0": "2 thank-you notes", "visibility": ["group"]})
    assert "2 thank-you notes" in texts_in(saved.response)
    assert "checked in 1 of" in texts_in(shown(playground, "Check-in is open"))

    await press(playground, "Eli", "I'm here", "Check-in is open")
    await press(playground, "Eli", "Next turn", "Check-in is open")
    assert "has the floor until" in texts_in(shown(playground, "Check-in is open"))

    asked = await press(playground, "Ana", "Close", "Check-in is open")
    assert asked.response is not None
    closed = await playground.stage.people["Ana"].click(asked.response, label="Close the meeting")
    assert "Meeting 9 is closed" in texts_in(closed.response)
    await playground.pass_minute()

    summary = texts_in(shown(playground, "Meeting 9 · what went well"))
    assert f"<@{ben.id}>: A second interview" in summary
    assert f"<@{ben.id}>: “4 coffee meetings”" in summary
