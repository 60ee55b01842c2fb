"""The days and meetings that are offered while somebody types, and how the chosen one is read back."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import discord
from discord.app_commands import Choice

from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.schedule import parse_date
from buddybot.domain.text import folded
from buddybot.services.calendar import Pick, Slot, coming
from buddybot.ui.choices import choice, parse_group, parse_id, unfailing
from buddybot.ui.day_names import day_name
from buddybot.ui.meetings import slot_name
from buddybot.ui.reply import actor_of, texts_of

Interaction = discord.Interaction[Any]

_DAYS = 25


@unfailing
async def slots(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer every day on which the group is still to meet or would, skipped ones included."""
    return _named(interaction, coming(await _slots(interaction), _now(interaction)), current)


@unfailing
async def meetings(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the meetings that are planned, going on, or over and not closed yet."""
    return _named(interaction, _made(await _slots(interaction)), current)


@unfailing
async def next_meetings(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the meetings that are planned or going on."""
    found = coming(_made(await _slots(interaction)), _now(interaction))
    return _named(interaction, found, current)


@unfailing
async def days(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the next days, as they are where the group meets."""
    services, actor = interaction.client.services, actor_of(interaction)
    return _days_from(interaction, await services.meetings.today(actor, _group(interaction)), current)


@unfailing
async def own_days(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the next days, as they are where the person lives, from the day in `start` on where given."""
    services, actor = interaction.client.services, actor_of(interaction)
    first = await services.away.today(actor)
    start = getattr(interaction.namespace, "start", None)
    if start and start != current:
        first = max(first, parse_date(start))
    return _days_from(interaction, first, current)


def _days_from(interaction: Interaction, first: date, current: str) -> list[Choice[str]]:
    texts = texts_of(interaction)
    offered = [first + timedelta(days=shift) for shift in range(_DAYS)]
    return _matching(((day_name(texts, day), day.isoformat()) for day in offered), current)


def parse_pick(value: str | None) -> Pick | None:
    """Return the meeting that was chosen, or the day that was typed; None when neither was."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return MeetingId(parse_id(text))
    return parse_date(text)


def parse_day(value: str | None) -> date | None:
    """Return the day that was chosen or typed; None when none was."""
    return parse_date(value) if value and value.strip() else None


async def _slots(interaction: Interaction) -> Iterable[Slot]:
    services, actor = interaction.client.services, actor_of(interaction)
    found: Iterable[Slot] = await services.meetings.slots(actor, _group(interaction))
    return found


def _made(found: Iterable[Slot]) -> Iterable[Slot]:
    return [slot for slot in found if slot.meeting is not None and slot.meeting.ahead]


def _now(interaction: Interaction) -> datetime:
    now: datetime = interaction.client.services.work.now()
    return now


def _group(interaction: Interaction) -> GroupId | None:
    return parse_group(getattr(interaction.namespace, "group", None))


def _named(interaction: Interaction, found: Iterable[Slot], current: str) -> list[Choice[str]]:
    texts = texts_of(interaction)
    now = _now(interaction)
    named = (
        (slot_name(texts, slot, now), slot.day.isoformat() if slot.meeting is None else str(slot.meeting.id))
        for slot in found
    )
    return _matching(named, current)


def _matching(named: Iterable[tuple[str, str]], current: str) -> list[Choice[str]]:
    wanted = folded(current)
    return [choice(name, value) for name, value in named if wanted in folded(name) or wanted == value]
