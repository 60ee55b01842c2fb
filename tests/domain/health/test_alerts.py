"""What is kept of the detector's word says no more of the ratings than the bands did."""

import pytest

from buddybot.domain.health.alerts import Fall
from buddybot.domain.health.stagnation import Alert
from buddybot.domain.health.stagnation_charts import Chart
from buddybot.domain.health.stagnation_evidence import confidence


@pytest.mark.parametrize("chart", [Chart.PULSE, Chart.SUM])
@pytest.mark.parametrize(
    ("years", "said"), [(1.02, 1), (1.7, 1), (2.0, 2), (3.9, 2), (7.99, 2), (8.0, 8), (35.0, 8), (0.7, 0.5)]
)
def test_a_chart_with_ratings_in_it_says_only_roughly_how_seldom_chance_does_as_much(
    chart: Chart, years: float, said: float
) -> None:
    fall = Fall.from_alert(Alert(chart, 3.0, years, confidence(years), ()))
    assert fall.years == said
    assert fall.confidence is confidence(fall.years)


@pytest.mark.parametrize("chart", [Chart.ATTENDANCE, Chart.COMPLETION])
def test_what_the_group_saw_itself_is_said_as_exactly_as_it_is_known(chart: Chart) -> None:
    assert Fall.from_alert(Alert(chart, 3.0, 3.9, confidence(3.9), ())).years == 3.9
