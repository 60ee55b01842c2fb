"""Facts beside statistics: what may be told of a group as it is, because it needs no estimate."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from buddybot.domain.ids import UserId

NOT_HELD_IN_A_ROW = 3
DAYS_WITHOUT_PLAN = 10
MEETINGS_LOOKED_AT = 5
SAME_ACTIVITY = 4
MEETINGS_WITHOUT_COMMITMENTS = 3


class Sign(StrEnum):
    """The facts."""

    NOT_HELD = "not_held"
    NOTHING_SCHEDULED = "nothing_scheduled"
    SAME_ACTIVITY = "same_activity"
    ONE_HOST = "one_host"
    NO_COMMITMENTS = "no_commitments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A meeting that lies behind; `held` is false when it was skipped or cancelled, or nobody came.

    `activity` is its key; `commitments` counts those that were set at it, None when that is not known.
    """

    held: bool
    holiday: bool = False
    activity: str | None = None
    host: UserId | None = None
    commitments: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One sign: in `count` meetings of the last `of`; for NOTHING_SCHEDULED both are days.

    `what` is the activity's key or the host's id.
    """

    sign: Sign
    count: int
    of: int
    what: str | UserId | None = None


def facts(
    past: Sequence[Past], *, today: dt.date, since: dt.date, next_meeting: dt.date | None
) -> tuple[Fact, ...]:
    """Every fact that holds today; `past` has the oldest meeting first.

    `since` is the day of the last meeting, or that on which the group began or went on.
    """
    counted = [meeting for meeting in past if not meeting.holiday]
    held = [meeting for meeting in counted if meeting.held]
    return (
        *_not_held(counted),
        *_nothing_scheduled((today - since).days, next_meeting),
        *_same_activity(held[-MEETINGS_LOOKED_AT:]),
        *_one_host(held[-MEETINGS_LOOKED_AT:]),
        *_no_commitments(held[-MEETINGS_WITHOUT_COMMITMENTS:]),
    )


def _not_held(counted: Sequence[Past]) -> Iterator[Fact]:
    """Three or more in a row, up to now."""
    row = next((number for number, each in enumerate(reversed(counted)) if each.held), len(counted))
    if row >= NOT_HELD_IN_A_ROW:
        yield Fact(Sign.NOT_HELD, row, row)


def _nothing_scheduled(days: int, next_meeting: dt.date | None) -> Iterator[Fact]:
    """No meeting lies ahead, and the last one was ten days ago or more."""
    if next_meeting is None and days >= DAYS_WITHOUT_PLAN:
        yield Fact(Sign.NOTHING_SCHEDULED, days, days)


def _same_activity(last: Sequence[Past]) -> Iterator[Fact]:
    """The same in four of the last five meetings that were held."""
    for activity, count in Counter(each.activity for each in last).most_common(1):
        if activity is not None and count >= SAME_ACTIVITY:
            yield Fact(Sign.SAME_ACTIVITY, count, len(last), activity)


def _one_host(last: Sequence[Past]) -> Iterator[Fact]:
    """The same person hosted each of the last five meetings that were held."""
    hosts = {each.host for each in last}
    if len(last) == MEETINGS_LOOKED_AT and len(hosts) == 1 and (host := hosts.pop()) is not None:
        yield Fact(Sign.ONE_HOST, len(last), len(last), host)


def _no_commitments(last: Sequence[Past]) -> Iterator[Fact]:
    """Nobody set one at the last three meetings that were held."""
    if len(last) == MEETINGS_WITHOUT_COMMITMENTS and all(each.commitments == 0 for each in last):
        yield Fact(Sign.NO_COMMITMENTS, len(last), len(last))
