"""What the server's own event of a meeting says: plain words that the whole server may read."""

import re
from datetime import datetime
from typing import NamedTuple

import discord

from buddybot.services.meetings.server_event_steps import EventView
from buddybot.ui.framework.texts import Markup, Texts, shorten_text
from buddybot.ui.locations.arrangements import access

NAME_LIMIT = 100
LOCATION_LIMIT = 100
DESCRIPTION_LIMIT = 1000

_CHANNEL = "https://discord.com/channels/{guild}/{channel}"


class EventWords(NamedTuple):
    """Name, place and description, within Discord's limits."""

    name: str
    location: str
    description: str


def words_of(texts: Texts, view: EventView) -> EventWords:
    """Return an event's words; of a place the name and how to get in, never the address or a link to it.

    What is online leads to the group's channel, where only those get further who can read it.
    """
    group, arrangement = view.group, view.arrangement
    channel = _CHANNEL.format(guild=group.guild_id, channel=group.channel_id)
    entry = texts("events.description.entry", group=group.name)
    button = texts.plain("arrangements.where.button")
    notes: list[Markup] = []
    if arrangement.online or (arrangement.location is not None and arrangement.location.remote):
        location = texts.plain("events.online", link=channel)
        more = texts("events.description.online", button=button)
    elif arrangement.location is not None:
        location = _drop_links(arrangement.location.name)
        notes = access(texts, arrangement.location)
        more = texts("events.description.exact", button=button)
    else:
        location = channel
        more = texts("events.description.open")
    lines = [" · ".join(notes), entry, more, texts("events.description.interested")]
    return EventWords(
        name=_name(texts, view, view.number),
        location=shorten_text(location, LOCATION_LIMIT),
        description=shorten_text("\n".join(filter(None, lines)), DESCRIPTION_LIMIT),
    )


def _name(texts: Texts, view: EventView, number: int) -> str:
    name = texts.plain("events.name", group=_drop_links(view.group.name), number=number)
    return shorten_text(name, NAME_LIMIT)


def is_of(texts: Texts, event: discord.ScheduledEvent, view: EventView) -> bool:
    """Return whether an event that Discord has is called like a meeting of this group, of any number."""
    numbers = re.findall(r"[0-9]{1,9}", event.name)
    return any(event.name == _name(texts, view, int(number)) for number in numbers)


def mark(name: str, start: datetime) -> str:
    """Return what an event under way is found by, if the process ends before it is noted."""
    return f"{int(start.timestamp())} {name}"


def mark_of(event: discord.ScheduledEvent) -> str:
    """Return the same of an event that Discord has."""
    return mark(event.name, event.start_time)


def _drop_links(text: str) -> str:
    """Members' words in a place without markdown: no client makes a link of them."""
    return text.replace("://", ":\u200b//")
