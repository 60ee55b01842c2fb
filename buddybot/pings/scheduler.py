"""The alarm clock: it wakes the dispatcher and runs the periodic jobs, and owns nothing else.

The only module that knows APScheduler. Nothing is kept in it: whatever it forgets, the rows tell again.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from buddybot.pings.periodic_jobs import Periodic
from buddybot.services.core.unit_of_work import Now

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import (  # type: ignore[import-untyped]  # it has no types
        AsyncIOScheduler,
    )

log = logging.getLogger(__name__)

SOON = timedelta(milliseconds=100)
"""Changes within this time are answered by one look at the outbox."""

Wake = Callable[[], Awaitable[None]]


class AlarmClock(Protocol):
    """What the rest of the bot sees of it."""

    def start(self, wake: Wake, jobs: Sequence[Periodic]) -> None:
        """Begin to ring."""

    def ring_soon(self) -> None:
        """Ring in a moment, once for many calls."""

    def no_later_than(self, at: datetime) -> None:
        """Ring at this instant, or before."""

    async def stop(self) -> None:
        """Ring no more."""


class SilentAlarm:
    """An alarm clock that never rings, for tests and the playground, which call the dispatcher themselves."""

    def start(self, wake: Wake, jobs: Sequence[Periodic]) -> None:
        """Do nothing."""

    def ring_soon(self) -> None:
        """Do nothing."""

    def no_later_than(self, at: datetime) -> None:
        """Do nothing."""

    async def stop(self) -> None:
        """Do nothing."""


class Alarm:
    """Rings by the wall clock; silent until it is started."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._scheduler: AsyncIOScheduler | None = None
        self._wake: Wake | None = None
        self._soon = False
        self._next: datetime | None = None

    def start(self, wake: Wake, jobs: Sequence[Periodic]) -> None:
        """Begin to ring; every periodic job runs at once and then at its interval."""
        # Imported here: it takes long to load, and nothing rings before the bot has logged in.
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._wake = wake
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            # A late alarm is better than none: by default one that is a second late is dropped.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for job in jobs:
            self._scheduler.add_job(
                self._run,
                "interval",
                args=[job],
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=self._now(),
            )
        self._scheduler.start()

    def ring_soon(self) -> None:
        """Ring in a moment, once for many calls."""
        if self._scheduler is None or self._soon:
            return
        self._soon = True
        self._at("soon", self._now() + SOON, self._ring_now)

    def no_later_than(self, at: datetime) -> None:
        """Ring at this instant, or before; an instant in the past is now."""
        at = max(at, self._now() + SOON)
        if self._scheduler is None or (self._next is not None and self._next <= at):
            return
        self._next = at
        self._at("next", at, self._ring_next)

    async def stop(self) -> None:
        """Ring no more; a periodic job that runs is cancelled, which its transactions survive."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=False)

    def _at(self, name: str, at: datetime, ring: Callable[[], Awaitable[None]]) -> None:
        if self._scheduler is not None:
            self._scheduler.add_job(ring, "date", run_date=at, id=name, replace_existing=True)

    # Methods and not lambdas: APScheduler never awaits what it cannot tell to be a coroutine function.

    async def _ring_now(self) -> None:
        self._soon = False
        await self._ring()

    async def _ring_next(self) -> None:
        self._next = None
        await self._ring()

    async def _ring(self) -> None:
        if self._wake is not None:
            await self._unless_stopped(self._wake)

    async def _run(self, job: Periodic) -> None:
        try:
            await self._unless_stopped(job.run)
        except Exception as error:  # the boundary of a periodic job: it runs again at its next time
            log.error("job %s failed, reference %s", job.name, secrets.token_hex(4), exc_info=error)

    async def _unless_stopped(self, work: Wake) -> None:
        """Carry out what is due; the end of the bot cuts it short without a complaint."""
        try:
            await work()
        except asyncio.CancelledError:
            if self._scheduler is not None:
                raise
        except Exception as error:  # the boundary of the end: whatever it is, it was begun too late
            if self._scheduler is not None:
                raise
            log.info("what was due was cut short by the end (%s)", type(error).__name__)
