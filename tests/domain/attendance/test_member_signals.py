"""Of a member an organizer hears one thing only; a member's own drop is the member's."""

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.member_signals import (
    Missed,
    member_tally,
    missed_without_a_word,
    observe_member,
)
from buddybot.domain.health.stagnation import State

SHORT = {
    "p": Attendance.PRESENT,
    "l": Attendance.LATE,
    "v": Attendance.VIRTUAL,
    "e": Attendance.EXCUSED,
    "a": Attendance.ABSENT,
    "u": Attendance.UNRECORDED,
    "n": Attendance.NOT_YET_MEMBER,
    "d": Attendance.DIDNT_MEET,
}


def test_the_letters_are_all_states() -> None:
    assert set(SHORT.values()) == set(Attendance)


@pytest.mark.parametrize(
    ("states", "missed"),
    [
        ("aaapp", (3, 5)),
        ("apapa", (3, 5)),
        ("aaaaa", (5, 5)),
        ("ppppaaa", (3, 5)),
        ("aaappp", None),
        ("aapplv", None),
        ("aaeee", None),
        ("eeeee", None),
        ("aaa", (3, 3)),
        ("nnaaa", (3, 3)),
        ("aapuuuua", (3, 4)),
        ("aauuuuu", None),
        ("adadadpp", (3, 5)),
        ("", None),
    ],
)
def test_three_of_the_last_five_without_a_word(states: str, missed: tuple[int, int] | None) -> None:
    assert missed_without_a_word([SHORT[each] for each in states]) == (
        None if missed is None else Missed(*missed)
    )


def offers(states: str, *, due: int = 2, done: str = "") -> list[int]:
    state, found = State(), []
    for week, each in enumerate(states):
        here = SHORT[each].attended
        kept = int(done[week]) if done else due
        tally = member_tally(week, SHORT[each], due=due if here else 0, done=kept if here else 0)
        state, verdict = observe_member(state, tally)
        if verdict.alert is not None:
            found.append(week)
    return found


def test_a_member_who_stays_away_is_offered_something() -> None:
    assert offers("pplpvpppp" + "aaaaaa") != []


def test_a_member_who_keeps_coming_or_misses_one_hears_nothing() -> None:
    assert offers("pplpvppppapppppppapppp") == []


def test_an_offer_takes_as_much_as_the_quiet_setting() -> None:
    assert offers("pppppppppp" + "apaa") == [13]  # the more sensitive would speak a meeting earlier


def test_apologies_are_no_drop() -> None:
    assert offers("pppppppp" + "e" * 20) == []


@pytest.mark.parametrize("state", "eund")
def test_what_is_not_known_of_a_member_moves_nothing(state: str) -> None:
    tally = member_tally(3, SHORT[state])
    assert (tally.roster, tally.present) == (None, None)
    assert not observe_member(State(), tally)[1].counted


def test_a_member_who_comes_and_keeps_nothing_any_more_is_offered_something() -> None:
    assert offers("p" * 20, done="2222222222" + "0000000000") != []
