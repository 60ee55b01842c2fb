"""The picture of who came: a row for each member, a column for each meeting, a sign for each state."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import rates, tenths
from buddybot.domain.attendance.records import took_place
from buddybot.exports.charts.drawing import (
    QUIET,
    TEXT,
    Brush,
    Canvas,
    Ink,
    Picture,
    Say,
    clip_text,
    day_label,
    mix_ink,
    width_of,
    written,
)

MOST_MEETINGS = 26
"""What fits beside each other and can still be told apart: the newest half year."""

_TEAL: Ink = (78, 190, 168)
_AMBER: Ink = (236, 184, 84)
_BLUE: Ink = (126, 164, 250)
_CORAL: Ink = (238, 138, 112)
_DARK: Ink = (24, 38, 38)
_EDGE, _TITLE, _NAME, _SMALL = 32, 28, 22, 18
_LABEL_LIMIT = 240


class Row(NamedTuple):
    """One member's states, the oldest meeting first; `name` is "" when it was never known."""

    name: str
    states: tuple[Attendance, ...]

    @property
    def is_number(self) -> bool:
        """Whether the name cannot be written, and a number stands for it."""
        return bool(self.name) and written(self.name) is None


@dataclass(frozen=True, slots=True)
class AttendanceChart:
    """Who came to the meetings on these days; every row has a state for each.

    `unnamed` are the states at each meeting of those whose data was deleted: the words count them, and they
    have no row. `own` is a chart of one person, for them alone.
    """

    days: tuple[dt.date, ...]
    rows: tuple[Row, ...]
    unnamed: tuple[tuple[Attendance, ...], ...] = ()
    own: bool = False

    def __post_init__(self) -> None:
        if not self.days or not self.rows or any(len(row.states) != len(self.days) for row in self.rows):
            raise ValueError("a chart of attendance has meetings, members, and a state for each of both")
        if self.unnamed and len(self.unnamed) != len(self.days):
            raise ValueError("a chart of attendance has those without a name by meetings")

    def newest(self) -> "AttendanceChart":
        """The part that fits into a picture."""
        rows = tuple(Row(row.name, row.states[-MOST_MEETINGS:]) for row in self.rows)
        return replace(
            self, days=self.days[-MOST_MEETINGS:], rows=rows, unnamed=self.unnamed[-MOST_MEETINGS:]
        )

    @property
    def meetings(self) -> list[list[Attendance]]:
        """Everybody's states at each meeting."""
        unnamed = self.unnamed or ((),) * len(self.days)
        named = zip(*(row.states for row in self.rows), strict=True)
        return [[*states, *more] for states, more in zip(named, unnamed, strict=True)]


def attendance_picture(chart: AttendanceChart, say: Say) -> Picture:
    """Draw the newest meetings of a chart; numbers stand for names that cannot be written."""
    chart = chart.newest()
    return Picture(_Drawing(chart, say).png(), attendance_words(chart, say))


def attendance_words(chart: AttendanceChart, say: Say) -> str:
    """What the picture says, without a word about any one member; then whom its numbers stand for."""
    if chart.own:
        return _own_words(chart, say)
    met = [states for states in chart.meetings if took_place(states)]
    parts = [_span(chart.days, say, "pictures.came")]
    if (usual := rates(met)) is not None:
        average = "pictures.came.once" if len(chart.days) == 1 else "pictures.came.average"
        parts.append(say(average, came=tenths(usual.came_each), members=tenths(usual.counted_each)))
    if missed := len(chart.days) - len(met):
        one = "pictures.came.one_not_met" if missed == 1 else "pictures.came.not_met"
        parts.append(say(one, count=missed))
    if open_ := sum(states.count(Attendance.UNRECORDED) for states in met):
        parts.append(say("pictures.came.unrecorded", count=open_))
    for number, name in number_names(chart.rows):
        parts.append(say("pictures.came.number", number=number, name=name))
    return " ".join(parts)


