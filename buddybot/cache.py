"""What the bot keeps of each server in memory: a fifth of what the library would.

The library makes an object of every channel, of which the bot looks at one or two, when somebody sets a
group up. Here a server's channels stay packed, as Discord described them, until one is asked for.
"""

import json
import logging
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import discord
from discord.state import AutoShardedConnectionState

log = logging.getLogger(__name__)

AT_HAND = 256
"""Servers whose channels stay unpacked after somebody asked for them."""
_NEEDED_WHOLE = ("READY", "RESUMED")
_NEVER_USED = (
    *("emojis", "stickers", "soundboard_sounds", "stage_instances", "guild_scheduled_events", "presences"),
    "voice_states",
)
_FIELDS = (
    *("id", "type", "name", "position", "parent_id", "nsfw", "permission_overwrites"),
    *("bitrate", "user_limit"),  # without which no voice channel can be made
)
"""Of a channel: what it is, and who may do what in it."""


class Channels(MutableMapping[int, Any]):
    """A server's channels by id, for the library: packed, and unpacked for those that are at hand."""

    __slots__ = ("_guild", "_packed")

    def __init__(self, guild: discord.Guild, described: list[dict[str, Any]]) -> None:
        self._guild = guild
        self._packed = _pack(described)

    def update_with(self, described: dict[str, Any]) -> None:
        """Remember how a channel is described from now on."""
        kept = [each for each in _unpack(self._packed) if int(each["id"]) != int(described["id"])]
        self._packed = _pack([*kept, described])

    def _make_channels(self) -> dict[int, Any]:
        state: LeanState = self._guild._state  # type: ignore[assignment]  # made by us
        found = state.at_hand.get(self._guild.id)
        if found is None:
            found = {}
            for described in _unpack(self._packed):
                factory, _ = discord.channel._guild_channel_factory(described["type"])
                if factory is not None:
                    channel = factory(guild=self._guild, data=described, state=state)
                    found[channel.id] = channel
            state.at_hand[self._guild.id] = found
            if len(state.at_hand) > AT_HAND:
                state.at_hand.popitem(last=False)
        else:
            state.at_hand.move_to_end(self._guild.id)
        return found

    def __getitem__(self, channel_id: int) -> Any:
        return self._make_channels()[channel_id]

    def __setitem__(self, channel_id: int, channel: Any) -> None:
        self._make_channels()[channel_id] = channel

    def __delitem__(self, channel_id: int) -> None:
        del self._make_channels()[channel_id]
        self._packed = _pack([each for each in _unpack(self._packed) if int(each["id"]) != channel_id])

    def __iter__(self) -> Iterator[int]:
        return iter(list(self._make_channels()))

    def __len__(self) -> int:
        return len(self._make_channels())


class LeanState(AutoShardedConnectionState[Any]):
    """The library's cache of servers, with `Channels` in it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.at_hand: OrderedDict[int, dict[int, Any]] = OrderedDict()
        self.parsers = {
            event: parse if event in _NEEDED_WHOLE else _leave_out_unless_whole(event, parse)
            for event, parse in self.parsers.items()
        }

    def parse_guild_create(self, data: Any) -> None:
        """Take in a server, but for what is never looked at."""
        described = data.get("channels", [])
        super().parse_guild_create({**data, **dict.fromkeys(_NEVER_USED, ()), "channels": ()})
        guild = self._get_guild(int(data["id"]))
        if guild is not None and data.get("unavailable") is not True:
            self.at_hand.pop(guild.id, None)
            guild._channels = Channels(guild, described)  # type: ignore[assignment]  # it is all the library needs

    def parse_guild_delete(self, data: Any) -> None:
        """Let go of a server."""
        super().parse_guild_delete(data)
        self.at_hand.pop(int(data["id"]), None)

    def parse_channel_create(self, data: Any) -> None:
        """Take in a channel."""
        super().parse_channel_create(data)
        self._describe(data)

    def parse_channel_update(self, data: Any) -> None:
        """Take in what has changed of a channel."""
        super().parse_channel_update(data)
        self._describe(data)

    def _describe(self, data: Any) -> None:
        guild = self._get_guild(int(data.get("guild_id") or 0))
        channels: Any = None if guild is None else guild._channels
        if isinstance(channels, Channels):
            channels.update_with(data)


def _leave_out_unless_whole(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a parser that leaves out an event which lacks something; the library's would end the bot."""

    def careful(data: Any) -> None:
        try:
            parse(data)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            log.warning("an event that is not whole is left out: %s (%s)", event, type(error).__name__)

    return careful


def _pack(described: list[dict[str, Any]]) -> bytes:
    kept = [{name: each[name] for name in _FIELDS if name in each} for each in described]
    return zlib.compress(json.dumps(kept, separators=(",", ":")).encode(), 1)


def _unpack(packed: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(zlib.decompress(packed))
    return found
