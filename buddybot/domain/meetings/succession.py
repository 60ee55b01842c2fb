"""Which day of a new schedule takes the place of which day of the old one.

A meeting moves to the new day of its own week, Monday to Sunday. Where that would leave more of what people
agreed on without a day than going to the nearest day does, each moves to the nearest: as from Sundays to
Mondays, when this week's Monday is over.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, takewhile

from buddybot.domain.meetings.schedule import Schedule, list_occurrences

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
