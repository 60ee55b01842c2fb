"""When a group meets: a local weekday and time in a zone, every n weeks.

Local time and zone are what is kept; instants are derived from them. In a gap of the local clock (also one
that swallows a whole day) the first valid instant counts, in a fold the first of the two.
"""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, islice, takewhile
from typing import NamedTuple

from buddybot.domain import zones
from buddybot.domain.errors import Refusal
from buddybot.domain.text import excerpt

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2199, 12, 31)
"""The days the product knows: no arithmetic near the ends of the calendar."""
SHORTEST, LONGEST = 15, 480
"""Minutes a meeting may last."""
MOST_WEEKS = 8

# Patterns are kept as text: `re` compiles one when it is first used, which makes no start longer.
_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_TIME = r"(?i)([0-9]{1,2})(?:[:.]([0-9]{2}))?(?: ?([ap])(?:m|\.m\.))?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A weekly schedule; `weekday` 0 is Monday; the first meeting is on the first such day from `anchor`.

    `zone` may be one that is not known here, when it was stored elsewhere: such a schedule gives no meetings
    until another zone is chosen.
    """

    weekday: int
    time: dt.time
    zone: str
    every_weeks: int
    anchor: dt.date
    duration_minutes: int

    def __post_init__(self) -> None:
        if self.time.tzinfo is not None:
            raise ValueError("the time of a schedule is local: its zone stands beside it")
        _within("schedule.weekday", self.weekday, 0, 6)
        _within("schedule.every_weeks", self.every_weeks, 1, MOST_WEEKS)
        check_duration(self.duration_minutes)
        check_day(self.anchor)


class Occurrence(NamedTuple):
    """One meeting of a schedule: its local date and, in UTC, when it starts and ends."""

    day: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime


def instant(day: dt.date, at: dt.time, zone: str) -> dt.datetime:
    """The instant, in UTC, when a clock in `zone` shows this, or the first one after where it never does.

    A zone that is not known here is read as UTC; so does `local`.
    """
    tz = zones.zone(zones.pick_known_zone(zone))
    wall = dt.datetime.combine(day, at).replace(tzinfo=None)
    late = wall.replace(tzinfo=tz, fold=0).astimezone(dt.UTC)
    if _wall(late, tz) == wall:
        return late
    # A gap: read with the offset after the change the wall time lies before it, and the other way round.
    early = wall.replace(tzinfo=tz, fold=1).astimezone(dt.UTC)
    low, high = 0, round((late - early).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _wall(early + dt.timedelta(seconds=middle), tz) >= wall:
            high = middle
        else:
            low = middle
    return early + dt.timedelta(seconds=high)


def local(instant: dt.datetime, zone: str) -> dt.datetime:
    """What a clock in `zone` shows at this aware instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant is aware")
    return instant.astimezone(zones.zone(zones.pick_known_zone(zone)))


