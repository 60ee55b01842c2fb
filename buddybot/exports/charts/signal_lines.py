"""The picture of the three signals: who came, what was kept, how it felt, and where an alert was."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from buddybot.domain.attendance.rates import Kept, Rates, percent
from buddybot.exports.charts.drawing import (
    LINES,
    QUIET,
    Box,
    Brush,
    Canvas,
    Ink,
    Picture,
    Point,
    Say,
    day_label,
    mix_ink,
    width_of,
)
from buddybot.exports.charts.figures import Figure

MOST_MEETINGS = 26
HIGHEST_BAND = 2
"""The bands of the pulse are 0 (low), 1 (middling) and 2 (good)."""

ALERT: Ink = (236, 184, 84)
_EDGE, _TITLE, _NAME, _VALUE, _SMALL = 32, 28, 22, 32, 18
_PANEL, _GAP, _WIDTH, _RIGHT = 104, 36, 1000, 120


class Signal(StrEnum):
    """What is watched; `all` is their sum, which has no line of its own."""

    ATTENDANCE = "attendance"
    KEPT = "kept"
    PULSE = "pulse"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SignalsChart:
    """The signals at the meetings on these days, None where there is nothing to know.

    The pulse is its band. `alerts` names the meetings, by their place, at whose end one was raised, and by
    which signal. `figures` sum the signals up; one of which nothing is known lately is not among them.
    """

    days: tuple[dt.date, ...]
    attendance: tuple[Rates | None, ...]
    kept: tuple[Kept | None, ...]
    pulse: tuple[int | None, ...]
    alerts: tuple[tuple[int, Signal], ...] = ()
    figures: Mapping[Signal, Figure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lines = (self.attendance, self.kept, self.pulse)
        if not self.days or any(len(line) != len(self.days) for line in lines):
            raise ValueError("a chart of signals has meetings, and a value or None for each")
        if not all(band is None or 0 <= band <= HIGHEST_BAND for band in self.pulse):
            raise ValueError(f"bands are from 0 to {HIGHEST_BAND}")
        if not all(0 <= place < len(self.days) for place, _ in self.alerts):
            raise ValueError("an alert is at one of the meetings")

    def newest(self) -> "SignalsChart":
        """The part that fits into a picture."""
        gone = max(len(self.days) - MOST_MEETINGS, 0)
        return SignalsChart(
            self.days[gone:],
            self.attendance[gone:],
            self.kept[gone:],
            self.pulse[gone:],
            tuple((place - gone, signal) for place, signal in self.alerts if place >= gone),
            self.figures,
        )

    def heights(self, signal: Signal) -> tuple[float | None, ...]:
        """A signal's value at each meeting, from 0 to 1."""
        if signal is Signal.ATTENDANCE:
            return tuple(None if came is None else came.attended for came in self.attendance)
        if signal is Signal.KEPT:
            return tuple(None if kept is None else kept.share for kept in self.kept)
        return tuple(None if band is None else band / HIGHEST_BAND for band in self.pulse)

    def headline(self, signal: Signal, say: Say) -> str:
        """What stands in large letters beside a signal's line: how it is lately."""
        figure = self.figures.get(signal)
        return say("pictures.signals.none") if figure is None else figure.recent


def signals_picture(chart: SignalsChart, say: Say) -> Picture:
    """Draw the newest meetings of a chart."""
    chart = chart.newest()
    return Picture(_Drawing(chart, say).png(), signals_words(chart, say))


def signals_words(chart: SignalsChart, say: Say) -> str:
    """What the picture says: each signal before and lately, and the alerts."""
    first, last = day_label(chart.days[0], say), day_label(chart.days[-1], say)
    parts = [
        say("pictures.signals.one", day=first)
        if len(chart.days) == 1
        else say("pictures.signals.span", count=len(chart.days), first=first, last=last)
    ]
    for signal in (Signal.ATTENDANCE, Signal.KEPT, Signal.PULSE):
        name = say(f"pictures.signal.{signal}")
        figure = chart.figures.get(signal)
        if figure is None:
            parts.append(say("pictures.signals.unknown", name=name))
            continue
        key = "now" if figure.before is None else "change"
        fields = {"before": figure.before, "recent": figure.recent, "over": figure.over}
        parts.append(say(f"pictures.signals.{key}", name=name, **fields))
    for place, signal in chart.alerts:
        day, name = day_label(chart.days[place], say), say(f"pictures.signal.{signal}")
        parts.append(say("pictures.signals.alert", day=day, name=name))
    return " ".join(parts)


def _level(signal: Signal, height: float, say: Say) -> str:
    if signal is Signal.PULSE:
        return say(f"pictures.band.b{round(height * HIGHEST_BAND)}")
    return say("pictures.percent", percent=percent(height))


# -- the picture ------------------------------------------------------------------------------


def _disc(brush: Brush, middle: Point, reach: float) -> None:
    brush.dot(middle, reach)


def _square(brush: Brush, middle: Point, reach: float) -> None:
    x, y = middle
    brush.tile((x - reach * 0.9, y - reach * 0.9, x + reach * 0.9, y + reach * 0.9), reach * 0.2)


def _diamond(brush: Brush, middle: Point, reach: float) -> None:
    x, y, far = *middle, reach * 1.25
    brush.area([(x, y - far), (x + far, y), (x, y + far), (x - far, y)])


class Style(NamedTuple):
    """How a signal is drawn: its ink, and the sign for each value."""

    ink: Ink
    marker: Callable[[Brush, Point, float], None]


STYLES: Mapping[Signal, Style] = {
    Signal.ATTENDANCE: Style((78, 190, 168), _disc),
    Signal.KEPT: Style((126, 164, 250), _square),
    Signal.PULSE: Style((196, 156, 244), _diamond),
}


