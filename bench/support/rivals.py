"""What the detector is compared with: two rules of thumb, and the formulas that it began with."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from buddybot.domain.health.stagnation import SILENT_WEEKS
from buddybot.domain.health.stagnation_tally import Tally

Rule = Callable[[Sequence[Tally]], list[int]]
"""The weeks with an alert, from a group's weeks."""
FLOOR, FALL = 0.6, 0.15
_FIRST = 3  # meetings before which no rule says anything


def spaced(scores: Iterable[tuple[int, float]], threshold: float) -> list[int]:
    """The weeks whose score reaches a threshold, silent for four weeks after each."""
    found: list[int] = []
    for week, score in scores:
        if score >= threshold and (not found or week > found[-1] + SILENT_WEEKS):
            found.append(week)
    return found


def below_floor(weeks: Sequence[Tally]) -> list[int]:
    """Less than 60 % of the members came."""
    return spaced(((week, FLOOR - rates[-1]) for week, rates in _attendance(weeks)), 1e-9)


def three_week_mean(weeks: Sequence[Tally]) -> list[int]:
    """The mean of the last three meetings is 15 points below that of all before."""
    falls = (
        (week, sum(rates[:-3]) / len(rates[:-3]) - sum(rates[-3:]) / 3)
        for week, rates in _attendance(weeks)
        if len(rates) > _FIRST
    )
    return spaced(falls, FALL)


def _attendance(weeks: Sequence[Tally]) -> Iterator[tuple[int, list[float]]]:
    """From the third meeting on: its week, and the rates of all up to it."""
    rates: list[float] = []
    for tally in weeks:
        if tally.present is not None and tally.roster and not tally.holiday:
            rates.append(tally.present / tally.roster)
            if len(rates) >= _FIRST:
                yield tally.week, rates


def first_formulas(weeks: Sequence[Tally]) -> list[int]:
    """The detector before it was improved: no cap on z, z = 0 without data, any number of votes."""
    return spaced(first_scores(weeks), 2.75)


def first_scores(weeks: Sequence[Tally]) -> list[tuple[int, float]]:
    """The week and the score of every meeting from the third on.

    Written down apart from the detector and in another way, so that tests can compare the two.
    """
    held = [tally for tally in weeks if not tally.holiday and tally.present is not None]
    charts: list[list[float]] = [[], [], [], []]
    scores: list[tuple[int, float]] = []
    for number, tally in enumerate(held):
        before = held[: max(number - 3, 0)]
        z = [_attendance_z(tally, before), _completion_z(tally, before), _pulse_z(tally, before)]
        for chart, each in zip(charts, (*z, sum(z) / math.sqrt(3.3)), strict=True):
            chart.append(each)
        if number >= _FIRST - 1:
            counting = [chart for chart in charts if sum(each < -0.5 for each in chart[-3:]) >= 2]
            scores.append((tally.week, max([0.0, *map(_smoothed, counting)])))
    return scores


def _smoothed(chart: Sequence[float]) -> float:
    level = 0.0
    for z in chart:
        level = 0.3 * -z + 0.7 * level
    return level / math.sqrt(0.3 / 1.7 * (1 - 0.7 ** (2 * len(chart))))


def _attendance_z(tally: Tally, before: Sequence[Tally]) -> float:
    n, x = tally.roster or 0, tally.present or 0
    if not n:
        return 0.0
    k = 6 + sum(each.roster or 0 for each in before)
    p = (0.78 * 6 + sum(each.present or 0 for each in before)) / k
    d = 1 + 0.08 * (n - 1)
    return (x - n * p) / math.sqrt(n * p * (1 - p) * d + n**2 * p * (1 - p) / (k / d + 1))


def _completion_z(tally: Tally, before: Sequence[Tally]) -> float:
    n, r = tally.items or 0, tally.reporters or 0
    if not n or not r:
        return 0.0
    k = 7.5 + sum(each.items or 0 for each in before)
    p = (0.62 * 7.5 + sum(each.done or 0 for each in before)) / k
    d = 1 + 0.25 * (n / min(r, n) - 1)
    spread = n * p * (1 - p) * d + 0.0025 * n**2 + n**2 * p * (1 - p) / (k / d + 1)
    return ((tally.done or 0) - n * p) / math.sqrt(spread)


def _pulse_z(tally: Tally, before: Sequence[Tally]) -> float:
    r = tally.pulse_n or 0
    if not r:
        return 0.0
    k = 3 + sum(each.pulse_n or 0 for each in before)
    mean = (3.9 * 3 + sum(each.pulse_sum or 0 for each in before)) / k
    return ((tally.pulse_sum or 0) / r - mean) / math.sqrt(0.85**2 / r + 0.25**2 + 0.85**2 / k)
