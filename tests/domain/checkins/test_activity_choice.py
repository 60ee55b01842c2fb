"""The activity of a meeting: wanted, rested, fitting; and every wish comes round."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.checkins.activity_choice import REST, Interests, choose, suggest_activities
from buddybot.domain.checkins.agenda import Activity, Practice
from buddybot.domain.ids import UserId
from tests.domain.checkins.activities import lasting

LIBRARY = [lasting(f"activity-{number}", 15 + number % 4 * 5) for number in range(12)]
KEYS = [each.key for each in LIBRARY]
ANA, BEN, CHO = UserId(1), UserId(2), UserId(3)
TODAY = dt.date(2026, 4, 1)

interests = st.dictionaries(st.integers(1, 10).map(UserId), st.sets(st.sampled_from(KEYS)), max_size=10)


def meetings(
    library: Sequence[Activity], wishes: Interests, count: int, *, people: int = 6, minutes: int = 25
) -> list[str]:
    """The keys of so many meetings, one after the other."""
    held: list[str] = []
    for _ in range(count):
        chosen = choose(library, wishes, held, people=people, minutes=minutes)
        assert chosen is not None
        held.append(chosen.key)
    return held


@given(
    st.lists(st.tuples(st.integers(2, 10), st.integers(2, 10), st.integers(5, 60)), max_size=8),
    interests,
    st.lists(st.sampled_from(KEYS), max_size=20),
    st.integers(1, 11),
    st.integers(0, 60),
)
def test_never_one_that_does_not_fit_people_or_time(
    shapes: Sequence[tuple[int, int, int]],
    wishes: Interests,
    recent: Sequence[str],
    people: int,
    minutes: int,
) -> None:
    library = [
        lasting(key, long, people=(min(one, other), max(one, other)))
        for key, (one, other, long) in zip(KEYS, shapes, strict=False)
    ]
    chosen = choose(library, wishes, recent, people=people, minutes=minutes)
    assert (chosen is None) == (not any(each.fits(people, minutes) for each in library))
    assert chosen is None or chosen.fits(people, minutes)
    assert chosen == choose(library, wishes, recent, people=people, minutes=minutes)


@given(st.integers(2, 12), interests)
def test_never_the_same_again_while_others_have_rested(size: int, wishes: Interests) -> None:
    held = meetings(LIBRARY[:size], wishes, 30)
    apart = min(REST, size - 1)
    for place, key in enumerate(held):
        assert key not in held[max(place - apart, 0) : place]
        assert Counter(held[place : place + 5])[key] < 4


@given(st.integers(1, 12), interests)
def test_every_wish_comes_round(size: int, wishes: Interests) -> None:
    library = LIBRARY[:size]
    wanted = {key for marked in wishes.values() for key in marked} & {each.key for each in library}
    held = meetings(library, wishes, 100)
    within = 3 * len(wanted) + REST + 1
    for start in range(100 - within):
        assert wanted <= set(held[start : start + within])


def test_one_persons_wish_does_not_wait_until_all_others_are_tired_of_theirs() -> None:
    wishes = {UserId(number): set(KEYS[:-1]) for number in range(9)} | {ANA: {KEYS[-1]}}
    held = meetings(LIBRARY, wishes, 60)
    assert KEYS[-1] in held[:26]
    assert held.count(KEYS[-1]) >= 2


def test_what_more_people_want_comes_more_often() -> None:
    wishes = {ANA: {"activity-0", "activity-5"}, BEN: {"activity-0"}, CHO: {"activity-0"}}
    held = Counter(meetings(LIBRARY, wishes, 60))
    assert held["activity-0"] > held["activity-5"] > held["activity-7"] > 0


def test_without_wishes_the_library_is_gone_through_in_its_order() -> None:
    assert meetings(LIBRARY, {}, 24) == [*KEYS, *KEYS]


def test_what_would_be_drawn_out_waits_for_what_suits() -> None:
    library = [lasting("short", 10), lasting("long", 30)]
    assert meetings(library, {ANA: {"short"}}, 1, minutes=60) == ["long"]
    assert meetings(library, {}, 4, minutes=60) == ["long", "short", "long", "short"]
    assert meetings(library[:1], {}, 2, minutes=60) == ["short", "short"]


def test_a_wish_for_what_the_library_has_no_more_is_ignored() -> None:
    assert meetings(LIBRARY[:1], {ANA: {"gone"}}, 2) == ["activity-0", "activity-0"]


LIFTING = [replace(each, practises=frozenset({Practice.MOTIVATION})) for each in LIBRARY[6:9]]
MIXED = [*LIBRARY[:6], *LIFTING, *LIBRARY[9:]]
LIFTING_KEYS = {each.key for each in LIFTING}


@given(interests, st.lists(st.sampled_from(KEYS), max_size=20), st.integers(0, 60))
def test_after_a_low_pulse_what_motivates_goes_first_where_it_has_rested(
    wishes: Interests, recent: Sequence[str], minutes: int
) -> None:
    chosen = choose(MIXED, wishes, recent, people=6, minutes=minutes, lift=True)
    usual = choose(MIXED, wishes, recent, people=6, minutes=minutes)
    rested = [each for each in LIFTING if each.fits(6, minutes) and each.key not in recent[-REST:]]
    suiting = [each for each in rested if minutes <= 2.5 * each.minutes]
    assert (chosen is None) == (usual is None)
    assert chosen is None or chosen.fits(6, minutes)
    if recent and recent[-1] in LIFTING_KEYS:
        assert chosen == usual
    elif suiting:
        assert chosen is not None
        assert chosen.key in LIFTING_KEYS
        assert chosen.key not in recent[-REST:]
    assert choose(LIBRARY, wishes, recent, people=6, minutes=minutes, lift=True) == choose(
        LIBRARY, wishes, recent, people=6, minutes=minutes
    )


@given(interests)
def test_a_pulse_that_stays_low_leaves_every_other_meeting_to_the_wishes(wishes: Interests) -> None:
    held: list[str] = []
    for _ in range(30):
        chosen = choose(MIXED, wishes, held, people=6, minutes=25, lift=True)
        assert chosen is not None
        held.append(chosen.key)
    assert set(held) > LIFTING_KEYS
    wanted_or_not = [key for key in held if key not in LIFTING_KEYS]
    assert len(wanted_or_not) >= 10


def suggested(used: Mapping[str, int], wishes: Interests, *, minutes: int = 25) -> list[str]:
    last_used = {key: TODAY - dt.timedelta(days=days) for key, days in used.items()}
    found = suggest_activities(LIBRARY, wishes, last_used, today=TODAY, people=6, minutes=minutes)
    return [each.key for each in found]


def test_suggestions_were_not_used_for_six_weeks() -> None:
    used = dict.fromkeys(KEYS, 41) | {"activity-3": 42, "activity-8": 50}
    assert suggested(used, {}) == ["activity-8", "activity-3"]


def test_suggestions_are_three_and_what_most_want_comes_first() -> None:
    wishes = {ANA: {"activity-9", "activity-4"}, BEN: {"activity-9"}}
    assert suggested({"activity-0": 90}, wishes) == ["activity-9", "activity-4", "activity-1"]


def test_suggestions_fit_the_time() -> None:
    assert suggested({}, {}, minutes=11) == ["activity-0", "activity-4", "activity-8"]
    assert suggested({}, {}, minutes=9) == []
