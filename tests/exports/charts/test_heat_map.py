"""Who came, to look at and to hear: each state has its own shape, and no member is singled out in words."""

import datetime as dt
from dataclasses import replace
from itertools import combinations, permutations

import pytest
from PIL import Image

from buddybot.domain.attendance.attendance import Attendance
from buddybot.exports.charts.drawing import CARD, Canvas
from buddybot.exports.charts.heat_map import (
    MOST_MEETINGS,
    SIGNS,
    AttendanceChart,
    Row,
    attendance_picture,
    attendance_words,
    number_names,
)
from tests.exports.example_charts import attendance, contrast, days, full_attendance, opened, say


def stamped(state: Attendance, side: int = 40) -> Image.Image:
    canvas = Canvas(side, side)
    SIGNS[state].stamp(canvas, side)
    return canvas.image.convert("L")


def black_and_white(state: Attendance) -> list[bool]:
    """The sign as somebody sees it who sees no colours at all."""
    image = stamped(state)
    low, high = (int(value) for value in image.getextrema())  # type: ignore[arg-type]  # one channel, one pair
    return [value > (low + high) / 2 for value in image.tobytes()]


@pytest.mark.parametrize(("one", "other"), list(combinations(Attendance, 2)))
def test_two_states_differ_in_shape_and_not_only_in_colour(one: Attendance, other: Attendance) -> None:
    here, there = black_and_white(one), black_and_white(other)
    assert sum(a != b for a, b in zip(here, there, strict=True)) > 0.02 * len(here)


@pytest.mark.parametrize("state", Attendance)
def test_every_sign_stands_out_from_what_it_is_drawn_on(state: Attendance) -> None:
    sign = SIGNS[state]
    assert contrast(sign.ink, sign.ground or CARD) >= 3


def test_the_largest_picture_is_small_and_fits_beside_a_chat() -> None:
    picture = attendance_picture(full_attendance(), say)
    assert len(picture.png) < 60_000
    width, height = opened(picture).size
    assert 640 <= width <= 1100
    assert height <= 700


@pytest.mark.parametrize("people", [1, 2, 6, 10])
@pytest.mark.parametrize("meetings", [1, 3, 12, 26, 60])
def test_every_size_of_group_and_history_is_drawn(people: int, meetings: int) -> None:
    rows = tuple(Row("A" * number, (Attendance.PRESENT,) * meetings) for number in range(1, people + 1))
    picture = attendance_picture(AttendanceChart(days(meetings), rows), say)
    width, height = opened(picture).size
    assert 640 <= width <= 1100
    assert height <= 700


def test_only_the_newest_meetings_are_drawn() -> None:
    long = attendance(Ana="-" * 10 + "+" * MOST_MEETINGS)
    newest = AttendanceChart(long.days[10:], (Row("Ana", (Attendance.PRESENT,) * MOST_MEETINGS),))
    assert attendance_picture(long, say) == attendance_picture(newest, say)


def test_the_picture_shows_what_changed() -> None:
    pictures = {attendance_picture(attendance(Ana=f"+{letter}", Ben="++"), say).png for letter in "+LVe-?./"}
    assert len(pictures) == 8


def test_the_words_say_what_the_picture_says_and_name_no_member() -> None:
    chart = attendance(
        Ana="++++/+++",
        Ben="++L+/-+e",
        Cho="+++V/-e?",
        Dev="..++/+++",
    )
    words = attendance_words(chart, say)
    assert words == (
        "Who came to the 8 meetings from 8 Jan to 26 Feb 2026. On average 3 of 3.6 came. "
        "One meeting did not take place. Not recorded yet: 1."
    )


@pytest.mark.parametrize("names", list(permutations(("Ana", "Ben"))))
def test_the_words_are_the_same_whoever_it_was(names: tuple[str, str]) -> None:
    rows = zip(names, ("++++", "----"), strict=True)
    assert attendance_words(attendance(**dict(rows)), say) == (
        "Who came to the 4 meetings from 8 Jan to 29 Jan 2026. On average 1 of 2 came."
    )


def test_one_meeting_and_none_that_took_place_are_said_rightly() -> None:
    assert (
        attendance_words(attendance(Ana="+", Ben="."), say)
        == "Who came to the meeting of 8 Jan 2026. 1 of 1 came."
    )
    assert attendance_words(attendance(Ana="//", Ben="./"), say) == (
        "Who came to the 2 meetings from 8 Jan to 15 Jan 2026. 2 meetings did not take place."
    )


def test_whose_data_was_deleted_is_counted_and_has_no_row() -> None:
    chart = replace(attendance(Ana="++", Ben="+-"), unnamed=((Attendance.PRESENT,), ()))
    assert attendance_words(chart, say).endswith("On average 2 of 2.5 came.")
    assert attendance_picture(chart, say).png == attendance_picture(attendance(Ana="++", Ben="+-"), say).png
    with pytest.raises(ValueError, match="without a name"):
        replace(chart, unnamed=((),))


def test_ones_own_chart_says_to_them_how_often_it_was_how() -> None:
    chart = replace(attendance(Ana="++Le/"), own=True)
    assert attendance_words(chart, say) == (
        "You at the 5 meetings from 8 Jan to 5 Feb 2026. "
        "there: 2. came late: 1. sent word: 1. did not meet: 1."
    )


def test_a_picture_over_new_year_names_both_years() -> None:
    one = AttendanceChart((dt.date(2025, 12, 30),), (Row("Ana", (Attendance.PRESENT,)),))
    both = replace(one, days=(*one.days, dt.date(2026, 1, 6)), rows=(Row("Ana", (Attendance.PRESENT,) * 2),))
    assert "30 Dec to 6 Jan 2026" in attendance_words(both, say)
    later = replace(one, days=(dt.date(2026, 12, 30),))
    assert attendance_picture(one, say).png != attendance_picture(later, say).png


def test_a_member_whose_name_was_never_known_has_a_row() -> None:
    chart = AttendanceChart(days(1), (Row("", (Attendance.PRESENT,)),))
    named = AttendanceChart(days(1), (Row("somebody", (Attendance.PRESENT,)),))
    assert attendance_picture(chart, say).png == attendance_picture(named, say).png


def test_a_number_stands_for_a_name_in_another_script_and_the_words_tell_whose() -> None:
    chart = AttendanceChart(
        days(2), tuple(Row(name, (Attendance.PRESENT,) * 2) for name in ("Ana", "محمد", "王芳", "🌸", "Zoë"))
    )
    assert list(number_names(chart.rows)) == [(2, "محمد"), (3, "王芳"), (4, "🌸")]
    assert attendance_words(chart, say).endswith("Row 2 is محمد. Row 3 is 王芳. Row 4 is 🌸.")
    plain = AttendanceChart(
        days(2), tuple(Row(name, (Attendance.PRESENT,) * 2) for name in ("Ana", "2", "3", "4", "Zoë"))
    )
    assert opened(attendance_picture(chart, say)).size == opened(attendance_picture(plain, say)).size


def test_the_words_fit_into_what_discord_takes() -> None:
    rows = tuple(Row("王" * 32, (Attendance.UNRECORDED,) * 26) for _ in range(10))
    assert len(attendance_words(AttendanceChart(days(26), rows), say)) <= 1024


@pytest.mark.parametrize(
    "rows", [(), (Row("Ana", (Attendance.PRESENT,)),), (Row("Ana", (Attendance.PRESENT,) * 3),)]
)
def test_a_chart_without_a_state_for_each_meeting_is_refused(rows: tuple[Row, ...]) -> None:
    with pytest.raises(ValueError, match="a state for each"):
        AttendanceChart(days(2), rows)
