"""Meetings keep their local time, whatever the clocks do."""

import datetime as dt
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buddybot.domain import zones
from buddybot.domain.errors import Refusal
from buddybot.domain.meetings.schedule import (
    LAST_DAY,
    Schedule,
    instant,
    list_occurrences,
    local,
    make_occurrence,
    next_occurrences,
    parse_date,
    parse_time,
)

CHANGING = [
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "America/Havana",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Chatham",
    "America/Scoresbysund",
    "Antarctica/Troll",
]


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def weekly(**changes: object) -> Schedule:
    values: dict[str, object] = {
        "weekday": 3,
        "time": dt.time(19),
        "zone": "Europe/Berlin",
        "every_weeks": 1,
        "anchor": dt.date(2026, 11, 26),
        "duration_minutes": 75,
    }
    return Schedule(**{**values, **changes})  # type: ignore[arg-type]  # a table of defaults is untyped


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        # ordinary days, winter and summer
        ("Europe/Berlin", "2026-01-15T19:00", "2026-01-15T18:00"),
        ("Europe/Berlin", "2026-07-15T19:00", "2026-07-15T17:00"),
        # gaps: the first valid instant
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Europe/Dublin", "2026-03-29T01:30", "2026-03-29T01:00"),
        ("America/Santiago", "2026-09-06T00:30", "2026-09-06T04:00"),
        ("Africa/Cairo", "2026-04-24T00:15", "2026-04-23T22:00"),
        # folds: the first of the two
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30"),
        ("America/Santiago", "2026-04-04T23:30", "2026-04-05T02:30"),
        # a day that did not exist
        ("Pacific/Apia", "2011-12-30T19:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-29T19:00", "2011-12-30T05:00"),
    ],
)
def test_a_local_time_becomes_its_first_valid_instant(zone: str, wall: str, expected: str) -> None:
    shown = dt.datetime.fromisoformat(wall)
    assert instant(shown.date(), shown.time(), zone) == utc(expected)


@pytest.mark.parametrize("zone", CHANGING)
def test_around_every_change_of_the_clocks_the_instant_is_the_earliest_not_before_the_wall_time(
    zone: str,
) -> None:
    tz = zones.zone(zone)
    start = utc("2026-01-01T00:00")
    days = [start + dt.timedelta(days=n) for n in range(366)]
    changes = [a for a, b in pairwise(days) if a.astimezone(tz).utcoffset() != b.astimezone(tz).utcoffset()]
    assert changes
    for change in changes:
        # Every quarter of an hour for two days, as the clock on the wall shows it.
        clock = [change + dt.timedelta(minutes=15 * n) for n in range(-96, 192)]
        walls = [moment.astimezone(tz).replace(tzinfo=None) for moment in clock]
        middle = walls[96]
        for n in range(4 * 24):
            wall = middle + dt.timedelta(minutes=15 * n)
            earliest = next(moment for moment, shown in zip(clock, walls, strict=True) if shown >= wall)
            assert instant(wall.date(), wall.time(), zone) == earliest


def test_meetings_keep_their_local_time_over_a_change_of_the_clocks() -> None:
    autumn = weekly(anchor=dt.date(2026, 10, 22), zone="Europe/Berlin")
    found = list(islice(list_occurrences(autumn, after=dt.date(2026, 10, 1)), 3))
    assert [each.starts_at for each in found] == [
        utc("2026-10-22T17:00"),
        utc("2026-10-29T18:00"),
        utc("2026-11-05T18:00"),
    ]


def test_a_meeting_lasts_real_minutes_also_while_the_clocks_change() -> None:
    night = make_occurrence(dt.date(2026, 10, 25), dt.time(1, 30), zone="Europe/Berlin", duration_minutes=120)
    assert night.ends_at - night.starts_at == dt.timedelta(minutes=120)
    assert local(night.ends_at, "Europe/Berlin").time() == dt.time(2, 30)


