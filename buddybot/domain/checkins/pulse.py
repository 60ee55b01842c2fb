"""The pulse: anonymous ratings from 1 to 5, shown in three bands and never of fewer than four votes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, GuildId, MeetingId
from buddybot.domain.meetings import schedule

LOWEST, HIGHEST = 1, 5
FEWEST_VOTES = 4
"""With fewer than this nothing is published, and the detector is not fed."""
_MIDDLE = 3
_CLEARLY = 3
"""By how much the ratings together must exceed the middle for a meeting to be good."""
_TELLING = frozenset({(1, 1, 4, 5), (1, 4, 5, 5), (2, 3, 5, 5), (1, 5, 5, 5), (1, 2, 5, 5, 5)})
"""Ratings whose own band would let one or two of the voters read all the others': they count as middling.

Found by trying all; the tests do so again.
"""
_MORNING = time(9)
_SHORTEST = timedelta(hours=6)
"""For how long at least people can vote, also when a meeting was closed by itself early the next day."""


class Band(StrEnum):
    """How a meeting was rated: below 3 on average, about 3, or clearly above it.

    "Clearly" is 3 points for all voters together: an average of 3.75 from four votes, of 3.5 from six.
    """

    LOW = "low"
    MIDDLING = "middling"
    GOOD = "good"


class Pulse(NamedTuple):
    """A meeting's pulse: open until `closes_at`; once closed, the band that was published, if any."""

    meeting_id: MeetingId
    closes_at: datetime
    open: bool
    band: Band | None


class DuePulse(NamedTuple):
    """An open pulse whose time is over, and whose it is."""

    guild_id: GuildId
    group_id: GroupId
    meeting_id: MeetingId


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


def publish_band(ratings: Sequence[int]) -> Band | None:
    """Return what everybody may read of a meeting's ratings; None with fewer than four.

    Both bounds grow by 3 with each vote. So one more vote that raises the band can be a 4 or a 5, and one
    that lowers it a 1 or a 2: two meetings between which one person came or left tell no rating.
    """
    votes = len(ratings)
    if votes < FEWEST_VOTES:
        return None
    if tuple(sorted(ratings)) in _TELLING:
        return Band.MIDDLING
    above = sum(ratings) - _MIDDLE * votes
    if above < 0:
        return Band.LOW
    return Band.MIDDLING if above < _CLEARLY else Band.GOOD


def kept_total(ratings: Sequence[int]) -> int:
    """The sum that stays in the database, by one off either end: there it would be everybody's rating."""
    return min(max(sum(ratings), LOWEST * len(ratings) + 1), HIGHEST * len(ratings) - 1)


def find_median(bands: Iterable[Band]) -> Band | None:
    """The middle one of published bands, the lower of two middle ones; None without any.

    It says nothing that the bands by themselves did not.
    """
    order = list(Band)
    known = sorted(order.index(band) for band in bands)
    return order[known[(len(known) - 1) // 2]] if known else None
