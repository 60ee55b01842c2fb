"""What the bot's own way to Discord does with every request, whatever it asks for."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import discord
import pytest
from discord.http import Route

from buddybot.app import create_bot
from buddybot.bot import BuddyBot
from buddybot.pings.delivery.requests import LONGEST_PAUSE
from buddybot.settings.settings import Settings
from tests.discord_server.faults import LONG_LIMIT
from tests.discord_server.server import FakeDiscord


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord().serve() as served:
        monkeypatch.setattr(Route, "BASE", served.address)
        yield served


@pytest.fixture
async def bot(server: FakeDiscord) -> AsyncIterator[BuddyBot]:
    """A bot that may ask Discord, without a gateway."""
    made = create_bot(Settings.load({}))
    await made._async_setup_hook()
    await made.http.static_login("token")
    yield made
    await made.http.close()


@pytest.mark.parametrize(
    ("fault", "lost"),
    [
        ("refuse 401 0", True),
        ("refuse 401 50014", True),
        ("refuse 401 50027", False),
        ("html 401", False),
        ("foreign 401", False),
        ("refuse 403 0", False),
    ],
)
@pytest.mark.parametrize("route", ["edit", "events", "members", "roles", "history"])
async def test_a_token_that_is_not_taken_is_noticed_whatever_was_asked_for(
    server: FakeDiscord, bot: BuddyBot, route: str, fault: str, lost: bool
) -> None:
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "edit": lambda: bot.http.request(Route("PATCH", "/channels/1/messages/2"), json={}),
        "events": lambda: bot.http.get_scheduled_events(1, with_user_count=False),
        "members": lambda: bot.http.get_member(1, 2),
        "roles": lambda: bot.http.create_role(1, name="Rowan"),
        "history": lambda: bot.http.logs_from(1, 50),
    }
    server.faults.add(route, fault)
    with pytest.raises(discord.HTTPException):
        await asked[route]()
    assert bot.access_lost.is_set() is lost


async def test_a_long_limit_is_put_off_when_discord_asks_to_wait_for_minutes(
    server: FakeDiscord, bot: BuddyBot
) -> None:
    assert bot.http.max_ratelimit_timeout == LONGEST_PAUSE
    server.faults.add("events", "busy for all")
    began = time.monotonic()
    with pytest.raises(discord.RateLimited) as held:
        await bot.http.get_scheduled_events(1, with_user_count=False)
    assert held.value.retry_after == LONG_LIMIT
    assert time.monotonic() - began < LONGEST_PAUSE / 2
