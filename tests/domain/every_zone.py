"""Every zone that may be chosen, every change of its clocks, every half hour of the week around it.

What is expected is worked out here in another way than the product does: from the list of a zone's
offsets. Run as a program (`make time`), it does so for all of them and prints how many there were.
"""

import datetime as dt
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from buddybot.domain import zones
from buddybot.domain.meetings.schedule import Occurrence, Schedule, list_occurrences

FIRST, LAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2038, 1, 1, tzinfo=dt.UTC)
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
HALF_HOURS = 48
WEEKS_AROUND = 3
"""The week of the change, the one before and the one after."""
NEAR = 3 * WEEK
CLOSE, COARSE = dt.timedelta(hours=6), dt.timedelta(days=5)
"""How far apart the clocks are read: changes nearer to each other than that would be overlooked."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time during which the clocks of a zone stand at one offset from UTC; `since` is included."""

    since: dt.datetime
    until: dt.datetime
    offset: dt.timedelta


@dataclass(frozen=True, slots=True)
class Change:
    """The instant at which a zone's clocks change, and how."""

    zone: str
    at: dt.datetime
    before: dt.timedelta
    after: dt.timedelta

    @property
    def kind(self) -> tuple[dt.timedelta, dt.time, int]:
        """How far the clocks go, and what day and time they showed last."""
        shown = (self.at + self.before).replace(tzinfo=None)
        return self.after - self.before, shown.time(), shown.weekday()


def stretches(
    zone: str, first: dt.datetime = FIRST, last: dt.datetime = LAST, step: dt.timedelta = CLOSE
) -> tuple[Stretch, ...]:
    """Return the stretches of a zone, from a month before `first` to a month after `last`."""
    tz, since, end = zones.zone(zone), first - 4 * WEEK, last + 4 * WEEK
    found, at = [], since
    while at < end:
        following = at + step
        if _offset(following, tz) != _offset(at, tz):
            changed = _bisect(at, following, tz)
            found.append(Stretch(since, changed, _offset(at, tz)))
            since = changed
        at = following
    return (*found, Stretch(since, end, _offset(since, tz)))


def changes(
    zone: str, found: Sequence[Stretch], first: dt.datetime = FIRST, last: dt.datetime = LAST
) -> Iterator[Change]:
    """Yield the changes of a zone's clocks between two instants."""
    for before, after in pairwise(found):
        if first <= after.since < last:
            yield Change(zone, after.since, before.offset, after.offset)


def earliest(wall: dt.datetime, found: Iterable[Stretch]) -> dt.datetime:
    """Return the first instant at which the clocks show this time or, in a gap, a later one."""
    return next(
        start
        for each in found
        if (start := max(each.since, wall.replace(tzinfo=dt.UTC) - each.offset)) < each.until
    )


def check_around(change: Change, found: Sequence[Stretch], counts: Counter[str]) -> None:
    """Fail unless each slot of the week gives exactly one meeting in each local week around a change."""
    near = [each for each in found if each.until > change.at - NEAR and each.since < change.at + NEAR]
    monday = _monday(change)
    for slot in range(7 * HALF_HOURS):
        weekday, half_hour = divmod(slot, HALF_HOURS)
        at = dt.time(half_hour // 2, 30 * (half_hour % 2))
        schedule = Schedule(
            weekday=weekday,
            time=at,
            zone=change.zone,
            every_weeks=1,
            anchor=monday - WEEK,
            duration_minutes=60,
        )
        meetings = list(islice(list_occurrences(schedule, after=monday - WEEK - DAY), WEEKS_AROUND))
        for number, meeting in enumerate(meetings):
            _check(meeting, monday + (number - 1) * WEEK + weekday * DAY, at, near, counts)
        counts["slots"] += 1


def _check(
    meeting: Occurrence, day: dt.date, at: dt.time, near: Sequence[Stretch], counts: Counter[str]
) -> None:
    wall = dt.datetime.combine(day, at)
    expected = earliest(wall, near)
    assert meeting.day == day, (meeting, day, at)
    assert meeting.starts_at == expected, (meeting, expected, at)
    offset = next(each.offset for each in near if each.since <= expected < each.until)
    shown = (expected + offset).replace(tzinfo=None)
    assert shown >= wall, (meeting, shown)
    # A gap that swallows the end of a Sunday would carry a meeting into the week after.
    assert shown.isocalendar()[:2] == day.isocalendar()[:2], (meeting, shown)
    counts["meetings"] += 1
    counts["moved by a gap"] += shown != wall


def _monday(change: Change) -> dt.date:
    shown = (change.at + change.before).date()
    return shown - dt.timedelta(days=shown.weekday())


def _offset(at: dt.datetime, tz: dt.tzinfo) -> dt.timedelta:
    offset = at.astimezone(tz).utcoffset()
    assert offset is not None
    return offset


def _bisect(low: dt.datetime, high: dt.datetime, tz: dt.tzinfo) -> dt.datetime:
    before = _offset(low, tz)
    while high - low > dt.timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _offset(middle, tz) == before:
            low = middle
        else:
            high = middle
    return high


def distinct(step: dt.timedelta = CLOSE) -> dict[tuple[Stretch, ...], list[str]]:
    """Return the zones that may be chosen, those with the same clocks together."""
    alike: dict[tuple[Stretch, ...], list[str]] = {}
    for zone in sorted(zones.allowed()):
        alike.setdefault(stretches(zone, step=step), []).append(zone)
    return alike


def main() -> int:
    """Check them all."""
    counts: Counter[str] = Counter()
    alike = distinct()
    for found, names in alike.items():
        for change in changes(names[0], found):
            check_around(change, found, counts)
            counts["changes"] += 1
            counts["changes of all zones"] += len(names)
        counts["zones"] += len(names)
    counts["zones with clocks of their own"] = len(alike)
    for what, count in counts.items():
        sys.stdout.write(f"{count:>10,} {what}\n")
    sys.stdout.write(
        "Each slot gives exactly one meeting in each local week, at its local time or the end of the gap.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
