"""Requests to Discord: what is sent, how a request fails, and many of them side by side."""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, TypeVar

import aiohttp
import discord
from discord import ui

from buddybot.domain.text import length_of
from buddybot.pings.dispatch.verdicts import Verdict, judge_answer

log = logging.getLogger(__name__)

T = TypeVar("T")

Part = dict[str, Any]
"""One component as Discord's documentation describes it."""
FAULTS = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""What a request raises that did not succeed; a timeout is an OSError."""

UNAUTHORIZED = 401

LONGEST_PAUSE = 30.0
"""Seconds that the library itself may wait for a rate limit; it takes no less."""
A_DAY = 86_400.0
USUAL_WAIT = 60.0
"""Seconds to wait where Discord is busy and does not say for how long."""
WIDTH = 8
"""Places that are served at the same time."""
LONGEST_REST = timedelta(hours=1)


class Payload(ui.LayoutView):
    """Components that are sent as they are: they are what is made and what is marked.

    The library's own objects would be made for one message only, and take a third of a command's time.
    Nothing of the base class is used but its name, by which the library knows a layout.
    """

    timeout = None

    def __init__(self, components: list[Part]) -> None:
        self.components = components

    def to_components(self) -> list[Part]:
        """Return the components themselves, not a copy."""
        return self.components

    @property
    def total_children_count(self) -> int:
        """Return how many parts there are, of which a message holds forty."""
        return sum(1 for _ in every_part(self.components))

    @property
    def children(self) -> list[Any]:
        """Return nothing: there are no objects of the library's."""
        return []

    def content_length(self) -> int:
        """Return how many characters the texts have, of which a message holds 4,000."""
        return sum(length_of(part.get("content", "")) for part in every_part(self.components))

    def has_components_v2(self) -> bool:
        """Return True: a message of these has no other content."""
        return True

    def is_dispatchable(self) -> bool:
        """Return False: the router answers, so the library has nothing to remember."""
        return False

    def is_finished(self) -> bool:
        """Return True: an answer to an interaction would be kept, with a task, for 15 minutes."""
        return True


def every_part(components: list[Part]) -> Iterator[Part]:
    """Yield each component in reading order, and behind it those that it holds."""
    for part in components:
        yield part
        yield from every_part(part.get("components", []))
        if "accessory" in part:
            yield part["accessory"]


class Bounded:
    """Bounds one request, with the library's own retries, in time; raises TimeoutError."""

    def __init__(self, client: discord.Client, seconds: float) -> None:
        self._client = client
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, traceback)
        except TimeoutError:
            # A request that is cancelled while it waits out a global limit would hold up all others for ever.
            self._client.http._global_over.set()  # noqa: SLF001  # the library offers no other way
            raise


def judge_fault(error: Exception) -> Verdict:
    """Return what a request's failure means."""
    if isinstance(error, discord.RateLimited):
        return Verdict.BUSY
    if isinstance(error, discord.HTTPException):
        return judge_answer(error.status, error.code, from_discord=_is_from_discord(error))
    if isinstance(error, discord.LoginFailure):
        return Verdict.UNAUTHORIZED
    if isinstance(error, aiohttp.ClientConnectorError):
        return Verdict.UNREACHABLE
    return Verdict.UNCLEAR


def pause_after(error: Exception) -> float:
    """Return the seconds to wait after Discord said that it is busy, a day at most."""
    if isinstance(error, discord.RateLimited):
        return read_pause(error.retry_after)
    if isinstance(error, discord.HTTPException):
        return read_pause(error.response.headers.get("Retry-After"))
    return USUAL_WAIT


def read_pause(asked: object, *, usual: float = USUAL_WAIT, most: float = A_DAY) -> float:
    """Return how many seconds are asked for, at most so many; the usual ones where that is no number."""
    try:
        seconds = float(str(asked))
    except ValueError:  # perhaps a date, which the header may hold too
        return usual
    return min(seconds, most) if seconds >= 0 else usual


def describe_fault(error: Exception) -> str:
    """Return what a log line may say of a failure.

    No address, which may hold a token, and none of Discord's words, which may repeat what a person typed.
    """
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}"
    return type(error).__name__


def _is_from_discord(error: discord.HTTPException) -> bool:
    """Return whether Discord answered, and nothing before it that speaks JSON too.

    A 401 ends the bot, so only Discord's own word counts there: without a code it begins with the status.
    """
    if error.code:
        return True
    is_json = "json" in error.response.headers.get("Content-Type", "")
    return is_json and (error.status != UNAUTHORIZED or error.text.startswith(f"{UNAUTHORIZED}:"))


def read_answer(data: Any) -> Any:
    """Return what a text says where it is JSON, everything else as it is."""
    if not isinstance(data, str) or data[:1] not in ("{", "["):
        return data
    try:
        return json.loads(data)
    except ValueError:
        return data


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
