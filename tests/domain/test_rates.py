"""Who came, and who came or sent word: two rates of a group, kept apart."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance import Attendance, Entry
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.rates import rates_by

NOW = datetime(2026, 1, 6, 19, tzinfo=UTC)
NOT_COUNTED = (Attendance.UNRECORDED, Attendance.NOT_YET_MEMBER, Attendance.DIDNT_MEET)
Seat = tuple[int, int]


def entry(state: Attendance, *, meeting: int = 1, user: int = 1) -> Entry:
    return Entry(MeetingId(meeting), UserId(user), state, None, None, NOW, None)


def of(entries: Sequence[tuple[Seat, Attendance]]) -> list[Entry]:
    return [entry(state, meeting=meeting, user=user) for (meeting, user), state in entries]


seats = st.tuples(st.integers(1, 4), st.integers(1, 6))
ledgers = st.lists(st.tuples(seats, st.sampled_from(Attendance)), max_size=60)
settled = st.dictionaries(seats, st.sampled_from(Attendance), max_size=24)


def test_the_two_rates_of_an_evening() -> None:
    states = ["present", "late", "virtual", "excused", "absent", "unrecorded", "not_yet_member"]
    found = rates_by(entry(Attendance(state), user=number) for number, state in enumerate(states))
    assert found is not None
    assert (found.meetings, found.attended, found.attended_or_apologised) == (1, 3 / 5, 4 / 5)


@pytest.mark.parametrize("state", [state for state in Attendance if state not in NOT_COUNTED])
def test_each_state_counts_in_its_own_way(state: Attendance) -> None:
    found = rates_by([entry(state)])
    assert found is not None
    word = state.attended or state is Attendance.EXCUSED
    assert (found.attended, found.attended_or_apologised) == (float(state.attended), float(word))


@pytest.mark.parametrize("state", NOT_COUNTED)
def test_of_whom_nothing_is_known_there_is_no_rate(state: Attendance) -> None:
    assert rates_by([]) is None
    assert rates_by([entry(state)]) is None


@given(ledgers)
def test_who_came_is_never_more_than_who_came_or_sent_word(ledger: list[tuple[Seat, Attendance]]) -> None:
    found = rates_by(of(ledger))
    if found is not None:
        assert 0 <= found.attended <= found.attended_or_apologised <= 1
        assert 1 <= found.meetings <= 4


@given(settled, st.randoms(use_true_random=False))
def test_the_order_of_people_and_meetings_does_not_matter(
    ledger: dict[Seat, Attendance], chance: Random
) -> None:
    shuffled = list(ledger.items())
    chance.shuffle(shuffled)
    assert rates_by(of(shuffled)) == rates_by(of(list(ledger.items())))


@given(ledgers)
def test_a_correction_counts_once_and_in_the_place_of_what_was_there(
    ledger: list[tuple[Seat, Attendance]],
) -> None:
    assert rates_by(of(ledger)) == rates_by(of(list(dict(ledger).items())))
    assert rates_by(of([*ledger, *ledger])) == rates_by(of(ledger))


@given(settled, st.sampled_from(NOT_COUNTED))
def test_who_is_not_counted_changes_nothing(ledger: dict[Seat, Attendance], state: Attendance) -> None:
    more = [((9, user), state) for user in range(3)]
    assert rates_by(of([*ledger.items(), *more])) == rates_by(of(list(ledger.items())))
