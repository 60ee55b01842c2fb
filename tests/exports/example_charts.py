"""Charts for tests, the words they say, and a look into the finished pictures."""

import datetime as dt
from io import BytesIO

from PIL import Image

from buddybot import locales
from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Kept, Rates
from buddybot.exports.charts.drawing import Ink, Picture
from buddybot.exports.charts.figures import Figure
from buddybot.exports.charts.heat_map import MOST_MEETINGS, AttendanceChart, Row
from buddybot.exports.charts.signal_lines import Signal, SignalsChart

FULL_HOUSE = ("Ana", "Ben", "Cho", "Dev", "Eli", "Fay", "Gil", "Hanna", "Íñigo", "Jörg")
LETTERS = {
    "+": Attendance.PRESENT,
    "L": Attendance.LATE,
    "V": Attendance.VIRTUAL,
    "e": Attendance.EXCUSED,
    "-": Attendance.ABSENT,
    "?": Attendance.UNRECORDED,
    ".": Attendance.NOT_YET_MEMBER,
    "/": Attendance.DIDNT_MEET,
}


def say(key: str, /, **parameters: object) -> str:
    """Say a sentence in English."""
    return locales.sentences("en")[key].format(**parameters)


def days(count: int) -> tuple[dt.date, ...]:
    """So many Thursdays, from 8 January 2026."""
    return tuple(dt.date(2026, 1, 8) + dt.timedelta(weeks=week) for week in range(count))


def attendance(**rows: str) -> AttendanceChart:
    """A chart from one letter a meeting, by name."""
    return AttendanceChart(
        days(len(next(iter(rows.values())))),
        tuple(Row(name, tuple(map(LETTERS.__getitem__, states))) for name, states in rows.items()),
    )


def full_attendance() -> AttendanceChart:
    """Return the largest chart there is: ten members, half a year, every state."""
    states = tuple(Attendance)
    rows = (
        Row(name, tuple(states[(row * 5 + place * 3) % 11 % len(states)] for place in range(MOST_MEETINGS)))
        for row, name in enumerate(FULL_HOUSE)
    )
    return AttendanceChart(days(MOST_MEETINGS), tuple(rows))


def full_signals() -> SignalsChart:
    """Return half a year of signals with two alerts."""
    places = range(MOST_MEETINGS)
    return SignalsChart(
        days(MOST_MEETINGS),
        tuple(Rates(1, 70 + place * 7 % 31, 0, 30 - place * 7 % 31) for place in places),
        tuple(None if place == 9 else Kept(100, 30 + place * 11 % 57) for place in places),
        tuple(place * 5 % 3 for place in places),
        ((12, Signal.KEPT), (22, Signal.ALL)),
        {
            Signal.ATTENDANCE: Figure("24.7 of 30", "26.3 of 30", "in the last three meetings"),
            Signal.KEPT: Figure("57 %", "48 %", "in the last three meetings"),
            Signal.PULSE: Figure("middling", "good", "lately"),
        },
    )


def opened(picture: Picture) -> Image.Image:
    """The picture's pixels with their transparency."""
    return Image.open(BytesIO(picture.png)).convert("RGBA")


def near(picture: Picture, ink: Ink) -> int:
    """How many pixels have about this ink."""
    colours = opened(picture).convert("RGB").getcolors(2**24) or []
    return sum(
        count
        for count, colour in colours
        if isinstance(colour, tuple)
        and all(abs(one - other) <= 10 for one, other in zip(colour, ink, strict=True))
    )


def contrast(one: Ink, other: Ink) -> float:
    """The contrast ratio of WCAG 2: 1 is none, 21 is black on white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(ink: Ink) -> float:
    parts = [value / 255 for value in ink]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
