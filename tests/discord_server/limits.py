"""Discord's limits: so many messages a channel, so many requests in all; off until they are switched on."""

from collections import Counter, deque
from collections.abc import Callable, Mapping

from aiohttp import web

from tests.discord_server.faults import limited

IN_ALL = 50
"""Requests a second; answers to interactions do not count."""
IN_A_CHANNEL, SPAN = 5, 5.0
"""Messages, and in how many seconds."""


class Limits:
    """Sliding windows; whoever is over one is told how long to wait."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.on = False
        self.exceeded: Counter[str] = Counter()
        self._clock = clock
        self._all: deque[float] = deque()
        self._channels: dict[str, deque[float]] = {}

    def check(self, route: str, channel: str) -> web.Response | None:
        """Count a request, or refuse it."""
        if not self.on or route in ("callback", "followup"):
            return None
        now = self._clock()
        if (wait := _wait(self._all, now, IN_ALL, 1.0)) is not None:
            self.exceeded["global"] += 1
            return limited(wait, everywhere=True)
        if route == "send":
            window = self._channels.setdefault(channel, deque())
            if (wait := _wait(window, now, IN_A_CHANNEL, SPAN)) is not None:
                self.exceeded["channel"] += 1
                return limited(wait, everywhere=False)
            window.append(now)
        self._all.append(now)
        return None

    def headers(self, route: str, channel: str) -> Mapping[str, str]:
        """What a message's answer says of the limit it goes by."""
        if not self.on or route != "send":
            return {}
        window = self._channels[channel]
        after = max(0.0, window[0] + SPAN - self._clock())
        return {
            "X-RateLimit-Bucket": "messages",
            "X-RateLimit-Limit": str(IN_A_CHANNEL),
            "X-RateLimit-Remaining": str(max(0, IN_A_CHANNEL - len(window))),
            "X-RateLimit-Reset": str(after),
            "X-RateLimit-Reset-After": str(after),
        }


def _wait(window: deque[float], now: float, most: int, span: float) -> float | None:
    while window and window[0] <= now - span:
        window.popleft()
    return window[0] + span - now if len(window) >= most else None
