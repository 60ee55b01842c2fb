"""A world in which time runs faster than here, and an alarm clock that rings by it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from buddybot.pings.periodic_jobs import Periodic
from buddybot.pings.scheduler import Wake

SPEED = 60.0
"""Seconds of the bots' time in a real one."""


@dataclass(frozen=True)
class Clock:
    """What time it is for everybody in that world."""

    zero: float
    speed: float = SPEED

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.zero + (time.time() - self.zero) * self.speed, UTC)


class FastAlarm:
    """Rings by a faster clock, which APScheduler cannot; otherwise as the real one does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wake: Wake | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, wake: Wake, jobs: Sequence[Periodic]) -> None:
        """Begin to ring; every periodic job runs at once and then at its interval."""
        self._wake = wake
        for job in jobs:
            self._begin(self._repeat(job))

    def ring_soon(self) -> None:
        """Ring in a moment."""
        self._ring_in(0.005)

    def no_later_than(self, at: datetime) -> None:
        """Ring at this instant, or at once when it is past."""
        self._ring_in(max(0.005, (at - self._clock()).total_seconds() / self._clock.speed))

    async def stop(self) -> None:
        """Ring no more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ring_in(self, seconds: float) -> None:
        if self._wake is not None:
            asyncio.get_running_loop().call_later(seconds, lambda: self._begin(self._ring()))

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ring(self) -> None:
        assert self._wake is not None
        await self._wake()

    async def _repeat(self, job: Periodic) -> None:
        while True:
            try:
                await job.run()
            except Exception as error:  # as in the real one
                logging.getLogger(__name__).error("job %s failed", job.name, exc_info=error)
            await after(job.every.total_seconds() / self._clock.speed)


async def after(seconds: float) -> None:
    """Real time has to pass here: what is killed is a real process."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()


async def every(seconds: float, act: Callable[[], Awaitable[bool]]) -> None:
    """Do something again and again until it says that it is enough."""
    while not await act():
        await after(seconds)
