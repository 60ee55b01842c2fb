"""What one click costs: how many statements the database carries out, and how many of our files run."""

import sys
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import pytest

import buddybot
from buddybot import app
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import Database, Script, connect
from tests.scenarios.meetings.calendars import calendar
from tests.world import World

T = TypeVar("T")

ROOT = Path(buddybot.__file__).parent.parent
OURS = tuple(f"{ROOT / folder}/" for folder in ("buddybot", "cogs"))
MOST_STATEMENTS, MOST_FILES = 12, 30
OF_THE_TEST = "buddybot/demo/stage.py"
"""The simulated world's own clock, which no bot in service runs."""


@dataclass
class Meter:
    """Counts while it is on."""

    on: bool = False
    statements: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    def profile(self, frame: FrameType, _event: str, _argument: object) -> None:
        if self.on and frame.f_code.co_filename.startswith(OURS):
            self.files.add(frame.f_code.co_filename.removeprefix(f"{ROOT}/"))

    @contextmanager
    def running(self) -> Iterator[None]:
        self.statements.clear()
        self.files.clear()
        self.on = True
        try:
            yield
        finally:
            self.on = False


class MeteredTx:
    """A transaction whose statements are noted."""

    def __init__(self, tx: Any, meter: Meter) -> None:
        self._tx = tx
        self._meter = meter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._tx, name)
        if name not in ("one", "all", "run", "all_after"):
            return found

        def noted(*statements: str, **parameters: Any) -> Awaitable[Any]:
            if self._meter.on:
                self._meter.statements += statements
            result: Awaitable[Any] = found(*statements, **parameters)
            return result

        return noted


class MeteredDatabase:
    """A database whose transactions are metered."""

    def __init__(self, database: Database, meter: Meter) -> None:
        self._database = database
        self._meter = meter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def write(self, script: Script[T]) -> T:
        return await self._database.write(lambda tx: script(MeteredTx(tx, self._meter)))

    async def read(self, script: Script[T]) -> T:
        return await self._database.read(lambda tx: script(MeteredTx(tx, self._meter)))


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meter]:
    """A meter in every thread that begins from here on; the database has one of its own."""
    meter = Meter()

    async def metered(*given: Any, **options: Any) -> Any:
        return MeteredDatabase(await connect(*given, **options), meter)

    monkeypatch.setattr(app, "connect", metered)
    threading.setprofile(meter.profile)
    sys.setprofile(meter.profile)
    yield meter
    sys.setprofile(None)
    threading.setprofile(None)


@pytest.fixture
def settings(settings: Settings, database_url: str, meter: Meter) -> Settings:
    """What ships, on each engine."""
    return replace(settings, database_address=database_url)


async def test_a_click_stays_within_its_statements_and_files_when_a_member_answers(
    world: World, meter: Meter
) -> None:
    rowan = await calendar(world)
    await world.until((await rowan.starts())[0] - timedelta(hours=23))
    with meter.running():
        await rowan.press("Ben", "Going")
    statements = [" ".join(each.split()) for each in meter.statements]
    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)
    files = meter.files - {OF_THE_TEST}
    assert len(files) <= MOST_FILES, "\n".join(sorted(files))
    assert "buddybot/services/meetings/rsvps.py" in files
    assert any("INTO rsvps" in each for each in statements)
