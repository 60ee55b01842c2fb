"""Nobody is written to in their quiet hours, and what waits comes at the first moment after."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.preferences import DaySpan, QuietHours, away_on, defer
from buddybot.domain.meetings.schedule import local

CHANGING = [
    "Europe/Berlin",
    "Europe/Dublin",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Australia/Lord_Howe",
]
CHANGES = [
    "2026-03-07",
    "2026-03-28",
    "2026-04-04",
    "2026-04-23",
    "2026-09-05",
    "2026-10-03",
    "2026-10-24",
    "2026-10-29",
    "2026-10-31",
]
NIGHT = QuietHours(dt.time(22), dt.time(8))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "instant", "expected"),
    [
        ("UTC", "2026-11-22T21:59", "2026-11-22T21:59"),
        ("UTC", "2026-11-22T22:00", "2026-11-23T08:00"),
        ("UTC", "2026-11-22T07:59", "2026-11-22T08:00"),
        ("UTC", "2026-11-22T08:00", "2026-11-22T08:00"),
        ("America/New_York", "2026-11-22T04:00", "2026-11-22T13:00"),
        # the nights in which the clocks change
        ("Europe/Berlin", "2026-03-28T22:00", "2026-03-29T06:00"),
        ("Europe/Berlin", "2026-10-24T21:00", "2026-10-25T07:00"),
    ],
)
def test_what_is_due_at_night_waits_for_the_morning(zone: str, instant: str, expected: str) -> None:
    assert defer(utc(instant), NIGHT, zone) == utc(expected)


def test_quiet_hours_within_a_day() -> None:
    lunch = QuietHours(dt.time(12), dt.time(13))
    assert defer(utc("2026-11-22T12:30"), lunch, "UTC") == utc("2026-11-22T13:00")
    assert defer(utc("2026-11-22T23:30"), lunch, "UTC") == utc("2026-11-22T23:30")


def test_an_end_that_the_clock_jumps_over_is_the_end_of_the_gap() -> None:
    quiet = QuietHours(dt.time(22), dt.time(2, 30))
    assert defer(utc("2026-03-29T00:30"), quiet, "Europe/Berlin") == utc("2026-03-29T01:00")


def test_an_end_that_comes_twice_ends_each_of_the_two() -> None:
    quiet = QuietHours(dt.time(22), dt.time(2, 30))
    assert defer(utc("2026-10-25T00:10"), quiet, "Europe/Berlin") == utc("2026-10-25T00:30")
    assert defer(utc("2026-10-25T01:10"), quiet, "Europe/Berlin") == utc("2026-10-25T01:30")


def test_without_quiet_hours_nothing_waits() -> None:
    berlin = local(utc("2026-11-22T02:00"), "Europe/Berlin")
    assert defer(berlin, None, "UTC") == utc("2026-11-22T02:00")
    assert defer(berlin, None, "UTC").tzinfo is dt.UTC


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(CHANGING),
    start=st.integers(0, 95),
    end=st.integers(0, 95),
    step=st.integers(0, 8 * 60 * 4),
    around=st.sampled_from(CHANGES),
)
def test_the_end_of_the_quiet_hours_is_found_over_every_change_of_the_clocks(
    zone: str, start: int, end: int, step: int, around: str
) -> None:
    if start == end:
        return
    quiet = QuietHours(dt.time(start // 4, start % 4 * 15), dt.time(end // 4, end % 4 * 15))
    due = utc(around) + dt.timedelta(minutes=step)
    found = due
    while quiet.covers(local(found, zone).time()):
        found += dt.timedelta(minutes=1)
    deferred = defer(due, quiet, zone)
    assert not quiet.covers(local(deferred, zone).time())
    if deferred != found:  # only when the clock went back, out of the quiet hours and into them again
        assert local(found, zone).time() < quiet.start
        assert found < deferred <= found + dt.timedelta(hours=1)
        assert local(deferred, zone).time() == quiet.end


def test_a_clock_turned_back_does_not_interrupt_the_quiet_hours() -> None:
    quiet = QuietHours(dt.time(23, 15), dt.time(0))
    assert defer(utc("2026-04-05T02:15"), quiet, "America/Santiago") == utc("2026-04-05T04:00")


def test_quiet_hours_need_two_times() -> None:
    with pytest.raises(Refusal, match=r"quiet\.same"):
        QuietHours(dt.time(8), dt.time(8))


def test_days_away_include_both_ends() -> None:
    new_year = dt.date(2027, 1, 1)
    spans = [DaySpan(dt.date(2026, 12, 24), dt.date(2026, 12, 26)), DaySpan(new_year, new_year)]
    away = [day for day in range(20, 32) if away_on(dt.date(2026, 12, day), spans)]
    assert away == [24, 25, 26]
    assert away_on(new_year, spans)
    assert not away_on(new_year, [])


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (dt.date(2026, 12, 2), dt.date(2026, 12, 1), "away.order"),
        (dt.date(2026, 12, 2), dt.date(9999, 12, 31), "date.range"),
        (dt.date(1, 1, 1), dt.date(2026, 12, 31), "date.range"),
    ],
)
def test_days_away_that_cannot_be_are_refused(first: dt.date, last: dt.date, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        DaySpan(first, last)
    assert refusal.value.code == code
