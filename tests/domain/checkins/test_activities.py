"""An activity fits its people and its time: equal turns, and minutes that add up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.checkins.agenda import Activity, Step, Turns, find_fault, scale_steps
from tests.domain.checkins.activities import activities, activity


@pytest.mark.parametrize(
    ("turns", "sizes"),
    [
        (Turns.EVERYONE, {2: 2, 6: 6, 10: 10}),
        (Turns.PAIRS, {2: 2, 3: 3, 4: 2, 5: 3, 6: 2, 9: 3, 10: 2}),
        (Turns.THREES, {2: 2, 3: 3, 4: 4, 5: 3, 6: 3, 7: 4, 8: 3, 9: 3, 10: 4}),
    ],
)
def test_the_largest_circle_decides_how_many_turns_there_are(turns: Turns, sizes: dict[int, int]) -> None:
    assert {people: turns.count_turns(people) for people in sizes} == sizes


@given(activities(), st.integers(2, 10), st.integers(0, 60))
def test_the_steps_add_up_and_every_turn_is_equally_long(one: Activity, people: int, more: int) -> None:
    people = min(max(people, one.fewest), one.most)
    minutes = one.find_minimum(people) + more
    planned = scale_steps(one, people, minutes)
    start = 0
    for step, there in zip(one.steps, planned, strict=True):
        assert there.start == start
        start += there.minutes
        assert there.minutes >= step.least() * step.unit(people)
        assert (there.each is None) == (step.turns is None)
        if step.turns is not None and there.each is not None:
            assert there.minutes == there.each * step.turns.count_turns(people)
    assert start == minutes


@given(activities())
def test_six_people_who_have_the_time_do_it_as_it_is_written(one: Activity) -> None:
    one = activity(steps=one.steps)
    assert one.estimate_minutes(6) == one.minutes
    assert [there.minutes for there in scale_steps(one, 6, one.minutes)] == [
        step.minutes for step in one.steps
    ]


@given(activities(), st.integers(1, 12), st.integers(0, 60))
def test_what_does_not_fit_is_refused(one: Activity, people: int, minutes: int) -> None:
    possible = one.fewest <= people <= one.most and minutes >= one.find_minimum(people)
    assert one.fits(people, minutes) is possible
    if not possible:
        with pytest.raises(ValueError, match="does not fit"):
            scale_steps(one, people, minutes)


def test_no_step_is_squeezed_below_two_thirds() -> None:
    one = activity(steps=(Step(9, "Write."), Step(12, "Say.", Turns.EVERYONE)))
    assert one.find_minimum(6) == 6 + 12  # a turn of two minutes stays one: one is less than two thirds
    assert [step.minutes for step in scale_steps(one, 6, 18)] == [6, 12]


def test_time_to_spare_makes_every_step_longer() -> None:
    one = activity(steps=(Step(5, "Write."), Step(12, "Say.", Turns.EVERYONE), Step(3, "Choose.")))
    assert [(step.minutes, step.each) for step in scale_steps(one, 6, 41)] == [(11, None), (24, 4), (6, None)]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (activity("Mock interview"), "needs a key of at most 40 lowercase letters"),
        (activity("a--b"), "needs a key"),
        (activity("a" * 41), "needs a key"),
        (activity(name=" "), r"has a name of 1 characters; 1 to 60 are possible"),
        (activity(summary="x" * 161), r"has a summary of 161 characters"),
        (activity(needs=("pen", "")), r"has a need 2 of 0 characters"),
        (activity(steps=(Step(5, "x" * 401),)), r"has a text of step 1 of 401 characters"),
        (activity(practises=frozenset()), "practises nothing: name at least one of applications, "),
        (activity(people=(1, 6)), r"must be for \[fewest, most\] people, from 2 to 10"),
        (activity(people=(6, 5)), r"must be for \[fewest, most\] people"),
        (activity(people=(2, 11)), r"must be for \[fewest, most\] people"),
        (activity(steps=()), "needs at least one step without turns"),
        (activity(steps=(Step(6, "Say.", Turns.EVERYONE),)), "needs at least one step without turns"),
        (activity(steps=(Step(0, "Wait."),)), "needs whole minutes from 1 in step 1, not 0"),
        (
            activity(steps=(Step(3, "Wait."), Step(8, "Say.", Turns.EVERYONE))),
            "needs whole minutes from 1 that 6 turns can share equally in step 2, not 8",
        ),
        (activity(minutes=31), "says 31 minutes, but its steps take 30"),
    ],
)
def test_each_fault_is_named(wrong: Activity, sentence: str) -> None:
    found = find_fault(wrong)
    assert found is not None
    assert re.match(sentence, found), found


@given(activities())
def test_what_is_right_has_no_fault(one: Activity) -> None:
    assert find_fault(one) is None
