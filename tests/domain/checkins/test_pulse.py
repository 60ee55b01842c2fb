"""Ratings are shown in three bands, never of fewer than four, and never so that one of them can be told."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import combinations, combinations_with_replacement, product
from math import factorial, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.checkins.pulse import (
    FEWEST_VOTES,
    HIGHEST,
    LOWEST,
    Band,
    check_rating,
    closes_at,
    find_median,
    kept_total,
    publish_band,
)
from buddybot.domain.errors import Refusal

RATINGS = range(LOWEST, HIGHEST + 1)


PEOPLE_FEEL = {
    "every rating alike": (0.2, 0.2, 0.2, 0.2, 0.2),
    "mostly good": (0.05, 0.05, 0.15, 0.35, 0.4),
}
"""How likely each rating is, from the lowest to the highest."""


@pytest.mark.parametrize(
    ("ratings", "band"),
    [
        ((1, 1, 1, 1), Band.LOW),
        ((2, 3, 3, 3), Band.LOW),
        ((3, 3, 3, 3), Band.MIDDLING),
        ((3, 3, 4, 4), Band.MIDDLING),
        ((3, 4, 4, 4), Band.GOOD),
        ((5, 5, 5, 5), Band.GOOD),
        ((3, 3, 3, 4, 4, 4), Band.GOOD),
        ((3, 3, 3, 3, 4, 4), Band.MIDDLING),
    ],
)
def test_published_gives_one_of_three_bands(ratings: tuple[int, ...], band: Band) -> None:
    assert publish_band(ratings) is band


@pytest.mark.parametrize("ratings", [(), (5,), (1, 1), (5, 5, 5)])
def test_published_gives_nothing_when_fewer_than_four_voted(ratings: tuple[int, ...]) -> None:
    assert publish_band(ratings) is None


def known_to(voters: int, votes: int) -> list[tuple[object, tuple[int, ...]]]:
    """Return what so many voters together could read of all the others' ratings at one meeting."""
    possible = defaultdict(set)
    for ratings in combinations_with_replacement(RATINGS, votes):
        for own in set(combinations(ratings, voters)):
            others = list(ratings)
            for each in own:
                others.remove(each)
            possible[publish_band(ratings), own].add(tuple(others))
    return [
        (key, next(iter(found)))
        for key, found in possible.items()
        if len({rating for others in found for rating in others}) == 1
    ]


@pytest.mark.parametrize("votes", range(FEWEST_VOTES, 9))
def test_published_tells_no_rating_when_two_voters_compare_notes(votes: int) -> None:
    assert known_to(1, votes) == []
    assert known_to(2, votes) == []


def certain(votes: int, feel: Sequence[float], *, came: int, left: int = 0) -> float:
    """Return in which part of all cases a member could be sure of a rating that is not theirs.

    So many came and left between two meetings, and everybody else rated both alike. The member stayed, came,
    or did not vote, and knows who voted.
    """
    possible: dict[object, list[set[int]]] = {}
    cases = []
    for case in product(
        combinations_with_replacement(RATINGS, votes),
        product(RATINGS, repeat=left),
        combinations_with_replacement(RATINGS, came),
    ):
        stayed, gone, new = case
        shown = publish_band((*stayed, *gone)), publish_band((*stayed, *new))
        views = [((shown, member), secrets) for member, secrets in _views(stayed, gone, new)]
        cases.append((case, views))
        for key, secrets in views:
            for found, secret in zip(
                possible.setdefault(key, [set() for _ in secrets]), secrets, strict=True
            ):
                found.add(secret)
    total = sure = 0.0
    for (stayed, gone, new), views in cases:
        likely = _ways(stayed) * _ways(new) * prod(feel[rating - 1] for rating in (*stayed, *gone, *new))
        total += likely
        if any(len(found) == 1 and found != {MIXED} for key, _ in views for found in possible[key]):
            sure += likely
    return sure / total


MIXED = 0
"""Stands for ratings that are not all the same: nobody can tell whose is whose."""


def _views(
    stayed: tuple[int, ...], gone: tuple[int, ...], new: tuple[int, ...]
) -> Iterator[tuple[tuple[str, int], list[int]]]:
    """Yield what each kind of member knows of themselves, and what they do not know of the others."""
    yield ("none", 0), [*gone, *new, _all(stayed)]
    for own in set(stayed):
        others = list(stayed)
        others.remove(own)
        yield ("stayed", own), [*gone, *new, _all(others)]
    for own in set(new):
        others = list(new)
        others.remove(own)
        yield ("came", own), [*gone, *others, _all(stayed)]


