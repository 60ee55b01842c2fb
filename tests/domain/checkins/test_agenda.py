"""The agenda adds up to the minute, and everybody's turn is equally long."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.checkins.agenda import SHORTEST_ACTIVITY, Activity, Agenda, PartKind, agenda
from tests.domain.checkins.activities import activities, lasting

ROUNDS = (PartKind.WINS, PartKind.REVIEW, PartKind.COMMITMENTS)
EVERY = list(product(range(15, 481), range(1, 11)))
SENSIBLE = list(product(range(30, 181), range(2, 11)))


def minutes(plan: Agenda, kind: PartKind) -> int:
    part = plan.part(kind)
    return 0 if part is None else part.minutes


def each(plan: Agenda, kind: PartKind) -> int:
    part = plan.part(kind)
    return 0 if part is None or part.each is None else part.each


def test_seventy_five_minutes_for_six() -> None:
    plan = agenda(75, 6)
    assert [(part.kind, part.start, part.minutes, part.each) for part in plan.parts] == [
        (PartKind.CHECK_IN, 0, 5, None),
        (PartKind.WINS, 5, 6, 1),
        (PartKind.REVIEW, 11, 18, 3),
        (PartKind.ACTIVITY, 29, 25, None),
        (PartKind.COMMITMENTS, 54, 12, 2),
        (PartKind.CLOSE, 66, 9, None),
    ]
    assert (plan.turn, plan.room) == (3, 25)


def test_every_meeting_adds_up_and_every_round_is_shared_equally() -> None:
    for duration, people in EVERY:
        plan = agenda(duration, people)
        start = 0
        for part in plan.parts:
            assert (part.start, part.minutes > 0) == (start, True)
            assert (part.kind in ROUNDS) == (part.each is not None)
            if part.each is not None:
                assert part.minutes == part.each * people
            start += part.minutes
        assert start == duration, (duration, people)
        assert [part.kind for part in plan.parts] == sorted(
            (part.kind for part in plan.parts), key=list(PartKind).index
        )


def test_from_half_an_hour_to_three_hours_an_agenda_is_sensible() -> None:
    for duration, people in SENSIBLE:
        plan = agenda(duration, people)
        assert 3 <= minutes(plan, PartKind.CHECK_IN) <= 8
        assert 3 <= minutes(plan, PartKind.CLOSE) <= 15
        assert 1 <= each(plan, PartKind.COMMITMENTS) <= 6
        assert max(1, each(plan, PartKind.WINS)) <= plan.turn <= 12
        assert plan.room == 0 or plan.room >= SHORTEST_ACTIVITY
        if duration >= 60:
            assert plan.room
            assert plan.turn >= 2


def test_the_activity_gives_way_before_the_wins_and_the_wins_before_the_review() -> None:
    for duration, people in SENSIBLE:
        plan = agenda(duration, people)
        if not each(plan, PartKind.WINS):
            assert plan.room == 0
        if plan.turn == 1:
            assert each(plan, PartKind.WINS) == 0
    assert (agenda(40, 6).room, agenda(35, 6).room) == (10, 0)
    assert (each(agenda(40, 8), PartKind.WINS), each(agenda(30, 8), PartKind.WINS)) == (1, 0)
    assert (agenda(40, 10).turn, agenda(30, 10).turn) == (2, 1)


def test_without_an_activity_its_time_goes_to_the_review_then_to_check_in_and_close() -> None:
    assert [(part.kind, part.minutes, part.each) for part in agenda(30, 4).parts] == [
        (PartKind.CHECK_IN, 5, None),
        (PartKind.WINS, 4, 1),
        (PartKind.REVIEW, 12, 3),
        (PartKind.COMMITMENTS, 4, 1),
        (PartKind.CLOSE, 5, None),
    ]


def test_more_people_never_have_more_minutes_each() -> None:
    for duration in range(30, 481):
        for has_room in (True, False):
            plans = [
                plan for people in range(1, 11) if bool((plan := agenda(duration, people)).room) is has_room
            ]
            for kind in ROUNDS:
                turns = [each(plan, kind) for plan in plans]
                assert turns == sorted(turns, reverse=True), (duration, kind)


def test_who_sits_together_for_two_hours_has_a_pause() -> None:
    assert [minutes(agenda(duration, 6), PartKind.PAUSE) for duration in (119, 120, 239, 240)] == [
        0,
        10,
        10,
        20,
    ]


def test_nobody_yet_counts_as_one_and_a_crowd_as_ten() -> None:
    assert agenda(75, 0) == agenda(75, 1)
    assert agenda(75, 11) == agenda(75, 10)


@pytest.mark.parametrize("duration", [14, 481, -1])
def test_a_length_that_no_meeting_has_is_refused(duration: int) -> None:
    with pytest.raises(ValueError, match="no meeting lasts"):
        agenda(duration, 6)


@given(activities(), st.integers(15, 480), st.integers(1, 10))
def test_the_activity_fills_its_room_and_changes_nothing_else(
    activity: Activity, duration: int, people: int
) -> None:
    plan = agenda(duration, people, activity)
    assert plan.parts == agenda(duration, people).parts
    if activity.fits(people, plan.room):
        assert plan.activity == activity
        assert sum(step.minutes for step in plan.steps) == plan.room
    else:
        assert (plan.activity, plan.steps) == (None, ())


def test_without_room_there_is_no_activity() -> None:
    plan = agenda(30, 8, lasting("anything", 1))
    assert (plan.activity, plan.room) == (None, 0)


def test_with_nothing_to_review_its_time_goes_to_the_activity() -> None:
    for duration, people in EVERY:
        plan, usual = agenda(duration, people, review=False), agenda(duration, people)
        assert plan.part(PartKind.REVIEW) is None
        assert sum(part.minutes for part in plan.parts) == duration, (duration, people)
        assert all(part.minutes > 0 for part in plan.parts)
        assert plan.room >= usual.room
        assert plan.turn == each(plan, PartKind.COMMITMENTS) > 0, (duration, people)
        if duration >= 60 and usual.room > SHORTEST_ACTIVITY:
            assert plan.room == usual.room + minutes(usual, PartKind.REVIEW)
