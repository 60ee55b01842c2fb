"""What the bot keeps of servers: channels are packed, and nobody who asks for one can tell."""

import json
from typing import Any

import discord
import pytest

from bench.memory import CHANNELS, packets, user
from buddybot.app import create_bot
from buddybot.bot import BuddyBot
from buddybot.cache import AT_HAND, LeanState
from buddybot.settings.settings import Settings


async def told_of(servers: int) -> tuple[BuddyBot, list[dict[str, Any]]]:
    """A bot that the gateway has told of so many servers, and the packets."""
    bot = create_bot(Settings.load({}))
    await bot._async_setup_hook()
    bot._connection.user = discord.ClientUser(state=bot._connection, data=user(1))  # type: ignore[arg-type]  # enough of one
    told = [json.loads(packet) for packet in packets(servers)]
    for packet in told:
        tell(bot, "GUILD_CREATE", packet)
    return bot, told


def tell(bot: BuddyBot, event: str, data: dict[str, Any]) -> None:
    bot._connection.parsers[event](json.loads(json.dumps(data)))


async def test_a_channel_is_found_with_what_people_may_do_in_it() -> None:
    bot, (packet,) = await told_of(1)
    guild = bot.guilds[0]
    assert len(guild.channels) == CHANNELS
    channel = guild.get_channel(int(packet["channels"][1]["id"]))
    assert isinstance(channel, discord.TextChannel)
    assert channel.name == "channel-1-of-0"
    assert channel.category is not None
    assert channel.permissions_for(guild.me).view_channel
    assert not channel.permissions_for(guild.default_role).view_channel
    assert guild.get_channel(7) is None


async def test_a_change_outlives_the_channels_that_were_at_hand() -> None:
    bot, packets = await told_of(AT_HAND + 2)
    guild, channel = bot.guilds[0], packets[0]["channels"][1]
    told = {"guild_id": packets[0]["id"]}
    assert guild.get_channel(int(channel["id"])) is not None
    tell(bot, "CHANNEL_UPDATE", channel | told | {"name": "renamed", "permission_overwrites": []})
    tell(bot, "CHANNEL_DELETE", packets[0]["channels"][2] | told)
    tell(bot, "CHANNEL_CREATE", channel | told | {"id": "77", "name": "new"})
    for other in bot.guilds[1:]:
        assert other.channels
    state = bot._connection
    assert isinstance(state, LeanState)
    assert guild.id not in state.at_hand
    assert len(state.at_hand) == AT_HAND
    found = guild.get_channel(int(channel["id"]))
    assert found is not None
    assert found.name == "renamed"
    assert found.permissions_for(guild.default_role).view_channel
    assert guild.get_channel(int(packets[0]["channels"][2]["id"])) is None
    assert str(guild.get_channel(77)) == "new"


async def test_every_kind_of_channel_can_be_unpacked() -> None:
    bot, (packet,) = await told_of(1)
    for kind in (0, 2, 4, 5, 13, 15, 16, 99):
        each = {"id": str(500 + kind), "type": kind, "bitrate": 64_000, "user_limit": 0}
        packet["channels"].append(packet["channels"][1] | each)
    tell(bot, "GUILD_CREATE", packet)
    kinds = {channel.id for channel in bot.guilds[0].channels if channel.id < 1000}
    assert kinds == {500, 502, 504, 505, 513, 515, 516}


async def test_an_outage_and_a_farewell_leave_no_channels_at_hand() -> None:
    bot, (packet,) = await told_of(1)
    guild = bot.guilds[0]
    assert guild.channels
    tell(bot, "GUILD_DELETE", {"id": packet["id"], "unavailable": True})
    tell(bot, "GUILD_CREATE", packet | {"channels": packet["channels"][:3]})
    assert len(bot.guilds[0].channels) == 3
    tell(bot, "GUILD_DELETE", {"id": packet["id"]})
    assert not bot.guilds
    state = bot._connection
    assert isinstance(state, LeanState)
    assert not state.at_hand


@pytest.mark.parametrize(
    "event",
    [
        "GUILD_DELETE",
        "GUILD_CREATE",
        "GUILD_UPDATE",
        "CHANNEL_CREATE",
        "CHANNEL_DELETE",
        "INTERACTION_CREATE",
    ],
)
@pytest.mark.parametrize("data", [{}, {"id": None}, {"id": "x"}, [], None, "text", {"guild_id": []}])
async def test_an_event_that_is_not_whole_is_left_out_and_the_bot_goes_on(
    event: str, data: Any, caplog: pytest.LogCaptureFixture
) -> None:
    bot, (packet,) = await told_of(1)
    tell(bot, event, data)
    assert [guild.id for guild in bot.guilds] == [int(packet["id"])]
    for record in caplog.records:
        assert event in record.getMessage()
    tell(bot, "GUILD_DELETE", {"id": packet["id"]})
    assert list(bot.guilds) == []
