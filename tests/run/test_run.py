"""The bot as a process: started, stopped, killed and started again, it loses and doubles nothing."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from buddybot.domain.pings import PingState
from buddybot.storage.database import Database, Tx
from tests.run.bot_process import (
    ANA,
    begun,
    found_group,
    let_leases_run_out,
    next_meeting,
    opened,
    running,
)
from tests.run.fake_discord import FakeDiscord

SECONDS_TO_EXIT = 5.0


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord().serve() as served:
        yield served


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database on SQLite."""
    return f"sqlite:///{(tmp_path / 'buddybot.sqlite3').as_posix()}"


async def settled(database: Database) -> list[int]:
    """The messages of the pings that were sent."""
    return [int(ping.message_id or 0) for ping in await begun(database, PingState.SENT)]


async def test_the_bot_logs_in_answers_delivers_and_leaves(discord: FakeDiscord, database_url: str) -> None:
    async with opened(database_url) as database:
        await found_group(database)
        async with running(discord, database_url) as bot:
            token = await discord.type("next", ANA)
            callback = await discord.request("POST", f"/{token}/callback")
            assert "Rowan" in callback.text
            await discord.until(lambda: bool(discord.messages))
            assert await bot.stop() == 0, bot.output
        assert bot.seconds_to_exit is not None
        assert bot.seconds_to_exit < SECONDS_TO_EXIT
        assert discord.count("PUT", "/commands") == 1
        assert await settled(database) == [int(message["id"]) for message in discord.messages]

        async with running(discord, database_url) as again:
            token = await discord.type("next", ANA)
            assert "Rowan" in (await discord.request("POST", f"/{token}/callback")).text
            assert await again.stop() == 0, again.output
        assert discord.count("PUT", "/commands") == 1
        assert len(discord.messages) == len(await settled(database)) == 1
        assert b"Traceback" not in bot.output + again.output


async def test_a_bot_killed_while_it_sends_delivers_once(discord: FakeDiscord, url: str) -> None:
    async with opened(url) as database:
        await found_group(database)
        discord.faults.append("hang after")
        async with running(discord, url) as bot:
            await discord.until(lambda: bool(discord.messages))
            await bot.kill()
        assert len(await begun(database, PingState.SENDING)) == 1
        await let_leases_run_out(database)

        async with running(discord, url) as again:
            await discord.request("GET", "/messages")
            assert await again.stop() == 0, again.output
        assert await settled(database) == [int(message["id"]) for message in discord.messages]
        assert discord.requests["send"] == 1


async def test_a_session_that_discord_ended_is_followed_by_another(discord: FakeDiscord, url: str) -> None:
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            await discord.until(lambda: bool(discord.messages))
            await discord.invalidate()
            token = await discord.type("next", ANA)
            assert "Rowan" in (await discord.request("POST", f"/{token}/callback")).text
            assert await bot.stop() == 0, bot.output
        assert len(discord.messages) == len(await settled(database)) == 1
        assert b"Traceback" not in bot.output


async def test_a_bot_stopped_while_discord_is_silent_ends_in_time(discord: FakeDiscord, url: str) -> None:
    async with opened(url) as database:
        await found_group(database)
        discord.faults.append("hang")
        async with running(discord, url) as bot:
            await discord.until(lambda: discord.requests["send"] == 1)
            discord.silent.set()
            assert await bot.stop() == 0, bot.output
        assert bot.seconds_to_exit is not None
        assert bot.seconds_to_exit < SECONDS_TO_EXIT
        assert b"Traceback" not in bot.output

        discord.silent.clear()
        async with running(discord, url) as again:
            await discord.until(lambda: bool(discord.messages))
            assert await again.stop() == 0, again.output
        assert await settled(database) == [int(message["id"]) for message in discord.messages]
        assert len(discord.messages) == 1


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(4004, b"Discord does not take DISCORD_TOKEN"), (4012, b"Discord has ended the connection for good")],
)
async def test_a_gateway_that_closes_for_good_is_one_sentence(
    discord: FakeDiscord, url: str, code: int, sentence: bytes
) -> None:
    discord.close_code = code
    async with running(discord, url, log_level="ERROR") as bot:
        assert await bot.ended() == 2
    assert bot.output.startswith(b"buddybot: " + sentence)
    assert bot.output.count(b"\n") == 1, bot.output


async def test_a_discord_that_is_down_at_the_start_is_one_sentence(discord: FakeDiscord, url: str) -> None:
    discord.overloaded = True
    async with running(discord, url, log_level="ERROR") as bot:
        assert await bot.ended() == 2
    assert bot.output.startswith(b"buddybot: Discord cannot be reached from here")
    assert bot.output.count(b"\n") == 1, bot.output


async def test_what_a_member_writes_while_the_bot_is_stopped_is_kept_and_answered(
    discord: FakeDiscord, url: str
) -> None:
    win = "An interview on Friday"
    async with opened(url) as database:
        await found_group(database)
        meeting = await next_meeting(database)
        async with running(discord, url) as bot:
            await discord.until(lambda: bool(discord.messages))
            held = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            held.execute("BEGIN IMMEDIATE")  # the disk is slow just now
            token = await discord.submit(f"checkin_report:{meeting}", {"win": win, "blocker": ""}, ANA)
            callback = await discord.request("POST", f"/{token}/callback")
            assert win not in callback.text  # acknowledged, for it takes long
            bot.terminate()
            held.execute("ROLLBACK")
            held.close()
            assert await bot.ended() == 0, bot.output
        assert bot.seconds_to_exit is not None
        assert bot.seconds_to_exit < SECONDS_TO_EXIT
        assert win in (await discord.request("PATCH", f"/{token}/messages/@original")).text

        async def report(tx: Tx) -> str:
            row = await tx.one("SELECT win FROM checkins")
            assert row is not None
            return str(row["win"])

        assert await database.read(report) == win
        assert b"Traceback" not in bot.output
