"""What organizers are told of their group: a signal that fell, or a fact, with its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from buddybot.domain.checkins.pulse import Band
from buddybot.domain.errors import Refusal
from buddybot.domain.health.stagnation import Alert, Sensitivity
from buddybot.domain.health.stagnation_charts import Chart
from buddybot.domain.health.stagnation_evidence import Average, Change, Confidence, Evidence, PulseChange
from buddybot.domain.health.stagnation_signs import Fact, Sign
from buddybot.domain.health.stagnation_tally import Signal
from buddybot.domain.ids import AlertId, ChannelId, GroupId, MeetingId, UserId

SHORTEST_SNOOZE, USUAL_SNOOZE, LONGEST_SNOOZE = 1, 4, 8
"""Weeks."""
_ROUGHLY = (8.0, 2.0, 1.0, 0.5, 0.25, 0.0)
"""Years: where another confidence begins, and what is less."""


class AlertState(StrEnum):
    """What an organizer made of an alert; all but the first are settled."""

    OPEN = "open"
    TRIED = "tried"
    SNOOZED = "snoozed"
    HOLIDAY = "holiday"
    RESOLVED = "resolved"


class Fall(NamedTuple):
    """What the detector found: how it changed, and in how many years chance alone does as much."""

    chart: Chart
    years: float
    confidence: Confidence
    evidence: tuple[Evidence, ...]

    @classmethod
    def from_alert(cls, alert: Alert) -> "Fall":
        """Return what is kept of the detector's word; its score is nobody's to read.

        Of a chart with ratings in it the years would be the score, and give the exact means away: of those
        no more is said than how sure it is.
        """
        is_rated = alert.chart in (Chart.PULSE, Chart.SUM)
        years = next(each for each in _ROUGHLY if each <= alert.years) if is_rated else alert.years
        return cls(alert.chart, years, alert.confidence, alert.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert as it stands. `settled_by` is None in one that was over by itself."""

    id: AlertId
    group_id: GroupId
    meeting_id: MeetingId | None
    what: Fall | Fact
    raised_at: datetime
    state: AlertState
    settled_by: UserId | None
    settled_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether an organizer may still decide."""
        return self.state is AlertState.OPEN


class Watch(NamedTuple):
    """How a group is watched: how soon there is an alert, where it is told, and until when none is."""

    sensitivity: Sensitivity = Sensitivity.NORMAL
    channel_id: ChannelId | None = None
    snoozed_until: datetime | None = None

    def is_quiet(self, now: datetime) -> bool:
        """Whether no alert is raised at present."""
        return self.snoozed_until is not None and now <= self.snoozed_until


def sign_of(what: Fall | Fact) -> str:
    """Return the word under which an alert is stored."""
    return what.chart.value if isinstance(what, Fall) else what.sign.value


def check_snooze(weeks: int) -> timedelta:
    """Return how long alerts rest; 0 weeks end the rest. Refusal `number.range`."""
    if weeks and not SHORTEST_SNOOZE <= weeks <= LONGEST_SNOOZE:
        raise Refusal(
            "number.range", field="weeks", raw=str(weeks), lowest=SHORTEST_SNOOZE, highest=LONGEST_SNOOZE
        )
    return timedelta(weeks=weeks)


def to_row(what: Fall | Fact) -> dict[str, Any]:
    """Return counts and averages of the group as JSON can hold them, with nobody in it.

    Who it is that hosts each time is not kept: an alert is about the group.
    """
    if isinstance(what, Fact):
        kept = what.what if what.sign is Sign.SAME_ACTIVITY else None
        return {"count": what.count, "of": what.of, "what": kept}
    return {
        "years": what.years,
        "confidence": what.confidence.value,
        "evidence": [_evidence_row(each) for each in what.evidence],
    }


def from_row(sign: str, row: Mapping[str, Any]) -> Fall | Fact:
    """Read what `to_row` wrote; ValueError for a sign that this version does not know."""
    if sign in set(Sign):
        return Fact(Sign(sign), row["count"], row["of"], row["what"])
    found = tuple(_evidence(each) for each in row["evidence"])
    return Fall(Chart(sign), row["years"], Confidence(row["confidence"]), found)


def _evidence_row(found: Evidence) -> dict[str, Any]:
    if isinstance(found, PulseChange):
        return {"before": found.before, "recent": found.recent, "meetings_before": found.meetings_before}
    return {
        "signal": int(found.signal),
        "before": None if found.before is None else _average_row(found.before),
        "recent": _average_row(found.recent),
        "expected": found.expected,
    }


def _average_row(average: Average) -> list[float]:
    return [average.amount, average.of, average.meetings]


def _evidence(row: Mapping[str, Any]) -> Evidence:
    if "signal" not in row:
        before, recent = row["before"], row["recent"]
        return PulseChange(before and Band(before), recent and Band(recent), row["meetings_before"])
    earlier = row["before"]
    return Change(
        Signal(row["signal"]),
        None if earlier is None else Average(*earlier),
        Average(*row["recent"]),
        row["expected"],
    )
