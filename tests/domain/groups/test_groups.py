"""How large a group may be, how many people make a meeting, and when answers are due."""

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import check_answer_hours, check_capacity, check_minimum


@pytest.mark.parametrize("minimum", [0, 2, 3, 6])
def test_what_makes_a_meeting_is_any_number_or_two_to_the_size(minimum: int) -> None:
    assert check_minimum(minimum, capacity=6) == minimum


@pytest.mark.parametrize("minimum", [-1, 1, 7, 10**9])
def test_nothing_else_makes_a_meeting(minimum: int) -> None:
    with pytest.raises(Refusal, match=r"group\.minimum"):
        check_minimum(minimum, capacity=6)


def test_a_group_has_room_for_what_makes_a_meeting() -> None:
    assert check_capacity(5, members=5, minimum=5) == 5
    with pytest.raises(Refusal, match=r"group\.capacity_minimum"):
        check_capacity(4, members=3, minimum=5)
    with pytest.raises(Refusal, match=r"group\.capacity_members"):
        check_capacity(4, members=5, minimum=5)


@pytest.mark.parametrize(("hours", "allowed"), [(0, False), (1, True), (72, True), (73, False), (-6, False)])
def test_answers_are_due_up_to_three_days_before(hours: int, allowed: bool) -> None:
    if allowed:
        assert check_answer_hours(hours) == hours
    else:
        with pytest.raises(Refusal, match=r"number\.range"):
            check_answer_hours(hours)
