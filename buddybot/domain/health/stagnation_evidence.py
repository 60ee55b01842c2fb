"""What an alert says: what changed, in numbers a person understands, and how often chance does as much."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from buddybot.domain.checkins.pulse import Band, find_median
from buddybot.domain.health.stagnation_tally import NOTHING, Priors, Share, Shares, Signal

BY_CHANCE: tuple[tuple[float, float], ...] = (
    (2.5, 0.98),
    (2.75, 0.58),
    (3.0, 0.33),
    (3.5, 0.095),
    (4.0, 0.028),
)
"""Scores, and how many alerts of at least that score chance brings to a healthy group in 52 weekly meetings.

Counted in simulated healthy groups by `python -m bench.stagnation`, which says when these no longer hold.
"""
_FASTEST = 0.25  # weeks from meeting to meeting
_LIKELY, _CLEAR = 2.0, 8.0  # years


class Confidence(StrEnum):
    """How sure an alert is: chance alone does as much every two years, every eight, or less often."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    CLEAR = "clear"


class Average(NamedTuple):
    """5.1 (`amount`) of 6 (`of`) a meeting, over so many meetings."""

    amount: float
    of: float
    meetings: int

    @property
    def rate(self) -> float:
        """The same from 0 to 1."""
        return self.amount / self.of


class Change(NamedTuple):
    """Attendance or kept commitments: the average before, if there is one, and in the last three meetings.

    `expected` is the rate that is usual where a group has no history; it stands in for a missing `before`.
    """

    signal: Signal
    before: Average | None
    recent: Average
    expected: float


class PulseChange(NamedTuple):
    """The usual published band before and in the last three meetings; None where none was published.

    Bands only: an alert must not say more of the ratings than was published.
    """

    before: Band | None
    recent: Band | None
    meetings_before: int


Evidence = Change | PulseChange


class Seen(NamedTuple):
    """What one meeting gave."""

    shares: Shares
    rated: Band | None


class Past(NamedTuple):
    """What all meetings of a time gave: sums of each signal, and how often each band was published."""

    shares: Shares
    bands: tuple[int, int, int]

    def plus(self, seen: Seen) -> "Past":
        """One meeting more."""
        (a, c, p), (low, middling, good), rated = self.shares, self.bands, seen.rated
        bands = (low + (rated is Band.LOW), middling + (rated is Band.MIDDLING), good + (rated is Band.GOOD))
        return Past((a.plus(seen.shares[0]), c.plus(seen.shares[1]), p.plus(seen.shares[2])), bands)


EMPTY = Past((NOTHING, NOTHING, NOTHING), (0, 0, 0))


def evidence(
    signals: Iterable[Signal], past: Past, recent: Sequence[Seen], priors: Priors
) -> tuple[Evidence, ...]:
    """What changed in these signals; those without data in the recent meetings are left out."""
    found: list[Evidence] = []
    for signal in signals:
        now = NOTHING
        for seen in recent:
            now = now.plus(seen.shares[signal])
        if not now.meetings:
            continue
        if signal is Signal.PULSE:
            found.append(_compare_pulse(past, recent))
        else:
            earlier = _average(past.shares[signal])
            found.append(Change(signal, earlier, Average(*_each(now)), priors[signal].mean))
    return tuple(found)


def _average(total: Share) -> Average | None:
    return Average(*_each(total)) if total.meetings else None


def _each(total: Share) -> tuple[float, float, int]:
    return total.got / total.meetings, total.of / total.meetings, total.meetings


def _compare_pulse(past: Past, recent: Sequence[Seen]) -> PulseChange:
    earlier = [band for band, count in zip(Band, past.bands, strict=True) for _ in range(count)]
    return PulseChange(
        find_median(earlier),
        find_median(seen.rated for seen in recent if seen.rated is not None),
        len(earlier),
    )


def years_between(score: float, *, weeks_a_meeting: float = 1.0) -> float:
    """In how many years chance alone brings one alert of at least this score to a healthy group.

    BY_CHANCE, with its logarithm interpolated on a straight line; beyond its end no rarer than the end.
    """
    scores = [each for each, _ in BY_CHANCE]
    at = min(max(score, scores[0]), scores[-1])
    place = min(bisect_right(scores, at), len(scores) - 1)
    (low, often), (high, seldom) = list(pairwise(BY_CHANCE))[place - 1]
    alerts = math.exp(math.log(often) + (at - low) / (high - low) * math.log(seldom / often))
    return max(weeks_a_meeting, _FASTEST) / alerts


def confidence(years: float) -> Confidence:
    """How sure an alert is that chance brings once in so many years."""
    if years < _LIKELY:
        return Confidence.POSSIBLE
    return Confidence.LIKELY if years < _CLEAR else Confidence.CLEAR
