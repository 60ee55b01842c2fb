"""Many pings at once: side by side where they go to different places, in order where to the same."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator

from buddybot.pings.courier import Courier, Ending, Flight
from buddybot.pings.outlet import Unauthorized

log = logging.getLogger(__name__)


class Lanes:
    """A queue for each place, and a bound on how many are served at a time."""

    def __init__(self, courier: Courier, *, width: int, stirred: Callable[[], None]) -> None:
        """`stirred` is called whenever a ping has come to an end."""
        self._courier = courier
        self._gate = asyncio.Semaphore(width)
        self._stirred = stirred
        self._queues: dict[int, deque[Flight]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._flights: dict[int, Flight] = {}
        self._shut = False
        self.unauthorized = False
        self.counts: Counter[Ending] = Counter()

    @property
    def load(self) -> int:
        """How many pings wait or are under way."""
        return len(self._flights)

    def add(self, flight: Flight) -> None:
        """Let a ping wait its turn; one that is here already, claimed again, is not taken twice."""
        present = self._flights.get(flight.claimed.ping.id)
        if present is not None:
            present.claimed = flight.claimed
            return
        self._flights[flight.claimed.ping.id] = flight
        lane = flight.claimed.lane
        if lane in self._queues:
            self._queues[lane].append(flight)
            return
        self._queues[lane] = deque([flight])
        task = asyncio.create_task(self._serve(lane), name=f"pings to {lane}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def shut(self, grace: float) -> list[Flight]:
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

    def _left(self) -> Iterator[Flight]:
        return (flight for flight in self._flights.values() if not flight.ended)

    async def _serve(self, lane: int) -> None:
        queue = self._queues[lane]
        try:
            while queue:
                async with self._gate:
                    if self._shut:
                        return
                    await self._carry(queue.popleft())
        finally:
            del self._queues[lane]
            self._stirred()

    async def _carry(self, flight: Flight) -> None:
        carried: Awaitable[Ending] = self._courier.carry(flight)
        try:
            self.counts[await carried] += 1
        except Unauthorized:
            self.unauthorized = self._shut = True
            return
        except Exception as error:  # the boundary of one ping: its row stays begun, and is settled later
            log.error("ping %s could not be noted", flight.claimed.ping.id, exc_info=error)
        del self._flights[flight.claimed.ping.id]
        self._stirred()