def list_occurrences(schedule: Schedule, *, after: dt.date) -> Iterator[Occurrence]:
    """The meetings whose local date is later than `after`, in order: one in every n local weeks.

    None while the zone is not known: nobody can say when they would be.
    """
    if not zones.is_known(schedule.zone):
        return
    day = schedule.anchor + dt.timedelta(days=(schedule.weekday - schedule.anchor.weekday()) % 7)
    step = dt.timedelta(weeks=schedule.every_weeks)
    if after >= LAST_DAY:
        return
    if day <= after:
        day += step * ((after - day) // step + 1)
    while day <= LAST_DAY:
        yield make_occurrence(
            day, schedule.time, zone=schedule.zone, duration_minutes=schedule.duration_minutes
        )
        day += step


def make_occurrence(day: dt.date, at: dt.time, *, zone: str, duration_minutes: int) -> Occurrence:
    """One meeting on a given local date, for instance an extra or a moved one; it lasts real minutes.

    Raises Refusal("schedule.zone_lost") where the zone is not known.
    """
    check_zone(zone)
    check_day(day)
    check_duration(duration_minutes)
    starts_at = instant(day, at, zone)
    return Occurrence(day, starts_at, starts_at + dt.timedelta(minutes=duration_minutes))


def next_occurrences(schedule: Schedule, *, now: dt.datetime, count: int) -> list[Occurrence]:
    """The next `count` meetings that are not over at `now`; one that is under way comes first."""
    # Three days back: a meeting lasts hours, and a missing day moves one by a day at most.
    since = max(local(now, schedule.zone).date(), FIRST_DAY) - dt.timedelta(days=3)
    ahead = (each for each in list_occurrences(schedule, after=since) if each.ends_at > now)
    return list(islice(ahead, count))


def check_duration(minutes: int) -> None:
    """Refuses a meeting that is too short or too long: "schedule.duration"."""
    _within("schedule.duration", minutes, SHORTEST, LONGEST)


def check_zone(zone: str) -> None:
    """Refuses a stored zone that is not known here: "schedule.zone_lost"."""
    if not zones.is_known(zone):
        raise Refusal("schedule.zone_lost", zone=excerpt(zone))


def check_day(day: dt.date) -> None:
    """Refuses a day outside the calendar of the product: "date.range"."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refusal("date.range", lowest=FIRST_DAY.isoformat(), highest=LAST_DAY.isoformat())


def parse_date(raw: str) -> dt.date:
    """A day written as 2026-03-05, in no other way.

    Raises Refusal("date.unreadable"), ("date.nonexistent") or ("date.range").
    """
    match = re.fullmatch(_DATE, raw.strip())
    if not match:
        raise Refusal("date.unreadable", raw=excerpt(raw))
    year, month, day = map(int, match.groups())
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise Refusal("date.nonexistent", raw=match.group()) from None
    check_day(found)
    return found


def parse_time(raw: str) -> dt.time:
    """A time of day: "19:00", "7:30", "19.00", "7pm", "7:30 pm"; raises Refusal("time.unreadable")."""
    match = re.fullmatch(_TIME, raw.strip())
    if not match or not (match[2] or match[3]):  # a bare "7" may be either half of the day
        raise Refusal("time.unreadable", raw=excerpt(raw))
    hour, minute = int(match[1]), int(match[2] or 0)
    twelve_hours = match[3] is not None
    lowest, highest = (1, 12) if twelve_hours else (0, 23)
    if not lowest <= hour <= highest or minute > 59:
        raise Refusal("time.unreadable", raw=excerpt(raw))
    if twelve_hours:
        hour = hour % 12 + (12 if match[3] in "pP" else 0)
    return dt.time(hour, minute)


def _wall(instant: dt.datetime, tz: dt.tzinfo) -> dt.datetime:
    return instant.astimezone(tz).replace(tzinfo=None, fold=0)


def _within(code: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise Refusal(code, value=value, lowest=lowest, highest=highest)


_NEAREST = 3
"""Days to the nearest day of a weekly schedule, at most."""
_WEEK = 7

_Belongs = Callable[[date, date], bool]


def find_successors(
    days: Sequence[date], given: Sequence[date], agreed: Collection[date]
) -> Mapping[date, date]:
    """Return which of the `given` days each of the old `days` becomes; one without a successor is missing.

    A day that is given again stays. No two become the same, and their order stays. `agreed` are the days
    of which people agreed on something: as few of those as can be are left without a successor.
    """
    ways = [_match(days, given, belongs) for belongs in (_same_week, _near)]
    return max(ways, key=lambda found: len(found.keys() & set(agreed)))


def find_anchor(old: Schedule | None, new: Schedule, *, agreed: Collection[date], earliest: date) -> date:
    """Return the first day of a changed schedule, from `earliest` on.

    With the same interval it keeps to the weeks of the old one, so that the days of which people `agreed`
    on something have successors.
    """
    if old is None or new.every_weeks == 1 or old.every_weeks != new.every_weeks:
        return earliest
    # Every second week or less: the day that belongs to a day of the old schedule begins the new one.
    since = earliest - timedelta(days=2 * _WEEK)
    old = replace(old, zone=new.zone)
    first = next(list_occurrences(old, after=min(since, old.anchor - timedelta(days=1))), None)
    if first is None:
        return earliest
    monday = first.day - timedelta(days=first.day.weekday())
    same_week = monday + timedelta(days=new.weekday)
    nearest = first.day + timedelta(days=(new.weekday - first.day.weekday() + _NEAREST) % _WEEK - _NEAREST)
    step = timedelta(weeks=new.every_weeks)
    anchors = [each + step * max(0, -((each - earliest) // step)) for each in (same_week, nearest)]
    days = sorted(agreed)
    until = max(chain(days, [earliest])) + step
    return max(anchors, key=lambda anchor: len(find_successors(days, _days_from(new, anchor, until), days)))


def _days_from(schedule: Schedule, anchor: date, until: date) -> Sequence[date]:
    step = timedelta(weeks=schedule.every_weeks)
    ahead = (anchor + step * number for number in range((until - anchor) // step + 1))
    return list(takewhile(lambda day: day <= until, ahead))


def _match(days: Sequence[date], given: Sequence[date], belongs: _Belongs) -> Mapping[date, date]:
    """Let each given day go to the nearest of the days that belong to it, to the earlier of two."""
    found: dict[date, date] = {}
    for new in given:
        wanted = [day for day in days if day not in found and belongs(day, new)]
        if wanted:
            found[min(wanted, key=lambda day: (abs(day - new), day))] = new
    return found


def _same_week(day: date, new: date) -> bool:
    return day.isocalendar()[:2] == new.isocalendar()[:2]


def _near(day: date, new: date) -> bool:
    return abs((day - new).days) <= _NEAREST
