"""The simulated groups do what their kinds say, the rules beside the detector are what they are called."""

import json
from statistics import fmean

import pytest

from bench import backtest, stagnation
from bench.support.rivals import below_floor, first_scores, spaced, three_week_mean
from bench.support.simulated_groups import DECLINING, HEALTHY, Kind, Simulated, World, lines, simulate
from buddybot.domain.health.stagnation_tally import Tally
from buddybot.operator.backtest import read_group

pytestmark = pytest.mark.slow

SEEDS = range(40)


def held(group: Simulated) -> list[Tally]:
    return [tally for tally in group.weeks if tally.present is not None]


def change_of(kind: Kind, signal: tuple[str, str]) -> float:
    """By how much a rate differs from the tenth week after the change on, on average."""
    part, whole = signal
    falls = []
    for seed in SEEDS:
        group = simulate(kind, seed)
        start = group.change or 0
        rates: dict[bool, list[float]] = {True: [], False: []}
        for tally in held(group):
            if getattr(tally, whole) and not start <= tally.week < start + 10:
                rates[tally.week >= start].append(getattr(tally, part) / getattr(tally, whole))
        falls.append(fmean(rates[True]) - fmean(rates[False]))
    return fmean(falls)


ATTENDANCE, COMPLETION, PULSE = ("present", "roster"), ("done", "items"), ("pulse_sum", "pulse_n")


def test_a_group_is_the_same_for_the_same_seed() -> None:
    assert simulate(Kind.STEADY, 3) == simulate(Kind.STEADY, 3)
    assert simulate(Kind.STEADY, 3) != simulate(Kind.STEADY, 4)
    assert simulate(Kind.STEADY, 3).weeks != simulate(Kind.SEASONAL, 3).weeks


def test_declines_are_as_large_as_they_are_said_to_be() -> None:
    assert change_of(Kind.SUDDEN, ATTENDANCE) == pytest.approx(-0.40, abs=0.06)
    assert change_of(Kind.GRADUAL, ATTENDANCE) == pytest.approx(-0.45, abs=0.06)
    assert change_of(Kind.FLAT, ATTENDANCE) == pytest.approx(0.0, abs=0.04)
    assert change_of(Kind.FLAT, COMPLETION) == pytest.approx(-0.3, abs=0.06)
    assert change_of(Kind.PULSE_ONLY, COMPLETION) == pytest.approx(0.0, abs=0.05)
    assert change_of(Kind.PULSE_ONLY, PULSE) == pytest.approx(-0.95, abs=0.15)


def test_only_declining_groups_have_a_change() -> None:
    assert {simulate(kind, 1).change is None for kind in HEALTHY} == {True}
    assert {simulate(kind, 1).change is None for kind in DECLINING} == {False}


def test_four_members_are_four_and_turnover_turns_over() -> None:
    assert {tally.roster for tally in simulate(Kind.FOUR, 2).weeks} == {4}
    assert len({tally.roster for tally in simulate(Kind.TURNOVER, 2).weeks}) > 1


def test_a_world_decides_what_is_recorded() -> None:
    bare = simulate(Kind.STEADY, 5, world=World(has_ratings=False, has_commitments=False))
    assert {(tally.items, tally.pulse_n or 0) for tally in bare.weeks} == {(None, 0)}
    assert any(tally.holiday for tally in bare.weeks)
    unflagged = simulate(Kind.STEADY, 5, world=World(flags_holidays=False))
    assert not any(tally.holiday for tally in unflagged.weeks)


def test_meetings_are_counted_from_the_change_on() -> None:
    group = simulate(Kind.SUDDEN, 7)
    assert group.change is not None
    after = [tally.week for tally in held(group) if tally.week >= group.change]
    assert [group.meetings_until(week) for week in after] == list(range(1, len(after) + 1))


def test_the_lines_are_what_the_command_reads() -> None:
    written = list(lines(10))
    assert len({json.loads(each)["id"] for each in written}) == 10
    for number, (kind, each) in enumerate(zip((*HEALTHY, *DECLINING), written, strict=True)):
        _, weeks = read_group(each.encode())
        assert weeks == list(simulate(kind, number).weeks)


def test_rules_are_silent_for_four_weeks() -> None:
    assert spaced([(week, 1.0) for week in range(12)], 1.0) == [0, 5, 10]
    assert spaced([(0, 0.9), (20, 1.0), (26, 1.0)], 1.0) == [20, 26]


def test_the_floor_is_60_percent_of_one_meeting() -> None:
    rates = [6, 6, 0, 6, 6, 6, 6, 6, 5, 6]
    assert below_floor([Tally(week, roster=10, present=each) for week, each in enumerate(rates)]) == [2, 8]


def test_the_mean_of_three_is_compared_with_all_before() -> None:
    def alerts(*came: int) -> list[int]:
        return three_week_mean([Tally(week, roster=100, present=each) for week, each in enumerate(came)])

    assert alerts(0, 0, 0) == []
    assert alerts(80, 80, 80, 80, 65, 65, 65) == [6]
    assert alerts(80, 80, 80, 80, 66, 65, 65) == []


def test_the_first_formulas_score_from_the_third_meeting_on() -> None:
    weeks = [Tally(week, roster=6, present=5, holiday=week == 1) for week in range(5)]
    assert [week for week, _ in first_scores(weeks)] == [3, 4]


async def test_the_detector_is_judged_by_the_goals_of_the_house() -> None:
    report = await stagnation.measure(stagnation.Size(healthy=3, declining=3, others=1))
    assert [(each.claim, each.sense, each.goal) for each in report.verdicts] == [
        ("false alarms, mean of kinds", "<=", 1.0),
        ("false alarms, worst kind", "<=", 1.5),
        ("sudden drop found in 8", ">=", 90),
        ("sudden drop, median", "<=", 3),
        ("falls flat found in 8", ">=", 90),
        ("falls flat, median", "<=", 3),
        ("gradual drop found in 12", ">=", 85),
        ("gradual drop, median", "<=", 8),
        ("chance as it is stated, off by", "<=", 1.5),
    ]
    told = "\n".join(report.figures)
    for rule in stagnation.RULES:
        assert f"{rule}: false alarms a group and year: steady " in told
        assert f"{rule}: found in time / median of meetings: sudden drop " in told


def test_nothing_is_judged_by_the_seeds_that_constants_were_chosen_by() -> None:
    size = stagnation.FULL
    assert stagnation.TUNING + max(size.healthy, size.declining, size.others) < stagnation.JUDGING


async def test_the_replay_runs_and_judges() -> None:
    report = await backtest.measure(few=5, more=25)
    assert [(each.sense, each.goal) for each in report.verdicts] == [("<=", 3.0), ("<=", 1.1)]
    assert report.verdicts[1].met
