"""Whose turn it is: equal minutes, a fair order, and roles that go round."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from buddybot.domain.ids import UserId

SHORTEST_TURN, LONGEST_TURN = 2, 15
"""Minutes; a turn below two is no turn, one above fifteen a lecture."""
_ROUNDS, _WHOLE = 36, 75
"""The personal rounds (wins, review, commitments) take 36 of 75 minutes."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Who leads a meeting and who keeps its time; the same person only when nobody else is there."""

    facilitator: UserId
    timekeeper: UserId


def minutes_each(duration_minutes: int, people: int) -> int:
    """Everyone's equal minutes: 6 in a meeting of 75 for six."""
    share = duration_minutes * _ROUNDS // (_WHOLE * max(people, 1))
    return min(max(share, SHORTEST_TURN), LONGEST_TURN)


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


def roles(
    candidates: Sequence[UserId],
    *,
    facilitators: Sequence[Sequence[UserId]],
    timekeepers: Sequence[Sequence[UserId]],
) -> Roles | None:
    """Facilitator and timekeeper from those who come, by their histories; None when nobody does."""
    facilitator = least_recent(candidates, facilitators)
    if facilitator is None:
        return None
    others = [user for user in candidates if user != facilitator]
    timekeeper = least_recent(others, timekeepers)
    return Roles(facilitator, facilitator if timekeeper is None else timekeeper)
