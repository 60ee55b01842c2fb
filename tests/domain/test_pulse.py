"""Ratings are shown in three bands, never of fewer than three, and never so that one of them can be told."""

from collections import defaultdict
from datetime import date, datetime
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.errors import Refusal
from buddybot.domain.pulse import HIGHEST, LOWEST, Band, check_rating, closes_at, kept_total, published, usual

RATINGS = range(LOWEST, HIGHEST + 1)


@pytest.mark.parametrize(
    ("ratings", "band"),
    [
        ((1, 1, 1), Band.LOW),
        ((2, 3, 3), Band.LOW),
        ((3, 3, 3), Band.MIDDLING),
        ((3, 4, 4), Band.MIDDLING),
        ((4, 4, 4), Band.GOOD),
        ((3, 4, 5), Band.GOOD),
        ((5, 5, 5), Band.GOOD),
        ((1, 5, 5, 5, 5), Band.GOOD),
    ],
)
def test_a_meeting_has_one_of_three_bands(ratings: tuple[int, ...], band: Band) -> None:
    assert published(ratings) is band


@pytest.mark.parametrize("ratings", [(), (5,), (1, 1)])
def test_fewer_than_three_votes_are_not_published(ratings: tuple[int, ...]) -> None:
    assert published(ratings) is None


@pytest.mark.parametrize("ratings", [(2, 5, 5), (5, 2, 5), (1, 5, 5, 5)])
def test_a_low_voter_is_not_told_that_all_others_gave_the_highest(ratings: tuple[int, ...]) -> None:
    assert published(ratings) is Band.MIDDLING


def known(votes: int, own: tuple[int, ...]) -> list[tuple[int, ...]]:
    """What a voter with these ratings, one a meeting, could find out of others who always rate the same."""
    possible = defaultdict(list)
    for others in product(RATINGS, repeat=votes - 1):
        possible[tuple(published((mine, *others)) for mine in own)].append(others)
    return [
        group[0]
        for group in possible.values()
        if any(len(set(seats)) == 1 for seats in zip(*group, strict=True))
    ]


@pytest.mark.parametrize("votes", [3, 4, 5])
def test_no_voter_can_tell_anybody_elses_rating(votes: int) -> None:
    assert [known(votes, (own,)) for own in RATINGS] == [[]] * len(RATINGS)


@pytest.mark.parametrize("votes", [3, 4])
def test_nor_from_publications_that_follow_each_other(votes: int) -> None:
    for own in combinations_with_replacement(RATINGS, 2):
        assert known(votes, own) == []
    assert known(votes, tuple(RATINGS)) == []


@given(st.lists(st.integers(LOWEST, HIGHEST), min_size=3, max_size=10))
def test_the_order_of_the_votes_says_nothing(ratings: list[int]) -> None:
    assert published(ratings) is published(sorted(ratings))


@pytest.mark.parametrize("rating", [-1, 0, 6, 10**9])
def test_a_rating_without_a_button_is_refused(rating: int) -> None:
    with pytest.raises(Refusal, match=r"button\.stale"):
        check_rating(rating)
    assert [check_rating(each) for each in RATINGS] == list(RATINGS)


def test_the_usual_band_is_the_middle_one_and_the_lower_of_two() -> None:
    assert usual([]) is None
    assert usual([Band.GOOD, Band.LOW, Band.GOOD]) is Band.GOOD
    assert usual([Band.GOOD, Band.LOW]) is Band.LOW
    assert usual([Band.GOOD, Band.MIDDLING, Band.LOW, Band.MIDDLING]) is Band.MIDDLING


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


@pytest.mark.parametrize("votes", [3, 4])
def test_the_sum_that_is_kept_tells_nobodys_rating_even_when_all_have_voted(votes: int) -> None:
    possible = defaultdict(list)
    for ratings in product(RATINGS, repeat=votes):
        possible[kept_total(ratings), published(ratings)].append(ratings)
        assert abs(kept_total(ratings) - sum(ratings)) <= 1
    assert all(len(set(seat)) > 1 for ways in possible.values() for seat in zip(*ways, strict=True))
