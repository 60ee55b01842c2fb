"""The detector of stagnation on simulated groups: false alarms, what it finds and when, beside others."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from bench.support.report import Report, Verdict, run
from bench.support.rivals import Rule, below_floor, first_formulas, spaced, three_week_mean
from bench.support.simulated_groups import DECLINING, HEALTHY, WEEKS, Kind, Simulated, World, simulate
from buddybot.domain.attendance.member_signals import member_tally, missed_without_a_word, observe_member
from buddybot.domain.health.stagnation import State, observe
from buddybot.domain.health.stagnation_evidence import BY_CHANCE, Confidence
from buddybot.domain.health.stagnation_tally import USUAL, Priors, Tally, learn_priors
from buddybot.operator.backtest import alert_weeks

TUNING, JUDGING = 0, 1_000_000
"""The first seeds: of what constants were chosen by, and of what is judged."""
WITHIN = {Kind.SUDDEN: 8, Kind.FLAT: 8}
"""Meetings in which a decline must be found; twelve for the others."""
USUALLY_WITHIN = 12
GOALS = {Kind.SUDDEN: (90, 3), Kind.FLAT: (90, 3), Kind.GRADUAL: (85, 8)}
"""Percent found, and the median of meetings until then."""
MEAN_FALSE, MOST_FALSE = 1.0, 1.5
NEW_WEEKS = 12
HALF = World(attendance=0.5)
_YEAR = 52
_NEVER = 10**6


@dataclass(frozen=True, slots=True)
class Size:
    """How many groups of each kind are simulated."""

    healthy: int = 400
    declining: int = 300
    others: int = 100


FULL = Size()


def _detector(weeks: Sequence[Tally]) -> list[int]:
    return list(alert_weeks(weeks))


RULES: Mapping[str, Rule] = {
    "detector": _detector,
    "first formulas": first_formulas,
    "below 60 %": below_floor,
    "three-week mean": three_week_mean,
}


async def measure(size: Size = FULL) -> Report:
    """Judge the detector by seeds that nothing was chosen by, and show the simpler rules beside it."""
    report = Report("stagnation")
    healthy = {kind: _groups(kind, size.healthy) for kind in HEALTHY}
    declining = {kind: _groups(kind, size.declining) for kind in DECLINING}
    for name, rule in RULES.items():
        false = {kind: _false_alarms(rule, groups) for kind, groups in healthy.items()}
        found = {kind: _found(rule, kind, groups) for kind, groups in declining.items()}
        report.figures += [_false_line(name, false), _found_line(name, found)]
        if name == "detector":
            _judge(report, false, found)
    report.figures.append(_sureness([*healthy.values(), *declining.values()]))
    _chance(report, [group for groups in healthy.values() for group in groups], size)
    _other_worlds(report, size)
    _new_groups(report, size)
    _members(report, size)
    return report


def _groups(kind: Kind, count: int, *, world: World | None = None, seeds: int = JUDGING) -> list[Simulated]:
    return [simulate(kind, seeds + number, world=world) for number in range(count)]


def _false_alarms(rule: Rule, groups: Sequence[Simulated]) -> float:
    """Alerts a group and year."""
    return sum(len(rule(group.weeks)) for group in groups) / (len(groups) * WEEKS / _YEAR)


def _found(rule: Rule, kind: Kind, groups: Sequence[Simulated]) -> tuple[float, float]:
    """Percent of the declines found in time, and the median of meetings until the alert, of all of them."""
    return _in_time([_delay(group, rule(group.weeks)) for group in groups], WITHIN.get(kind, USUALLY_WITHIN))


def _delay(group: Simulated, alerts: Iterable[int]) -> int:
    first = next((week for week in alerts if week >= (group.change or 0)), None)
    return _NEVER if first is None else group.meetings_until(first)


def _in_time(delays: Sequence[int], within: int) -> tuple[float, float]:
    return 100 * fmean(delay <= within for delay in delays), median(delays)


def _false_line(name: str, false: Mapping[Kind, float]) -> str:
    each = ", ".join(f"{kind} {rate:.2f}" for kind, rate in false.items())
    return f"{name}: false alarms a group and year: {each}, mean {fmean(false.values()):.2f}"


def _found_line(name: str, found: Mapping[Kind, tuple[float, float]]) -> str:
    each = (
        f"{kind} {percent:.0f} % / {'never' if delay == _NEVER else f'{delay:.0f}'}"
        for kind, (percent, delay) in found.items()
    )
    return f"{name}: found in time / median of meetings: {', '.join(each)}"


def _judge(report: Report, false: Mapping[Kind, float], found: Mapping[Kind, tuple[float, float]]) -> None:
    worst = max(false.values())
    report.verdicts += [
        Verdict(
            claim="false alarms, mean of kinds",
            figure=fmean(false.values()),
            sense="<=",
            goal=MEAN_FALSE,
            unit="a year",
        ),
        Verdict(claim="false alarms, worst kind", figure=worst, sense="<=", goal=MOST_FALSE, unit="a year"),
    ]
    for kind, (percent, delay) in GOALS.items():
        within = WITHIN.get(kind, USUALLY_WITHIN)
        report.verdicts += [
            Verdict(
                claim=f"{kind} found in {within}", figure=found[kind][0], sense=">=", goal=percent, unit="%"
            ),
            Verdict(claim=f"{kind}, median", figure=found[kind][1], sense="<=", goal=delay, unit="meetings"),
        ]


def _sureness(kinds: Iterable[Sequence[Simulated]]) -> str:
    """How many alerts of each confidence were right, in these groups."""
    right: dict[Confidence, list[bool]] = {each: [] for each in Confidence}
    for group in (group for groups in kinds for group in groups):
        state = State()
        for tally in group.weeks:
            state, verdict = observe(state, tally)
            if verdict.alert is not None:
                is_right = group.change is not None and tally.week >= group.change
                right[verdict.alert.confidence].append(is_right)
    shares = ", ".join(f"{each} {100 * fmean(found):.0f} %" for each, found in right.items() if found)
    return f"alerts that were right, in these groups together: {shares}"


def _chance(report: Report, judging: Sequence[Simulated], size: Size) -> None:
    """What alerts say of chance: the stated table, against groups that it was not made from."""
    tuning = [group for kind in HEALTHY for group in _groups(kind, size.healthy, seeds=TUNING)]
    made, measured = _rates(tuning), _rates(judging)
    for (score, stated), own, other in zip(BY_CHANCE, made, measured, strict=True):
        report.figures.append(
            f"alerts of {score:g} by chance, a year: {stated:g} stated, "
            f"{own:.3f} on tuning and {other:.3f} on judging seeds"
        )
    off = max(
        max(stated, rate) / max(min(stated, rate), 1e-3)
        for (_, stated), rate in zip(BY_CHANCE, measured, strict=True)
    )
    report.verdicts.append(Verdict(claim="chance as it is stated, off by", figure=off, sense="<=", goal=1.5))


def _rates(groups: Sequence[Simulated]) -> list[float]:
    """How many alerts a year each score of BY_CHANCE would bring."""
    scores = [_scores(group.weeks) for group in groups]
    years = len(groups) * WEEKS / _YEAR
    return [sum(len(spaced(each, score)) for each in scores) / years for score, _ in BY_CHANCE]


def _scores(weeks: Sequence[Tally]) -> list[tuple[int, float]]:
    """The score of every meeting at which an alert is possible."""
    state, found = State(), list[tuple[int, float]]()
    for tally in weeks:
        state, verdict = observe(state, tally)
        if verdict.counted and state.meetings > 2:
            found.append((tally.week, verdict.score))
    return found


def _other_worlds(report: Report, size: Size) -> None:
    """Where less is recorded, and where nobody flags holidays."""
    worlds = {
        "without ratings": World(has_ratings=False),
        "attendance only": World(has_ratings=False, has_commitments=False),
        "holidays unflagged": World(flags_holidays=False),
    }
    for title, world in worlds.items():
        healthy = {kind: _groups(kind, size.others, world=world) for kind in HEALTHY}
        declining = {
            kind: _groups(kind, size.others, world=world)
            for kind in (Kind.SUDDEN, Kind.GRADUAL, Kind.FADES, Kind.BAD_START)
        }
        for name in ("detector", "first formulas"):
            rule = RULES[name]
            false = {kind: _false_alarms(rule, groups) for kind, groups in healthy.items()}
            found = {kind: _found(rule, kind, groups) for kind, groups in declining.items()}
            report.figures += [
                _false_line(f"{title}, {name}", false),
                _found_line(f"{title}, {name}", found),
            ]


def _new_groups(report: Report, size: Size) -> None:
    """A guild in which half of the members come: its new groups, by what is usual and by its own."""
    history = [simulate(Kind.STEADY, TUNING + number, world=HALF).weeks for number in range(8)]
    groups = [
        simulate(Kind.STEADY, JUDGING + number, world=HALF, weeks=NEW_WEEKS)
        for number in range(size.declining)
    ]
    rates = {
        name: fmean(len(list(alert_weeks(group.weeks, priors=priors))) for group in groups)
        for name, priors in _priors(history).items()
    }
    for name, rate in rates.items():
        report.figures.append(
            f"guild where half come: {rate:.2f} false alarms in a new group's {NEW_WEEKS} weeks, {name}"
        )


def _priors(history: Iterable[Sequence[Tally]]) -> dict[str, Priors]:
    return {"usual priors": USUAL, "learned priors": learn_priors(history)}


def _members(report: Report, size: Size) -> None:
    """What is told of members, in groups where all are well and where one drops out."""
    signs: dict[str, Callable[[Simulated], list[int]]] = {
        "own drop, to the member": _own_drops,
        "missed without a word, to organizers": _missed,
    }
    well, dropping = _groups(Kind.STEADY, size.declining), _groups(Kind.ONE_MEMBER, size.declining)
    for name, sign in signs.items():
        false = sum(len(sign(group)) for group in well) / (len(well) * WEEKS / _YEAR)
        percent, _ = _in_time([_delay(group, sign(group)) for group in dropping], USUALLY_WITHIN)
        report.figures.append(
            f"{name}: {false:.2f} false a member and year, {percent:.0f} % of drops in 12 meetings"
        )


def _own_drops(group: Simulated) -> list[int]:
    state, found = State(), list[int]()
    for record in group.member:
        tally = member_tally(record.week, record.state, due=record.due, done=record.done)
        state, verdict = observe_member(state, tally)
        if verdict.alert is not None:
            found.append(record.week)
    return found


def _missed(group: Simulated) -> list[int]:
    states = [record.state for record in group.member]
    return spaced(
        (
            (record.week, 1.0 if missed_without_a_word(states[: number + 1]) else 0.0)
            for number, record in enumerate(group.member)
        ),
        1.0,
    )


if __name__ == "__main__":
    sys.exit(run(measure))
