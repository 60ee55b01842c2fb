"""A running bot for every scenario; its requests are checked against Discord's contract at the end."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import simcord

from buddybot import app
from buddybot.app import create_bot
from buddybot.demo.stage import FollowedClock
from buddybot.library import open_library
from buddybot.settings.settings import Settings
from buddybot.storage.engine import sqlite
from tests.contract import watch
from tests.world import World


@cache
def shipped() -> Settings:
    """What ships, but that nobody has to wait.

    Time stands still where nobody lets it pass, and some scenarios try a hundred things meanwhile.
    """
    return Settings.load({"BUDDYBOT_LIMITS__CHANGES_PER_MINUTE": "1000000"})


read_once = cache(open_library)


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What ships, with a database of the test's own; a crash of the machine may lose its rows."""
    monkeypatch.setattr(sqlite, "_PRAGMAS", (*sqlite._PRAGMAS, "synchronous=OFF"))
    monkeypatch.setattr(app, "open_library", read_once)
    path = shutil.copy(migrated_file, tmp_path / "buddybot.sqlite3")
    return replace(shipped(), database_address=f"sqlite:///{path}")


@pytest.fixture
async def simulator(settings: Settings) -> AsyncIterator[simcord.Env]:
    """A simulated Discord with the bot in it; as an `Env` it also selects the test's clock."""
    clock = FollowedClock()
    env = simcord.Env(create_bot(settings, now=clock), settle_timeout=20, shard_count=1)
    clock.follow(env.now)
    watch(env, env.now)
    await env.start()
    yield env
    await env.shutdown()


@pytest.fixture
async def world(simulator: simcord.Env, settings: Settings) -> AsyncIterator[World]:
    """The world of one scenario."""
    world = World(simulator, settings)
    yield world
    await world.bot.close_services()
    world.check()
