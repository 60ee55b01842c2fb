"""Equal minutes, fair turns, and roles that everybody holds in time."""

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.ids import UserId
from buddybot.domain.turns import LONGEST_TURN, SHORTEST_TURN, least_recent, minutes_each, order, roles

ANA, BEN, CHO, DEV = (UserId(n) for n in (40, 30, 20, 10))
PEOPLE = [ANA, BEN, CHO, DEV]


def test_seventy_five_minutes_for_six_are_six_each() -> None:
    assert minutes_each(75, 6) == 6


def test_a_turn_is_never_a_blink_or_a_lecture() -> None:
    assert minutes_each(15, 10) == SHORTEST_TURN
    assert minutes_each(480, 2) == LONGEST_TURN
    assert minutes_each(75, 0) == LONGEST_TURN


@given(st.integers(15, 480), st.integers(1, 10))
def test_more_people_never_have_more_minutes_each(duration: int, people: int) -> None:
    assert minutes_each(duration, people) >= minutes_each(duration, people + 1)
    if minutes_each(duration, people) > SHORTEST_TURN:
        assert minutes_each(duration, people) * people <= duration * 36 / 75


def test_whoever_began_longest_ago_begins() -> None:
    assert order(PEOPLE, last={ANA: 8, BEN: 6, CHO: 7, DEV: 5}, late=set()) == [DEV, BEN, CHO, ANA]


def test_whoever_never_began_comes_first_in_the_order_given() -> None:
    assert order(PEOPLE, last={ANA: 8, CHO: -3}, late=set()) == [BEN, DEV, CHO, ANA]


def test_those_who_are_late_speak_last() -> None:
    assert order(PEOPLE, last={DEV: 1}, late={ANA, BEN}) == [CHO, DEV, ANA, BEN]


def test_nobody_speaks_twice() -> None:
    assert order([ANA, BEN, ANA], last={}, late=set()) == [ANA, BEN]


@given(st.integers(2, 10), st.integers(1, 5))
def test_a_steady_group_begins_in_turn(size: int, rounds: int) -> None:
    people = [UserId(n) for n in range(size)]
    last: dict[UserId, int] = {}
    for meeting in range(size * rounds):
        last[order(people, last=last, late=set())[0]] = meeting
        if meeting % size == size - 1:
            assert set(last) == set(people)
            assert sorted(last.values()) == list(range(meeting - size + 1, meeting + 1))


def test_a_role_goes_to_who_never_held_it_then_to_the_least_recent() -> None:
    assert least_recent(PEOPLE, []) == ANA
    assert least_recent(PEOPLE, [(ANA,), (BEN, CHO), (ANA,)]) == DEV
    assert least_recent(PEOPLE, [(DEV,), (ANA,), (BEN,), (CHO,), (DEV,)]) == ANA
    assert least_recent([BEN, CHO], [(BEN, CHO), (ANA,)]) == BEN
    assert least_recent([], [(ANA,)]) is None


def test_one_person_alone_holds_both_roles_and_nobody_none() -> None:
    assert roles([], facilitators=[(ANA,)], timekeepers=[]) is None
    alone = roles([ANA], facilitators=[], timekeepers=[])
    assert alone is not None
    assert (alone.facilitator, alone.timekeeper) == (ANA, ANA)


@given(st.integers(2, 10))
def test_in_a_steady_group_each_role_goes_round(size: int) -> None:
    people = [UserId(n) for n in range(size)]
    facilitators: list[tuple[UserId, ...]] = []
    timekeepers: list[tuple[UserId, ...]] = []
    for _ in range(size * 12):
        held = roles(people, facilitators=facilitators, timekeepers=timekeepers)
        assert held is not None
        assert held.facilitator != held.timekeeper
        facilitators.append((held.facilitator,))
        timekeepers.append((held.timekeeper,))
    for history in (facilitators, timekeepers):
        counts = Counter(itertools.chain.from_iterable(history))
        assert set(counts) == set(people)
        # The timekeeper is chosen after the facilitator, so a turn may slip by one meeting, never more.
        assert max(counts.values()) - min(counts.values()) <= 2
