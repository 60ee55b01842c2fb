"""The chart of a printed report, as SVG: a bar for each meeting, how many came of how many."""

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from math import ceil
from typing import NamedTuple

from buddybot.exports.charts.drawing import Say, day_label

CAME, KNOWN, QUIET, FAINT = "#22806f", "#d3e7e2", "#8b9198", "#e6e2d9"
_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 704, 214, 22, 10, 186
_WIDEST, _NARROWEST_WITH_A_NUMBER, _LABEL = 46, 15, 50


class Bar(NamedTuple):
    """One meeting: how many came of those of whom it is known; both None when nothing is, or nobody met."""

    day: date
    met: bool
    came: int | None
    known: int | None


def chart(bars: Sequence[Bar], *, name: str, title: str, words: str, say: Say) -> str:
    """Return the picture; `name` is its own in the page, `title` and `words` tell it to who cannot see it."""
    highest = max([bar.known or 0 for bar in bars] + [2])
    pitch = (_WIDTH - _LEFT) / len(bars)
    parts = [*_grid(highest)]
    for place, bar in enumerate(bars):
        parts += _bar(bar, _LEFT + pitch * (place + 0.5), pitch, (_FOOT - _TOP) / highest)
    parts += _days(bars, pitch, say)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{name}-title {name}-words">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-words">{escape(words)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def key(bars: Sequence[Bar], say: Say) -> str:
    """Return the list of the signs that occur in a chart."""
    signs = [("came", f'<rect width="10" height="10" rx="2" fill="{CAME}"/>')]
    if any((bar.known or 0) > (bar.came or 0) for bar in bars):
        signs.append(("missing", f'<rect width="10" height="10" rx="2" fill="{KNOWN}"/>'))
    if any(bar.met and bar.known is None for bar in bars):
        signs.append(("unknown", _ring(5, 5)))
    if not all(bar.met for bar in bars):
        signs.append(("off", _stroke(5, 5)))
    items = (
        f'<li><svg viewBox="0 0 10 10" aria-hidden="true">{sign}</svg>'
        f"{escape(say(f'export.report.key.{word}'))}</li>"
        for word, sign in signs
    )
    return f'<ul class="key">{"".join(items)}</ul>'


def _grid(highest: int) -> Iterator[str]:
    for count in sorted({0, highest // 2, highest}):
        y = _FOOT - (_FOOT - _TOP) * count / highest
        yield f'<path d="M{_LEFT} {y:.1f}H{_WIDTH}" stroke="{FAINT if count else QUIET}"/>'
        yield f'<text x="{_LEFT - 7}" y="{y + 3.5:.1f}" font-size="10" text-anchor="end">{count}</text>'


def _bar(bar: Bar, middle: float, pitch: float, unit: float) -> Iterator[str]:
    if bar.came is None or bar.known is None:
        yield _ring(middle, _FOOT - 8) if bar.met else _stroke(middle, _FOOT - 8)
        return
    width = min(pitch * 0.68, _WIDEST)
    for count, ink in ((bar.known, KNOWN), (bar.came, CAME)):
        if count:
            top, left, round_ = _FOOT - count * unit, middle - width / 2, min(width / 2, 3)
            yield (
                f'<path d="M{left:.1f} {_FOOT}V{top + round_:.1f}q0-{round_:.1f} {round_:.1f}-{round_:.1f}'
                f'h{width - 2 * round_:.1f}q{round_:.1f} 0 {round_:.1f} {round_:.1f}V{_FOOT}z" fill="{ink}"/>'
            )
    if pitch >= _NARROWEST_WITH_A_NUMBER:
        y, place = (_FOOT - bar.came * unit + 12, ' class="inside"') if bar.came else (_FOOT - 4, "")
        at = f'x="{middle:.1f}" y="{y:.1f}" font-size="10" text-anchor="middle"'
        yield f"<text{place} {at}>{bar.came}</text>"


def _ring(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="none" stroke="{QUIET}" stroke-width="1.4"/>'


def _stroke(x: float, y: float) -> str:
    return (
        f'<path d="M{x - 3:.1f} {y + 3:.1f}l6-6" stroke="{QUIET}" stroke-width="1.6" stroke-linecap="round"/>'
    )


def _days(bars: Sequence[Bar], pitch: float, say: Say) -> Iterator[str]:
    """Days below the bars, from the newest backwards, as many as fit."""
    step = ceil(_LABEL / pitch)
    for place in range(len(bars) - 1, -1, -step):
        middle = min(_LEFT + pitch * (place + 0.5), _WIDTH - _LABEL * 0.36)
        label = escape(day_label(bars[place].day, say))
        yield f'<text x="{middle:.1f}" y="{_FOOT + 17}" font-size="10" text-anchor="middle">{label}</text>'
