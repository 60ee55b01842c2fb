"""Discord's REST on loopback, in a process of its own: answers interactions, takes messages, counts.

`limit` requests a second are taken, in fixed windows as Discord counts them; what comes beyond gets a 429.
Interactions do not count, as they do not at Discord. Each request of the others takes up to `jitter` seconds.
"""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web

BASE = "/api/v10"
BOT = {"id": "1", "username": "buddybot", "discriminator": "0", "avatar": None, "bot": True}
APPLICATION = {
    "id": "1", "name": "buddybot", "description": "", "icon": None, "bot_public": True,
    "bot_require_code_grant": False, "owner": BOT, "verify_key": "", "flags": 0,
}  # fmt: skip
_A_CHANNEL = {"X-Ratelimit-Limit": "5", "X-Ratelimit-Remaining": "4", "X-Ratelimit-Reset-After": "1.0",
              "X-Ratelimit-Bucket": "messages"}  # fmt: skip


class FakeDiscord:
    """What the routes do."""

    def __init__(self, *, limit: int, jitter: float) -> None:
        self.counts: Counter[str] = Counter()
        self._limit = limit
        self._jitter = jitter
        self._window: tuple[int, int] = (0, 0)
        self._chance = random.Random(7)  # noqa: S311  # no secret: times that look like a network's
        self._numbers = count(10_000)

    def application(self) -> web.Application:
        """Every route."""
        app = web.Application()
        add = app.router.add_route
        add("GET", f"{BASE}/users/@me", self._me)
        add("GET", f"{BASE}/oauth2/applications/@me", self._application)
        add("POST", BASE + "/interactions/{interaction}/{token}/callback", self._callback)
        add("POST", BASE + "/channels/{channel}/messages", self._send)
        add("GET", "/counts", self._counts)
        return app

    async def _me(self, _: web.Request) -> web.Response:
        return _answer(BOT)

    async def _application(self, _: web.Request) -> web.Response:
        return _answer(APPLICATION)

    async def _counts(self, _: web.Request) -> web.Response:
        return _answer(dict(self.counts))

    async def _callback(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.counts["answers"] += 1
        if not request.query.get("with_response"):
            return web.Response(status=204)
        made = self._message("1", said.get("data", {}))
        interaction = {"id": request.match_info["interaction"], "type": 2, "response_message_id": made["id"]}
        return _answer({"interaction": interaction, "resource": {"type": said["type"], "message": made}})

    async def _send(self, request: web.Request) -> web.Response:
        payload = await request.json()
        if self._jitter:
            await asyncio.sleep(self._chance.uniform(0, self._jitter))
        if not self._within_limit():
            self.counts["refused"] += 1
            return _answer({"message": "slow", "retry_after": 0.5, "global": True}, 429, {"Via": "1.1 here"})
        self.counts["messages"] += 1
        return _answer(self._message(request.match_info["channel"], payload), headers=_A_CHANNEL)

    def _message(self, channel: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What Discord sends back of a message that was made."""
        return {
            "id": str(next(self._numbers)), "channel_id": channel, "author": BOT,
            "content": payload.get("content", ""), "timestamp": "2026-03-02T12:00:00+00:00",
            "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [],
            "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0,
            "flags": payload.get("flags", 0), "components": payload.get("components", []),
        }  # fmt: skip

    def _within_limit(self) -> bool:
        second = int(asyncio.get_running_loop().time())
        taken = self._window[1] if self._window[0] == second else 0
        if taken >= self._limit:
            return False
        self._window = (second, taken + 1)
        return True


def _answer(payload: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # discord.py reads JSON only of exactly this type, without a charset.
    body = json.dumps(payload).encode()
    return web.Response(
        body=body, status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


@contextmanager
def served(*, limit: int = 1_000_000, jitter: float = 0.0) -> Iterator[str]:
    """Run one in a process of its own and yield its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.support.fake_discord", str(limit), str(jitter)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def counts(address: str) -> Counter[str]:
    """Return what one has counted."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}/counts") as response:
        return Counter(await response.json())


async def _serve(limit: int, jitter: float) -> None:
    runner = web.AppRunner(FakeDiscord(limit=limit, jitter=jitter).application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
