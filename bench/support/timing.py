"""Fair comparison on a noisy machine: contenders take turns, and only medians of one run are compared."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

Contender = Callable[[], Awaitable[float]]
"""Runs one round and returns its figure, for instance a rate a second; it does its own timing."""

BEAT = 0.001


@dataclass(frozen=True, slots=True)
class Rounds:
    """The figures of every round, by contender; the n-th of each were taken one after the other."""

    figures: Mapping[str, tuple[float, ...]]

    def median(self, name: str) -> float:
        """Return a contender's usual figure."""
        return median(self.figures[name])

    def ratio(self, name: str, base: str) -> float:
        """Return the usual ratio of two contenders, each taken within one round."""
        pairs = zip(self.figures[name], self.figures[base], strict=True)
        return median(one / other for one, other in pairs)


async def interleaved(contenders: Mapping[str, Contender], *, rounds: int) -> Rounds:
    """Let the contenders take turns, every second round backwards; a first round warms up."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name in sorted(contenders, reverse=number % 2 == 1):
            figure = await contenders[name]()
            if number:
                taken[name].append(figure)
    return Rounds({name: tuple(figures) for name, figures in taken.items()})


async def rate(work: Callable[[], Awaitable[int]]) -> float:
    """Return how many a second: `work` tells how many it did."""
    began = perf_counter()
    done = await work()
    return done / (perf_counter() - began)


class Heartbeat:
    """Feels how long the event loop was deaf: it asks to be called every millisecond."""

    def __init__(self) -> None:
        self.longest = 0.0
        """Seconds by the wall, in which other programs may have had the processor."""
        self.caused = 0.0
        """The same, but no more than all threads of this process worked meanwhile: what it did itself."""
        self._due = self._worked = 0.0
        self._next: asyncio.TimerHandle | None = None

    def __enter__(self) -> "Heartbeat":
        self._ask()
        return self

    def __exit__(self, *_: object) -> None:
        if self._next is not None:
            self._next.cancel()

    def _ask(self) -> None:
        self._due = perf_counter() + BEAT
        self._worked = process_time()
        self._next = asyncio.get_running_loop().call_later(BEAT, self._beat)

    def _beat(self) -> None:
        late = perf_counter() - self._due
        self.longest = max(self.longest, late)
        self.caused = max(self.caused, min(late, process_time() - self._worked))
        self._ask()
