"""Discord's answers, read also where something in front of it names their type in another way.

The library reads an answer as JSON only when its type is `application/json` to the letter. A proxy may add
a charset, and then a message that arrived looks as if nothing had.
"""

from collections.abc import Callable
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from buddybot.pings.delivery.requests import judge_fault, read_answer
from buddybot.pings.dispatch.verdicts import Verdict

ANSWERED_ALREADY = 40060
"""Discord's code for an interaction that has its answer."""


class TolerantHttp(HTTPClient):
    """The library's requests, whose answers are read whatever their type says."""

    def __init__(self, instead_of: HTTPClient, *, unauthorized: Callable[[], None]) -> None:
        """Take the place of the library's own, with the same limit; it is made without any other option.

        `unauthorized` is called whenever Discord does not take the token, whatever was asked for.
        """
        super().__init__(instead_of.loop, max_ratelimit_timeout=instead_of.max_ratelimit_timeout)
        self._unauthorized = unauthorized

    async def request(self, route: Route, **options: Any) -> Any:
        """Return the answer."""
        try:
            return read_answer(await super().request(route, **options))
        except discord.HTTPException as error:
            found = _read_error(error)
            if judge_fault(found) is Verdict.UNAUTHORIZED:
                self._unauthorized()
            raise found from error.__cause__


class TolerantAdapter(AsyncWebhookAdapter):
    """The same for answers to interactions, which the library gives again where Discord does not say."""

    async def request(self, route: Route, session: aiohttp.ClientSession, **options: Any) -> Any:
        """Return the answer; what Discord has already when it is given again did arrive the first time."""
        counted: Any = _CountedSession(session)
        try:
            return read_answer(await super().request(route, counted, **options))
        except discord.HTTPException as error:
            found = _read_error(error)
            if found.code == ANSWERED_ALREADY and counted.requests > 1:
                return {"interaction": {"id": route.webhook_id}}
            raise found from error.__cause__


class _CountedSession:
    """Counts the requests that a session is asked for."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.requests = 0

    def request(self, *given: Any, **options: Any) -> Any:
        self.requests += 1
        return self._session.request(*given, **options)


def use_tolerant_adapter() -> None:
    """Answer the interactions of this task, and of those that it starts, by `TolerantAdapter`."""
    async_context.set(TolerantAdapter())  # type: ignore[no-untyped-call]  # the library's has no types


def _read_error(error: discord.HTTPException) -> discord.HTTPException:
    """Return the error with Discord's own code, which the library does not find in a text."""
    data = read_answer(error.text) if error.code == 0 else None
    return type(error)(error.response, data) if isinstance(data, dict) else error
