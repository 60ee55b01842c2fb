"""Sends what is due, the earliest deadline first, and stops without losing what it holds."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from buddybot.pings.dispatch.channel_queues import ChannelQueues
from buddybot.pings.dispatch.delivery_worker import DeliveryAttempt, DeliveryOutcome, DeliveryWorker
from buddybot.services.core.unit_of_work import DatabaseTransactions, Now, UnitOfWork, bot_transaction
from buddybot.storage.engine.database import StorageError

log = logging.getLogger(__name__)

BATCH = 50
WIDTH = 16
LEASE = timedelta(seconds=90)
GRACE = 2.0
"""Seconds that what is under way has to come to its end when the bot stops."""
LAST_WORD = 1.0
"""Seconds to write down what was handed back."""


class Clock(Protocol):
    """What the dispatcher needs of the alarm clock."""

    def no_later_than(self, at: datetime) -> None:
        """Ring at this instant, or before."""


class Dispatcher:
    """One at work in a process; a second process beside it does no harm."""

    def __init__(
        self,
        *,
        transactions: DatabaseTransactions,
        now: Now,
        worker: DeliveryWorker,
        clock: Clock,
        unauthorized: Callable[[], None],
        width: int = WIDTH,
        lease: timedelta = LEASE,
        grace: float = GRACE,
    ) -> None:
        """`unauthorized` is called, once, when Discord no longer takes the token."""
        self._transactions = transactions
        self._now = now
        self._worker = worker
        self._clock = clock
        self._unauthorized = unauthorized
        self._width = width
        self._lease = lease
        self._grace = grace
        self._working = asyncio.Lock()
        self._stir = asyncio.Event()
        self._rung = asyncio.Event()
        self._sweep = True
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    # -- for the alarm clock ------------------------------------------------------------------

    def start(self) -> None:
        """Work from now on whenever the alarm clock rings."""
        self._task = asyncio.create_task(self._serve(), name="dispatcher")
        self._rung.set()

    async def ring(self) -> None:
        """Look whether something is due."""
        self._rung.set()
        self._stir.set()

    async def tick(self) -> None:
        """Look whatever the alarm clock thinks, and let one ping find out whether Discord is back."""
        self._sweep = True
        await self.ring()

    async def stop(self) -> None:
        """Take no new work, finish or hand back what is under way; takes less than five seconds."""
        self._stopping = True
        await self.ring()
        task, self._task = self._task, None
        if task is not None:
            done, _ = await asyncio.wait({task}, timeout=self._grace + LAST_WORD)
            if not done:
                task.cancel()
                await asyncio.wait({task}, timeout=LAST_WORD / 2)
        elif self._working.locked():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._grace + LAST_WORD), self._working:
                    pass

    async def _serve(self) -> None:
        while not self._stopping:
            self._rung.clear()
            try:
                await self._work_off()
            except StorageError as error:  # the rows are safe; the next tick tries again
                log.error("the outbox cannot be read: %s", error)
            except Exception as error:  # the boundary of one round: the next tick tries again
                log.error("a round of sending failed", exc_info=error)
            if not self._stopping:
                await self._rung.wait()

    async def _work_off(self) -> None:
        due = await self.next_due()
        if self._sweep or (due is not None and due <= self._now()):
            await self.run_due()
            due = await self.next_due()
        if due is not None:
            self._clock.no_later_than(due)

    # -- the work -----------------------------------------------------------------------------

    async def next_due(self) -> datetime | None:
        """Return when there is something to send, or to settle, next."""
        return await self._transactions.read(lambda uow: uow.sending.next_due())

    async def run_due(self) -> Counter[DeliveryOutcome]:
        """Send until nothing is due; return how many came to which end."""
        async with self._working:
            queues = ChannelQueues(self._worker, width=self._width, on_progress=self._stir.set)
            try:
                missed = await self._fill(queues)
            finally:
                await queues.drop()
            queues.counts[DeliveryOutcome.MISSED] += missed
            return +queues.counts

    async def _fill(self, queues: ChannelQueues) -> int:
        """Keep the queues busy until there is nothing left, or the bot stops."""
        missed = 0
        while not (self._stopping or queues.unauthorized):
            self._stir.clear()
            if queues.load < self._width:
                sweep, self._sweep = self._sweep, False
                expired, attempts = await self._take(limit=BATCH - queues.load, sweep=sweep)
                missed += expired
                for attempt in attempts:
                    queues.add(attempt)
            if not queues.load:
                return missed
            await self._stir.wait()
        await self._hand_back(await queues.shut(self._grace))
        if queues.unauthorized:
            log.critical("Discord no longer takes the token; nothing is sent any more")
            self._stopping = True
            self._unauthorized()
        return missed

    @bot_transaction
    async def _take(
        self, uow: UnitOfWork, *, limit: int, sweep: bool
    ) -> tuple[int, Sequence[DeliveryAttempt]]:
        sending, now = uow.sending, self._now()
        if sweep:
            await sending.retry_now(now, most=1)
        missed = await sending.expire(now)
        held = list(await sending.recover(limit=limit, now=now, lease=self._lease))
        if len(held) < limit:
            held += await sending.claim(limit=limit - len(held), now=now, lease=self._lease)
        return missed, [DeliveryAttempt.from_claimed(claimed) for claimed in held]

    async def _hand_back(self, attempts: Sequence[DeliveryAttempt]) -> None:
        """Free what was not finished: planned again, or begun and to be settled from the history."""
        if attempts:
            await self._free_attempts(attempts)

    @bot_transaction
    async def _free_attempts(self, uow: UnitOfWork, attempts: Sequence[DeliveryAttempt]) -> None:
        sending, now = uow.sending, self._now()
        for attempt in attempts:
            if attempt.begun:
                await sending.leave_open(attempt.claimed.ping, try_at=now, error="stopped")
            else:
                await sending.put_back(attempt.claimed.ping, try_at=now, error="stopped")
