"""Whatever stands before Discord, and whatever Discord refuses at the start, the bot goes on or says why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from buddybot.domain.pings import PingState
from tests.discord_server.remote import Remote, remote
from tests.run.bot_process import ANA, begun, found_group, opened, running


@pytest.fixture
async def discord() -> AsyncIterator[Remote]:
    async with remote() as served:
        yield served


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'buddybot.sqlite3').as_posix()}"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/json;charset=UTF-8"])
async def test_answers_are_read_when_their_type_has_a_charset(discord: Remote, url: str, kind: str) -> None:
    await discord.set(json_type=kind)
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            await discord.until("messages")
            assert await bot.stop() == 0, bot.output
        assert len(await begun(database, PingState.SENT)) == 1
    assert (await discord.look())["requests"]["send"] == 1
    assert b"Traceback" not in bot.output, bot.output.decode()


async def test_discords_own_code_is_read_when_the_type_of_a_refusal_has_a_charset(
    discord: Remote, url: str
) -> None:
    await discord.set(json_type="application/json; charset=utf-8")
    await discord.keep_failing("send", "refuse 403 50013")
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            await discord.until("send")
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            assert await bot.stop() == 0, bot.output
        rows = await database.read(lambda tx: tx.all("SELECT route_error FROM groups"))
    assert [row["route_error"] for row in rows] == [50013]


@pytest.mark.parametrize("fault", ["refuse 400 50035", "refuse 400 30034", "refuse 400 0"])
async def test_the_bot_runs_when_discord_refuses_its_commands(discord: Remote, url: str, fault: str) -> None:
    await discord.keep_failing("commands", fault)
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            assert await bot.stop() == 0, bot.output
    assert b"Traceback" not in bot.output, bot.output.decode()
    assert b"commands" in bot.output


@pytest.mark.parametrize(
    "fault", ["503 before", "refuse 408 0", "html 403", "html 404", "garbage", "busy for all"]
)
async def test_the_bot_runs_and_tells_its_commands_later_when_discord_fails_at_the_start(
    discord: Remote, url: str, fault: str
) -> None:
    await discord.fail("commands", fault)
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            await discord.until("commands", 2)
            assert await bot.stop() == 0, bot.output
    assert b"Discord takes no commands now" in bot.output
    assert b"Traceback" not in bot.output, bot.output.decode()


async def test_commands_that_are_refused_are_not_told_again_when_the_bot_runs_on(
    discord: Remote, url: str
) -> None:
    await discord.keep_failing("commands", "refuse 403 50001")
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            await discord.until("messages")
            assert await bot.stop() == 0, bot.output
    assert (await discord.look())["requests"]["commands"] == 1
    assert b"Discord refuses the commands (HTTP 403, code 50001)" in bot.output
    assert b"Traceback" not in bot.output, bot.output.decode()


async def test_an_event_without_anything_in_it_ends_nothing(discord: Remote, url: str) -> None:
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            await discord.until("identified")
            for event in ("GUILD_DELETE", "GUILD_CREATE", "CHANNEL_UPDATE", "INTERACTION_CREATE"):
                await discord.push(event, {})
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            assert await bot.stop() == 0, bot.output
    assert b"Traceback" not in bot.output, bot.output.decode()
    assert b"an event that is not whole is left out: GUILD_DELETE" in bot.output