def _own_words(chart: AttendanceChart, say: Say) -> str:
    """How often it was how, for the one person whose chart it is."""
    [row] = chart.rows
    parts = [_span(chart.days, say, "pictures.own")]
    parts += [
        say("pictures.own.state", state=say(f"pictures.state.{state}"), count=row.states.count(state))
        for state in Attendance
        if state in row.states
    ]
    return " ".join(parts)


def number_names(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """The names that cannot be written, with the numbers of their rows that stand for them."""
    return ((number, row.name) for number, row in enumerate(rows, 1) if row.is_number)


def _span(days: Sequence[dt.date], say: Say, table: str) -> str:
    first, last, year = day_label(days[0], say), day_label(days[-1], say), days[-1].year
    if len(days) == 1:
        return say(f"{table}.one", day=last, year=year)
    return say(f"{table}.span", count=len(days), first=first, last=last, year=year)


# -- the signs: each tells its state by its shape alone, the colour only helps -----------------


def _tick(brush: Brush, side: int) -> None:
    points = [(side * 0.28, side * 0.53), (side * 0.44, side * 0.68), (side * 0.73, side * 0.34)]
    brush.line(points, side * 0.09)


def _clock(brush: Brush, side: int) -> None:
    brush.line([(side * 0.5, side * 0.26), (side * 0.5, side * 0.54), (side * 0.7, side * 0.66)], side * 0.09)


def _screen(brush: Brush, side: int) -> None:
    brush.tile((side * 0.24, side * 0.27, side * 0.76, side * 0.63), side * 0.06, side * 0.075)
    brush.line([(side * 0.38, side * 0.75), (side * 0.62, side * 0.75)], side * 0.08)


def _dash(brush: Brush, side: int) -> None:
    brush.line([(side * 0.32, side * 0.5), (side * 0.68, side * 0.5)], side * 0.09)


def _cross(brush: Brush, side: int) -> None:
    for start, end in ((0.32, 0.68), (0.68, 0.32)):
        brush.line([(side * start, side * 0.32), (side * end, side * 0.68)], side * 0.09)


def _question(brush: Brush, side: int) -> None:
    brush.write((side / 2, side * 0.72), "?", round(side * 0.62), anchor="ms")


def _point(brush: Brush, side: int) -> None:
    brush.dot((side / 2, side / 2), side * 0.07)


def _slash(brush: Brush, side: int) -> None:
    brush.line([(side * 0.3, side * 0.7), (side * 0.7, side * 0.3)], side * 0.06)


class Sign(NamedTuple):
    """What a state is drawn with: an ink, on a filled tile, in an outlined one, or on the bare card."""

    ink: Ink
    draw: Callable[[Brush, int], None]
    ground: Ink | None = None
    outline: Ink | None = None

    def stamp(self, tile: Canvas, side: int) -> None:
        """Draw it as large as a tile."""
        box = (0, 0, side, side)
        if around := self.ground or self.outline:
            with tile.shape(box, around) as brush:
                brush.tile((1, 1, side - 1, side - 1), side * 0.2, None if self.ground else 2)
        with tile.shape(box, self.ink) as brush:
            self.draw(brush, side)


SIGNS: Mapping[Attendance, Sign] = {
    Attendance.PRESENT: Sign(_DARK, _tick, ground=_TEAL),
    Attendance.LATE: Sign(_DARK, _clock, ground=_AMBER),
    Attendance.VIRTUAL: Sign(_DARK, _screen, ground=_BLUE),
    Attendance.EXCUSED: Sign(QUIET, _dash, outline=mix_ink(QUIET, 0.6)),
    Attendance.ABSENT: Sign(_CORAL, _cross, outline=mix_ink(_CORAL, 0.75)),
    Attendance.UNRECORDED: Sign(QUIET, _question, outline=mix_ink(QUIET, 0.4)),
    Attendance.NOT_YET_MEMBER: Sign(mix_ink(QUIET, 0.7), _point),
    Attendance.DIDNT_MEET: Sign(mix_ink(QUIET, 0.8), _slash),
}


# -- the picture ------------------------------------------------------------------------------


class _Drawing:
    """Where everything stands; made anew for each picture."""

    def __init__(self, chart: AttendanceChart, say: Say) -> None:
        self._chart, self._say = chart, say
        self._labels = [
            str(number)
            if row.is_number
            else clip_text(row.name or say("pictures.came.somebody"), _NAME, _LABEL_LIMIT)
            for number, row in enumerate(chart.rows, 1)
        ]
        names = max(width_of(label, _NAME) for label in self._labels)
        self._left = round(_EDGE + names + 24)
        self._pitch = min(46, (1100 - self._left - _EDGE) // len(chart.days))
        self._side = self._pitch - max(self._pitch // 8, 3)
        self._width = max(self._left + self._pitch * len(chart.days) + _EDGE, 640)
        self._top = _EDGE + 56
        self._foot = self._top + self._pitch * len(chart.rows)
        self._legend = list(self._laid_out_legend())
        height = self._legend[-1][1] + 26 + _EDGE
        self._canvas = Canvas(self._width, height)

    def png(self) -> bytes:
        """Draw all of it."""
        self._draw_title()
        for number, (row, label) in enumerate(zip(self._chart.rows, self._labels, strict=True)):
            self._draw_row(self._top + number * self._pitch, row, label)
        self._draw_days()
        for x, y, state in self._legend:
            self._stamp((x, y), state, 26)
            self._canvas.write_text((x + 38, y + 13), self._word(state), size=_SMALL, ink=QUIET, anchor="lm")
        return self._canvas.png()

    def _draw_title(self) -> None:
        """Write what it is, and at the right the years: the days below have none."""
        first, last = self._chart.days[0].year, self._chart.days[-1].year
        years = str(last) if first == last else f"{first}-{last}"
        title = self._say("pictures.own.title" if self._chart.own else "pictures.came.title")
        self._canvas.write_text((_EDGE, _EDGE + 24), title, size=_TITLE)
        self._canvas.write_text((self._width - _EDGE, _EDGE + 24), years, size=_SMALL, ink=QUIET, anchor="rs")

    def _draw_row(self, y: int, row: Row, label: str) -> None:
        ink = QUIET if row.is_number else TEXT
        self._canvas.write_text((_EDGE, y + self._side / 2), label, size=_NAME, ink=ink, anchor="lm")
        for column, state in enumerate(row.states):
            self._stamp((self._left + column * self._pitch, y), state, self._side)

    def _stamp(self, at: tuple[int, int], state: Attendance, side: int) -> None:
        self._canvas.stamp(at, f"{state} {side}", side, lambda tile: SIGNS[state].stamp(tile, side))

    def _draw_days(self) -> None:
        """Write days below the columns, from the newest backwards, as many as fit."""
        labels = [day_label(day, self._say) for day in self._chart.days]
        widest = max(width_of(label, _SMALL) for label in labels)
        step = max(1, -(-round(widest + 20) // self._pitch))
        for column in range(len(labels) - 1, -1, -step):
            middle = self._left + column * self._pitch + self._side / 2
            half = width_of(labels[column], _SMALL) / 2
            last = self._left + (len(labels) - 1) * self._pitch + self._side
            middle = max(min(middle, last - half), _EDGE + half)
            self._canvas.write_text(
                (middle, self._foot + 28), labels[column], size=_SMALL, ink=QUIET, anchor="ms"
            )

    def _laid_out_legend(self) -> Iterator[tuple[int, int, Attendance]]:
        """The places of the signs that occur, in as many lines as they need."""
        seen = {state for row in self._chart.rows for state in row.states}
        x, y = _EDGE, self._foot + 62
        for state in (state for state in Attendance if state in seen):
            width = round(38 + width_of(self._word(state), _SMALL))
            if x > _EDGE and x + width > self._width - _EDGE:
                x, y = _EDGE, y + 42
            yield x, y, state
            x += width + 34

    def _word(self, state: Attendance) -> str:
        return self._say(f"pictures.state.{state}")
