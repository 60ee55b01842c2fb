"""How fast the bot speaks: a steady pace over all channels, below Discord's wall."""

import asyncio
from collections.abc import Awaitable, Callable


class Pacer:
    """At most so many turns a second, none of them saved up for a burst."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`clock` is monotonic, in seconds; left out, it is the event loop's."""
        self._gap = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._free_at = 0.0

    async def wait_turn(self) -> None:
        """Wait for the next turn; turns are given in the order of asking."""
        now = self._clock() if self._clock is not None else asyncio.get_running_loop().time()
        mine = max(now, self._free_at)
        self._free_at = mine + self._gap
        if mine > now:
            await self._sleep(mine - now)
