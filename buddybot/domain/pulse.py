"""The pulse: anonymous ratings from 1 to 5, shown in three bands and never of fewer than three votes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from buddybot.domain import schedule
from buddybot.domain.errors import Refusal

LOWEST, HIGHEST = 1, 5
FEWEST_VOTES = 3
"""With fewer than this nothing is published, and the detector is not fed."""
_MIDDLE, _HIGH = 3, 4
_MORNING = time(9)
_SHORTEST = timedelta(hours=6)
"""For how long at least people can vote, also when a meeting was closed by itself early the next day."""


class Band(StrEnum):
    """How a meeting was rated on average: below 3, from 3 to below 4, 4 and more."""

    LOW = "low"
    MIDDLING = "middling"
    GOOD = "good"


def check_rating(rating: int) -> int:
    """The rating itself; Refusal "button.stale" when no button of ours has it (a forged one has)."""
    if not LOWEST <= rating <= HIGHEST:
        raise Refusal("button.stale")
    return rating


def closes_at(day: date, zone: str, now: datetime) -> datetime:
    """When the pulse of a meeting on this local day closes, if it opens `now`: at 9:00 the next morning."""
    following = schedule.instant(day + timedelta(days=1), _MORNING, zone)
    if following - now >= _SHORTEST:
        return following
    return schedule.instant(schedule.local(now, zone).date() + timedelta(days=1), _MORNING, zone)


def published(ratings: Sequence[int]) -> Band | None:
    """What everybody may read of a meeting's ratings; None with fewer than three.

    Whoever voted knows one of the ratings. If theirs is so low that the band "good" needs the highest rating
    of everybody else (2, 5, 5 and 1, 5, 5, 5; there is no other case), it would tell them all the others':
    then "middling" is published.
    """
    if len(ratings) < FEWEST_VOTES:
        return None
    total, others = sum(ratings), len(ratings) - 1
    if total < _MIDDLE * len(ratings):
        return Band.LOW
    if total < _HIGH * len(ratings) or _HIGH * len(ratings) - min(ratings) >= HIGHEST * others:
        return Band.MIDDLING
    return Band.GOOD


def kept_total(ratings: Sequence[int]) -> int:
    """The sum that stays in the database, by one off either end: there it would be everybody's rating."""
    return min(max(sum(ratings), LOWEST * len(ratings) + 1), HIGHEST * len(ratings) - 1)


def usual(bands: Iterable[Band]) -> Band | None:
    """The middle one of published bands, the lower of two middle ones; None without any.

    It says nothing that the bands by themselves did not.
    """
    order = list(Band)
    known = sorted(order.index(band) for band in bands)
    return order[known[(len(known) - 1) // 2]] if known else None
