"""What goes wrong, and how often, by a seeded chance."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.endurance.discord import MemoryDiscord, failed, lost, refused, unreachable

BEFORE: Sequence[Callable[[], Exception]] = (unreachable, lambda: failed(503), lambda: failed(429))
"""Whatever was asked did not arrive."""
AFTER: Sequence[Callable[[], Exception]] = (lost, lambda: failed(500), TimeoutError)
"""It arrived, and the answer did not."""
CLOSED = ((403, 50013), (403, 50001), (404, 10003))
_SENDING = "POST /channels/{channel_id}/messages"


@dataclass
class Troubles:
    """Lets requests fail as often as is said; `away` while Discord is not to be reached at all."""

    discord: MemoryDiscord
    chance: random.Random
    rate: float
    away: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        """Be in the way from now on."""
        self.discord.before, self.discord.after = self._before, self._after

    def end(self) -> None:
        """Be in nobody's way any more."""
        self.rate, self.away = 0.0, False
        self.discord.closed.clear()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Be in nobody's way for a while; channels that are closed stay so."""
        before = self.rate, self.away
        self.rate, self.away = 0.0, False
        yield
        self.rate, self.away = before

    def close(self, channel_id: int) -> None:
        """Let a channel refuse the bot."""
        self.discord.closed[channel_id] = self.chance.choice(CLOSED)
        self.counts["channels closed"] += 1

    def _before(self, what: str) -> Exception | None:
        if self.away:
            self.counts["requests while Discord was away"] += 1
            return unreachable()
        if self.chance.random() >= self.rate:
            return None
        self.counts["requests that did not arrive"] += 1
        if what == _SENDING and self.chance.random() < 0.2:
            return refused(400, 50035)
        return self.chance.choice(BEFORE)()

    def _after(self, _what: str) -> Exception | None:
        if self.chance.random() >= self.rate:
            return None
        self.counts["answers that did not arrive"] += 1
        return self.chance.choice(AFTER)()
