"""Which activity a meeting has: what those coming want and what has rested, never twice in a row."""

import datetime as dt
from collections.abc import Mapping, Sequence, Set

from buddybot.domain.checkins.agenda import Activity, Practice
from buddybot.domain.ids import UserId

REST = 3
"""Meetings in which an activity is not repeated as long as another one fits."""
UNUSED_FOR = dt.timedelta(weeks=6)
"""How long ago a suggestion was used, at the least."""
SUGGESTED = 3
LONGEST_STRETCH = 2.5
"""An activity that would be drawn out longer than this many times waits until nothing suits better."""

Interests = Mapping[UserId, Set[str]]
"""The keys of the activities that each person marked."""


def choose(
    activities: Sequence[Activity],
    interests: Interests,
    recent: Sequence[str],
    *,
    people: int,
    minutes: int,
    lift: bool = False,
) -> Activity | None:
    """The activity for a meeting, or None when nothing fits so many people and so much time.

    `interests` are those of the people who come; `recent` has the key at each past meeting, the newest
    last, best over a year. What was not used for longest among what most want wins; what somebody
    wants and has waited for through twice as many meetings as there are wishes goes first, so that
    each wish comes round. Equals go in the order of `activities`. With `lift`, after a meeting that was
    rated low, one that practises motivation goes first, unless the last activity did: at most every
    other meeting, so that wishes still come round.
    """
    fitting = [activity for activity in activities if activity.fits(people, minutes)]
    wanted = {activity.key: _count_wishes(activity, interests) for activity in fitting}
    patience = 2 * sum(map(bool, wanted.values()))
    lifting = {activity.key for activity in activities if lift and Practice.MOTIVATION in activity.practises}
    if recent and recent[-1] in lifting:
        lifting = set()

    def urgency(activity: Activity) -> tuple[int, bool, bool, bool, int]:
        since, wishes = _since(activity, recent), wanted[activity.key]
        suits = minutes <= LONGEST_STRETCH * activity.estimate_minutes(people)
        overdue = bool(wishes) and since > patience
        return min(since, REST + 1), suits, activity.key in lifting, overdue, (1 + wishes) * since

    return max(fitting, key=urgency, default=None)


def suggest_activities(
    activities: Sequence[Activity],
    interests: Interests,
    last_used: Mapping[str, dt.date],
    *,
    today: dt.date,
    people: int,
    minutes: int,
) -> list[Activity]:
    """At most three fitting activities that were not used for six weeks, what most want first.

    `last_used` has the day on which each was used last; what never was comes before what was.
    """
    rested = [
        activity
        for activity in activities
        if activity.fits(people, minutes) and today - last_used.get(activity.key, dt.date.min) >= UNUSED_FOR
    ]
    rested.sort(key=lambda each: (-_count_wishes(each, interests), last_used.get(each.key, dt.date.min)))
    return rested[:SUGGESTED]


def _count_wishes(activity: Activity, interests: Interests) -> int:
    """How many of the people want it."""
    return sum(activity.key in marked for marked in interests.values())


def _since(activity: Activity, recent: Sequence[str]) -> int:
    """How many meetings ago it was used: 1 for the last one; one more than are known when it never was."""
    return next((ago for ago, key in enumerate(reversed(recent), 1) if key == activity.key), len(recent) + 1)
