"""Whatever goes wrong between the bot and Discord: it catches up, and nothing comes twice."""

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from buddybot.domain.pings import PingKind, PingState
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.migrations.runner import migrate
from tests.chaos.clock import Clock, every
from tests.chaos.people import ANA, CHANNELS, Circle, found, plan_changes
from tests.discord_server.remote import Remote, remote
from tests.discord_server.shapes import GUILD, MEMBER_PERMISSIONS, channel, guild
from tests.run.bot_process import BotProcess, begun, opened, running

MANAGES_EVENTS = str(117_760 | 1 << 33 | 1 << 44)
MORE_THAN_A_CHANNEL_TAKES = 7
BEFORE_OR_AFTER = (
    *("500 after", "503 after", "503 before", "busy", "html 429"),
    *("hang", "hang after", "reset after", "garbage", "nonsense"),
)
"""One for each group's card."""


@dataclass
class World:
    """Ten groups whose cards are due, and the Discord they are sent to."""

    database: Database
    discord: Remote
    clock: Clock
    circles: list[Circle]
    url: str

    async def sent(self, kind: PingKind = PingKind.CARD) -> None:
        """Wait until every group has its card."""

        async def all_are() -> bool:
            done = [ping for ping in await begun(self.database, PingState.SENT) if ping.kind is kind]
            return len(done) == len(self.circles)

        await every(0.05, all_are)

    async def arrived_once(self) -> None:
        """Assert that each card is there once, and that its row knows it."""
        delivered = await self.discord.delivered()
        assert set(Counter(sign for _, _, sign in delivered).values()) == {1}
        known = {ping.message_id for ping in await begun(self.database, PingState.SENT)}
        assert known == {number for number, _, _ in delivered}

    async def notices(self) -> list[str]:
        """What organizers are told."""

        async def script(tx: Tx) -> list[str]:
            return [row["code"] for row in await tx.all("SELECT code FROM notices ORDER BY id")]

        return await self.database.read(script)

    async def requests(self, route: str) -> int:
        """How often a route was asked for."""
        return int((await self.discord.look())["requests"].get(route, 0))

    async def answers(self) -> bool:
        """Whether a member is answered."""
        token = await self.discord.type("next", ANA, CHANNELS[0])
        return await self.discord.answered(token, "Rowan")


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Everything is there but the bot."""
    clock = Clock(time.time())
    url = f"sqlite:///{(tmp_path / 'buddybot.sqlite3').as_posix()}"
    options = getattr(request, "param", {})
    async with opened(url) as database:
        await migrate(database)
        circles = list(await found(database, clock))
        async with remote(channels=CHANNELS, zero=clock.zero, speed=clock.speed, **options) as discord:
            yield World(database, discord, clock, circles, url)


def fast(world: World) -> AbstractAsyncContextManager[BotProcess]:
    """The bot, in a world whose time runs faster."""
    return running(
        world.discord, world.url, started=("tests.run.fast_bot", str(world.clock.zero)), log_level="WARNING"
    )


async def test_whatever_http_does_to_ten_cards_each_arrives_once(world: World) -> None:
    await world.discord.fail("send", *BEFORE_OR_AFTER)
    async with fast(world) as bot:
        await world.sent()
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()
    assert await world.requests("send") <= 3 * len(CHANNELS)
    assert await world.notices() == []


async def test_when_discord_is_back_everything_follows_and_nobody_hammered_meanwhile(world: World) -> None:
    await world.discord.keep_failing("send", "503 before")
    async with fast(world) as bot:
        await world.discord.until("send", 3 * len(CHANNELS))
        assert await world.discord.arrivals() == {}
        assert await world.answers()
        await world.discord.keep_failing("send", "")
        await world.sent()
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()
    assert await world.notices() == []


@pytest.mark.parametrize("fault", ["refuse 403 50013", "refuse 404 10003"])
async def test_a_channel_that_refuses_is_asked_once_told_once_and_used_again_when_mended(
    world: World, fault: str
) -> None:
    await world.discord.keep_failing("send", fault)
    async with fast(world) as bot:
        await every(0.05, partial(_told, world, len(CHANNELS)))
        assert await world.answers()
        assert await world.requests("send") == len(CHANNELS)
        await world.discord.keep_failing("send", "")
        await world.discord.push("CHANNEL_UPDATE", {**channel(CHANNELS[0]), "name": "mended"})
        await world.sent()
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()
    assert await world.requests("send") == 2 * len(CHANNELS)


async def test_a_long_limit_for_everything_holds_nothing_up_for_good(world: World) -> None:
    await world.discord.fail("send", "busy for all")
    async with fast(world) as bot:
        await world.sent()
        assert await world.answers()
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()


async def test_limits_as_they_are_on_discord_are_kept(world: World) -> None:
    await world.discord.set(limits=True)
    await plan_changes(world.database, world.clock, world.circles[:1], 1, MORE_THAN_A_CHANNEL_TAKES)
    async with fast(world) as bot:
        await world.sent()
        await world.discord.until("messages", len(CHANNELS) + MORE_THAN_A_CHANNEL_TAKES)
        await every(0.05, partial(_all_sent, world))
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()
    assert (await world.discord.look())["limited"] == {}


async def test_what_was_asked_while_the_connection_was_gone_is_answered(world: World) -> None:
    async with fast(world) as bot:
        token = await world.discord.type("next", ANA, CHANNELS[0], in_a_gap=True)
        assert await world.discord.answered(token, "Rowan")
        assert (await world.discord.look())["resumed"] == 1
        await world.discord.gateway("reconnect")
        await world.discord.until("resumed", 2)
        assert await world.answers()
        await world.sent()
        assert await bot.stop() == 0, bot.output
    assert (await world.discord.look())["identified"] == 1
    await world.arrived_once()


async def test_a_session_that_cannot_be_resumed_is_followed_by_another(world: World) -> None:
    async with fast(world) as bot:
        await world.discord.until("live")
        await world.discord.set(forgetful=True)
        await world.discord.gateway("drop")
        await world.discord.until("identified", 2)
        assert await world.answers()
        await world.sent()
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()


async def test_a_gateway_that_answers_no_heartbeat_is_left_for_another_connection(world: World) -> None:
    await world.discord.set(interval=300, deaf=True)
    async with fast(world) as bot:
        await world.discord.until("live")
        await world.discord.until("resumed")
        await world.discord.set(deaf=False)
        assert await world.answers()
        await world.sent()
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()


async def test_an_event_that_comes_twice_is_carried_out_and_answered_once(world: World) -> None:
    await world.discord.set(twice=True)
    circle = world.circles[0]
    async with fast(world) as bot:
        await world.sent()
        fields = {"win": "An interview on Friday", "blocker": ""}
        token = await world.discord.submit(f"checkin_report:{circle.meeting}", fields, ANA, circle.channel)
        assert await world.discord.answered(token, fields["win"])
        assert await world.answers()
        assert await bot.stop() == 0, bot.output

    async def script(tx: Tx) -> list[str]:
        return [row["win"] for row in await tx.all("SELECT win FROM checkins")]

    assert await world.database.read(script) == [fields["win"]]
    assert b"Traceback" not in bot.output
    await world.arrived_once()


@pytest.mark.parametrize("world", [{"permissions": MANAGES_EVENTS}], indirect=True)
async def test_an_event_whose_answer_was_lost_is_found_and_not_made_again(world: World) -> None:
    await world.discord.fail("events", "503 after", "reset after", "503 before", "garbage")
    async with fast(world) as bot:
        await world.sent()
        await every(0.05, partial(_shown, world))
        assert await bot.stop() == 0, bot.output
    made = await world.discord.ask("events")
    assert len({(each["name"], each["scheduled_start_time"]) for each in made}) == len(made)


async def _all_sent(world: World) -> bool:
    return not await begun(world.database, PingState.SENDING)


async def _told(world: World, count: int) -> bool:
    told = await world.notices()
    assert set(told) <= {"route_closed"}
    assert len(told) <= count
    return len(told) == count


async def _shown(world: World) -> bool:
    """Whether every meeting that is announced has its event."""

    async def script(tx: Tx) -> bool:
        rows = await tx.all("SELECT event_id FROM events")
        return len(rows) >= len(CHANNELS) and all(row["event_id"] is not None for row in rows)

    return await world.database.read(script)


@pytest.mark.parametrize(
    "fault", ["refuse 404 10062", "refuse 400 40060", "503 after", "500 after", "reset after", "garbage"]
)
async def test_whatever_becomes_of_its_answer_a_check_in_is_on_disk(world: World, fault: str) -> None:
    circle, fields = world.circles[0], {"win": "An interview on Friday", "blocker": ""}
    async with fast(world) as bot:
        await world.sent()
        await world.discord.fail("callback", fault)
        await world.discord.submit(f"checkin_report:{circle.meeting}", fields, ANA, circle.channel)
        await every(0.05, partial(_reported, world, fields["win"]))
        await world.discord.until("callback")
        assert await world.answers()
        assert await bot.stop() == 0, bot.output


async def test_a_server_that_seems_gone_gets_nothing_and_all_of_it_when_it_is_back(world: World) -> None:
    await world.discord.keep_failing("send", "503 before")
    async with fast(world) as bot:
        await world.discord.until("send", len(CHANNELS))
        await world.discord.push("GUILD_DELETE", {"id": str(GUILD), "unavailable": False})
        await every(0.05, partial(_gone, world))
        await world.discord.keep_failing("send", "")
        assert await world.discord.arrivals() == {}
        await world.discord.push("GUILD_CREATE", guild(CHANNELS, MEMBER_PERMISSIONS))
        await world.sent()
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()
    assert await world.notices() == []


async def test_a_history_that_may_not_be_read_leaves_it_to_the_nonce(world: World) -> None:
    await world.discord.fail("send", *["reset after"] * len(CHANNELS))
    await world.discord.keep_failing("history", "refuse 403 50013")
    async with fast(world) as bot:
        await world.sent()
        assert await bot.stop() == 0, bot.output
    await world.arrived_once()
    assert (await world.discord.look())["repeated"] == len(CHANNELS)


async def test_a_token_that_is_taken_back_ends_the_bot_with_one_sentence(world: World) -> None:
    await world.discord.fail("send", "refuse 401 0")
    async with running(world.discord, world.url, log_level="ERROR") as bot:
        assert await bot.ended() == 2
    assert b"Discord does not take DISCORD_TOKEN" in bot.output
    assert b"Traceback" not in bot.output


async def _reported(world: World, win: str) -> bool:
    async def script(tx: Tx) -> list[str]:
        return [row["win"] for row in await tx.all("SELECT win FROM checkins")]

    return await world.database.read(script) == [win]


async def _gone(world: World) -> bool:
    async def script(tx: Tx) -> bool:
        return await tx.one("SELECT 1 FROM guilds WHERE gone_since IS NOT NULL") is not None

    return await world.database.read(script)
