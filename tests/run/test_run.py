"""The bot as a process: started, stopped, killed and started again, it loses and doubles nothing."""

import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from buddybot.domain.pings import PingState
from buddybot.storage.engine.database import Database, Tx
from tests.discord_server.remote import Remote, remote
from tests.run.bot_process import ANA, begun, found_group, let_leases_run_out, next_meeting, opened, running

SECONDS_TO_EXIT = 5.0


@pytest.fixture
async def discord() -> AsyncIterator[Remote]:
    async with remote() as served:
        yield served


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database on SQLite."""
    return f"sqlite:///{(tmp_path / 'buddybot.sqlite3').as_posix()}"


async def settled(database: Database) -> list[int]:
    """The messages of the pings that were sent."""
    return [int(ping.message_id or 0) for ping in await begun(database, PingState.SENT)]


async def arrived(discord: Remote) -> list[int]:
    """The messages that Discord has, in order."""
    return [number for number, _, _ in await discord.delivered()]


async def test_the_bot_logs_in_answers_delivers_and_leaves(discord: Remote, database_url: str) -> None:
    async with opened(database_url) as database:
        await found_group(database)
        async with running(discord, database_url, python=[sys.executable]) as bot:
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            await discord.until("messages")
            assert await bot.stop() == 0, bot.output
        assert bot.seconds_to_exit is not None
        assert bot.seconds_to_exit < SECONDS_TO_EXIT
        assert (await discord.look())["requests"]["commands"] == 1
        assert await settled(database) == await arrived(discord)

        async with running(discord, database_url) as again:
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            assert await again.stop() == 0, again.output
        assert (await discord.look())["requests"]["commands"] == 1
        assert len(await arrived(discord)) == len(await settled(database)) == 1
        assert b"Traceback" not in bot.output + again.output


async def test_a_bot_killed_while_it_sends_delivers_once(discord: Remote, url: str) -> None:
    async with opened(url) as database:
        await found_group(database)
        await discord.fail("send", "hang after")
        async with running(discord, url) as bot:
            await discord.until("messages")
            await bot.kill()
        assert len(await begun(database, PingState.SENDING)) == 1
        await let_leases_run_out(database)

        async with running(discord, url) as again:
            await discord.request("GET", "/messages")
            assert await again.stop() == 0, again.output
        assert await settled(database) == await arrived(discord)
        assert (await discord.look())["requests"]["send"] == 1


async def test_a_session_that_discord_ended_is_followed_by_another(discord: Remote, url: str) -> None:
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            await discord.until("messages")
            await discord.gateway("invalidate")
            await discord.until("identified", 2)
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            assert await bot.stop() == 0, bot.output
        assert len(await arrived(discord)) == len(await settled(database)) == 1
        assert b"Traceback" not in bot.output


async def test_a_bot_stopped_while_discord_is_silent_ends_in_time(discord: Remote, url: str) -> None:
    async with opened(url) as database:
        await found_group(database)
        await discord.fail("send", "hang")
        async with running(discord, url) as bot:
            await discord.until("send")
            await discord.set(silent=True)
            assert await bot.stop() == 0, bot.output
        assert bot.seconds_to_exit is not None
        assert bot.seconds_to_exit < SECONDS_TO_EXIT
        assert b"Traceback" not in bot.output

        await discord.set(silent=False)
        async with running(discord, url) as again:
            await discord.until("messages")
            assert await again.stop() == 0, again.output
        assert await settled(database) == await arrived(discord)
        assert len(await arrived(discord)) == 1


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(4004, b"Discord does not take DISCORD_TOKEN"), (4012, b"Discord has ended the connection for good")],
)
async def test_a_gateway_that_closes_for_good_is_one_sentence(
    discord: Remote, url: str, code: int, sentence: bytes
) -> None:
    await discord.set(close_code=code)
    async with running(discord, url, log_level="ERROR") as bot:
        assert await bot.ended() == 2
    assert bot.output.startswith(b"buddybot: " + sentence)
    assert bot.output.count(b"\n") == 1, bot.output


async def test_a_discord_that_is_down_at_the_start_is_one_sentence(discord: Remote, url: str) -> None:
    await discord.keep_failing("gateway", "503 before")
    async with running(discord, url, log_level="ERROR") as bot:
        assert await bot.ended() == 2
    assert bot.output.startswith(b"buddybot: Discord cannot be reached from here")
    assert bot.output.count(b"\n") == 1, bot.output


@pytest.mark.parametrize("fault", ["html 401", "html 403"])
async def test_a_login_that_something_before_discord_answers_blames_no_token(
    discord: Remote, url: str, fault: str
) -> None:
    await discord.keep_failing("login", fault)
    async with running(discord, url, log_level="ERROR") as bot:
        assert await bot.ended() == 2
    assert bot.output.startswith(b"buddybot: Discord cannot be reached from here")
    assert bot.output.count(b"\n") == 1, bot.output


async def test_what_a_member_writes_while_the_bot_is_stopped_is_kept_and_answered(
    discord: Remote, url: str
) -> None:
    win = "An interview on Friday"
    async with opened(url) as database:
        await found_group(database)
        meeting = await next_meeting(database)
        async with running(discord, url) as bot:
            await discord.until("messages")
            held = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            held.execute("BEGIN IMMEDIATE")  # the disk is slow just now
            token = await discord.submit(f"checkin_report:{meeting}", {"win": win, "blocker": ""}, ANA)
            said = await discord.request("POST", f"/{token}/callback")
            assert win not in said  # acknowledged, for it takes long
            bot.terminate()
            held.execute("ROLLBACK")
            held.close()
            assert await bot.ended() == 0, bot.output
        assert bot.seconds_to_exit is not None
        assert bot.seconds_to_exit < SECONDS_TO_EXIT
        assert await discord.answered(token, win)

        async def report(tx: Tx) -> str:
            row = await tx.one("SELECT win FROM checkins")
            assert row is not None
            return str(row["win"])

        assert await database.read(report) == win
        assert b"Traceback" not in bot.output
