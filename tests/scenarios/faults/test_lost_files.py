"""A bot whose database is taken away says so, and confirms nothing."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import LostFileError
from tests.scenarios.meetings.calendars import calendar
from tests.scenarios.meetings.deciding import FIRST
from tests.world import World, texts_in

WORDS = "I can't save anything right now: my database isn't where it was. Nothing was changed."


@pytest.fixture
def path(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


async def test_a_command_is_refused_when_the_database_file_is_deleted(
    world: World, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world.expected_errors = (LostFileError,)
    group = await calendar(world)
    before = await world.rows("SELECT interaction_id FROM interactions")
    path.unlink()
    with caplog.at_level(logging.CRITICAL, logger="buddybot.storage"):
        for _ in range(3):
            said = await group.ask("Ben", "commit add", text="Write to five companies")
            assert WORDS in texts_in(said)
    assert "is gone while it was in use" in caplog.text
    assert len([each for each in caplog.records if each.levelno == logging.CRITICAL]) == 1
    assert await world.rows("SELECT * FROM commitments") == []
    assert await world.rows("SELECT interaction_id FROM interactions") == before


async def test_a_click_is_refused_when_another_file_takes_the_databases_place(
    world: World, path: Path
) -> None:
    world.expected_errors = (LostFileError,)
    group = await calendar(world)
    await world.until(FIRST - timedelta(hours=20))
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)
    assert WORDS in await group.press("Ben", "Going")
    assert await world.rows("SELECT * FROM rsvps") == []
