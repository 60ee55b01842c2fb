"""A Discord on loopback for the bot's real HTTP client: delivers, remembers nonces, and fails on demand."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import discord
from aiohttp import web
from discord import ui

from buddybot.domain.pings import PingKind
from buddybot.services.announcements import Announcement
from tests.pings.people import NOON

BOT = {"id": "1", "username": "buddybot", "discriminator": "0", "avatar": None, "bot": True}
APPLICATION = {
    "id": "1",
    "name": "buddybot",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "owner": BOT,
    "verify_key": "",
    "flags": 0,
}
BASE = "/api/v10"
EPOCH = 1_420_070_400_000


def compose(kind: PingKind, announcement: Announcement) -> ui.LayoutView:
    """A card with a button, as every card that is sent by itself has."""
    view = ui.LayoutView(timeout=None)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(ui.Button(label="Going", custom_id="rsvp:5:going"))
    view.add_item(ui.Container(ui.TextDisplay(f"{kind}: {announcement.content}"), row))
    return view


class Loopback:
    """One channel per id that is asked for, and one way of failing per request to send."""

    def __init__(self, *, slow: Callable[[], float] | None = None, nonce_memory: float = 300.0) -> None:
        """`slow` gives the seconds that each step of a delivery takes; `nonce_memory` is in seconds."""
        self.faults: deque[str] = deque()
        self.history_faults: deque[str] = deque()
        self.messages: list[dict[str, Any]] = []
        self.requests: Counter[str] = Counter()
        self.now_ms = int(NOON.timestamp() * 1000)
        self._slow = slow
        self._memory = nonce_memory
        self._nonces: dict[str, tuple[float, dict[str, Any]]] = {}
        self._hung = asyncio.Event()
        self.address = ""

    def delivered(self) -> Counter[str]:
        """How often each nonce arrived."""
        return Counter(message["nonce"] for message in self.messages)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[Self]:
        """Listen on a port of loopback."""
        app = self.application()
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}{BASE}"
        try:
            yield self
        finally:
            self._hung.set()
            await runner.cleanup()

    def application(self) -> web.Application:
        """Everything that can be asked for."""
        app = web.Application()
        app.router.add_get(f"{BASE}/users/@me", self._me)
        app.router.add_get(f"{BASE}/oauth2/applications/@me", self._application)
        app.router.add_post(f"{BASE}/users/@me/channels", self._direct)
        app.router.add_post(BASE + "/channels/{channel}/messages", self._send)
        app.router.add_get(BASE + "/channels/{channel}/messages", self._history)
        return app

    async def _me(self, _: web.Request) -> web.Response:
        return answer(BOT)

    async def _application(self, _: web.Request) -> web.Response:
        return answer(APPLICATION)

    async def _direct(self, request: web.Request) -> web.Response:
        self.requests["direct"] += 1
        recipient = (await request.json())["recipient_id"]
        if self.faults and self.faults[0] == "40003":
            self.faults.popleft()
            return refusal(400, 40003)
        user = {"id": str(recipient), "username": "ben", "discriminator": "0", "avatar": None}
        return answer({"id": str(100_000 + int(recipient)), "type": 1, "recipients": [user]})

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self.requests["send"] += 1
        payload = await request.json()
        fault = self.faults.popleft() if self.faults else ""
        if fault == "hang":
            await self._hung.wait()
        if (instead := _instead(fault)) is not None:
            return instead
        await self._take_time()
        message = self._deliver(request.match_info["channel"], payload)
        await self._take_time()
        if fault == "hang after":
            await self._hung.wait()
        if fault == "reset after":
            assert request.transport is not None
            request.transport.abort()
        return _spoilt(fault) or answer(message)

    async def _history(self, request: web.Request) -> web.Response:
        self.requests["history"] += 1
        if self.history_faults:
            status, code = self.history_faults.popleft().split()
            return refusal(int(status), int(code))
        before = int(request.query.get("before", 2**63))
        found = [
            message
            for message in reversed(self.messages)
            if message["channel_id"] == request.match_info["channel"] and int(message["id"]) < before
        ]
        public = [{key: value for key, value in message.items() if key != "nonce"} for message in found]
        return answer(public[: int(request.query.get("limit", 50))])

    def _deliver(self, channel: str, payload: dict[str, Any]) -> dict[str, Any]:
        now = asyncio.get_running_loop().time()
        nonce = payload["nonce"]
        assert payload["enforce_nonce"] is True
        assert len(nonce) <= 25
        remembered = self._nonces.get(nonce)
        if remembered is not None and now - remembered[0] < self._memory:
            return remembered[1]
        self.now_ms += 1
        message = {
            "id": str((self.now_ms - EPOCH) << 22),
            "channel_id": channel,
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
            "flags": payload.get("flags", 0),
            "components": payload["components"],
            "allowed_mentions": payload["allowed_mentions"],
            "nonce": nonce,
        }
        self.messages.append(message)
        self._nonces[nonce] = (now, message)
        return message

    async def _take_time(self) -> None:
        if self._slow is not None:
            passed = asyncio.Event()
            asyncio.get_running_loop().call_later(self._slow(), passed.set)
            await passed.wait()


def answer(payload: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # discord.py reads JSON only of exactly this type, without a charset.
    body = web.json_response(payload).body
    return web.Response(
        body=body, status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


def _instead(fault: str) -> web.Response | None:
    """The answer of a Discord that does nothing."""
    kind, *words = fault.split() or [""]
    if kind == "refuse":
        return refusal(int(words[0]), int(words[1]))
    if kind == "busy":
        wait = {"message": "slow", "retry_after": 900.0 if words else 0.01, "global": bool(words)}
        return answer(wait, 429, {"Via": "1.1 google"})
    if kind == "html":
        return web.Response(
            status=int(words[0]), text="<html>", content_type="text/html", headers={"Retry-After": "77"}
        )
    return web.Response(status=503, text="upstream") if fault == "503 before" else None


def _spoilt(fault: str) -> web.Response | None:
    """The answer after a delivery that the bot can make nothing of."""
    if fault in ("500 after", "503 after"):
        return web.Response(status=int(fault[:3]), text="oops")
    if fault == "garbage":
        return web.Response(text="{", content_type="application/json")
    return answer({"hello": "world"}) if fault == "nonsense" else None


def refusal(status: int, code: int) -> web.Response:
    return answer({"message": "refused", "code": code}, status)


def spread(chance: random.Random, most: float) -> Callable[[], float]:
    """Times up to `most` seconds, half of them nothing."""
    return lambda: max(0.0, chance.uniform(-most, most))


@asynccontextmanager
async def logged_in() -> AsyncIterator[discord.Client]:
    """The library's own client, logged in over HTTP and without a gateway."""
    client = discord.Client(intents=discord.Intents.none(), max_messages=None)
    await client.login("token")
    try:
        yield client
    finally:
        await client.close()
