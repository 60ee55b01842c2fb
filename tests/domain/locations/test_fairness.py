"""Nobody hosts much more or less than their share, whatever a group goes through."""

import random
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given, settings, target
from hypothesis import strategies as st

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import UserId
from buddybot.domain.locations.fairness import Balance, balances, count_meeting, handed_on, next_host
from tests.domain.locations.rotations import ANA, BEN, CHO, DEV, PEOPLE, ROUNDING, HandOn, Hosting, held

LEAVING_THREE = "ab -b +d cd ac -d +e ace ae"
"""With three people at most, each leaver is the one whose balance hurts most when it is forgotten."""
LEAVING_FOUR = "abcd bcd cd abc ac bc -c ab +e ae -a +f bef bf ef -f +g beg bg eg -g"
"""With four people at most, each leaver is the one whose balance hurts most in equal parts."""


UNWILLING = UserId(9)
"""Comes to every meeting and never hosts."""


def dues(standing: Mapping[UserId, Balance]) -> dict[UserId, float]:
    return {user: round(balance.due, 9) for user, balance in standing.items()}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", range(2, 11))
def test_in_ten_years_nobody_is_further_from_their_share_than_the_bound(size: int, seed: int) -> None:
    chance = random.Random(f"{size}:{seed}")  # noqa: S311  # repeatable, nothing secret
    group = Hosting([UserId(number) for number in range(size)])
    for week in range(520):
        if len(group.people) > 1 and chance.random() < 0.04:
            group.people.remove(chance.choice(group.people))
            group.changed()
        if len(group.people) < size and chance.random() < 0.08:
            group.people.append(UserId(1000 + week))
            group.changed()
        comes = chance.choice([0.3, 0.8, 0.95])
        group.meet([UNWILLING, *(user for user in group.people if chance.random() < comes)])
        assert set(group.standing) == set(group.people)
        assert group.worst <= group.bound + ROUNDING
        assert sum(balance.due for balance in group.standing.values()) == pytest.approx(0, abs=ROUNDING)
        assert all(balance.share >= -ROUNDING for balance in group.standing.values())
        if week % 130 == 129:
            assert balances(group.history, group.people) == group.standing
    assert group.most == size
    assert any(user >= 1000 for user in group.standing)


SEATS = st.integers(0, 4)


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 5), st.lists(st.one_of(st.frozensets(SEATS, min_size=2), SEATS), max_size=60))
def test_no_adversary_gets_anybody_past_the_bound(size: int, moves: list[frozenset[int] | int]) -> None:
    """A set is a meeting of those seats; a number is a seat that somebody leaves or somebody new takes."""
    seats = {seat: UserId(seat) for seat in range(size)}
    group = Hosting(list(seats.values()))
    for number, move in enumerate(moves):
        if isinstance(move, frozenset):
            before = dict(group.standing)
            came = {seats[seat] for seat in move if seat in seats}
            group.meet(came)
            assert all(group.standing[user] == before[user] for user in group.people if user not in came)
        elif move in seats and len(seats) > 1:
            group.people.remove(seats.pop(move))
            group.changed()
        elif move < size and move not in seats:
            seats[move] = UserId(1000 + number)
            group.people.append(seats[move])
            group.changed()
        assert group.worst <= group.bound + ROUNDING
        assert sum(balance.due for balance in group.standing.values()) == pytest.approx(0, abs=ROUNDING)
    target(group.worst / group.bound)


def forgotten(standing: Mapping[UserId, Balance], people: Collection[UserId]) -> dict[UserId, Balance]:
    return {user: standing.get(user, Balance()) for user in people}


def in_equal_parts(standing: Mapping[UserId, Balance], people: Collection[UserId]) -> dict[UserId, Balance]:
    left = sum(balance.due for user, balance in standing.items() if user not in people)
    stay = [user for user in standing if user in people]
    parts = {user: Balance(standing[user].share + left / len(stay), standing[user].hosted) for user in stay}
    return forgotten(parts, people)


@pytest.mark.parametrize(
    ("script", "people", "hand_on", "worst"),
    [(LEAVING_THREE, "abc", forgotten, 7 / 6), (LEAVING_FOUR, "abcd", in_equal_parts, 41 / 27)],
)
def test_what_a_leaver_hands_on_keeps_the_bound_and_nothing_less_would(
    script: str, people: str, hand_on: HandOn, worst: float
) -> None:
    users = [UserId(ord(letter)) for letter in people]
    poor, ours = Hosting(list(users), hand_on=hand_on), Hosting(list(users))
    poor.follow(script)
    ours.follow(script)
    assert poor.most == ours.most == len(people)
    assert poor.worst == pytest.approx(worst)
    assert poor.worst > poor.bound
    assert ours.worst <= ours.bound


