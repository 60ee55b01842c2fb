"""The pictures: how long Pillow takes for each, against matplotlib for the same, and how large they are.

matplotlib is no dependency, not even of the tools: with what it needs it takes over a hundred megabytes.
Without it only the sizes are judged; install it into an environment of its own to measure the rest.
"""

import datetime as dt
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from time import perf_counter
from typing import Any

from bench.report import Report, Verdict, run
from bench.timing import Contender, interleaved
from buddybot import locales
from buddybot.domain.attendance import Attendance
from buddybot.domain.rates import Kept, Rates
from buddybot.exports.figures import Figure
from buddybot.exports.heat_map import MOST_MEETINGS, AttendanceChart, Row, attendance_picture
from buddybot.exports.signal_lines import Signal, SignalsChart, signals_picture

ROUNDS = 15
TIME_GOAL = 0.25
SIZE_GOAL = 60.0
"""kB."""
MISSING = "matplotlib is not installed, so nothing was timed against it: pip install matplotlib."
_NAMES = ("Ana", "Ben", "Cho", "Dev", "Eli", "Fay", "Gil", "Hanna", "Íñigo", "Jörg")
_COLOURS = ("#4ebea8", "#ecb854", "#7ea4fa", "#75777d", "#ee8a70", "#3e4149", "#24262b", "#24262b")
_SIGNS = "\u2713L\u25a1\u2013\u00d7?\u00b7/"
_INKS = ("#4ebea8", "#7ea4fa", "#c49cf4")
_CARD, _TEXT, _AMBER = "#24262b", "#ecebe4", "#ecb854"


def say(key: str, /, **parameters: object) -> str:
    """Say a sentence in English."""
    return locales.sentences("en")[key].format(**parameters)


def full_attendance() -> AttendanceChart:
    """Return the largest chart there is: ten members, half a year, every state."""
    states = tuple(Attendance)
    rows = (
        Row(name, tuple(states[(row * 5 + place * 3) % 11 % len(states)] for place in range(MOST_MEETINGS)))
        for row, name in enumerate(_NAMES)
    )
    return AttendanceChart(_days(), tuple(rows))


