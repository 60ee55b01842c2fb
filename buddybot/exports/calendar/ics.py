"""The meetings of a group as an iCalendar file (RFC 5545), for whatever calendar its members use.

A file that is imported again updates what is there: a meeting keeps its UID for ever, and SEQUENCE
grows with each change.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from urllib.parse import quote

from buddybot.domain import zones
from buddybot.domain.ids import GroupId, GuildId
from buddybot.domain.meetings.meetings import MeetingKind

PRODUCT = "-//buddybot//Meetings//EN"

_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, which the format forbids, and halves of characters, which UTF-8 cannot say."""
_OF_ADDRESSES = "%/:=&?~#+!$,;'@()*[]-._"


class Entry(NamedTuple):
    """One meeting in a calendar; the instants are in UTC, `zone` is where a clock shows them.

    Texts may hold anything that people write. `location` and `description` are for members' eyes only.
    """

    guild_id: GuildId
    group_id: GroupId
    slot: date
    kind: MeetingKind
    starts_at: datetime
    ends_at: datetime
    zone: str
    sequence: int
    called_off: bool
    summary: str
    location: str | None = None
    url: str | None = None
    description: str | None = None

    @property
    def uid(self) -> str:
        """What a calendar knows the meeting by; when it takes place has no part in it."""
        return f"{self.guild_id}-{self.group_id}-{self.slot.isoformat()}-{self.kind.value}@buddybot"


def calendar_file(entries: Sequence[Entry], *, name: str, now: datetime) -> bytes:
    """Return the file; `name` is what a calendar made from it is called, `now` when it was made."""
    # The library takes a tenth of a second to load, and most runs of the bot never write a calendar.
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    for key in ("NAME", "X-WR-CALNAME"):  # what the standard calls it, and what most programs read
        calendar.add(key, icalendar.prop.vInline(_text(name)))
    for zone in sorted({zones.pick_known_zone(entry.zone) for entry in entries} - {"UTC"}):
        timezone = icalendar.Timezone()
        timezone.add("TZID", zone)
        for each in list_observances(zone, *_years(entries)):
            part = icalendar.TimezoneDaylight() if each.daylight else icalendar.TimezoneStandard()
            part.add("DTSTART", each.onset)
            part.add("RDATE", each.onset)  # said again for readers that go by rules and dates alone
            part.add("TZOFFSETFROM", each.before)
            part.add("TZOFFSETTO", each.after)
            part.add("TZNAME", each.name)
            timezone.add_component(part)
        calendar.add_component(timezone)
    for entry in entries:
        event = icalendar.Event()
        for key, value in _properties(entry, now):
            event.add(key, icalendar.prop.vInline(value) if isinstance(value, str) else value)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _properties(entry: Entry, now: datetime) -> Iterator[tuple[str, str | int | datetime]]:
    """The properties of one meeting; strings are as they stand in the file."""
    yield "UID", entry.uid
    yield "DTSTAMP", now.astimezone(UTC)
    yield from zip(("DTSTART", "DTEND"), _clocks(entry), strict=True)
    yield "SEQUENCE", entry.sequence
    yield "STATUS", "CANCELLED" if entry.called_off else "CONFIRMED"
    yield "SUMMARY", _text(entry.summary)
    if entry.location:
        yield "LOCATION", _text(entry.location)
    if entry.url:
        yield "URL", quote(entry.url, safe=_OF_ADDRESSES, errors="replace")
    if entry.description:
        yield "DESCRIPTION", _text(entry.description)


def _clocks(entry: Entry) -> tuple[datetime, datetime]:
    """Start and end as a clock in the zone shows them; both in UTC where it shows one of them twice.

    The format means the first of two then, and not every program reads it so.
    """
    moments = entry.starts_at.astimezone(UTC), entry.ends_at.astimezone(UTC)
    tz = zones.zone(zones.pick_known_zone(entry.zone))
    shown = moments[0].astimezone(tz), moments[1].astimezone(tz)
    return moments if str(tz) == "UTC" or any(map(_is_repeated, shown)) else shown


def _is_repeated(shown: datetime) -> bool:
    """Whether a clock shows this local time twice."""
    return shown.replace(fold=0).utcoffset() != shown.replace(fold=1).utcoffset()


def _years(entries: Sequence[Entry]) -> tuple[datetime, datetime]:
    """The whole years that the zones must be right for."""
    first = min(entry.starts_at for entry in entries).astimezone(UTC)
    last = max(entry.ends_at for entry in entries).astimezone(UTC)
    return datetime(first.year, 1, 1, tzinfo=UTC), datetime(last.year + 1, 1, 1, tzinfo=UTC)


def _text(raw: str) -> str:
    r"""A TEXT value: nothing in it ends the line or the value.

    Not left to the library, which takes the two characters `\N` that somebody wrote for a line break and
    lets control characters through.
    """
    kept = _UNWRITABLE.sub("", _BREAK.sub("\n", raw))
    return kept.replace("\\", r"\\").replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")


_DAY, _SECOND, _NOTHING = timedelta(days=1), timedelta(seconds=1), timedelta(0)


class Observance(NamedTuple):
    """From `onset` on, local time by the offset before, a clock is `after` ahead of UTC.

    `daylight` is the summer half of the year also where a zone calls its winter the exception (Dublin,
    Casablanca): programs that read calendars expect the clock to be ahead then.
    """

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool


def list_observances(zone: str, first: datetime, last: datetime) -> Sequence[Observance]:
    """Return what holds in a zone at `first` and each change until `last`, both aware; changes are never
    two on one day.
    """
    tz = zones.zone(zone)
    start = first.astimezone(UTC)
    onsets = [start, *_changes(tz, start, last)]
    least = min(_saving(tz, onset) for onset in onsets)
    found: list[Observance] = []
    for onset in onsets:
        after = _offset(tz, onset)
        before = found[-1].after if found else after
        found.append(
            Observance(
                onset=(onset + before).replace(tzinfo=None),
                before=before,
                after=after,
                name=onset.astimezone(tz).tzname() or zone,
                daylight=_saving(tz, onset) > least,
            )
        )
    return found


def _changes(tz: tzinfo, start: datetime, last: datetime) -> list[datetime]:
    """The instants at which the offset becomes another."""
    found: list[datetime] = []
    while start < last:
        following = start + _DAY
        if _offset(tz, start) != _offset(tz, following):
            found.append(_change(tz, start, following))
        start = following
    return found


def _change(tz: tzinfo, low: datetime, high: datetime) -> datetime:
    before = _offset(tz, low)
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // (2 * _SECOND))
        if _offset(tz, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(tz: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(tz).utcoffset() or _NOTHING


def _saving(tz: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(tz).dst() or _NOTHING
