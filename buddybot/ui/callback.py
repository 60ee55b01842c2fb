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

from buddybot.pings.delivery_answers import TolerantAdapter
from buddybot.pings.delivery_faults import read_answer, read_pause
from buddybot.pings.delivery_payload import Payload

ANSWERED_ALREADY = 40060
_MESSAGE = discord.InteractionResponseType.channel_message
_LAYOUT, _EPHEMERAL = 1 << 15, 1 << 6
_NOBODY = discord.AllowedMentions.none().to_dict()
_REFUSALS = {403: discord.Forbidden, 404: discord.NotFound}
_LONGEST_PAUSE = 2.0  # seconds; after three nobody waits for the answer any more
_encode = json.JSONEncoder(separators=(",", ":")).encode


async def answer(interaction: "discord.Interaction[Any]", card: Payload, *, ephemeral: bool) -> None:
    """Answer for the first time, with a message of its own.

    A Discord that is busy is left to the library, which tries again; and all of it when another way to send
    stands in the library's place. What Discord refuses is raised as the library would. A connection that
    breaks is the caller's.
    """
    asked = type(async_context.get()) in (AsyncWebhookAdapter, TolerantAdapter)
    if asked and await _taken(interaction, card, ephemeral):
        return
    try:
        await interaction.response.send_message(view=card, ephemeral=ephemeral)
    except discord.HTTPException as error:
        if not asked or error.code != ANSWERED_ALREADY:
            raise
        consider_answered(interaction, _MESSAGE)  # the first time did arrive


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
        if 200 <= response.status < 300:
            consider_answered(interaction, _MESSAGE)
            return True
        if response.status != 429 and response.status < 500:
            kind = _REFUSALS.get(response.status, discord.HTTPException)
            raise kind(response, read_answer(await response.text()))
        await asyncio.sleep(_pause(response))
        return False


def consider_answered(interaction: "discord.Interaction[Any]", kind: discord.InteractionResponseType) -> None:
    """Let the library know of an answer that Discord has."""
    interaction.response._response_type = kind  # noqa: SLF001  # held by a test


def _pause(response: aiohttp.ClientResponse) -> float:
    """Return how many seconds to wait before it is tried again."""
    return read_pause(response.headers.get("Retry-After"), usual=1.0, most=_LONGEST_PAUSE)