def full_signals() -> SignalsChart:
    """Return half a year of signals with two alerts."""
    places = range(MOST_MEETINGS)
    return SignalsChart(
        _days(),
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


def _days() -> tuple[dt.date, ...]:
    return tuple(dt.date(2026, 1, 8) + dt.timedelta(weeks=week) for week in range(MOST_MEETINGS))


async def measure(rounds: int = ROUNDS) -> Report:
    """Draw the largest pictures and judge time and size."""
    report = Report("pictures")
    attendance, signals = full_attendance(), full_signals()
    own: dict[str, Callable[[], bytes]] = {
        "attendance": lambda: attendance_picture(attendance, say).png,
        "signals": lambda: signals_picture(signals, say).png,
    }
    others: dict[str, Callable[[], bytes]] = {}
    if find_spec("matplotlib") is None:
        report.skipped.append(MISSING)
    else:
        others = {
            "attendance": partial(_plotted_attendance, attendance),
            "signals": partial(_plotted_signals, signals),
        }
    contenders: dict[str, Contender] = {name: partial(_seconds, draw) for name, draw in own.items()}
    contenders |= {f"{name}, matplotlib": partial(_seconds, draw) for name, draw in others.items()}
    found = await interleaved(contenders, rounds=rounds)
    for name in contenders:
        report.figures.append(f"{name}: {found.median(name) * 1000:.0f} ms")
    for name, draw in own.items():
        size = len(draw()) / 1000
        report.verdicts.append(Verdict(claim=name, figure=size, sense="<=", goal=SIZE_GOAL, unit="kB"))
    for name in others:
        ratio = found.ratio(name, f"{name}, matplotlib")
        report.verdicts.append(
            Verdict(claim=f"{name}, of matplotlib's time", figure=ratio, sense="<=", goal=TIME_GOAL)
        )
    return report


async def _seconds(draw: Callable[[], bytes]) -> float:
    began = perf_counter()
    draw()
    return perf_counter() - began


# -- the same pictures, drawn the usual way --------------------------------------------------------


def _figure(width: float, height: float) -> Any:
    figure = import_module("matplotlib.figure").Figure(figsize=(width, height), dpi=100, facecolor=_CARD)
    import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    return figure


def _png(figure: Any) -> bytes:
    held = BytesIO()
    figure.savefig(held, format="png", facecolor=_CARD)
    return held.getvalue()


def _plotted_attendance(chart: AttendanceChart) -> bytes:
    """Draw a coloured grid with a sign in each cell, names, days and a legend."""
    figure = _figure(11.4, 5.4)
    axes = figure.add_axes((0.2, 0.25, 0.77, 0.62))
    states = list(Attendance)
    grid = [[states.index(state) for state in row.states] for row in chart.rows]
    colours = import_module("matplotlib.colors").ListedColormap(_COLOURS)
    axes.imshow(grid, cmap=colours, vmin=0, vmax=len(states) - 1, aspect="auto")
    for y, row in enumerate(grid):
        for x, state in enumerate(row):
            axes.text(x, y, _SIGNS[state], ha="center", va="center", color=_TEXT)
    axes.set_yticks(range(len(chart.rows)), [row.name for row in chart.rows], color=_TEXT, fontsize=14)
    places = range(MOST_MEETINGS - 1, -1, -3)
    labels = [f"{chart.days[place].day} {chart.days[place]:%b}" for place in places]
    axes.set_xticks(list(places), labels, color=_TEXT, fontsize=12)
    axes.set_title("Who came", color=_TEXT, loc="left", fontsize=18)
    patch = import_module("matplotlib.patches").Patch
    handles = [
        patch(color=colour, label=f"{sign} {say(f'pictures.state.{state}')}")
        for colour, sign, state in zip(_COLOURS, _SIGNS, states, strict=True)
    ]
    figure.legend(handles=handles, ncols=5, loc="lower left", labelcolor=_TEXT, facecolor=_CARD)
    return _png(figure)


def _plotted_signals(chart: SignalsChart) -> bytes:
    """Draw three panels with line, signs, tint and the alerts."""
    figure = _figure(10, 5.9)
    places = list(range(MOST_MEETINGS))
    style = zip((Signal.ATTENDANCE, Signal.KEPT, Signal.PULSE), "osD", _INKS, strict=True)
    for row, (signal, marker, colour) in enumerate(style):
        axes = figure.add_axes((0.24, 0.68 - row * 0.27, 0.62, 0.19), facecolor=_CARD)
        heights = [float("nan") if height is None else height for height in chart.heights(signal)]
        axes.plot(places, heights, color=colour, marker=marker, linewidth=2)
        axes.fill_between(places, heights, color=colour, alpha=0.2)
        axes.set_ylim(0, 1)
        axes.yaxis.tick_right()
        axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"], color=_TEXT)
        axes.grid(axis="y", alpha=0.3)
        days = [f"{chart.days[place].day} {chart.days[place]:%b}" for place in places[::4]]
        axes.set_xticks(places[::4], days if row == 2 else [], color=_TEXT)
        figure.text(0.03, 0.83 - row * 0.27, say(f"pictures.signal.{signal}"), color=_TEXT, fontsize=14)
        for place, raised in chart.alerts:
            axes.axvline(place, color=_AMBER, linestyle="--")
            if raised in (signal, Signal.ALL):
                axes.plot([place], [heights[place]], "o", markersize=14, mfc="none", mec=_AMBER)
    figure.text(0.03, 0.94, "How the group is doing", color=_TEXT, fontsize=18)
    return _png(figure)


if __name__ == "__main__":
    sys.exit(run(measure))
