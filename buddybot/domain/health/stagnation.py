"""The detector: whether a group is going stale, decided meeting by meeting from what was known by then.

Three signals (who came, what was kept, how it was rated) and their sum are each compared with the group's own
past and smoothed; when one falls clearly below what was usual, there is an alert. The formulas, where they
come from and how often they err are in docs/maintainers/stagnation.md.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.health.stagnation_charts import NEW, Chart, Lines, find_highest, moved
from buddybot.domain.health.stagnation_evidence import (
    EMPTY,
    Confidence,
    Evidence,
    Past,
    Seen,
    confidence,
    evidence,
    years_between,
)
from buddybot.domain.health.stagnation_tally import (
    NOTHING,
    USUAL,
    Priors,
    Signal,
    Tally,
    attendance,
    completion,
    pulse,
)

SILENT_WEEKS = 4
"""Weeks after an alert in which there is no other."""
_FIRST = 3  # meetings before which nothing is said
_RECENT = 3  # meetings that are not yet part of what was usual
_MENTIONED = 1.0  # the score from which a signal is named when the sum has fallen


class Sensitivity(StrEnum):
    """How much it takes to be told."""

    QUIET = "quiet"
    NORMAL = "normal"
    SENSITIVE = "sensitive"

    @property
    def threshold(self) -> float:
        """The score from which there is an alert."""
        return _THRESHOLDS[self]


_THRESHOLDS = {Sensitivity.QUIET: 3.0, Sensitivity.NORMAL: 2.75, Sensitivity.SENSITIVE: 2.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the detector knows of a group; an empty one is a new group's.

    `past` sums all meetings but the last three, `recent` are those. `waiting` are votes too few to be used
    yet, sum and number. Up to and in the week `silent_through` there is no alert.
    """

    meetings: int = 0
    first_week: int | None = None
    week: int | None = None
    silent_through: int | None = None
    past: Past = EMPTY
    recent: tuple[Seen, ...] = ()
    waiting: tuple[int, int] = (0, 0)
    lines: Lines = NEW


class Alert(NamedTuple):
    """One signal, or their sum, crossed the threshold; `evidence` begins with what fell most.

    Chance alone brings as much about once in `years`, at the pace at which this group meets.
    """

    chart: Chart
    score: float
    years: float
    confidence: Confidence
    evidence: tuple[Evidence, ...]


class Verdict(NamedTuple):
    """What the detector says after a week.

    `counted` is false for holidays and weeks without data. `score` is what is compared with the threshold:
    that of `chart`, the highest of the charts that count. `lines` are all four; the pulse's says more of the
    ratings than the bands do, and is nobody's to see.
    """

    week: int
    counted: bool
    lines: Lines
    score: float = 0.0
    chart: Chart | None = None
    alert: Alert | None = None


def observe(
    state: State, tally: Tally, *, sensitivity: Sensitivity = Sensitivity.NORMAL, priors: Priors = USUAL
) -> tuple[State, Verdict]:
    """Take in one week and say what is to be said; ValueError for a week before the last one."""
    if state.week is not None and tally.week < state.week:
        raise ValueError(f"week {tally.week} comes after week {state.week}")
    if tally.holiday:
        return _pass_week(state, tally.week, state.waiting)
    ratings, waiting = pulse(tally, state.waiting)
    shares = (attendance(tally), completion(tally), ratings)
    if shares == (NOTHING, NOTHING, NOTHING):
        return _pass_week(state, tally.week, waiting)
    is_full = len(state.recent) == _RECENT
    # The past ends four meetings ago: what is beginning to fall does not lower what is usual.
    lines = moved(state.lines, shares, reporters=tally.reporters, base=state.past.shares, priors=priors)
    score, chart = find_highest(lines, state.lines)
    state = State(
        meetings=state.meetings + 1,
        first_week=tally.week if state.first_week is None else state.first_week,
        week=tally.week,
        silent_through=state.silent_through,
        past=state.past.plus(state.recent[0]) if is_full else state.past,
        recent=(*(state.recent[1:] if is_full else state.recent), Seen(shares, tally.rated)),
        waiting=waiting,
        lines=lines,
    )
    is_silent = state.silent_through is not None and tally.week <= state.silent_through
    alert = None
    if chart is not None and score >= sensitivity.threshold and state.meetings >= _FIRST and not is_silent:
        alert = _alert(state, tally.week, chart, score, priors)
        state = snooze_signals(state, tally.week)
    return state, Verdict(tally.week, True, lines, score, chart, alert)


def snooze_signals(state: State, week: int) -> State:
    """The same state, silent for the four weeks after this one."""
    return replace(state, silent_through=week + SILENT_WEEKS)


def _pass_week(state: State, week: int, waiting: tuple[int, int]) -> tuple[State, Verdict]:
    """A week that moves no chart."""
    return replace(state, week=week, waiting=waiting), Verdict(week, False, state.lines)


def _alert(state: State, week: int, chart: Chart, score: float, priors: Priors) -> Alert:
    since = week if state.first_week is None else state.first_week
    years = years_between(score, weeks_a_meeting=(week - since) / (state.meetings - 1))
    found = evidence(_name_signals(state, chart), state.past, state.recent, priors)
    return Alert(chart, score, years, confidence(years), found)


def _name_signals(state: State, chart: Chart) -> list[Signal]:
    """The signals that an alert speaks of, what fell most first."""
    if chart is not Chart.SUM:
        return [Signal(list(Chart).index(chart))]
    known = [each for each in Signal if any(seen.shares[each].meetings for seen in state.recent)]
    known.sort(key=lambda signal: -state.lines[signal].score)
    return [signal for signal in known if state.lines[signal].score >= _MENTIONED] or known[:1]
