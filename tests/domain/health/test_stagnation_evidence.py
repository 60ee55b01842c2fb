"""An alert says in plain numbers what changed and how sure that is, and of the ratings what was published."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.checkins.pulse import Band
from buddybot.domain.health.stagnation import Alert, State, observe
from buddybot.domain.health.stagnation_charts import Chart
from buddybot.domain.health.stagnation_evidence import (
    BY_CHANCE,
    Average,
    Change,
    Confidence,
    PulseChange,
    confidence,
    years_between,
)
from buddybot.domain.health.stagnation_tally import Signal, Tally
from tests.domain.health.test_stagnation import came, full


def first_alert(weeks: Iterable[Tally]) -> Alert:
    state = State()
    for tally in weeks:
        state, verdict = observe(state, tally)
        if verdict.alert is not None:
            return verdict.alert
    raise AssertionError("there was no alert")


def test_it_compares_the_last_three_meetings_with_all_before() -> None:
    alert = first_alert([came(0, 6), came(1, 5), came(2, 4), came(3, 5), came(4, 2), came(5, 2)])
    assert alert.chart is Chart.ATTENDANCE
    assert alert.evidence == (
        Change(Signal.ATTENDANCE, Average(5.0, 6.0, 3), Average(3.0, 6.0, 3), expected=0.78),
    )
    assert alert.evidence[0].recent.rate == 0.5


def test_meetings_without_the_number_are_not_in_its_average() -> None:
    known = [full(week, done=8)._replace(roster=None) for week in range(12)]
    known[3] = came(3, 5)
    alert = first_alert([*known, full(12, done=1), came(13, 5), full(14, done=1), full(15, done=2)])
    assert alert.chart is Chart.COMPLETION
    assert alert.evidence[0] == Change(
        Signal.COMPLETION, Average(8.0, 10.0, 11), Average(1.0, 10.0, 2), expected=0.62
    )


def test_a_new_group_is_compared_with_what_is_usual() -> None:
    (change,) = first_alert(came(week, 0) for week in range(3)).evidence
    assert change == Change(Signal.ATTENDANCE, None, Average(0.0, 6.0, 3), expected=0.78)


def test_the_sum_names_the_signals_that_fell_what_fell_most_first() -> None:
    weeks = [full(week, present=6, done=7, pulse_sum=22) for week in range(20)]
    alert = first_alert([*weeks, *(full(week, present=5, done=4, pulse_sum=20) for week in range(20, 40))])
    assert alert.chart is Chart.SUM
    named = [each.signal for each in alert.evidence if isinstance(each, Change)]
    assert named == [Signal.ATTENDANCE, Signal.COMPLETION]
    assert len(alert.evidence) == 2  # the mood hardly moved

    worse = first_alert([*weeks, *(full(week, present=5, done=4, pulse_sum=17) for week in range(20, 40))])
    assert [isinstance(each, PulseChange) for each in worse.evidence] == [False, True, False]


def bad_mood(rated: tuple[Band | None, Band | None]) -> Alert:
    before, after = rated
    weeks = [full(week)._replace(rated=before) for week in range(10)]
    return first_alert([*weeks, *(full(week, pulse_sum=9)._replace(rated=after) for week in range(10, 15))])


def test_the_mood_is_told_in_published_bands() -> None:
    alert = bad_mood((Band.GOOD, Band.LOW))
    assert alert.chart is Chart.PULSE
    assert alert.evidence == (PulseChange(before=Band.GOOD, recent=Band.LOW, meetings_before=9),)
    assert bad_mood((None, None)).evidence == (PulseChange(before=None, recent=None, meetings_before=0),)


@given(st.integers(5, 10))
def test_of_the_ratings_an_alert_tells_nothing_but_bands(pulse_sum: int) -> None:
    weeks = [full(week)._replace(rated=Band.GOOD) for week in range(10)]
    low = [full(10 + week, pulse_sum=pulse_sum)._replace(rated=Band.LOW) for week in range(2)]
    assert first_alert([*weeks, *low]).evidence == (PulseChange(Band.GOOD, Band.LOW, meetings_before=9),)


def test_chance_is_what_was_counted() -> None:
    for score, alerts in BY_CHANCE:
        assert years_between(score) == pytest.approx(1 / alerts)
    between = years_between((BY_CHANCE[1][0] + BY_CHANCE[2][0]) / 2)
    assert between == pytest.approx((1 / BY_CHANCE[1][1] / BY_CHANCE[2][1]) ** 0.5)
    assert years_between(99.0) == years_between(BY_CHANCE[-1][0])
    assert years_between(0.0) == years_between(BY_CHANCE[0][0])


def test_a_higher_score_is_rarer() -> None:
    scores = [2.5 + step / 50 for step in range(75)]
    assert all(years_between(low) < years_between(high) for low, high in pairwise(scores))


def test_a_group_that_meets_every_second_week_gives_chance_half_the_tries() -> None:
    assert years_between(3.0, weeks_a_meeting=2.0) == pytest.approx(2 * years_between(3.0))
    weekly = first_alert([*(came(week, 6) for week in range(9)), *(came(week, 1) for week in range(9, 20))])
    slower = first_alert(
        [*(came(2 * week, 6) for week in range(9)), *(came(2 * week, 1) for week in range(9, 20))]
    )
    assert slower.score == weekly.score
    assert slower.years == pytest.approx(2 * weekly.years)
    assert weekly.years == pytest.approx(years_between(weekly.score))


def test_three_meetings_in_one_week_still_have_a_pace() -> None:
    assert first_alert(came(7, 0) for _ in range(3)).years > 0


@pytest.mark.parametrize(
    ("years", "sure"),
    [
        (0.5, Confidence.POSSIBLE),
        (1.99, Confidence.POSSIBLE),
        (2.0, Confidence.LIKELY),
        (7.99, Confidence.LIKELY),
        (8.0, Confidence.CLEAR),
    ],
)
def test_how_sure_it_is_follows_from_chance(years: float, sure: Confidence) -> None:
    assert confidence(years) is sure


def test_an_alert_is_as_sure_as_its_score_is_rare() -> None:
    alert = first_alert([*(came(week, 6) for week in range(9)), *(came(week, 0) for week in range(9, 20))])
    assert alert.confidence is confidence(alert.years)