def test_the_first_meeting_is_on_the_first_such_weekday_from_the_anchor() -> None:
    monday = weekly(weekday=0, anchor=dt.date(2026, 11, 26), every_weeks=2)
    days = [each.day for each in islice(list_occurrences(monday, after=dt.date(2000, 1, 1)), 3)]
    assert days == [dt.date(2026, 11, 30), dt.date(2026, 12, 14), dt.date(2026, 12, 28)]
    later = next(list_occurrences(monday, after=dt.date(2026, 12, 14)))
    assert later.day == dt.date(2026, 12, 28)


def test_a_meeting_under_way_comes_first_and_one_that_is_over_does_not_come() -> None:
    schedule = weekly()
    under_way = next_occurrences(schedule, now=utc("2026-11-26T19:14:59"), count=2)
    assert [each.day for each in under_way] == [dt.date(2026, 11, 26), dt.date(2026, 12, 3)]
    over = next_occurrences(schedule, now=utc("2026-11-26T19:15"), count=1)
    assert [each.day for each in over] == [dt.date(2026, 12, 3)]


def test_a_meeting_after_midnight_utc_belongs_to_its_local_day() -> None:
    schedule = weekly(zone="America/Los_Angeles")
    found = next_occurrences(schedule, now=utc("2026-11-27T03:30"), count=1)
    assert found[0].day == dt.date(2026, 11, 26)
    assert found[0].starts_at == utc("2026-11-27T03:00")


