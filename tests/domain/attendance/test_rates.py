"""Who came, who came or sent word, what was kept, how often in a row: each figure by its one definition."""

import re
from collections.abc import Iterator, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Kept, Rates, count_kept, count_streak, percent, rates, spread
from tests.pages import pages

NOT_COUNTED = (Attendance.UNRECORDED, Attendance.NOT_YET_MEMBER, Attendance.DIDNT_MEET)
LETTERS = dict(zip("PLVEAU.D", Attendance, strict=True))
"""One letter for each state."""

Meetings = Sequence[Sequence[Attendance]]

states = st.lists(st.sampled_from(Attendance), max_size=6)
meetings = st.lists(states, max_size=8)


def of(letters: str) -> list[Attendance]:
    """Some states by their letters."""
    return [LETTERS[letter] for letter in letters]


# -- attended, attended or apologised ----------------------------------------------------------------


def test_the_two_rates_of_an_evening() -> None:
    found = rates([of("PLVEAU.")])
    assert found == Rates(1, came=3, excused=1, absent=1)
    assert (found.attended, found.attended_or_apologised) == (3 / 5, 4 / 5)
    assert (found.came_each, found.counted_each) == (3, 5)


@pytest.mark.parametrize("state", [state for state in Attendance if state not in NOT_COUNTED])
def test_each_state_counts_in_its_own_way(state: Attendance) -> None:
    found = rates([[state]])
    assert found is not None
    word = state.attended or state is Attendance.EXCUSED
    assert (found.attended, found.attended_or_apologised) == (float(state.attended), float(word))


@pytest.mark.parametrize("state", NOT_COUNTED)
def test_of_whom_nothing_is_known_there_is_no_rate(state: Attendance) -> None:
    assert rates([]) is None
    assert rates([[]]) is None
    assert rates([[state]]) is None


@given(meetings)
def test_who_came_is_never_more_than_who_came_or_sent_word(held: Meetings) -> None:
    found = rates(held)
    if found is not None:
        assert 0 <= found.attended <= found.attended_or_apologised <= 1
        assert 1 <= found.meetings <= len(held)


@given(meetings, st.randoms(use_true_random=False))
def test_the_order_of_people_and_meetings_does_not_matter(held: Meetings, chance: Random) -> None:
    shuffled = [chance.sample(each, len(each)) for each in chance.sample(held, len(held))]
    assert rates(shuffled) == rates(held)


@given(meetings, st.sampled_from(NOT_COUNTED))
def test_who_is_not_counted_changes_nothing(held: Meetings, state: Attendance) -> None:
    assert rates([*([*each, state] for each in held), [state]]) == rates(held)


@given(st.dictionaries(st.sampled_from(Attendance), st.integers(0, 9)))
def test_a_roll_counts_as_the_people_on_it(roll: dict[Attendance, int]) -> None:
    people = [state for state, count in roll.items() for _ in range(count)]
    assert rates([spread(roll)]) == rates([people])


# -- commitments kept --------------------------------------------------------------------------------


def test_a_commitment_is_kept_when_all_of_it_was_done() -> None:
    assert count_kept([(4, 4), (3, 4), (5, 4), (0, 1)]) == Kept(due=4, kept=2)
    assert count_kept([(4, 4), (3, 4)]).share == 1 / 2


def test_where_nothing_was_due_there_is_no_share() -> None:
    assert count_kept([]) == Kept(0, 0)
    assert Kept(0, 0).share is None


@given(*[st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)))] * 2)
def test_what_was_kept_adds_up(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    assert count_kept(one) + count_kept(other) == count_kept([*one, *other])
    assert count_kept(one).kept <= count_kept(one).due


# -- the streak --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "count"),
    [
        *[("", 0), ("P", 1), ("PLV", 3), ("A", 0), ("PPA", 0), ("PAP", 1), ("APP", 2)],
        *[("PEP", 2), ("PPE", 2), ("E", 0), ("PEEEP", 2), ("PEA", 0)],  # sending word pauses
        *[("PUP", 2), ("PDP", 2), ("..P", 1), ("P.P", 2)],  # nothing is known, no meeting, no member
    ],
)
def test_a_streak_counts_the_meetings_in_a_row(letters: str, count: int) -> None:
    assert count_streak(of(letters)) == count


@given(states)
def test_a_meeting_that_is_attended_adds_one_and_an_absence_ends_it(before: list[Attendance]) -> None:
    assert count_streak([*before, Attendance.PRESENT]) == count_streak(before) + 1
    assert count_streak([*before, Attendance.ABSENT]) == 0


@given(states, states, st.sampled_from([Attendance.EXCUSED, *NOT_COUNTED]))
def test_being_excused_or_not_counted_pauses_it_wherever_it_stands(
    before: list[Attendance], after: list[Attendance], state: Attendance
) -> None:
    assert count_streak([*before, state, *after]) == count_streak([*before, *after])


@given(states)
def test_a_streak_is_never_longer_than_what_was_attended(found: list[Attendance]) -> None:
    assert 0 <= count_streak(found) <= sum(state.attended for state in found)


def test_a_half_percent_goes_up_in_cards_as_in_a_spreadsheet() -> None:
    shares = (0, 1 / 8, 3 / 8, 5 / 8, 7 / 8, 2 / 3, 1)
    assert [percent(share) for share in shares] == [0, 13, 38, 63, 88, 67, 100]


# -- the page that defines them ----------------------------------------------------------------------


def example(page: str) -> Iterator[tuple[str, list[Attendance]]]:
    """The rows of the page's worked example: whose they are, and the states in their cells."""
    words = {state.value.replace("_", " "): state for state in Attendance}
    for line in page.partition("### An example")[2].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) > 1 and all(cell in words for cell in cells[1:]):
            yield cells[0], [words[cell] for cell in cells[1:]]


def test_the_example_in_the_docs_is_computed_rightly() -> None:
    page = pages()["docs/organizers/attendance.md"]
    rows = dict(example(page))
    assert list(rows) == ["Ana", "Ben", "Cho"]
    found = rates(zip(*rows.values(), strict=True))
    assert found is not None
    said = page.partition("### An example")[2]
    assert f"{found.came} of {found.counted}, {found.attended:.0%}".replace("%", " %") in said
    either = found.came + found.excused
    assert f"{either} of {found.counted}, {found.attended_or_apologised:.0%}".replace("%", " %") in said
    for name, own in rows.items():
        assert re.search(rf"{name}'s (?:streak )?is {count_streak(own)}\b", said), (name, count_streak(own))
    promised = count_kept([(2, 4), (1, 1), (4, 4), (2, 2)])
    assert f"Of {promised.due} commitments" in said.replace("\n", " ")
    assert f"{promised.kept} are kept, {promised.share:.0%}".replace("%", " %") in said.replace("\n", " ")
