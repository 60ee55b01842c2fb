"""Many pings at once: side by side to different channels, in order to the same one."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator

from buddybot.pings.dispatch.delivery_worker import DeliveryAttempt, DeliveryOutcome, DeliveryWorker
from buddybot.pings.dispatch.message_gateway import Unauthorized

log = logging.getLogger(__name__)


class ChannelQueues:
    """A queue for each channel, and a bound on how many are served at a time."""

    def __init__(self, worker: DeliveryWorker, *, width: int, on_progress: Callable[[], None]) -> None:
        """`on_progress` is called whenever a ping has come to an end."""
        self._worker = worker
        self._gate = asyncio.Semaphore(width)
        self._on_progress = on_progress
        self._queues: dict[int, deque[DeliveryAttempt]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._attempts: dict[int, DeliveryAttempt] = {}
        self._shut = False
        self.unauthorized = False
        self.counts: Counter[DeliveryOutcome] = Counter()

    @property
    def load(self) -> int:
        """How many pings wait or are under way."""
        return len(self._attempts)

    def add(self, attempt: DeliveryAttempt) -> None:
        """Let a ping wait its turn; one that is here already, claimed again, is not taken twice."""
        present = self._attempts.get(attempt.claimed.ping.id)
        if present is not None:
            present.claimed = attempt.claimed
            return
        self._attempts[attempt.claimed.ping.id] = attempt
        queue_id = attempt.claimed.queue_id
        if queue_id in self._queues:
            self._queues[queue_id].append(attempt)
            return
        self._queues[queue_id] = deque([attempt])
        task = asyncio.create_task(self._serve(queue_id), name=f"pings to {queue_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def shut(self, grace: float) -> list[DeliveryAttempt]:
        """Begin nothing more, let what is under way come to its end, and return what did not."""
        self._shut = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        await self._cancel()
        return list(self._left())

    async def drop(self) -> None:
        """Let go of everything at once, as if the process had been killed."""
        self._shut = True
        await self._cancel()

    async def _cancel(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _left(self) -> Iterator[DeliveryAttempt]:
        return (attempt for attempt in self._attempts.values() if not attempt.ended)

    async def _serve(self, queue_id: int) -> None:
        queue = self._queues[queue_id]
        try:
            while queue:
                async with self._gate:
                    if self._shut:
                        return
                    await self._deliver(queue.popleft())
        finally:
            del self._queues[queue_id]
            self._on_progress()

    async def _deliver(self, attempt: DeliveryAttempt) -> None:
        delivery: Awaitable[DeliveryOutcome] = self._worker.deliver(attempt)
        try:
            self.counts[await delivery] += 1
        except Unauthorized:
            self.unauthorized = self._shut = True
            return
        except Exception as error:  # the boundary of one ping: its row stays begun, and is settled later
            log.error("ping %s could not be noted", attempt.claimed.ping.id, exc_info=error)
        del self._attempts[attempt.claimed.ping.id]
        self._on_progress()