class _Drawing:
    """Where everything stands; made anew for each picture."""

    def __init__(self, chart: SignalsChart, say: Say) -> None:
        self._chart, self._say = chart, say
        self._newest = {signal: chart.headline(signal, say) for signal in STYLES}
        self._left = round(_EDGE + 40 + max(map(self._label_width, STYLES)))
        self._right = _WIDTH - _EDGE - _RIGHT
        top = _EDGE + 62 + (36 if chart.alerts else 0)
        self._tops = {signal: top + row * (_PANEL + _GAP) for row, signal in enumerate(STYLES)}
        self._top, self._foot = top, top + len(STYLES) * (_PANEL + _GAP) - _GAP
        self._points = {signal: list(self._place_points(signal)) for signal in STYLES}
        self._canvas = Canvas(_WIDTH, self._foot + 46 + _EDGE)

    def png(self) -> bytes:
        """Draw all of it, from the ground up."""
        self._canvas.write_text((_EDGE, _EDGE + 24), self._say("pictures.signals.title"), size=_TITLE)
        for signal in STYLES:
            self._draw_scale(signal)
            self._draw_area(signal)
        self._draw_alerts()
        for signal in STYLES:
            self._draw_line(signal)
            self._draw_rings(signal)
        self._draw_days()
        return self._canvas.png()

    def _label_width(self, signal: Signal) -> float:
        name = width_of(self._say(f"pictures.signal.{signal}"), _NAME)
        return max(name, width_of(self._newest[signal], _VALUE))

    def _place_points(self, signal: Signal) -> Iterator[Point | None]:
        """The points of a signal, None where nothing is known."""
        for place, height in enumerate(self._chart.heights(signal)):
            top = self._tops[signal]
            yield None if height is None else (self._x(place), top + _PANEL * (1 - height))

    def _box(self, signal: Signal) -> Box:
        top = self._tops[signal]
        return self._left - 14, top - 14, self._right + 14, top + _PANEL + 14

    def _x(self, place: int) -> float:
        last = len(self._chart.days) - 1
        return self._left + (self._right - self._left) * (place / last if last else 0.5)

    def _draw_scale(self, signal: Signal) -> None:
        """Write a panel's name and how it is lately, and draw its three levels with what they are called."""
        top = self._tops[signal]
        self._canvas.write_text(
            (_EDGE, top + 22), self._say(f"pictures.signal.{signal}"), size=_NAME, ink=QUIET
        )
        self._canvas.write_text((_EDGE, top + 66), self._newest[signal], size=_VALUE, ink=STYLES[signal].ink)
        for level in range(3):
            y = top + _PANEL - round(_PANEL * level / 2)
            self._canvas.area([(self._left - 14, y), (self._right + 14, y)], LINES)
            words = _level(signal, level / 2, self._say)
            self._canvas.write_text((self._right + 28, y), words, size=_SMALL, ink=QUIET, anchor="lm")

    def _draw_area(self, signal: Signal) -> None:
        """Tint what is below the line; it stays open where nothing is known."""
        foot, ink = self._tops[signal] + _PANEL, mix_ink(STYLES[signal].ink, 0.2)
        for run in _runs(self._points[signal]):
            self._canvas.area([*run, (run[-1][0], foot), (run[0][0], foot)], ink)

    def _draw_line(self, signal: Signal) -> None:
        """Draw the line and a sign for each value."""
        style = STYLES[signal]
        with self._canvas.shape(self._box(signal), style.ink) as brush:
            for run in _runs(self._points[signal]):
                brush.line(run, 4)
                for point in run:
                    style.marker(brush, point, 6)

    def _draw_rings(self, signal: Signal) -> None:
        """Circle the value that raised an alert."""
        for place, raised in self._chart.alerts:
            point = self._points[signal][place]
            if point is None or raised not in (signal, Signal.ALL):
                continue
            x, y = round(point[0]), round(point[1])
            with self._canvas.shape((x - 18, y - 18, x + 18, y + 18), ALERT) as brush:
                brush.dot(point, 15)
                brush.dot(point, 12, ink=0)

    def _draw_alerts(self) -> None:
        """Draw a broken line through all panels at each alert, and its day above where there is room."""
        free = 0.0
        for place, _ in sorted(self._chart.alerts):
            x, top = round(self._x(place)), self._top - 22
            with self._canvas.shape((x - 12, top - 14, x + 12, top + 4), ALERT) as brush:
                brush.area([(x - 9, top - 12), (x + 9, top - 12), (x, top + 2)])
            for y in range(top + 8, self._foot, 16):
                lower = min(y + 8, self._foot)
                self._canvas.area([(x - 1, y), (x, y), (x, lower), (x - 1, lower)], ALERT)
            words = self._say("pictures.signals.mark", day=day_label(self._chart.days[place], self._say))
            half = width_of(words, _SMALL) / 2
            middle = min(x, _WIDTH - _EDGE - half)
            if middle - half > free:
                self._canvas.write_text((middle, top - 22), words, size=_SMALL, ink=ALERT, anchor="ms")
                free = middle + half + 16

    def _draw_days(self) -> None:
        """Write days below, from the newest backwards, as many as fit."""
        labels = [day_label(day, self._say) for day in self._chart.days]
        free = float(_WIDTH)
        for place in range(len(labels) - 1, -1, -1):
            half = width_of(labels[place], _SMALL) / 2
            if self._x(place) + half + 24 <= free:
                at = (self._x(place), self._foot + 44)
                self._canvas.write_text(at, labels[place], size=_SMALL, ink=QUIET, anchor="ms")
                free = self._x(place) - half


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """The stretches of points without a gap."""
    for is_known, run in groupby(points, lambda point: point is not None):
        if is_known:
            yield [point for point in run if point is not None]
