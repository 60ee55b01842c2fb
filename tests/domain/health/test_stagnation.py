"""A group that goes stale is noticed meeting by meeting, by what was known by then, and rarely by mistake."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.support.rivals import first_formulas, first_scores
from bench.support.simulated_groups import Kind, simulate
from buddybot.domain.health.stagnation import Sensitivity, State, Verdict, observe, snooze_signals
from buddybot.domain.health.stagnation_charts import Chart
from buddybot.domain.health.stagnation_tally import Tally


def verdicts(
    weeks: Iterable[Tally], sensitivity: Sensitivity = Sensitivity.NORMAL, state: State | None = None
) -> list[Verdict]:
    state, found = state or State(), []
    for tally in weeks:
        state, verdict = observe(state, tally, sensitivity=sensitivity)
        found.append(verdict)
    return found


def state_after(weeks: Iterable[Tally]) -> State:
    state = State()
    for tally in weeks:
        state, _ = observe(state, tally)
    return state


def alerts(weeks: Iterable[Tally], sensitivity: Sensitivity = Sensitivity.NORMAL) -> list[int]:
    return [verdict.week for verdict in verdicts(weeks, sensitivity) if verdict.alert is not None]


def came(week: int, present: int, roster: int = 6) -> Tally:
    """A meeting of which only the attendance is known."""
    return Tally(week, roster=roster, present=present)


def full(week: int, *, present: int = 5, done: int = 6, pulse_sum: int = 20) -> Tally:
    return Tally(
        week, roster=6, present=present, items=10, done=done, reporters=5, pulse_n=5, pulse_sum=pulse_sum
    )


WELL = [came(week, 5) for week in range(20)]
COUNTS = st.one_of(st.none(), st.integers(0, 8))


@st.composite
def histories(draw: st.DrawFn) -> list[Tally]:
    """Whatever a group may have been through: missing weeks, holidays, missing numbers."""
    week, found = 0, []
    for _ in range(draw(st.integers(0, 30))):
        week += draw(st.integers(1, 3))
        items, votes = draw(COUNTS), draw(COUNTS)
        found.append(
            Tally(
                week,
                holiday=draw(st.integers(0, 9)) == 0,
                roster=draw(st.sampled_from([8, 8, None, 0])),
                present=draw(COUNTS),
                items=items,
                done=None if items is None else draw(st.integers(0, items)),
                reporters=draw(COUNTS),
                pulse_n=votes,
                pulse_sum=None if votes is None else draw(st.integers(votes, 5 * votes)),
            )
        )
    return found


@st.composite
def complete(draw: st.DrawFn) -> list[Tally]:
    """Histories without what the first formulas saw in another way: gaps, few votes, a z beyond 3."""
    return [
        Tally(
            week,
            roster=6,
            present=draw(st.integers(3, 5)),
            items=8,
            done=draw(st.integers(3, 6)),
            reporters=draw(st.integers(3, 6)),
            pulse_n=4,
            pulse_sum=draw(st.integers(13, 18)),
        )
        for week in range(draw(st.integers(0, 40)))
    ]


@given(complete())
def test_the_formulas_are_the_published_ones(weeks: list[Tally]) -> None:
    assert alerts(weeks) == first_formulas(weeks)
    scores = {each.week: each.score for each in verdicts(weeks)[2:]}
    assert scores == pytest.approx(dict(first_scores(weeks)))


def test_the_formulas_agree_on_histories_with_alerts() -> None:
    falling = [
        full(week, present=5 - (week > 9) * 2, done=7 - (week > 11) * 4, pulse_sum=21 - (week > 13) * 5)
        for week in range(30)
    ]
    assert alerts(falling) == first_formulas(falling) != []


@given(histories(), st.data())
def test_what_comes_later_changes_no_decision(weeks: list[Tally], data: st.DataObject) -> None:
    until = data.draw(st.integers(0, len(weeks)))
    assert verdicts(weeks[:until]) == verdicts(weeks)[:until]


@given(histories())
def test_flagged_holidays_and_weeks_without_data_are_left_out(weeks: list[Tally]) -> None:
    gaps = [
        each
        for tally in weeks
        for each in (tally._replace(holiday=True, week=tally.week - 1), Tally(tally.week), tally)
    ]
    assert alerts(gaps) == alerts(weeks)
    counted = [verdict for verdict in verdicts(gaps) if verdict.counted]
    assert [verdict.lines for verdict in counted] == [each.lines for each in verdicts(weeks) if each.counted]


def test_a_week_before_the_last_one_is_refused() -> None:
    state = state_after([came(5, 5)])
    with pytest.raises(ValueError, match="week 4 comes after week 5"):
        observe(state, came(4, 5))
    after, _ = observe(state, came(5, 5))  # an extra meeting in the same week
    assert after.meetings == 2


def test_a_steady_group_hears_nothing() -> None:
    for sensitivity in Sensitivity:
        assert alerts([full(week) for week in range(100)], sensitivity) == []


def test_half_the_people_staying_away_is_noticed_within_three_meetings() -> None:
    assert alerts([*WELL, *(came(20 + week, 2) for week in range(3))]) == [21]


def test_one_bad_meeting_is_no_alert_however_bad() -> None:
    for bad in (came(20, 0), full(20, present=0, done=0, pulse_sum=5)):
        assert alerts([*WELL, bad, *(came(21 + week, 5) for week in range(10))], Sensitivity.SENSITIVE) == []


@pytest.mark.parametrize(("usual", "far", "z"), [(6, 0, -3.0), (0, 6, 3.0)])
def test_one_meeting_counts_no_more_than_three_deviations(usual: int, far: int, z: float) -> None:
    weeks = [came(week, usual) for week in range(20)]
    assert state_after([*weeks, came(20, far)]).lines[0] == state_after(weeks).lines[0].moved(z)


def test_nothing_is_said_before_the_third_meeting() -> None:
    empty = [full(week, present=0, done=0, pulse_sum=5) for week in range(3)]
    assert alerts(empty) == [2]
    assert [verdict.score > Sensitivity.QUIET.threshold for verdict in verdicts(empty)] == [False, True, True]


@pytest.mark.parametrize(("every", "expected"), [(1, [21, 26, 31]), (2, [42, 48, 54]), (5, [105, 110, 115])])
def test_after_an_alert_there_is_none_for_four_weeks_however_many_meetings(
    every: int, expected: list[int]
) -> None:
    weeks = [came(every * number, 5 if number < 20 else 0) for number in range(40)]
    assert alerts(weeks)[:3] == expected


def test_snoozing_is_silence_for_four_weeks() -> None:
    low = [came(week, 1) for week in range(20, 30)]
    state = snooze_signals(state_after(WELL), 21)
    assert [each.week for each in verdicts(low, state=state) if each.alert is not None] == [26]


def test_members_who_left_for_work_are_no_decline() -> None:
    smaller = [came(20 + week, 5 - week // 4, roster=6 - week // 4) for week in range(16)]
    assert alerts([*WELL, *smaller], Sensitivity.SENSITIVE) == []
    assert alerts([*WELL, *(tally._replace(roster=6) for tally in smaller)]) != []


def test_a_signal_without_data_leaves_its_chart_alone() -> None:
    state = state_after([full(week) for week in range(5)])
    after, verdict = observe(state, came(5, 1))
    assert after.lines[1:3] == state.lines[1:3]
    assert after.lines[0] != state.lines[0]
    assert verdict.counted


def test_a_chart_without_news_raises_no_alert_again() -> None:
    unhappy = [full(week, pulse_sum=20 if week < 10 else 8) for week in range(13)]
    silent = [full(week)._replace(pulse_n=None, pulse_sum=None) for week in range(13, 40)]
    assert alerts([*unhappy, *silent]) == [11]


@pytest.mark.parametrize("gone", [{"reporters": 0}, {"items": 0, "done": 0}, {"items": None}, {"done": None}])
def test_promises_that_nobody_reported_on_are_missing_and_not_broken(gone: dict[str, int | None]) -> None:
    weeks = [full(week) for week in range(10)]
    nothing = [full(week, done=0)._replace(**gone) for week in range(10, 20)]  # type: ignore[arg-type]  # counts
    assert alerts([*weeks, *nothing]) == []
    assert state_after([*weeks, *nothing]).lines[1] == state_after(weeks).lines[1]


def test_unknown_reporters_weigh_as_those_who_promised_the_most() -> None:
    def line(reporters: int | None) -> tuple[float, float, int]:
        return state_after([full(0, done=2)._replace(items=9, reporters=reporters)]).lines[1]

    assert line(None) == line(3)
    assert line(None)[0] < line(9)[0]
    assert line(12) == line(9)  # some of them had nothing due


def test_fewer_than_four_votes_wait_for_others() -> None:
    two = [came(week, 5)._replace(pulse_n=2, pulse_sum=3) for week in range(4)]
    assert state_after(two[:1]).lines[2] == State().lines[2]
    pooled = came(1, 5)._replace(pulse_n=4, pulse_sum=6)
    assert state_after(two[:2]).lines[2] == state_after([two[0]._replace(pulse_n=0), pooled]).lines[2]
    assert state_after(two[:3]).waiting == (3, 2)
    alone = [Tally(week, pulse_n=2, pulse_sum=3) for week in range(2)]
    assert state_after(alone).lines[2] == state_after([Tally(1, pulse_n=4, pulse_sum=6)]).lines[2]
    assert state_after([*two[:3], Tally(3, holiday=True), Tally(4, pulse_n=1, pulse_sum=5)]).waiting == (8, 3)
    assert state_after([*two[:3], Tally(3, holiday=True), Tally(4, pulse_n=2, pulse_sum=5)]).waiting == (0, 0)


def test_a_group_that_records_attendance_only_is_as_easily_heard() -> None:
    slow = [*WELL, came(20, 3), came(21, 3), came(22, 3), came(23, 3)]
    verdict = verdicts(slow)[-1]
    assert verdict.chart is Chart.ATTENDANCE
    assert verdict.score == pytest.approx(verdict.lines[0].score + 0.35)
    both = [tally._replace(items=10, done=6, reporters=5) for tally in slow]
    assert verdicts(both)[-1].score == pytest.approx(verdicts(both)[-1].lines[0].score + 0.1)


@given(histories())
def test_the_more_sensitive_speaks_no_later(weeks: list[Tally]) -> None:
    quiet, normal, sensitive = (next(iter(alerts(weeks, each)), 999) for each in Sensitivity)
    assert sensitive <= normal <= quiet


def test_the_thresholds_are_those_of_the_settings() -> None:
    assert {each.value: each.threshold for each in Sensitivity} == {
        "quiet": 3.0,
        "normal": 2.75,
        "sensitive": 2.5,
    }


def delays(kind: Kind, groups: Sequence[int]) -> list[int]:
    found = []
    for seed in groups:
        group = simulate(kind, seed)
        first = next((week for week in alerts(group.weeks) if week >= (group.change or 0)), None)
        found.append(999 if first is None else group.meetings_until(first))
    return found


@settings(deadline=None)
@given(st.sampled_from([Kind.SUDDEN, Kind.FLAT, Kind.FADES]), st.integers(0, 50))
def test_the_charts_explain_every_alert(kind: Kind, seed: int) -> None:
    for verdict in verdicts(simulate(kind, seed).weeks):
        if verdict.alert is not None:
            assert verdict.chart is verdict.alert.chart
            assert verdict.alert.score == verdict.score >= Sensitivity.NORMAL.threshold
            assert verdict.alert.evidence


def test_declines_are_found_and_soon() -> None:
    for kind in (Kind.SUDDEN, Kind.FLAT):
        found = delays(kind, range(40))
        assert sum(delay <= 8 for delay in found) >= 34, kind
