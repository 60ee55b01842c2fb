"""A group's life for every change, once on each engine."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial

import pytest

from buddybot.settings.settings import Settings
from buddybot.storage.engine import sqlite
from tests.changes.keeping import Lives
from tests.changes.life import Life, Moment

LifeAt = Callable[[Moment], AbstractAsyncContextManager[Life]]


@pytest.fixture
def settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What ships, on a freshly migrated database; a crash of the machine may lose its rows."""
    monkeypatch.setattr(sqlite, "_PRAGMAS", (*sqlite._PRAGMAS, "synchronous=OFF"))
    unhurried = {"BUDDYBOT_LIMITS__CHANGES_PER_MINUTE": "1000000"}
    return replace(Settings.load(unhurried), database_address=database_url)


@pytest.fixture(scope="session")
def every_life() -> dict[str, Lives]:
    """What was lived in this run, by engine."""
    return {}


@pytest.fixture
def life_at(settings: Settings, every_life: dict[str, Lives]) -> LifeAt:
    """Open a copy of the group's life at a moment."""
    lives = every_life.setdefault(settings.database_url.partition(":")[0], Lives())
    return partial(lives.at, settings=settings)
