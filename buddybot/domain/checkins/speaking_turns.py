"""Whose turn it is: a fair order, and roles that go round. How long a turn is says the agenda."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from buddybot.domain.ids import UserId

GRACE = timedelta(minutes=2)
"""How much longer than planned a turn may be before everybody is asked to keep an eye on the clock."""


class Roles(NamedTuple):
    """Who leads a meeting, who keeps its time and who leads its activity: as many people as there are."""

    facilitator: UserId
    timekeeper: UserId
    lead: UserId


def order(people: Sequence[UserId], *, last: Mapping[UserId, int], late: Set[UserId]) -> list[UserId]:
    """The speaking order: whoever opened the round longest ago (or never) begins, those who are late end it.

    `last` has the number of the meeting at which someone last spoke first; ties keep the order of `people`.
    """
    once = dict.fromkeys(people)
    return sorted(once, key=lambda user: (user in late, user in last, last.get(user, 0)))


def least_recent(candidates: Sequence[UserId], history: Sequence[Sequence[UserId]]) -> UserId | None:
    """The candidate who held a role longest ago or never; ties go to the earlier candidate.

    `history` has the holders of the role at each past meeting, the oldest first.
    """
    held = {user: index for index, holders in enumerate(history) for user in holders}
    return min(candidates, key=lambda user: held.get(user, -1), default=None)


def assign_roles(
    candidates: Sequence[UserId],
    *,
    facilitators: Sequence[Sequence[UserId]],
    timekeepers: Sequence[Sequence[UserId]],
    leads: Sequence[Sequence[UserId]] = (),
) -> Roles | None:
    """The roles of those who come, by their histories; None when nobody does.

    Each goes to somebody else as long as there are people. With two, the timekeeper leads the activity:
    the facilitator has enough to do. With three, where only one is left to lead, the timekeeper does
    instead of somebody who led the last time.
    """
    facilitator = least_recent(candidates, facilitators)
    if facilitator is None:
        return None
    others = [user for user in candidates if user != facilitator]
    timekeeper = least_recent(others, timekeepers)
    if timekeeper is None:
        return Roles(facilitator, facilitator, facilitator)
    lead = least_recent([user for user in others if user != timekeeper], leads)
    if lead is None:
        return Roles(facilitator, timekeeper, timekeeper)
    if leads and lead in leads[-1]:
        timekeeper, lead = lead, timekeeper
    return Roles(facilitator, timekeeper, lead)


def fill_roles(
    here: Sequence[UserId],
    *,
    facilitator: UserId | None,
    timekeeper: UserId | None,
    lead: UserId | None,
    facilitators: Sequence[Sequence[UserId]],
    timekeepers: Sequence[Sequence[UserId]],
    leads: Sequence[Sequence[UserId]],
) -> Roles | None:
    """The roles once people have come and gone, by their histories; None while nobody is there.

    Who has a role keeps it while they are `here`. Only who had two, because there was nobody else, gives
    one up to somebody who came later.
    """
    facilitator, timekeeper, lead = (
        user if user in here else None for user in (facilitator, timekeeper, lead)
    )
    if facilitator is None and timekeeper is not None:
        others = [user for user in here if user not in (timekeeper, lead)]
        facilitator = least_recent(others, facilitators) or lead or timekeeper
    if facilitator is None or timekeeper in (None, facilitator):
        return assign_roles(
            here if facilitator is None else [facilitator, *here],
            facilitators=facilitators if facilitator is None else [],
            timekeepers=timekeepers,
            leads=leads,
        )
    if timekeeper is not None and lead in (None, facilitator, timekeeper):
        others = [user for user in here if user not in (facilitator, timekeeper)]
        lead = least_recent(others, leads) or timekeeper
    return None if timekeeper is None or lead is None else Roles(facilitator, timekeeper, lead)


def ran_long(begun: Iterable[tuple[datetime, int]]) -> bool:
    """Whether any turn of a meeting went on for too long before the next began, whosever it was.

    Each turn comes with when it began and how many minutes it had.
    """
    return any(
        after - before > timedelta(minutes=minutes) + GRACE
        for (before, minutes), (after, _) in pairwise(sorted(begun))
    )
