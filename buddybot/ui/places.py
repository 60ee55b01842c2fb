"""The places that are offered while somebody types an option, and how a chosen one is read back."""

from collections.abc import Iterable
from typing import Any

import discord
from discord.app_commands import Choice

from buddybot.domain.ids import LocationId
from buddybot.domain.text import folded
from buddybot.services.location_views import LocationChoice
from buddybot.ui.choices import choice, parse_id, unfailing
from buddybot.ui.reply import actor_of
from buddybot.ui.texts import Texts

Interaction = discord.Interaction[Any]


@unfailing
async def all_places(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer every place that a meeting can be at."""
    views = interaction.client.services.location_views
    return _fitting(await views.choices(actor_of(interaction)), current)


@unfailing
async def travelled_places(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places that somebody has to travel to."""
    views = interaction.client.services.location_views
    return _fitting(await views.choices(actor_of(interaction), to_travel=True), current)


@unfailing
async def own_places(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places that the person may edit and retire."""
    views = interaction.client.services.location_views
    return _fitting(await views.choices(actor_of(interaction), to_change=True), current)


def parse_place(value: str) -> LocationId:
    """Return the place that was chosen; the id of none for other text."""
    return LocationId(parse_id(value))


def _fitting(found: Iterable[LocationChoice], current: str) -> list[Choice[str]]:
    wanted = folded(current)
    return [
        choice(_label(Texts(), each), each.location.id)
        for each in found
        if wanted in folded(each.location.name)
    ]


def _label(texts: Texts, each: LocationChoice) -> str:
    if each.group_name is None:
        return each.location.name
    return texts.plain("locations.choice.of_group", place=each.location.name, group=each.group_name)
