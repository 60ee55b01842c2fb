"""When the clocks of a zone change, for files that must carry the zone with them.

icalendar could look for that itself, but its steps of weeks miss the month in which Morocco's clocks
go back for Ramadan.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from buddybot.domain import zones

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
