"""Discord's answers, read also where something in front of it names their type in another way.

The library reads an answer as JSON only when its type is `application/json` to the letter. A proxy may add
a charset, and then a message that arrived looks as if nothing had.
"""

from typing import Any

import discord
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from buddybot.pings.delivery_faults import read_answer


class TolerantHttp(HTTPClient):
    """The library's requests, whose answers are read whatever their type says."""

    async def request(self, route: Route, **options: Any) -> Any:
        """Return the answer."""
        try:
            return read_answer(await super().request(route, **options))
        except discord.HTTPException as error:
            raise _read_error(error) from error.__cause__


class TolerantAdapter(AsyncWebhookAdapter):
    """The same for answers to interactions."""

    async def request(self, route: Route, *given: Any, **options: Any) -> Any:
        """Return the answer."""
        try:
            return read_answer(await super().request(route, *given, **options))
        except discord.HTTPException as error:
            raise _read_error(error) from error.__cause__


def use_tolerant_adapter() -> None:
    """Answer the interactions of this task, and of those that it starts, by `TolerantAdapter`."""
    async_context.set(TolerantAdapter())  # type: ignore[no-untyped-call]  # the library's has no types


def _read_error(error: discord.HTTPException) -> discord.HTTPException:
    """Return the error with Discord's own code, which the library does not find in a text."""
    data = read_answer(error.text) if error.code == 0 else None
    return type(error)(error.response, data) if isinstance(data, dict) else error
