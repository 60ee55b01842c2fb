"""A Discord over real sockets, for the bot as it runs: REST, a gateway, and one server with a channel.

It grows out of the loopback REST of the pings' tests: sending, its faults, nonces and history are there.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.pings.loopback import BASE, BOT, Loopback, answer, refusal

GUILD, CHANNEL, APPLICATION_ID = 700, 800, 1
PATIENCE = 20.0
"""Seconds that a test waits at most for something that has to happen."""
_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 9, 10, 11
_MODAL_SUBMIT, _COMMAND = 5, 2
_WITH_MESSAGE = (4, 7)
"""Callbacks that come with a message: a new one, or the clicked one changed."""

Handler = Callable[[web.Request], Any]


@dataclass(frozen=True)
class Asked:
    """One request of the bot."""

    method: str
    path: str
    payload: Any

    @property
    def text(self) -> str:
        """What was written, to look for words in it."""
        return json.dumps(self.payload, ensure_ascii=False)


@dataclass
class Session:
    """One connection to the gateway."""

    socket: web.WebSocketResponse
    sequence: "count[int]" = field(default_factory=lambda: count(1))

    async def send(self, op: int, data: Any, event: str | None = None) -> None:
        number = next(self.sequence) if event is not None else None
        await self.socket.send_str(json.dumps({"op": op, "d": data, "s": number, "t": event}))


class FakeDiscord(Loopback):
    """What the bot asked is in `asked`; what it is told, tests push through the gateway."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = int(time.time() * 1000)  # a message's id tells when it was sent
        self.asked: list[Asked] = []
        self.sessions: list[Session] = []
        self.identified = 0
        self.token = ""
        self.close_code: int | None = None
        """With what the next IDENTIFY is refused."""
        self.overloaded = False
        """Whether nobody is told where the gateway is."""
        self.silent = asyncio.Event()
        """Set, the gateway reads nothing more, not even a farewell."""
        self._changed = asyncio.Condition()
        self._numbers = count(5_000)

    def application(self) -> web.Application:
        """REST as the pings know it, and the rest of what the bot asks for."""
        app = super().application()
        app.middlewares.append(self._watch)
        add = app.router.add_route
        add("GET", "/gateway", self._gateway)
        add("GET", f"{BASE}/gateway/bot", self._where)
        add("PUT", BASE + "/applications/{application}/commands", self._commands)
        add("PATCH", BASE + "/channels/{channel}/messages/{message}", self._edit)
        add("POST", BASE + "/interactions/{interaction}/{token}/callback", self._callback)
        add("POST", BASE + "/webhooks/{application}/{token}", self._follow_up)
        add("PATCH", BASE + "/webhooks/{application}/{token}/messages/{message}", self._follow_up)
        return app

    # -- what tests do --------------------------------------------------------------------------

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at whenever the bot asked or said something."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(holds)

    async def request(self, method: str, part: str, words: str = "") -> Asked:
        """Wait for a request to such a path with such words in it, and return it."""

        def found() -> list[Asked]:
            return [
                asked
                for asked in self.asked
                if asked.method == method and part in asked.path and words in asked.text
            ]

        await self.until(lambda: bool(found()))
        return found()[0]

    def count(self, method: str, part: str) -> int:
        """How often such a path was asked for."""
        return sum(asked.method == method and part in asked.path for asked in self.asked)

    async def push(self, event: str, data: Any) -> None:
        """Tell the bot of an event."""
        await self.until(lambda: bool(self.sessions))
        await self.sessions[-1].send(_DISPATCH, data, event)

    async def invalidate(self) -> None:
        """End the session and wait for a new one."""
        await self.until(lambda: bool(self.sessions))
        before = self.identified
        await self.sessions.pop().send(_INVALID, False)
        await self.until(lambda: self.identified > before)

    async def type(self, command: str, user: int) -> str:
        """Let a member type a command without options; return the interaction's token."""
        return await self._interact(user, _COMMAND, {"id": "1", "name": command, "type": 1})

    async def submit(self, custom_id: str, fields: Mapping[str, str], user: int) -> str:
        """Let a member send a form; return the interaction's token."""
        rows = [
            {
                "type": 18,
                "id": number,
                "component": {"type": 4, "id": 100 + number, "custom_id": k, "value": v},
            }
            for number, (k, v) in enumerate(fields.items())
        ]
        return await self._interact(user, _MODAL_SUBMIT, {"custom_id": custom_id, "components": rows})

    async def _interact(self, user: int, kind: int, data: Mapping[str, Any]) -> str:
        number = next(self._numbers)
        token = f"interaction-{number}"
        member = {
            "user": {"id": str(user), "username": f"user{user}", "discriminator": "0", "avatar": None},
            "roles": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
            "permissions": "117760",
        }
        interaction = {
            "id": str(number),
            "application_id": str(APPLICATION_ID),
            "type": kind,
            "token": token,
            "version": 1,
            "guild_id": str(GUILD),
            "channel_id": str(CHANNEL),
            "channel": _channel(),
            "member": member,
            "locale": "en-GB",
            "guild_locale": "en-GB",
            "app_permissions": "117760",
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(GUILD)},
            "context": 0,
            "attachment_size_limit": 10_485_760,
            "data": data,
        }
        await self.push("INTERACTION_CREATE", interaction)
        return token

    # -- REST -----------------------------------------------------------------------------------

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/gateway":
            response: web.StreamResponse = await handler(request)
            return response
        if self.token and request.headers.get("Authorization", f"Bot {self.token}") != f"Bot {self.token}":
            return refusal(401, 0)
        body = await request.read()
        self.asked.append(Asked(request.method, request.path, json.loads(body) if body else None))
        await self._tell()
        response = await handler(request)
        await self._tell()
        return response

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _deliver(self, channel: str, payload: dict[str, Any]) -> dict[str, Any]:
        message = super()._deliver(channel, payload)
        # For whoever waits for a message whose answer is held back.
        asyncio.get_running_loop().create_task(self._tell()).add_done_callback(asyncio.Task.result)
        return message

    async def _where(self, request: web.Request) -> web.Response:
        if self.overloaded:
            return web.Response(status=503, text="upstream")
        limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        address = f"ws://{request.host}/gateway"
        return answer({"url": address, "shards": 1, "session_start_limit": limits})

    async def _commands(self, request: web.Request) -> web.Response:
        told = await request.json()
        known = {"application_id": str(APPLICATION_ID), "version": "1"}
        return answer([{**command, **known, "id": str(number)} for number, command in enumerate(told, 1)])

    async def _edit(self, request: web.Request) -> web.Response:
        for message in self.messages:
            if message["id"] == request.match_info["message"]:
                message.update(await request.json())
                return answer({key: value for key, value in message.items() if key != "nonce"})
        return refusal(404, 10008)

    async def _callback(self, request: web.Request) -> web.Response:
        said = await request.json()
        given: dict[str, Any] = {"interaction": {"id": request.match_info["interaction"], "type": 2}}
        if said["type"] in _WITH_MESSAGE:
            given["resource"] = {"type": said["type"], "message": self._reply(said["data"])}
        return answer(given)

    async def _follow_up(self, request: web.Request) -> web.Response:
        return answer(self._reply(await request.json()))

    def _reply(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": str(next(self._numbers)),
            "channel_id": str(CHANNEL),
            "author": BOT,
            "content": "",
            "timestamp": "2026-03-02T12:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
            "flags": data.get("flags", 0),
            "components": data.get("components", []),
        }

    # -- the gateway ----------------------------------------------------------------------------

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        session = Session(socket)
        await session.send(_HELLO, {"heartbeat_interval": 41_250})
        tasks = (
            asyncio.create_task(self._listen(session, request.host)),
            asyncio.create_task(self.silent.wait()),
        )
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self.silent.is_set():
                tasks[0].cancel()
                await self._hung.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if session in self.sessions:
                self.sessions.remove(session)
        return socket

    async def _listen(self, session: Session, host: str) -> None:
        async for packet in session.socket:
            if packet.type is not WSMsgType.TEXT:
                continue
            message = json.loads(packet.data)
            if message["op"] == _HEARTBEAT:
                await session.send(_ACK, None)
            elif message["op"] == _IDENTIFY and self.close_code is not None:
                await session.socket.close(code=self.close_code)
            elif message["op"] == _IDENTIFY:
                await self._welcome(session, host)
            elif message["op"] == _RESUME:
                self.sessions.append(session)
                await session.send(_DISPATCH, {}, "RESUMED")

    async def _welcome(self, session: Session, host: str) -> None:
        ready = {
            "v": 10,
            "user": BOT,
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": f"session-{next(self._numbers)}",
            "resume_gateway_url": f"ws://{host}/gateway",
            "shard": [0, 1],
            "application": {"id": str(APPLICATION_ID), "flags": 0},
        }
        await session.send(_DISPATCH, ready, "READY")
        await session.send(_DISPATCH, _guild(), "GUILD_CREATE")
        self.identified += 1
        self.sessions.append(session)
        await self._tell()


def _channel() -> dict[str, Any]:
    return {
        "id": str(CHANNEL),
        "type": 0,
        "guild_id": str(GUILD),
        "name": "rowan",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "permissions": "117760",
    }


def _guild() -> dict[str, Any]:
    everyone = {
        "id": str(GUILD),
        "name": "@everyone",
        "color": 0,
        "hoist": False,
        "position": 0,
        "permissions": "117760",
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    return {
        "id": str(GUILD),
        "name": "Job seekers",
        "owner_id": "11",
        "unavailable": False,
        "large": False,
        "member_count": 7,
        "roles": [everyone],
        "channels": [_channel()],
        "threads": [],
        "members": [],
        "emojis": [],
        "stickers": [],
        "features": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-GB",
        "afk_timeout": 300,
        "system_channel_flags": 0,
    }
