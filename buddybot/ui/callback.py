"""The request that answers an interaction, as short as it can be.

The library asks Discord to send the new message back with each answer, and reads it; nobody here looks at it.
That, and its bookkeeping of limits, which such answers have none of, is half of what an answer costs.
"""

import json
from typing import Any

import aiohttp
import discord
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context
from yarl import URL

_JSON = {"Content-Type": "application/json"}
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Callback(AsyncWebhookAdapter):
    """The library's way to answer, but for the first answer when it is taken at once and brings no file."""

    async def create_interaction_response(
        self,
        interaction_id: int,
        token: str,
        *,
        session: aiohttp.ClientSession,
        proxy: str | None = None,
        proxy_auth: aiohttp.BasicAuth | None = None,
        params: discord.http.MultipartParameters,
    ) -> Any:
        """Answer; what Discord does not take at once is left to the library, which waits and tells why."""
        if not params.files:
            # The token is Discord's own and made of what an address may hold.
            address = URL(f"{Route.BASE}/interactions/{interaction_id}/{token}/callback", encoded=True)
            async with session.post(
                address,
                data=_encode(params.payload).encode(),
                headers=_JSON,
                proxy=proxy,
                proxy_auth=proxy_auth,
            ) as response:
                if response.ok:
                    return {"interaction": {"id": interaction_id}}
        return await super().create_interaction_response(
            interaction_id, token, session=session, proxy=proxy, proxy_auth=proxy_auth, params=params
        )


_callback = Callback()  # type: ignore[no-untyped-call]


def answer_shortly() -> None:
    """Let the present task answer that way, unless somebody has put another way in the library's place."""
    if type(async_context.get()) is AsyncWebhookAdapter:
        async_context.set(_callback)
