"""A message as the answer to an interaction, in one request that is as short as it can be.

The library asks Discord to send the new message back with each answer, and reads it; nobody here looks at it.
That, and its bookkeeping of limits, which such answers have none of, is half of what an answer costs.
"""

import asyncio
import json
from typing import Any

import aiohttp
import discord
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context
from yarl import URL

from buddybot.pings.delivery_payload import Payload

_MESSAGE = discord.InteractionResponseType.channel_message
_LAYOUT, _EPHEMERAL = 1 << 15, 1 << 6
_NOBODY = discord.AllowedMentions.none().to_dict()
_LONGEST_PAUSE = 2.0  # seconds; after three nobody waits for the answer any more
_encode = json.JSONEncoder(separators=(",", ":")).encode


async def answer(interaction: "discord.Interaction[Any]", card: Payload, *, ephemeral: bool) -> None:
    """Answer for the first time, with a message of its own.

    What Discord does not take is left to the library, which tries again or tells why; and all of it when
    somebody has put another way to send in the library's place. A connection that breaks is the caller's.
    """
    if type(async_context.get()) is not AsyncWebhookAdapter or not await _taken(interaction, card, ephemeral):
        await interaction.response.send_message(view=card, ephemeral=ephemeral)


async def _taken(interaction: "discord.Interaction[Any]", card: Payload, ephemeral: bool) -> bool:
    data = {
        "components": card.to_components(),
        "flags": _LAYOUT | _EPHEMERAL if ephemeral else _LAYOUT,
        "allowed_mentions": _NOBODY,
    }
    body = _encode({"type": _MESSAGE.value, "data": data}).encode()
    base = URL(Route.BASE)
    # The token is Discord's own and made of what an address may hold.
    path = f"{base.raw_path}/interactions/{interaction.id}/{interaction.token}/callback"
    http, session = interaction.client.http, interaction._session  # noqa: SLF001  # held by a test
    async with session.post(
        base.with_path(path, encoded=True),
        data=aiohttp.BytesPayload(body, content_type="application/json"),
        proxy=http.proxy,
        proxy_auth=http.proxy_auth,
    ) as response:
        taken = 200 <= response.status < 300
        if taken:
            interaction.response._response_type = _MESSAGE  # noqa: SLF001  # held by a test
        elif response.status == 429 or response.status >= 500:
            await asyncio.sleep(_pause(response))
        return taken


def _pause(response: aiohttp.ClientResponse) -> float:
    """Return how many seconds to wait before it is tried again."""
    try:
        return min(float(response.headers.get("Retry-After", 1)), _LONGEST_PAUSE)
    except ValueError:
        return 1
