"""What `/health` says, draws and lets people hear of a signal is one figure."""

import datetime as dt
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance.rates import Kept, Rates
from buddybot.domain.checkins.pulse import Band
from buddybot.domain.health.stagnation_evidence import EMPTY, Seen, evidence
from buddybot.domain.health.stagnation_tally import NOTHING, Prior, Share
from buddybot.domain.health.stagnation_tally import Signal as Watched
from buddybot.exports.charts.figures import Figure
from buddybot.exports.charts.signal_lines import Signal, SignalsChart, signals_words
from buddybot.ui.framework.texts import Texts
from buddybot.ui.health.alerts import evidence_line
from buddybot.ui.health.health import figures

PRIORS = (Prior(0.8, 10), Prior(0.6, 10), Prior(3.9, 10))
LINES = (Signal.ATTENDANCE, Signal.KEPT, Signal.PULSE)


def shares(most: int) -> st.SearchStrategy[Share]:
    """What one meeting gave of a signal: nothing, or so many of so many."""
    some = st.integers(1, most).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
    return st.one_of(st.just(NOTHING), some.map(lambda pair: Share(pair[0], pair[1], 1)))


MEETINGS = st.lists(
    st.builds(
        Seen,
        st.tuples(shares(10), shares(30), st.just(NOTHING)),
        st.none() | st.sampled_from(Band),
    ),
    min_size=1,
    max_size=12,
)


def chart(meetings: list[Seen], said: Mapping[Signal, Figure]) -> SignalsChart:
    """The chart of these meetings, with what is said of them."""
    days = tuple(dt.date(2026, 1, 8) + dt.timedelta(weeks=week) for week in range(len(meetings)))
    return SignalsChart(
        days,
        tuple(
            None if not s[0].meetings else Rates(1, int(s[0].got), 0, int(s[0].of - s[0].got))
            for s, _ in meetings
        ),
        tuple(None if not s[1].meetings else Kept(int(s[1].of), int(s[1].got)) for s, _ in meetings),
        tuple(None if rated is None else list(Band).index(rated) for _, rated in meetings),
        figures=said,
    )


@given(MEETINGS)
def test_text_alt_text_and_chart_say_the_same_of_each_signal(meetings: list[Seen]) -> None:
    texts, past = Texts(), EMPTY
    for seen in meetings[:-3]:
        past = past.plus(seen)
    found = evidence(Watched, past, meetings[-3:], PRIORS)
    said = figures(texts, found)
    drawn = chart(meetings, said)
    heard = signals_words(drawn, texts.plain)

    for each in found:
        line = evidence_line(texts, each)
        signal = LINES[getattr(each, "signal", Watched.PULSE)]
        if signal not in said:
            assert "too few" in line
            assert drawn.headline(signal, texts.plain) == "-"
            continue
        recent, before = said[signal].recent, said[signal].before
        assert recent in line
        assert drawn.headline(signal, texts.plain) == recent
        name = texts.plain(f"pictures.signal.{signal}")
        over = said[signal].over
        wanted = (
            f"{name}: {recent} {over}." if before is None else f"{name}: {before} before, {recent} {over}."
        )
        assert wanted in heard
        assert before is None or before in line
    assert len(re.findall("nothing is known", heard)) == 3 - len(said)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [([(5, 6), (6, 7), (0, 0)], "85 %"), ([(0, 3), (1, 1), (3, 3)], "57 %")],
)
def test_promises_kept_are_of_the_last_meetings_and_not_of_the_newest_alone(
    kept: list[tuple[int, int]], expected: str
) -> None:
    meetings = [Seen((NOTHING, Share(got, of, 1) if of else NOTHING, NOTHING), None) for got, of in kept]
    texts = Texts()
    said = figures(texts, evidence(Watched, EMPTY, meetings, PRIORS))
    assert said[Signal.KEPT].recent == expected
    assert chart(meetings, said).headline(Signal.KEPT, texts.plain) == expected