def test_each_meeting_is_one_turn_shared_by_the_willing_who_came() -> None:
    standing = balances([held(ANA), held(BEN, [ANA, BEN]), held(ANA, [ANA, DEV], willing=PEOPLE)], PEOPLE)
    assert standing[ANA] == Balance(1.25, 2)
    assert standing[BEN] == Balance(0.75, 1)
    assert standing[CHO] == Balance(0.25, 0)
    assert dues(standing)[DEV] == 0.75


def test_balances_are_those_of_one_meeting_after_the_other() -> None:
    first, second = held(ANA), held(BEN, [BEN, CHO], willing=[BEN, CHO])
    assert balances([first, second], [BEN, DEV]) == handed_on(
        count_meeting(count_meeting({}, first), second), [BEN, DEV]
    )


def test_a_meeting_without_a_host_or_under_another_rule_changes_no_balance() -> None:
    one = [held(ANA)]
    others = [held(None), *(held(BEN, rule=rule) for rule in Rotation if rule is not Rotation.TURNS)]
    assert balances([*one, *others], PEOPLE) == balances(one, PEOPLE)


def test_only_those_who_would_host_have_a_balance_and_are_chosen() -> None:
    willing = [BEN, CHO, DEV]
    standing = balances([held(BEN, willing=willing), held(CHO, willing=willing)], willing)
    assert ANA not in standing
    assert next_host(standing, PEOPLE, []) == DEV
    assert next_host(standing, [ANA], []) is None
    assert dues(standing) == {BEN: -0.333333333, CHO: -0.333333333, DEV: 0.666666667}


def test_somebody_who_would_rather_not_host_hands_on_what_they_are_behind_to_those_most_ahead() -> None:
    standing = {ANA: Balance(1.0, 0), BEN: Balance(1.0, 2), CHO: Balance(1.5, 2), DEV: Balance(1.5, 1)}
    assert dues(standing) == {ANA: 1.0, BEN: -1.0, CHO: -0.5, DEV: 0.5}
    assert dues(handed_on(standing, [BEN, CHO, DEV])) == {BEN: -0.25, CHO: -0.25, DEV: 0.5}


def test_a_leaver_hands_on_what_they_are_ahead_to_those_most_behind() -> None:
    standing = {ANA: Balance(0.5, 2), BEN: Balance(2.0, 1), CHO: Balance(1.5, 1), DEV: Balance(1.0, 1)}
    assert dues(handed_on(standing, [BEN, CHO, DEV])) == {BEN: 0.0, CHO: 0.0, DEV: 0.0}
    standing = {ANA: Balance(0.5, 1), BEN: Balance(2.0, 0), CHO: Balance(1.75, 1), DEV: Balance(0.75, 3)}
    assert dues(standing) == {ANA: -0.5, BEN: 2.0, CHO: 0.75, DEV: -2.25}
    assert dues(handed_on(standing, [BEN, CHO, DEV])) == {BEN: 1.5, CHO: 0.75, DEV: -2.25}


def test_who_comes_back_begins_at_zero() -> None:
    history = [held(ANA), held(BEN), held(CHO, [BEN, CHO, DEV], willing=[BEN, CHO, DEV])]
    assert balances(history, PEOPLE)[ANA] == Balance()


def test_when_all_leave_those_who_follow_begin_at_zero() -> None:
    assert balances([held(ANA, [ANA, BEN], willing=[ANA, BEN])], [CHO, DEV]) == {
        CHO: Balance(),
        DEV: Balance(),
    }


def test_a_favour_of_somebody_who_would_rather_not_host_leaves_the_sum_at_zero() -> None:
    willing = [BEN, CHO, DEV]
    standing = balances([held(BEN, willing=willing), held(ANA, willing=willing)], willing)
    assert sum(dues(standing).values()) == pytest.approx(0, abs=ROUNDING)
    assert next_host(standing, willing, []) in {CHO, DEV}


def test_equals_are_settled_by_who_hosted_longest_ago_or_never_then_by_their_order() -> None:
    even = dict.fromkeys(PEOPLE, Balance(1.0, 1))
    assert next_host(even, PEOPLE, []) == ANA
    assert next_host(even, PEOPLE, [held(CHO), held(ANA), held(BEN), held(DEV)]) == CHO
    assert next_host(even, PEOPLE, [held(CHO), held(ANA), held(BEN)]) == DEV
    assert next_host(even, PEOPLE, [held(CHO), held(ANA), held(DEV), held(BEN), held(CHO)]) == ANA
    assert next_host(even, [], []) is None


def test_thirds_that_add_up_to_the_same_are_equal() -> None:
    summed = {ANA: Balance(0.1 + 0.2, 0), BEN: Balance(0.3, 0)}
    assert summed[ANA].due > summed[BEN].due
    assert next_host(summed, [ANA, BEN], [held(ANA)]) == BEN
