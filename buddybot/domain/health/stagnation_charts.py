"""The charts of the detector: how far each meeting is from what was usual, and how that adds up."""

import math
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.health.stagnation_tally import Prior, Priors, Share, Shares

_LOW = -0.5
_LOOKED_AT = 0b111  # the last three z, one bit each
_LOW_ENOUGH = tuple(bits.bit_count() >= 2 for bits in range(_LOOKED_AT + 1))  # two of them are low
_NEW = 0.3  # the weight of the newest meeting
_KEPT = 1 - _NEW
_KEPT_SQUARED = _KEPT**2
_SPREAD = _NEW / (2 - _NEW)  # the variance of a chart that has run for long
_FARTHEST = 3.0  # one meeting alone, however bad, counts no more than this
_ONE_MIND = 0.08  # members of a group come and stay away together
_ONE_PROMISER = 0.25  # one member keeps several, or breaks several
_WEEK_OF_COMMITMENTS = 0.05**2  # variance of the rate that a week's members have in common
_RATING, _WEEK_OF_RATINGS = 0.85**2, 0.25**2  # variance of one vote, and of a week's common mood
_MOST_ITEMS = 3  # commitments that a member may have open
_TOGETHER = 0.05  # correlation of two signals
_FEWER_SIGNALS = (0.0, 0.35, 0.1, 0.0)  # by their number: with fewer charts chance has fewer tries


class Chart(StrEnum):
    """The three signals in their order, and the sum of them."""

    ATTENDANCE = "attendance"
    COMPLETION = "completion"
    PULSE = "pulse"
    SUM = "sum"


_CHARTS = tuple(Chart)  # the enumeration itself is slow to walk


class Line(NamedTuple):
    """One chart's run: the smoothed fall, what its start still weighs, which of the last three z were low."""

    level: float = 0.0
    start: float = 1.0
    lows: int = 0

    def moved(self, z: float) -> "Line":
        """One meeting on: an exponentially weighted moving average of -z; `lows` is one bit a meeting."""
        level, start, lows = self
        return Line(_KEPT * level - _NEW * z, start * _KEPT_SQUARED, (lows << 1 | (z < _LOW)) & _LOOKED_AT)

    @property
    def has_data(self) -> bool:
        """Whether there was a meeting with this signal."""
        return self.start < 1.0

    @property
    def score(self) -> float:
        """The fall in standard deviations; 0 without data."""
        return self.level / math.sqrt(_SPREAD * (1 - self.start)) if self.start < 1.0 else 0.0


Lines = tuple[Line, Line, Line, Line]
"""One of each chart."""
NEW: Lines = (Line(), Line(), Line(), Line())


def moved(lines: Lines, now: Shares, *, reporters: int | None, base: Shares, priors: Priors) -> Lines:
    """The charts after a meeting: one without data stays as it was, and the sum is of those with some."""
    attendance, completion, pulse, both = lines
    total, signals = 0.0, 0
    if now[0].meetings:
        z = _within(_attendance_z(now[0], base[0], priors[0]))
        attendance, total, signals = attendance.moved(z), total + z, signals + 1
    if now[1].meetings:
        z = _within(_completion_z(now[1], reporters, base[1], priors[1]))
        completion, total, signals = completion.moved(z), total + z, signals + 1
    if now[2].meetings:
        z = _within(_pulse_z(now[2], base[2], priors[2]))
        pulse, total, signals = pulse.moved(z), total + z, signals + 1
    if signals:
        both = both.moved(total / math.sqrt(signals + signals * (signals - 1) * _TOGETHER))
    return attendance, completion, pulse, both


def find_highest(lines: Lines, before: Lines) -> tuple[float, Chart | None]:
    """The largest score of the charts that count and that this meeting moved, and which it is.

    A group that gives fewer signals is helped by an allowance, so that a score means as much in every group.
    """
    allowance = _FEWER_SIGNALS[lines[0].has_data + lines[1].has_data + lines[2].has_data]
    score, chart = 0.0, None
    for number, line in enumerate(lines):
        if _LOW_ENOUGH[line.lows] and line is not before[number] and (own := line.score + allowance) > score:
            score, chart = own, _CHARTS[number]
    return score, chart


def _within(z: float) -> float:
    return z if -_FARTHEST < z < _FARTHEST else math.copysign(_FARTHEST, z)


def _attendance_z(now: Share, base: Share, prior: Prior) -> float:
    (x, n, _), (came, asked, _), (mean, weight) = now, base, prior
    known = weight + asked
    p = (mean * weight + came) / known
    alike = 1 + _ONE_MIND * (n - 1)
    return (x - n * p) / math.sqrt(p * (1 - p) * (n * alike + n * n / (known / alike + 1)))


def _completion_z(now: Share, reporters: int | None, base: Share, prior: Prior) -> float:
    """When it is not known how many reported, each is taken to have promised the most that is allowed."""
    (d, n, _), (kept, due, _), (mean, weight) = now, base, prior
    known = weight + due
    p = (mean * weight + kept) / known
    each = _MOST_ITEMS if reporters is None else n / min(reporters, n)
    alike = 1 + _ONE_PROMISER * (each - 1)
    spread = p * (1 - p) * (n * alike + n * n / (known / alike + 1))
    return (d - n * p) / math.sqrt(spread + _WEEK_OF_COMMITMENTS * n * n)


def _pulse_z(now: Share, base: Share, prior: Prior) -> float:
    (total, r, _), (before, votes, _), (mean, weight) = now, base, prior
    known = weight + votes
    usual = (mean * weight + before) / known
    return (total / r - usual) / math.sqrt(_RATING / r + _WEEK_OF_RATINGS + _RATING / known)
