"""Which day of a new schedule takes the place of which day of the old one."""

from datetime import date, time, timedelta
from itertools import pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.meetings.schedule import Schedule, find_anchor, find_successors, list_occurrences

MONDAY, TUESDAY, WEDNESDAY, SATURDAY, SUNDAY = 0, 1, 2, 5, 6
TUESDAYS = [date(2026, 1, 6), date(2026, 1, 13), date(2026, 1, 20)]


def schedule(weekday: int, *, every: int = 1, anchor: date = date(2026, 1, 1)) -> Schedule:
    return Schedule(
        weekday=weekday,
        time=time(19),
        zone="Europe/London",
        every_weeks=every,
        anchor=anchor,
        duration_minutes=75,
    )


def given_by(new_schedule: Schedule, *, until: date = date(2026, 4, 1)) -> list[date]:
    days = (
        each.day for each in list_occurrences(new_schedule, after=new_schedule.anchor - timedelta(days=1))
    )
    return list(takewhile(lambda day: day <= until, days))


schedules = st.builds(
    schedule,
    st.integers(0, 6),
    every=st.integers(1, 8),
    anchor=st.dates(date(2025, 12, 20), date(2026, 2, 1)),
)


@pytest.mark.parametrize(
    ("weekday", "successors"),
    [
        (MONDAY, [date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)]),
        (WEDNESDAY, [date(2026, 1, 7), date(2026, 1, 14), date(2026, 1, 21)]),
        (SATURDAY, [date(2026, 1, 10), date(2026, 1, 17), date(2026, 1, 24)]),
        (SUNDAY, [date(2026, 1, 11), date(2026, 1, 18), date(2026, 1, 25)]),
    ],
)
def test_a_day_becomes_the_new_day_of_its_week(weekday: int, successors: list[date]) -> None:
    found = find_successors(TUESDAYS, given_by(schedule(weekday)), TUESDAYS)
    assert found == dict(zip(TUESDAYS, successors, strict=True))


def test_a_day_becomes_the_nearest_when_its_own_week_has_none_left() -> None:
    sundays = [date(2026, 1, 4), date(2026, 1, 11)]
    assert find_successors(sundays, given_by(schedule(MONDAY)), sundays) == {
        date(2026, 1, 4): date(2026, 1, 5),
        date(2026, 1, 11): date(2026, 1, 12),
    }


def test_a_day_becomes_that_of_its_week_when_nothing_agreed_on_is_lost() -> None:
    sundays = [date(2026, 1, 4), date(2026, 1, 11)]
    found = find_successors(sundays, given_by(schedule(MONDAY)), [date(2026, 1, 11)])
    assert found == {date(2026, 1, 11): date(2026, 1, 5)}


def test_a_day_has_no_successor_when_the_new_schedule_skips_its_week() -> None:
    assert find_successors(TUESDAYS, given_by(schedule(WEDNESDAY, every=2)), TUESDAYS) == {
        date(2026, 1, 6): date(2026, 1, 7),
        date(2026, 1, 20): date(2026, 1, 21),
    }


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 3, 20)), unique=True), schedules)
def test_successors_keep_their_order_and_are_never_shared(days: list[date], new_schedule: Schedule) -> None:
    days.sort()
    new = given_by(new_schedule)
    found = find_successors(days, new, days)
    followed = [day for day in days if day in found]
    assert all(found[earlier] < found[later] for earlier, later in pairwise(followed))
    assert set(found.values()) <= set(new)
    assert all(abs((found[day] - day).days) <= 6 for day in followed)


@given(schedules, schedules)
def test_each_day_has_a_successor_when_the_weeks_are_the_same(old: Schedule, new: Schedule) -> None:
    """Only the first may be without one, when its week has no new day that lies ahead."""
    new = schedule(new.weekday, every=old.every_weeks)
    days = given_by(old)
    earliest = old.anchor
    new = schedule(
        new.weekday, every=new.every_weeks, anchor=find_anchor(old, new, agreed=days, earliest=earliest)
    )
    assert new.anchor >= earliest
    found = find_successors(days, given_by(new, until=date(2026, 5, 1)), days)
    assert [day for day in days if day not in found] in ([], days[:1])


@given(schedules)
def test_the_same_schedule_changes_nothing(new_schedule: Schedule) -> None:
    days = given_by(new_schedule)
    assert find_successors(days, days, days) == {day: day for day in days}


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 3, 20)), unique=True), schedules)
def test_a_second_look_changes_nothing(days: list[date], new_schedule: Schedule) -> None:
    new = given_by(new_schedule)
    found = find_successors(sorted(days), new, days)
    after = sorted({found.get(day, day) for day in days})
    again = find_successors(after, new, after)
    assert all(again[day] == day for day in found.values())


def test_every_second_week_keeps_its_weeks_when_the_weekday_changes() -> None:
    old = schedule(TUESDAY, every=2, anchor=date(2026, 1, 13))
    new = schedule(WEDNESDAY, every=2)
    days = [date(2026, 1, 13), date(2026, 1, 27)]
    assert find_anchor(old, new, agreed=days, earliest=date(2026, 1, 1)) == date(2026, 1, 14)
