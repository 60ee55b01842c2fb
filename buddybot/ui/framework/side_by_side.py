"""Upkeep of many places at once: none waits for another, and one that Discord holds back is left alone."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from buddybot.pings.delivery.faults import USUAL_WAIT, judge_fault, pause_after
from buddybot.pings.dispatch.verdicts import Verdict

log = logging.getLogger(__name__)

T = TypeVar("T")

WIDTH = 8
"""Places that are served at the same time."""
LONGEST_REST = timedelta(hours=1)


class Rests:
    """Which places are left alone for a while, because Discord is slow or busy there."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._until: dict[int, datetime] = {}

    def holds(self, place: int) -> bool:
        """Return whether a place is left alone now."""
        until = self._until.get(place)
        if until is None:
            return False
        if until > self._now():
            return True
        del self._until[place]
        return False

    def note(self, place: int, error: Exception) -> None:
        """Leave a place alone for as long as Discord asks, or for a minute when it did not answer in time."""
        if isinstance(error, TimeoutError):
            wait = timedelta(seconds=USUAL_WAIT)
        elif judge_fault(error) is Verdict.BUSY:
            wait = timedelta(seconds=pause_after(error))
        else:
            return
        self._until[place] = self._now() + min(wait, LONGEST_REST)


async def serve_apart(
    items: Iterable[T], place_of: Callable[[T], int], serve: Callable[[T], Awaitable[object]]
) -> None:
    """Serve items side by side where they are of different places, and in order where of the same.

    What fails unexpectedly is logged and holds up nothing else.
    """
    lanes: dict[int, list[T]] = {}
    for item in items:
        lanes.setdefault(place_of(item), []).append(item)
    gate = asyncio.Semaphore(WIDTH)

    async def serve_lane(lane: list[T]) -> None:
        async with gate:
            for item in lane:
                try:
                    await serve(item)
                except Exception as error:  # the boundary of one item
                    log.error("upkeep failed, reference %s", secrets.token_hex(4), exc_info=error)

    if len(lanes) == 1:  # no task for what a click changed
        await serve_lane(next(iter(lanes.values())))
        return
    async with asyncio.TaskGroup() as tasks:
        for lane in lanes.values():
            tasks.create_task(serve_lane(lane))