def _all(ratings: Sequence[int]) -> int:
    return ratings[0] if len(set(ratings)) == 1 else MIXED


def _ways(ratings: tuple[int, ...]) -> int:
    return factorial(len(ratings)) // prod(factorial(count) for count in Counter(ratings).values())


@pytest.mark.parametrize("feel", PEOPLE_FEEL.values(), ids=PEOPLE_FEEL)
@pytest.mark.parametrize("votes", range(3, 8))
def test_published_tells_no_rating_when_one_person_comes_or_leaves(votes: int, feel: Sequence[float]) -> None:
    assert certain(votes, feel, came=1) == 0


@pytest.mark.parametrize("feel", PEOPLE_FEEL.values(), ids=PEOPLE_FEEL)
@pytest.mark.parametrize("votes", range(3, 7))
def test_published_rarely_tells_a_rating_when_two_people_change(votes: int, feel: Sequence[float]) -> None:
    assert certain(votes, feel, came=2) < 0.04, "docs/privacy.md says: fewer than four cases in a hundred"
    assert certain(votes, feel, came=1, left=1) < 0.04


def known(votes: int, own: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return what a voter with these ratings, one a meeting, could find out of others who rate all alike."""
    possible = defaultdict(list)
    for others in product(RATINGS, repeat=votes - 1):
        possible[tuple(publish_band((mine, *others)) for mine in own)].append(others)
    return [
        group[0]
        for group in possible.values()
        if any(len(set(seats)) == 1 for seats in zip(*group, strict=True))
    ]


@pytest.mark.parametrize("votes", [4, 5])
def test_published_tells_no_rating_when_a_voter_rates_meetings_differently(votes: int) -> None:
    for own in combinations_with_replacement(RATINGS, 2):
        assert known(votes, own) == []


@given(st.lists(st.integers(LOWEST, HIGHEST), min_size=3, max_size=10))
def test_the_order_of_the_votes_says_nothing(ratings: list[int]) -> None:
    assert publish_band(ratings) is publish_band(sorted(ratings))


@pytest.mark.parametrize("rating", [-1, 0, 6, 10**9])
def test_a_rating_without_a_button_is_refused(rating: int) -> None:
    with pytest.raises(Refusal, match=r"button\.stale"):
        check_rating(rating)
    assert [check_rating(each) for each in RATINGS] == list(RATINGS)


def test_the_usual_band_is_the_middle_one_and_the_lower_of_two() -> None:
    assert find_median([]) is None
    assert find_median([Band.GOOD, Band.LOW, Band.GOOD]) is Band.GOOD
    assert find_median([Band.GOOD, Band.LOW]) is Band.LOW
    assert find_median([Band.GOOD, Band.MIDDLING, Band.LOW, Band.MIDDLING]) is Band.MIDDLING


@pytest.mark.parametrize(
    ("zone", "closed", "until"),
    [
        ("UTC", "2026-01-08T20:15Z", "2026-01-09T09:00Z"),
        ("UTC", "2026-01-09T00:30Z", "2026-01-09T09:00Z"),  # it met past midnight
        ("UTC", "2026-01-09T03:00Z", "2026-01-09T09:00Z"),
        ("UTC", "2026-01-09T03:01Z", "2026-01-10T09:00Z"),  # nobody could have seen it in time
        ("UTC", "2026-01-12T08:00Z", "2026-01-13T09:00Z"),  # the bot was down for days
        ("America/New_York", "2026-01-09T01:00Z", "2026-01-09T14:00Z"),
        ("Pacific/Apia", "2011-12-29T20:00Z", "2011-12-30T10:00Z"),
    ],
)
def test_people_can_vote_until_nine_the_next_morning(zone: str, closed: str, until: str) -> None:
    day = date(2011, 12, 29) if zone == "Pacific/Apia" else date(2026, 1, 8)
    assert closes_at(day, zone, datetime.fromisoformat(closed)) == datetime.fromisoformat(until)


@pytest.mark.parametrize("votes", [4, 5])
def test_the_sum_that_is_kept_tells_nobodys_rating_even_when_all_have_voted(votes: int) -> None:
    possible = defaultdict(list)
    for ratings in product(RATINGS, repeat=votes):
        possible[kept_total(ratings), publish_band(ratings)].append(ratings)
        assert abs(kept_total(ratings) - sum(ratings)) <= 1
    assert all(len(set(seat)) > 1 for ways in possible.values() for seat in zip(*ways, strict=True))
