"""What goes wrong on demand: one word for each way of failing, queued for a route or standing there.

Instead of doing anything: `refuse STATUS CODE`, `busy` (a 429 for a moment), `busy for all` (a global one
for long), `html STATUS`, `foreign STATUS` (JSON of a gateway that isn't Discord's), `503 before`, `hang`.
After having done it: `500 after`, `503 after`, `hang after`, `reset after`, `garbage`,
`nonsense`. An empty word is no fault.
"""

import random
from collections import defaultdict, deque
from collections.abc import Iterable

from aiohttp import web

from tests.discord_server.shapes import answer, refusal

LONG_LIMIT = 240.0
"""Seconds; the bot waits for none that is so long, but puts off what it wants."""


class Faults:
    """The faults of every route, by its name."""

    def __init__(self) -> None:
        self._queued: dict[str, deque[str]] = defaultdict(deque)
        self._standing: dict[str, str] = {}
        self._at_random: dict[str, tuple[float, list[str]]] = {}
        self._chance = random.Random(0)  # noqa: S311  # not for secrets

    def add(self, route: str, *faults: str) -> None:
        """Let the next requests to a route fail, one each."""
        self._queued[route].extend(faults)

    def keep(self, route: str, fault: str) -> None:
        """Let every request to a route fail until it is told otherwise; an empty word mends it."""
        self._standing[route] = fault

    def scatter(self, route: str, share: float, faults: Iterable[str]) -> None:
        """Let a share of the requests to a route fail in one of these ways."""
        self._at_random[route] = share, list(faults)

    def take(self, route: str) -> str:
        """Return what happens to this request."""
        if self._queued[route]:
            return self._queued[route].popleft()
        if standing := self._standing.get(route):
            return standing
        share, faults = self._at_random.get(route, (0.0, []))
        return self._chance.choice(faults) if self._chance.random() < share else ""


def instead(fault: str) -> web.Response | None:
    """The answer of a Discord that does nothing."""
    kind, *words = fault.split() or [""]
    if kind == "refuse":
        return refusal(int(words[0]), int(words[1]))
    if kind == "busy":
        return limited(LONG_LIMIT if words else 0.01, everywhere=bool(words))
    if kind == "html":
        return web.Response(
            status=int(words[0]), text="<html>", content_type="text/html", headers={"Retry-After": "77"}
        )
    if kind == "foreign":
        return answer({"message": "Unauthorized"}, int(words[0]))
    return web.Response(status=503, text="upstream") if fault == "503 before" else None


def spoilt(fault: str) -> web.Response | None:
    """The answer after a deed that the bot can make nothing of."""
    if fault in ("500 after", "503 after"):
        return web.Response(status=int(fault[:3]), text="oops")
    if fault == "garbage":
        return web.Response(text="{", content_type="application/json")
    return answer({"hello": "world"}) if fault == "nonsense" else None


def limited(seconds: float, *, everywhere: bool) -> web.Response:
    """A 429 as Discord itself sends it."""
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
    return answer(body, 429, {"Via": "1.1 google", "Retry-After": str(seconds)})
