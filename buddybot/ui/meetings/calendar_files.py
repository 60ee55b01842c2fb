"""The group's meetings as a file for a member's own calendar, and the message it comes with."""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

import discord

from buddybot.domain.groups.groups import Group
from buddybot.domain.locations.locations import Access, LocationKind
from buddybot.exports.records.formats import plain
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.meetings.calendar_feed import CalendarDay, CalendarView
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import Texts

if TYPE_CHECKING:
    from buddybot.exports.calendar.ics import Entry


def calendar_card(texts: Texts, view: CalendarView) -> Card:
    """Return the message with the file in it; `calendar_attachment` is sent along."""
    card = Card().text(texts("calendar.card.title", group=view.group.name), texts("calendar.card.text"))
    card.file(_file_name(view.group))
    return card.note(texts("calendar.card.again")).note(texts("calendar.card.private"))


def calendar_attachment(texts: Texts, view: CalendarView) -> discord.File:
    """Return the file itself."""
    # Imported here: files and pictures are asked for rarely, and a start does without what makes them.
    from buddybot.exports.calendar.ics import calendar_file

    entries = [_entry(texts, view.group, day) for day in view.days]
    data = calendar_file(entries, name=view.group.name, now=view.now)
    return discord.File(BytesIO(data), _file_name(view.group))


def _file_name(group: Group) -> str:
    return f"{plain(group.name, otherwise='meetings')}.ics"


def _entry(texts: Texts, group: Group, day: CalendarDay) -> "Entry":
    from buddybot.exports.calendar.ics import Entry  # see above

    return Entry(
        guild_id=group.guild_id,
        group_id=group.id,
        slot=day.slot,
        kind=day.kind,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        zone=day.zone,
        sequence=day.sequence,
        called_off=day.called_off,
        summary=texts.plain(f"calendar.entry.{'off' if day.called_off else 'meets'}", group=group.name),
        location=_location(texts, day.arrangement),
        url=_link(day.arrangement),
        description="\n".join(_description(texts, day)),
    )


def _location(texts: Texts, arrangement: ArrangementView) -> str | None:
    if arrangement.online:
        return texts.plain("calendar.entry.online")
    if arrangement.location is None:
        return None
    words = arrangement.location.words
    if words.address is None:
        return words.name
    return texts.plain("calendar.entry.place", place=words.name, address=words.address)


def _link(arrangement: ArrangementView) -> str | None:
    """The link of the place, unless the group is online and the link is of a house with a door."""
    if arrangement.location is None or (
        arrangement.online and arrangement.location.words.kind is LocationKind.PLACE
    ):
        return None
    return arrangement.location.words.link


def _description(texts: Texts, day: CalendarDay) -> Iterator[str]:
    location = None if day.arrangement.online else day.arrangement.location
    if (link := _link(day.arrangement)) is not None:  # not every program shows what stands in URL alone
        yield texts.plain("calendar.entry.link", link=link)
    if day.host is not None:
        yield texts.plain("calendar.entry.hosted", host=day.host)
    if location is not None and location.words.access:
        known = [each for each in Access if each in location.words.access]
        yield " · ".join(texts.plain(f"arrangements.access.{each.value}") for each in known)
    if location is not None and location.words.note is not None:
        yield location.words.note
