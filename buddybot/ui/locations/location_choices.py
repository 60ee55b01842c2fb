"""The places that are offered while somebody types an option, and how a chosen one is read back."""

from collections.abc import Iterable
from typing import Any

import discord
from discord.app_commands import Choice

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import LocationId
from buddybot.domain.text import fold_text
from buddybot.services.locations.location_views import LocationChoice
from buddybot.ui.framework.choices import (
    choice,
    guard_suggest,
    parse_id,
    parse_member,
    read_group,
    read_option,
    read_pick,
)
from buddybot.ui.framework.reply import actor_of
from buddybot.ui.framework.texts import Texts

Interaction = discord.Interaction[Any]


@guard_suggest
async def free_places(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places at which the meeting in `meeting`, or the next one, can be."""
    host = read_option(interaction, "host")
    host_id = None if host is None else parse_member(host)
    found = await interaction.client.services.arrangement_choices.places(
        actor_of(interaction), read_pick(interaction), host_id, read_group(interaction)
    )
    return _fitting([LocationChoice(each, None) for each in found], current)


@guard_suggest
async def usual_places(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places for the rule `fixed`; the other rules take none."""
    if read_option(interaction, "rule") not in (None, Rotation.FIXED.value):
        return []
    found = await interaction.client.services.arrangement_choices.usual_places(
        actor_of(interaction), read_group(interaction)
    )
    return _fitting([LocationChoice(each, None) for each in found], current)


@guard_suggest
async def travelled_places(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places that somebody has to travel to."""
    views = interaction.client.services.location_views
    found = await views.choices(actor_of(interaction), read_group(interaction), to_travel=True)
    return _fitting(found, current)


@guard_suggest
async def list_own_locations(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places that the person may edit and retire."""
    views = interaction.client.services.location_views
    return _fitting(await views.choices(actor_of(interaction), to_change=True), current)


def parse_place(value: str) -> LocationId:
    """Return the place that was chosen; the id of none for other text."""
    return LocationId(parse_id(value))


def _fitting(found: Iterable[LocationChoice], current: str) -> list[Choice[str]]:
    wanted = fold_text(current)
    return [
        choice(_label(Texts(), each), each.location.id)
        for each in found
        if wanted in fold_text(each.location.name)
    ]


def _label(texts: Texts, each: LocationChoice) -> str:
    if each.group_name is None:
        return each.location.name
    return texts.plain("locations.choice.of_group", place=each.location.name, group=each.group_name)
