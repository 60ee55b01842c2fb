"""Time that passes when it is told to, and an alarm clock that rings by it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from buddybot.pings.periodic_jobs import Periodic

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Time:
    """The instant it is."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return it."""
        return self.at


class Clockwork:
    """Stands in for the alarm clock: what it would ring for, and when, by this time."""

    def __init__(self, now: Callable[[], datetime], seldom: timedelta = HOUR) -> None:
        """No job runs more often than every `seldom`, but those of every minute whenever anything happens."""
        self._now = now
        self._seldom = seldom
        self._wake: Callable[[], Awaitable[None]] | None = None
        self._jobs: dict[str, tuple[Periodic, datetime]] = {}
        self._ring: datetime | None = None
        self.failed: list[tuple[str, Exception]] = []
        self.runs: Counter[str] = Counter()
        self.since = now()

    def start(self, wake: Callable[[], Awaitable[None]], jobs: Sequence[Periodic]) -> None:
        """Begin to ring; every job runs at once and then at its interval."""
        self._wake, self.since = wake, self._now()
        self._jobs = {job.name: (job, self._now()) for job in jobs}

    def ring_soon(self) -> None:
        """Ring in a moment."""
        self._ring = self._now()

    def no_later_than(self, at: datetime) -> None:
        """Ring at this instant, or before."""
        at = max(at, self._now() + timedelta(milliseconds=100))
        if self._ring is None or at < self._ring:
            self._ring = at

    async def stop(self) -> None:
        """Ring no more."""
        self._wake, self._jobs, self._ring = None, {}, None

    def idle(self) -> list[str]:
        """Return the jobs that should have run since the start and did not."""
        return [
            name
            for name, (job, _) in self._jobs.items()
            if not self.runs[name] and self.since + max(job.every, self._seldom) < self._now()
        ]

    @property
    def next(self) -> datetime | None:
        """When it rings next."""
        times = [at for _, at in self._jobs.values()]
        return min([*times, self._ring] if self._ring is not None else times, default=None)

    async def ring(self) -> None:
        """Do all that is due now, and the jobs of every minute in any case."""
        rings, self._ring = self._ring is not None and self._ring <= self._now(), self._ring
        if rings:
            self._ring = None
            if self._wake is not None:
                await self._wake()
        for job, at in list(self._jobs.values()):
            if at <= self._now() or job.every <= MINUTE:
                self._jobs[job.name] = (job, self._now() + max(job.every, self._seldom))
                await self._run(job)

    async def _run(self, job: Periodic) -> None:
        self.runs[job.name] += 1
        try:
            await job.run()
        except Exception as error:  # as the alarm clock does: it runs again at its next time
            self.failed.append((job.name, error))
