"""How requests to Discord fail: bounded in time, judged, and told without the words of the answer."""

import asyncio
import json
from types import TracebackType
from typing import Any

import aiohttp
import discord

from buddybot.pings.dispatch.verdicts import Verdict, judge_answer

FAULTS = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""What a request raises that did not succeed; a timeout is an OSError."""

UNAUTHORIZED = 401

LONGEST_PAUSE = 30.0
"""Seconds that the library itself may wait for a rate limit; it takes no less."""
A_DAY = 86_400.0
USUAL_WAIT = 60.0
"""Seconds to wait where Discord is busy and does not say for how long."""


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
