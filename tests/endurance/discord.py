"""A Discord in memory, underneath the library: discord.py builds every request, and this answers it.

It keeps no message for long; what it counts is how often each ping arrived.
"""

import asyncio
import json
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
from discord.utils import time_snowflake

from buddybot.bot import BuddyBot
from buddybot.domain.pings import MARK

BOT = 42
NONCE_MEMORY = timedelta(seconds=1)
"""Far less than Discord's minutes, so that the history has to tell."""
KEPT = 15
"""Messages of a channel that can be looked at, about two weeks of them."""
_ROLES = 10**15
"""Above it are ids of roles."""
_SEEN_BY_ALL = discord.Permissions.all().value & ~discord.Permissions(administrator=True).value

Body = dict[str, Any]
Chance = Callable[[str], Exception | None]
Point = Callable[[str], Awaitable[None]]


def no_fault(_what: str) -> Exception | None:
    """Let everything go well."""
    return None


async def no_point(_name: str) -> None:
    """Pass."""


class MemoryDiscord:
    """Servers, channels, messages and events; `before` and `after` may let a request fail."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.before: Chance = no_fault
        self.after: Chance = no_fault
        self.point: Point = no_point
        self.closed: dict[int, tuple[int, int]] = {}
        """Channels that refuse the bot, with status and code."""
        self.arrived: Counter[str] = Counter()
        """How often each nonce arrived as a message of its own."""
        self.repeated = 0
        self.requests: Counter[str] = Counter()
        self.guilds: dict[int, list[int]] = {}
        self._messages: dict[int, OrderedDict[int, Body]] = {}
        self._nonces: deque[tuple[datetime, str, Body]] = deque()
        self._events: dict[int, Body] = {}
        self._roles: dict[int, dict[int, Body]] = {}
        self._serial = 0

    # -- what tests set up and ask ------------------------------------------------------------

    def add_guild(self, guild_id: int, channels: list[int]) -> None:
        """Make a server whose channels everybody sees."""
        self.guilds[guild_id] = channels

    def message(self, channel_id: int, message_id: int) -> Body | None:
        """Return a message as it stands, unless it is too old or was deleted."""
        return self._messages.get(channel_id, OrderedDict()).get(message_id)

    def welcome(self, bot: BuddyBot) -> None:
        """Let a process that starts be logged in and know its servers; its requests end here."""
        state = bot._connection
        state.user = discord.ClientUser(state=state, data=cast("Any", _user(BOT)))
        state.application_id = BOT
        bot.http._global_over = asyncio.Event()
        bot.http._global_over.set()
        bot.http.request = self._request  # type: ignore[method-assign]  # the library underneath stays out
        for guild_id, channels in self.guilds.items():
            state._add_guild_from_data(cast("Any", _guild(guild_id, channels)))

    # -- the routes ---------------------------------------------------------------------------

    async def _request(self, route: Any, **options: Any) -> Any:
        what = f"{route.method} {route.path}"
        self.requests[what] += 1
        await self.point("before request")
        if (error := self.before(what)) is not None:
            raise error
        if (refusal := self.closed.get(int(route.channel_id or 0))) is not None:
            raise refused(*refusal)
        answer = self._answer(route, options)
        if (error := self.after(what)) is not None:
            raise error
        await self.point("after request")
        return answer

    def _answer(self, route: Any, options: Mapping[str, Any]) -> Any:
        body, parts = options.get("json") or {}, route.url.partition("/api/v10")[2].split("/")[1:]
        match route.method, parts[0], parts[2:]:
            case "PUT", "applications", ["commands"]:
                return []
            case "POST", "channels", ["messages"]:
                return self._send(int(parts[1]), body)
            case "GET", "channels", ["messages"]:
                return self._history(int(parts[1]), options.get("params") or {})
            case "GET", "channels", ["messages", message_id]:
                return self._message(int(parts[1]), int(message_id))
            case "PATCH", "channels", ["messages", message_id]:
                return self._edit(int(parts[1]), int(message_id), body)
            case "POST", "users", ["channels"]:
                user_id = int(body["recipient_id"])
                return {"id": str(dm(user_id)), "type": 1, "recipients": [_user(user_id)]}
            case method, "guilds", ["scheduled-events", *rest]:
                return self._event(method, int(parts[1]), [each.partition("?")[0] for each in rest], body)
            case method, "guilds", ["members", user_id, *_]:
                found: Body = {"user": _user(int(user_id)), "roles": [], "joined_at": None, "flags": 0}
                return found if method == "GET" else None
            case method, "guilds", ["roles", *rest]:
                return self._role(method, int(parts[1]), rest, body)
        raise LookupError(f"a request that this Discord does not know: {route.method} {route.path}")

    def _message(self, channel_id: int, message_id: int) -> Body:
        found = self._messages.get(channel_id, OrderedDict()).get(message_id)
        if found is None:
            raise refused(404, 10008)
        return found

    def _role(self, method: str, guild_id: int, rest: list[str], body: Body) -> Any:
        """The library hears of what is made and changed by its answer, as nothing is pushed here."""
        roles = self._roles.setdefault(guild_id, {})
        if method == "POST":
            self._serial += 1
            made = _role(_ROLES + self._serial, body["name"])
            roles[int(made["id"])] = made
            return made
        if method == "GET":
            return list(roles.values())
        found = roles.get(int(rest[0]))
        if found is None:
            raise refused(404, 10011)
        if method == "DELETE":
            del roles[int(rest[0])]
            return None
        found["name"] = body["name"]
        return found

    def _send(self, channel_id: int, body: Body) -> Body:
        nonce = str(body["nonce"])
        assert body["enforce_nonce"]
        assert nonce in json.dumps(body["components"]), "no mark tells this message in the history"
        while self._nonces and self._nonces[0][0] < self._now() - NONCE_MEMORY:
            self._nonces.popleft()
        known = next((message for _, each, message in self._nonces if each == nonce), None)
        if known is not None:
            self.repeated += 1
            return known
        message = _message(self._snowflake(), channel_id, body, self._now())
        kept = self._messages.setdefault(channel_id, OrderedDict())
        kept[int(message["id"])] = message
        while len(kept) > KEPT:
            kept.popitem(last=False)
        self._nonces.append((self._now(), nonce, message))
        self.arrived[nonce] += 1
        return message

    def _history(self, channel_id: int, params: Mapping[str, Any]) -> list[Body]:
        first, last = int(params.get("after") or 0), int(params.get("before") or 1 << 63)
        found = [
            message
            for key, message in reversed(self._messages.get(channel_id, OrderedDict()).items())
            if first < key < last
        ]
        return found[: int(params["limit"])]

    def _edit(self, channel_id: int, message_id: int, body: Body) -> Body:
        kept = self._messages.get(channel_id, OrderedDict()).get(message_id)
        if kept is None:  # one of long ago: Discord has it still, only this one does not
            return _message(message_id, channel_id, body, self._now())
        kept["components"] = body["components"]
        return kept

    def _event(self, method: str, guild_id: int, rest: list[str], body: Body) -> Any:
        if not rest and method == "GET":
            return [each for each in self._events.values() if each["guild_id"] == str(guild_id)]
        if not rest:
            event = {**body, "id": str(self._snowflake()), "guild_id": str(guild_id), "creator_id": str(BOT)}
            event |= {"status": 1, "entity_id": None, "channel_id": None, "user_count": 0}
            self._events[int(event["id"])] = event
            return event
        event_id = int(rest[0])
        if rest[1:] == ["users"]:
            return []
        if event_id not in self._events:
            raise refused(404, 10070)
        event = self._events[event_id]
        self._pass_by(event)
        event |= body
        if event["status"] in (3, 4):
            del self._events[event_id]
        return event

    def _pass_by(self, event: Body) -> None:
        """At its times Discord starts and ends an event by itself."""
        if event["status"] == 1 and datetime.fromisoformat(event["scheduled_start_time"]) <= self._now():
            event["status"] = 2
        if event["status"] == 2 and datetime.fromisoformat(event["scheduled_end_time"]) <= self._now():
            event["status"] = 3

    def _snowflake(self) -> int:
        self._serial += 1
        return time_snowflake(self._now()) + self._serial % (1 << 22)


def dm(user_id: int) -> int:
    """The channel of direct messages with a user."""
    return 10**9 + user_id


def texts_of(message: Body) -> str:
    """Return all words of a message."""
    return "\n".join(str(item["content"]) for item in walk(message["components"]) if item.get("content"))


def walk(components: list[Body]) -> Iterator[Body]:
    """Yield every component, however deep."""
    for item in components:
        yield item
        yield from walk(item.get("components") or [])
        for inner in ("component", "accessory"):
            if item.get(inner):
                yield from walk([item[inner]])


def unmarked(components: list[Body]) -> str:
    """Return components as text to compare, without nonces and without the numbers that Discord adds."""
    plain = json.loads(json.dumps(components))
    for item in walk(plain):
        item.pop("id", None)
        if item.get("custom_id"):
            item["custom_id"] = item["custom_id"].partition(MARK)[0]
    return json.dumps(plain, sort_keys=True)


def refused(status: int, code: int) -> discord.HTTPException:
    """What the library raises when Discord says no."""
    response: Any = SimpleNamespace(status=status, reason="", headers={})
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    return kind(response, {"code": code, "message": "no"})


def failed(status: int) -> discord.HTTPException:
    """What the library raises when Discord, or something before it, is in trouble."""
    response: Any = SimpleNamespace(status=status, reason="", headers={"Retry-After": "20"})
    return (discord.DiscordServerError if status >= 500 else discord.HTTPException)(response, "trouble")


def lost() -> Exception:
    """What is raised when the answer never came: the request may have arrived."""
    return aiohttp.ServerDisconnectedError()


def unreachable() -> Exception:
    """What is raised when nothing could be sent."""
    key: Any = SimpleNamespace(host="discord", port=443, is_ssl=True, ssl=True)
    return aiohttp.ClientConnectorError(key, OSError(113, "no route to host"))


def _user(user_id: int) -> Body:
    return {
        "id": str(user_id),
        "username": f"user{user_id}",
        "discriminator": "0",
        "avatar": None,
        "bot": user_id == BOT,
    }


def _message(message_id: int, channel_id: int, body: Body, now: datetime) -> Body:
    return {
        "id": str(message_id),
        "channel_id": str(channel_id),
        "author": _user(BOT),
        "content": "",
        "timestamp": now.isoformat(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": body.get("flags", 0),
        "components": body["components"],
    }


def _role(role_id: int, name: str, permissions: int = 0) -> Body:
    return {
        "id": str(role_id), "name": name, "permissions": str(permissions), "position": 0,
        "color": 0, "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False, "managed": False, "mentionable": False, "flags": 0,
    }  # fmt: skip


def _guild(guild_id: int, channels: list[int]) -> Body:
    return {
        "id": str(guild_id),
        "name": f"Server {guild_id}",
        "owner_id": "1",
        "member_count": 60,
        "roles": [_role(guild_id, "@everyone", _SEEN_BY_ALL)],
        "emojis": [],
        "stickers": [],
        "features": [],
        "channels": [
            {"id": str(each), "type": 0, "name": f"group-{each}", "position": number,
             "permission_overwrites": [], "parent_id": None}
            for number, each in enumerate(channels)
        ],
        "threads": [],
        "members": [{"user": _user(BOT), "roles": [], "joined_at": "2026-01-01T00:00:00+00:00",
                     "deaf": False, "mute": False, "flags": 0}],
        "voice_states": [],
        "presences": [],
    }  # fmt: skip
