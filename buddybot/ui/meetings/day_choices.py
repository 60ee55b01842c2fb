"""The days and meetings that are offered while somebody types, and how the chosen one is read back."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

import discord
from discord.app_commands import Choice

from buddybot.domain.meetings.schedule import parse_date, parse_time
from buddybot.domain.zones import canonical
from buddybot.services.core.meeting_days import Slot
from buddybot.services.meetings.meeting_choices import Aim
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.ui.framework.choices import (
    Suggest,
    guard_suggest,
    match_names,
    read_group,
    read_option,
    read_pick,
)
from buddybot.ui.framework.reply import actor_of, texts_of
from buddybot.ui.framework.texts import day_name
from buddybot.ui.meetings.meetings import slot_name

Interaction = discord.Interaction[Any]

_DAYS = 25


def meetings_for(aim: Aim) -> Suggest:
    """Return an autocomplete that offers the meetings, or days without one yet, which a command takes."""

    @guard_suggest
    async def meetings(interaction: Interaction, current: str) -> list[Choice[str]]:
        choices = interaction.client.services.meeting_choices
        found = await choices.list_slots(actor_of(interaction), aim, read_group(interaction))
        return _name_slots(interaction, found, current)

    return meetings


@guard_suggest
async def days_to_move(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the days that the meeting in `meeting`, or the next one, can be moved to."""
    found = await interaction.client.services.meeting_choices.days_to_move(
        actor_of(interaction), read_pick(interaction), _time(interaction), read_group(interaction)
    )
    return _matching_days(interaction, found, current)


@guard_suggest
async def days_for_extra(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the days on which the group can meet once more."""
    minutes, zone = read_option(interaction, "minutes"), read_option(interaction, "zone")
    wanted = ScheduleChange(
        at=_time(interaction), duration_minutes=minutes, zone=None if zone is None else canonical(zone)
    )
    choices = interaction.client.services.meeting_choices
    found = await choices.days_for_extra(actor_of(interaction), wanted, read_group(interaction))
    return _matching_days(interaction, found, current)


@guard_suggest
async def own_days(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the next days, as they are where the person lives, from the day in `start` on where given."""
    services, actor = interaction.client.services, actor_of(interaction)
    first = await services.away.find_today(actor)
    start = read_option(interaction, "start")
    if start and start != current:
        first = max(first, parse_date(start))
    found = [first + timedelta(days=shift) for shift in range(_DAYS)]
    return _matching_days(interaction, found, current)


def _matching_days(interaction: Interaction, found: Iterable[date], current: str) -> list[Choice[str]]:
    texts = texts_of(interaction)
    return match_names(((day_name(texts, day), day.isoformat()) for day in found), current)


def parse_day(value: str | None) -> date | None:
    """Return the day that was chosen or typed; None when none was."""
    return parse_date(value) if value and value.strip() else None


def _time(interaction: Interaction) -> time | None:
    written = read_option(interaction, "time")
    return None if written is None else parse_time(written)


def _name_slots(interaction: Interaction, found: Iterable[Slot], current: str) -> list[Choice[str]]:
    texts = texts_of(interaction)
    now = interaction.client.services.transactions.now()
    named = (
        (slot_name(texts, slot, now), slot.day.isoformat() if slot.meeting is None else str(slot.meeting.id))
        for slot in found
    )
    return match_names(named, current)