def test_the_meetings_end_with_the_calendar_of_the_product() -> None:
    last = list(list_occurrences(weekly(), after=LAST_DAY - dt.timedelta(days=10)))
    assert 1 <= len(last) <= 2
    assert list(list_occurrences(weekly(), after=dt.date.max)) == []


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(CHANGING),
    weekday=st.integers(0, 6),
    minute=st.integers(0, 24 * 60 - 1),
    every=st.integers(1, 8),
    anchor=st.dates(dt.date(2020, 1, 1), dt.date(2037, 1, 1)),
)
def test_there_is_one_meeting_in_every_n_local_weeks_at_the_local_time(
    zone: str, weekday: int, minute: int, every: int, anchor: dt.date
) -> None:
    at = dt.time(minute // 60, minute % 60)
    schedule = weekly(zone=zone, weekday=weekday, time=at, every_weeks=every, anchor=anchor)
    found = list(islice(list_occurrences(schedule, after=anchor - dt.timedelta(days=1)), 60))
    assert 0 <= (found[0].day - anchor).days < 7
    for before, after in pairwise(found):
        assert after.day - before.day == dt.timedelta(weeks=every)
        assert before.ends_at < after.starts_at
    for each in found:
        assert each.day.weekday() == weekday
        assert each.starts_at.utcoffset() == dt.timedelta(0)
        shown = local(each.starts_at, zone).replace(tzinfo=None)
        wall = dt.datetime.combine(each.day, at)
        if shown != wall:
            just_before = local(each.starts_at - dt.timedelta(seconds=1), zone).replace(tzinfo=None)
            assert just_before < wall < shown, "only a gap moves a meeting, and to its very end"


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from([*CHANGING, "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]),
    day=st.dates(dt.date(2020, 1, 1), dt.date(2037, 1, 1)),
    second=st.integers(0, 24 * 60 * 60 - 1),
    minute=st.integers(0, 24 * 60 - 1),
    duration=st.integers(15, 480),
)
def test_the_next_meetings_are_those_of_the_whole_series_that_are_not_over(
    zone: str, day: dt.date, second: int, minute: int, duration: int
) -> None:
    now = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=second)
    at = dt.time(minute // 60, minute % 60)
    schedule = weekly(zone=zone, time=at, duration_minutes=duration, anchor=dt.date(2019, 12, 1))
    series = list_occurrences(schedule, after=day - dt.timedelta(days=20))
    expected = next(each for each in series if each.ends_at > now)
    assert next_occurrences(schedule, now=now, count=1) == [expected]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weekday": 7}, "schedule.weekday"),
        ({"weekday": -1}, "schedule.weekday"),
        ({"every_weeks": 0}, "schedule.every_weeks"),
        ({"every_weeks": 9}, "schedule.every_weeks"),
        ({"duration_minutes": 14}, "schedule.duration"),
        ({"duration_minutes": 481}, "schedule.duration"),
        ({"anchor": dt.date(9999, 12, 31)}, "date.range"),
        ({"anchor": dt.date(1, 1, 1)}, "date.range"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        weekly(**changes)
    assert refusal.value.code == code


def test_a_schedule_gives_no_meetings_when_its_zone_is_not_known() -> None:
    stored = weekly(zone="Mars/Olympus_Mons")
    assert list(list_occurrences(stored, after=dt.date(2026, 1, 1))) == []
    assert next_occurrences(stored, now=utc("2026-01-01T12:00"), count=3) == []
    with pytest.raises(Refusal, match=r"schedule\.zone_lost"):
        make_occurrence(dt.date(2026, 1, 8), dt.time(19), zone=stored.zone, duration_minutes=75)


def test_a_clock_in_a_zone_that_is_not_known_shows_utc() -> None:
    assert instant(dt.date(2026, 7, 1), dt.time(19), "Mars/Olympus_Mons") == utc("2026-07-01T19:00")
    assert local(utc("2026-07-01T19:00"), "Mars/Olympus_Mons").hour == 19


def test_naive_instants_and_aware_local_times_are_mistakes_of_the_caller() -> None:
    with pytest.raises(ValueError, match="aware"):
        local(dt.datetime(2026, 1, 1), "UTC")  # noqa: DTZ001  # a naive one is what is tested
    with pytest.raises(ValueError, match="local"):
        weekly(time=dt.time(19, tzinfo=dt.UTC))


@pytest.mark.parametrize("raw", ["2026-03-05", " 2026-03-05 ", "2026-03-05\n"])
def test_a_day_is_read_in_one_form(raw: str) -> None:
    assert parse_date(raw) == dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2026-W01-1", "date.unreadable"),
        ("20260305", "date.unreadable"),
        ("2026-3-5", "date.unreadable"),
        ("05.03.2026", "date.unreadable"),
        ("\u0662\u0660\u0662\u0666-03-05", "date.unreadable"),
        ("2026-03-05T10:00", "date.unreadable"),
        ("", "date.unreadable"),
        ("x" * 100_000, "date.unreadable"),
        ("2026-02-29", "date.nonexistent"),
        ("2026-13-01", "date.nonexistent"),
        ("0000-01-01", "date.nonexistent"),
        ("1999-12-31", "date.range"),
        ("9999-12-31", "date.range"),
    ],
)
def test_any_other_day_is_refused(raw: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_date(raw)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("19:00", "19:00"),
        ("7:30", "07:30"),
        ("19.00", "19:00"),
        ("00:00", "00:00"),
        ("23:59", "23:59"),
        ("7pm", "19:00"),
        ("7:30 pm", "19:30"),
        ("7.30PM", "19:30"),
        ("12am", "00:00"),
        ("12 pm", "12:00"),
        ("12:15 a.m.", "00:15"),
        (" 8am ", "08:00"),
    ],
)
def test_a_time_of_day_is_read_as_people_write_it(raw: str, expected: str) -> None:
    assert parse_time(raw) == dt.time.fromisoformat(expected)


@pytest.mark.parametrize(
    "raw",
    [
        *("", "7", "19", "24:00", "19:60", "0am", "13pm", "19:00pm", "1900", "19:0", "-7:00", "7:30:00"),
        *("19:00Z", "7 p", "noon", "7:30  pm", "1e1:00", "\u0661\u0669:00", "x" * 100_000),
    ],
)
def test_any_other_time_is_refused(raw: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_time(raw)
    assert refusal.value.code == "time.unreadable"
