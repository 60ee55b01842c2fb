"""What is usual is learned from a guild's own groups, as soon as there are enough of them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.health.stagnation import State, observe
from buddybot.domain.health.stagnation_tally import (
    NOTHING,
    USUAL,
    Priors,
    Share,
    Tally,
    attendance,
    completion,
    learn_priors,
    week_of,
)


def history(present: int, meetings: int = 8) -> list[Tally]:
    return [Tally(week, roster=10, present=present) for week in range(meetings)]


def guild(*present: int) -> list[list[Tally]]:
    return [history(each) for each in present]


def test_four_groups_or_seven_meetings_teach_nothing() -> None:
    assert learn_priors([]) == USUAL
    assert learn_priors(guild(5, 5, 5, 5)) == USUAL
    assert learn_priors([*guild(5, 5, 5, 5), history(5, meetings=7)]) == USUAL


def test_five_groups_of_eight_meetings_move_the_mean_and_not_the_weight() -> None:
    came, kept, rated = learn_priors(guild(4, 5, 5, 5, 6))
    assert came == USUAL[0]._replace(mean=0.5)
    assert (kept, rated) == USUAL[1:]  # of these there are no data


def test_each_signal_is_learned_from_the_groups_that_have_it() -> None:
    told = [
        [Tally(week, items=10, done=3, reporters=5, pulse_n=4, pulse_sum=12) for week in range(8)]
        for _ in range(5)
    ]
    came, kept, rated = learn_priors([*guild(5, 5, 5, 5), *told])
    assert came == USUAL[0]
    assert (kept.mean, rated.mean) == (0.3, 3.0)


def test_one_dying_group_does_not_lower_what_is_expected_of_the_others() -> None:
    assert learn_priors(guild(0, 8, 8, 8, 8))[0].mean == 0.8


def test_holidays_and_meetings_that_were_not_held_teach_nothing() -> None:
    idle = [
        [*history(5, meetings=7), Tally(7, holiday=True, roster=10, present=5), Tally(8, roster=10)]
        for _ in range(5)
    ]
    assert learn_priors(idle) == USUAL


@given(st.integers(0, 10))
def test_a_learned_mean_leaves_room_on_both_sides(present: int) -> None:
    priors = learn_priors(guild(*[present] * 5))
    assert 0.05 <= priors[0].mean <= 0.95
    observe(State(), Tally(0, roster=5, present=5), priors=priors)


def alerts(priors: Priors) -> int:
    state, found = State(), 0
    for week in range(6):
        state, verdict = observe(state, Tally(week, roster=10, present=4), priors=priors)
        found += verdict.alert is not None
    return found


def test_a_new_group_is_measured_by_its_guild() -> None:
    assert alerts(USUAL) > 0
    assert alerts(learn_priors(guild(4, 4, 5, 5, 5))) == 0


@pytest.mark.parametrize(
    "tally", [Tally(0), Tally(0, roster=6), Tally(0, present=3), Tally(0, roster=0, present=0)]
)
def test_attendance_needs_both_numbers(tally: Tally) -> None:
    assert attendance(tally) == NOTHING


def test_nobody_came_is_not_the_same_as_not_held() -> None:
    assert attendance(Tally(0, roster=6, present=0)) == Share(0, 6, 1)
    assert completion(Tally(0, items=6, done=0, reporters=2)) == Share(0, 6, 1)


def test_weeks_run_from_monday_to_sunday_and_on_at_new_year() -> None:
    monday = dt.date(2026, 12, 28)
    numbers = [week_of(monday + dt.timedelta(days=day)) for day in range(-1, 8)]
    first = week_of(monday)
    assert numbers == [first - 1, *[first] * 7, first + 1]
