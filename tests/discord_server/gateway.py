"""The gateway: sessions that begin, beat, drop, and are resumed with what they missed."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord_server.shapes import APPLICATION_ID, BOT, GUILD, Json, guild

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 7, 9, 10, 11
_MISSED = 200
"""Events that are kept for a session that may come back."""
_DETACHED = 4
"""Sessions without a connection that may come back."""


@dataclass(eq=False)
class Session:
    """What one process is told; it outlives its connection."""

    name: str
    socket: web.WebSocketResponse | None
    transport: asyncio.Transport | None
    sequence: int = 0
    sent: "deque[Json]" = field(default_factory=lambda: deque(maxlen=_MISSED))

    async def tell(self, event: str, data: Any) -> None:
        """Dispatch an event, now or when the session is resumed."""
        self.sequence += 1
        packet = {"op": _DISPATCH, "d": data, "s": self.sequence, "t": event}
        self.sent.append(packet)
        await send(self.socket, packet)


async def send(socket: web.WebSocketResponse | None, packet: Json) -> None:
    """Send a packet, if there is still somebody."""
    if socket is not None and not socket.closed:
        with suppress(ConnectionError):
            await socket.send_str(json.dumps(packet))


class Gateway:
    """All sessions, and what is wrong with them."""

    def __init__(
        self, *, channels: Sequence[int], permissions: str, changed: Callable[[], Awaitable[None]]
    ) -> None:
        """`changed` is called when a session began, was resumed, or lost its connection."""
        self.identified = 0
        self.resumed = 0
        self.beats = 0
        self.close_code: int | None = None
        """With what the next IDENTIFY is refused."""
        self.deaf = False
        """Whether heartbeats are left unanswered."""
        self.forgetful = False
        """Whether no session can be resumed."""
        self.twice = False
        """Whether every event is told twice."""
        self.interval = 41_250
        """Milliseconds between heartbeats."""
        self.silent = asyncio.Event()
        """Set, nothing more is read, not even a farewell."""
        self.over = asyncio.Event()
        self._channels = channels
        self._permissions = permissions
        self._changed = changed
        self._sessions: list[Session] = []
        self._names = count(1)

    @property
    def live(self) -> list[Session]:
        """The sessions that are connected."""
        return [session for session in self._sessions if session.socket is not None]

    async def push(self, event: str, data: Any) -> None:
        """Tell every session, also those that are away for a moment."""
        for session in list(self._sessions):
            for _ in range(2 if self.twice else 1):
                await session.tell(event, data)

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for session in self.live:
            session.socket, transport = None, session.transport
            if transport is not None:
                transport.abort()

    async def invalidate(self) -> None:
        """End every session for good."""
        for session in self.live:
            self._sessions.remove(session)
            await send(session.socket, {"op": _INVALID, "d": False, "s": None, "t": None})

    async def reconnect(self) -> None:
        """Ask everybody to come back on another connection."""
        for session in self.live:
            await send(session.socket, {"op": _RECONNECT, "d": None, "s": None, "t": None})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await send(socket, {"op": _HELLO, "d": {"heartbeat_interval": self.interval}, "s": None, "t": None})
        tasks = (
            asyncio.create_task(self._listen(socket, request)),
            asyncio.create_task(self.silent.wait()),
        )
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self.silent.is_set():
                tasks[0].cancel()
                await self.over.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._detach(socket)
            await self._changed()
        return socket

    def _detach(self, socket: web.WebSocketResponse) -> None:
        for session in self._sessions:
            if session.socket is socket:
                session.socket = None
        away = [session for session in self._sessions if session.socket is None]
        for session in away[:-_DETACHED]:
            self._sessions.remove(session)

    async def _listen(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        async for packet in socket:
            if packet.type is not WSMsgType.TEXT:
                continue
            told = json.loads(packet.data)
            if told["op"] == _HEARTBEAT:
                self.beats += 1
                if not self.deaf:
                    await send(socket, {"op": _ACK, "d": None, "s": None, "t": None})
            elif told["op"] == _IDENTIFY and self.close_code is not None:
                await socket.close(code=self.close_code)
            elif told["op"] == _IDENTIFY:
                await self._welcome(socket, request)
            elif told["op"] == _RESUME:
                await self._resume(socket, request, told["d"])

    async def _welcome(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        session = Session(f"session-{next(self._names)}", socket, request.transport)
        ready = {
            "v": 10,
            "user": BOT,
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": session.name,
            "resume_gateway_url": f"ws://{request.host}/gateway",
            "shard": [0, 1],
            "application": {"id": str(APPLICATION_ID), "flags": 0},
        }
        await session.tell("READY", ready)
        await session.tell("GUILD_CREATE", guild(self._channels, self._permissions))
        self.identified += 1
        self._sessions.append(session)
        await self._changed()

    async def _resume(self, socket: web.WebSocketResponse, request: web.Request, told: Json) -> None:
        found = next((each for each in self._sessions if each.name == told["session_id"]), None)
        if found is None or self.forgetful:
            await send(socket, {"op": _INVALID, "d": False, "s": None, "t": None})
            return
        found.socket, found.transport = socket, request.transport
        for packet in list(found.sent):
            if packet["s"] > told["seq"]:
                await send(socket, packet)
        await found.tell("RESUMED", {})
        self.resumed += 1
        await self._changed()
