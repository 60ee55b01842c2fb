"""How the group is doing, to look at and to hear: three lines of their own, and where an alert was."""

import datetime as dt
from dataclasses import replace

import pytest

from buddybot.domain.attendance.rates import Kept, Rates
from buddybot.exports.charts.drawing import CARD
from buddybot.exports.charts.figures import Figure
from buddybot.exports.charts.signal_lines import (
    ALERT,
    MOST_MEETINGS,
    STYLES,
    Signal,
    SignalsChart,
    signals_picture,
    signals_words,
)
from tests.exports.example_charts import contrast, days, full_signals, near, opened, say

SIX = Kept(10, 6)
FLAT = SignalsChart(
    days(8),
    tuple(Rates(1, came, 0, 20 - came) for came in (18, 16, 18, 17, 18, 18, 16, 18)),
    tuple(None if done is None else Kept(10, done) for done in (6, 7, None, 6, 7, 3, 3, 2)),
    (2, 2, None, 2, 2, 1, 1, None),
    ((7, Signal.KEPT),),
    {
        Signal.ATTENDANCE: Figure("17.3 of 20", "17.3 of 20", "in the last three meetings"),
        Signal.KEPT: Figure("65 %", "27 %", "in the last three meetings"),
        Signal.PULSE: Figure("good", "middling", "lately"),
    },
)


def test_the_words_say_before_and_lately_and_name_the_alert() -> None:
    assert signals_words(FLAT, say) == (
        "How the group was doing over the last 8 meetings, 8 Jan to 26 Feb. "
        "Who came: 17.3 of 20 before, 17.3 of 20 in the last three meetings. "
        "Commitments kept: 65 % before, 27 % in the last three meetings. "
        "Rated: good before, middling lately. "
        "Alert on 26 Feb: Commitments kept."
    )


def test_the_words_say_what_is_not_known() -> None:
    came = Figure(None, "4 of 4", "in one meeting lately")
    young = SignalsChart(days(1), (Rates(1, 4, 0, 0),), (None,), (None,), figures={Signal.ATTENDANCE: came})
    assert signals_words(young, say) == (
        "How the group was doing on 8 Jan. Who came: 4 of 4 in one meeting lately. "
        "Commitments kept: nothing is known of the last meetings. "
        "Rated: nothing is known of the last meetings."
    )


def test_the_largest_picture_has_a_headline_for_each_signal() -> None:
    largest = full_signals()
    assert [largest.headline(signal, say) for signal in STYLES] == ["26.3 of 30", "48 %", "good"]


def test_the_alert_is_marked_in_the_picture() -> None:
    quiet = signals_picture(replace(FLAT, alerts=()), say)
    loud = signals_picture(FLAT, say)
    assert near(quiet, ALERT) == 0
    assert near(loud, ALERT) > 300


def test_the_signal_that_raised_an_alert_is_circled() -> None:
    pictures = {
        signal: near(signals_picture(replace(FLAT, alerts=((6, signal),)), say), ALERT) for signal in Signal
    }
    one = pictures[Signal.KEPT]
    assert abs(pictures[Signal.ATTENDANCE] - one) < 20
    assert pictures[Signal.ALL] > one + 60  # three circles instead of one


def test_a_value_that_is_not_known_leaves_a_gap() -> None:
    ink = STYLES[Signal.KEPT].ink
    whole = signals_picture(replace(FLAT, kept=(SIX,) * 8), say)
    open_ = signals_picture(replace(FLAT, kept=(SIX,) * 3 + (None,) * 2 + (SIX,) * 3), say)
    assert near(open_, ink) < near(whole, ink) - 200


def test_every_line_has_a_sign_and_an_ink_of_its_own() -> None:
    assert len({style.marker for style in STYLES.values()}) == len(STYLES) == 3
    assert all(contrast(style.ink, CARD) >= 4.5 for style in STYLES.values())
    assert contrast(ALERT, CARD) >= 4.5


def test_the_largest_picture_is_small_and_fits_beside_a_chat() -> None:
    picture = signals_picture(full_signals(), say)
    assert len(picture.png) < 60_000
    assert opened(picture).size[0] <= 1100
    assert opened(picture).size[1] <= 700


@pytest.mark.parametrize("meetings", [1, 2, 3, 26, 60])
def test_every_length_of_history_is_drawn_up_to_the_newest(meetings: int) -> None:
    chart = SignalsChart(
        days(meetings),
        (Rates(1, 1, 0, 1),) * meetings,
        (Kept(3, 0),) * meetings,
        (1,) * meetings,
        ((0, Signal.ALL), (meetings - 1, Signal.PULSE)),
    )
    newest = chart.newest()
    assert newest.days == days(meetings)[-MOST_MEETINGS:]
    assert newest.alerts[-1] == (len(newest.days) - 1, Signal.PULSE)
    assert signals_picture(chart, say) == signals_picture(newest, say)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"days": ()}, "has meetings"),
        ({"kept": (SIX,)}, "has meetings"),
        ({"pulse": (3,) * 8}, "bands are from 0 to 2"),
        ({"alerts": ((8, Signal.ALL),)}, "an alert is at one of the meetings"),
    ],
)
def test_a_chart_that_cannot_be_is_refused(
    wrong: dict[str, tuple[dt.date | int | Kept | tuple[int, Signal], ...]], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(FLAT, **wrong)  # type: ignore[arg-type]  # wrong on purpose
