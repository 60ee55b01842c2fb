"""The bot closes in order: what is being sent first, then the connection, then the database."""

from datetime import UTC, datetime

import pytest
from discord.ext import commands

from buddybot.bot import BuddyBot
from buddybot.settings.settings import Settings


class Sender:
    """Notes when it was stopped."""

    def __init__(self, order: list[str]) -> None:
        self._order = order

    async def stop(self) -> None:
        self._order.append("sending")


def bot() -> BuddyBot:
    async def open_services(_bot: BuddyBot) -> None:
        """Open nothing."""

    return BuddyBot(
        settings=Settings.load({}), now=lambda: datetime(2026, 3, 2, tzinfo=UTC), open_services=open_services
    )


async def test_sending_stops_before_the_connection_and_the_database_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []

    async def disconnect(_self: commands.AutoShardedBot) -> None:
        order.append("connection")

    async def close_database() -> None:
        order.append("database")

    monkeypatch.setattr(commands.AutoShardedBot, "close", disconnect)
    closing = bot()
    monkeypatch.setattr(closing, "dispatcher", Sender(order), raising=False)
    closing.on_close(close_database)
    await closing.close()
    assert order == ["sending", "connection", "database"]


async def test_a_bot_that_never_logged_in_closes_too() -> None:
    closing = bot()
    await closing.close()
    assert closing.is_closed()
