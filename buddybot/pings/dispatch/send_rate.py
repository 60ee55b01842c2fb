"""How fast the bot speaks: below Discord's wall over all channels, and slower the more often a try failed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta


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


_STEPS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
_THEN = timedelta(minutes=30)


def wait_after(attempts: int) -> timedelta:
    """Return the wait after so many attempts; it grows to half an hour and stays there."""
    return _STEPS[attempts - 1] if 0 < attempts <= len(_STEPS) else _THEN
