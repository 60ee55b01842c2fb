"""Whatever the clocks of a zone do, each slot of the week gives exactly one meeting in each local week."""

import datetime as dt
from collections import Counter

import pytest

from tests.domain.every_zone import (
    COARSE,
    Change,
    Stretch,
    changes,
    check_around,
    distinct,
    earliest,
    stretches,
)

Kinds = dict[tuple[dt.timedelta, dt.time, int], tuple[Change, tuple[Stretch, ...]]]

APIA_FIRST, APIA_LAST = dt.datetime(2011, 1, 1, tzinfo=dt.UTC), dt.datetime(2012, 12, 31, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    """One change of each kind: how far, at what local time, on what weekday."""
    found: Kinds = {}
    for clocks, names in distinct(COARSE).items():
        for change in changes(names[0], clocks):
            found.setdefault(change.kind, (change, clocks))
    return found


def test_each_kind_of_change_leaves_one_meeting_in_each_week(kinds: Kinds) -> None:
    counts: Counter[str] = Counter()
    for change, clocks in kinds.values():
        check_around(change, clocks, counts)
    assert counts["slots"] == len(kinds) * 7 * 48
    assert counts["moved by a gap"]


def test_the_kinds_are_those_that_are_difficult(kinds: Kinds) -> None:
    minutes = {round(far.total_seconds() / 60) for far, _, _ in kinds}
    assert {-120, -60, -30, 30, 60, 120} <= minutes
    assert any(far > dt.timedelta(0) and shown == dt.time(0) for far, shown, _ in kinds), "a midnight gap"
    assert any(far > dt.timedelta(0) and shown.hour == 23 for far, shown, _ in kinds), "one before midnight"


@pytest.mark.parametrize("zone", ["Europe/Dublin", "Africa/Casablanca", "Africa/El_Aaiun"])
def test_clocks_that_go_back_for_a_season_leave_one_meeting_in_each_week(zone: str) -> None:
    clocks = stretches(zone)
    for change in list(changes(zone, clocks))[:6]:
        check_around(change, clocks, Counter())


def test_a_day_that_does_not_exist_moves_its_meeting_to_the_next_and_makes_no_second() -> None:
    clocks = stretches("Pacific/Apia", APIA_FIRST, APIA_LAST)
    found = list(changes("Pacific/Apia", clocks, APIA_FIRST, APIA_LAST))
    skip = next(change for change in found if change.after - change.before == dt.timedelta(days=1))
    assert (skip.at + skip.before).date() == dt.date(2011, 12, 30)
    counts: Counter[str] = Counter()
    for change in found:
        check_around(change, clocks, counts)
    assert counts["moved by a gap"] > 48
    assert earliest(dt.datetime.fromisoformat("2011-12-30T19:00"), clocks) == skip.at
