"""What the rotations remember: turns of hosting, minutes on the way, wishes met; values in, values out.

Each rule has a memory, made of the meetings that were held, and a pick that is fair by it. How fair
they are is measured in `bench/rotation.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import LocationId, UserId

_WAY = 20.0
"""How much a minute on the way weighs beside a minute of unfairness squared."""
_DIGITS = 9
"""Sums of shares that differ behind this digit are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the rules know of a location that can be chosen; `minutes` is what members stated.

    A `home` is used only when the member who offered it hosts there; the rules never borrow one.
    """

    id: LocationId
    offered_by: UserId | None = None
    minutes: Mapping[UserId, int] = field(default_factory=dict)
    approved_by: frozenset[UserId] = frozenset()
    remote: bool = False
    home: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A meeting that was held under one of the rules, and what counted then.

    `willing` are the members who would host, whether they came or not; `minutes` the way of those
    who came in person; `voters` those who had a wish and came, `supporters` those of them whom the
    place suited. `once` is a place that people picked for this meeting alone. The first of a history may
    stand for all meetings that are reduced to counts: it has nothing but the `memory` of them.
    """

    rule: Rotation
    location_id: LocationId | None
    host_id: UserId | None
    attendees: frozenset[UserId]
    willing: frozenset[UserId] = frozenset()
    minutes: Mapping[UserId, int] = field(default_factory=dict)
    voters: frozenset[UserId] = frozenset()
    supporters: frozenset[UserId] = frozenset()
    once: bool = False
    memory: "Memory | None" = None


class Balance(NamedTuple):
    """What hosting would be fair for somebody, and how often they did."""

    share: float = 0.0
    hosted: int = 0

    @property
    def due(self) -> float:
        """How many times they are behind (above zero) or ahead."""
        return self.share - self.hosted


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is left of meetings that are reduced to counts: where members stand by each of the rules.

    `hosts` are those who hosted, the longest ago first.
    """

    standing: Mapping[UserId, Balance] = field(default_factory=dict)
    debts: Mapping[UserId, float] = field(default_factory=dict)
    weights: Mapping[UserId, float] = field(default_factory=dict)
    hosts: tuple[UserId, ...] = ()

    @property
    def as_held(self) -> Held:
        """All these meetings as the first of a history."""
        return Held(rule=Rotation.FIXED, location_id=None, host_id=None, attendees=frozenset(), memory=self)


def remember(memory: Memory, held: Held) -> Memory:
    """Return the memory with one more meeting in it: the rules give the same by it as by the meeting."""
    history, host = [memory.as_held, held], held.host_id
    return Memory(
        standing=count_meeting(memory.standing, held),
        debts=debts(history),
        weights=weigh_voters(history, ()),
        hosts=memory.hosts if host is None else (*(user for user in memory.hosts if user != host), host),
    )


# -- turns ----------------------------------------------------------------------------------------


def balances(history: Sequence[Held], willing: Collection[UserId]) -> dict[UserId, Balance]:
    """Return how each willing member stands under `turns`; `history` has the oldest meeting first.

    Whoever is behind most hosts, by `next_host`. Then nobody is ever behind or ahead by more than
    (n - 1)/2 turns, where n is the most people who were willing at a time, whoever comes, stays away,
    joins and leaves. For that holds: the k people who are behind most are so by at most k(n - k)/2
    turns together, the k who are ahead most likewise; no turn breaks it, and nobody who comes or goes.
    Passes, swaps and assigned turns are outside of it: they are somebody's wish.
    """
    standing: dict[UserId, Balance] = {}
    for meeting in history:
        standing = count_meeting(standing, meeting)
    return handed_on(standing, willing)


def count_meeting(standing: Mapping[UserId, Balance], meeting: Held) -> dict[UserId, Balance]:
    """Return the balances after one more meeting: it is worth one turn, shared by the willing who came."""
    if meeting.memory is not None:
        return dict(meeting.memory.standing)
    if meeting.rule is not Rotation.TURNS or meeting.host_id is None:
        return dict(standing)
    found = handed_on(standing, meeting.willing | {meeting.host_id})
    sharing = (meeting.attendees & meeting.willing) | {meeting.host_id}
    part = 1 / len(sharing)
    for user in sharing:
        balance = found[user]
        found[user] = Balance(balance.share + part, balance.hosted + (user == meeting.host_id))
    return found


def handed_on(standing: Mapping[UserId, Balance], willing: Collection[UserId]) -> dict[UserId, Balance]:
    """Return the balances of exactly these people; new ones begin at zero, and the sum stays zero.

    Who leaves, or would rather not host, hands on what they are behind to those who are ahead most,
    and what they are ahead to those who are behind most, down to one level. Dropping it breaks the
    bound with three people, equal parts for all break it with four.
    """
    if standing.keys() == set(willing):
        return dict(standing)
    left = sum(balance.due for user, balance in standing.items() if user not in willing)
    kept = {user: balance for user, balance in standing.items() if user in willing}
    if left:
        sign = 1 if left > 0 else -1
        dues = sorted(sign * balance.due for balance in kept.values())
        levels = ((total + abs(left)) / count for count, total in enumerate(accumulate(dues), start=1))
        level = min(levels, default=0.0)
        for user, balance in kept.items():
            gain = sign * max(0.0, level - sign * balance.due)
            kept[user] = Balance(balance.share + gain, balance.hosted)
    return kept | {user: Balance() for user in willing if user not in kept}


def next_host(
    standing: Mapping[UserId, Balance], candidates: Sequence[UserId], history: Sequence[Held]
) -> UserId | None:
    """Return who is behind most; of equals who hosted longest ago or never, then the first candidate."""
    hosts = [
        host
        for meeting in history
        for host in ((meeting.host_id,) if meeting.memory is None else meeting.memory.hosts)
    ]
    last = {host: index for index, host in enumerate(hosts)}
    return min(
        (user for user in candidates if user in standing),
        key=lambda user: (-round(standing[user].due, _DIGITS), last.get(user, -1)),
        default=None,
    )


# -- travel ---------------------------------------------------------------------------------------


def debts(history: Sequence[Held]) -> dict[UserId, float]:
    """Return by how many minutes each has travelled more (above zero) or less than the mean, so far."""
    found: dict[UserId, float] = {}
    for meeting in history:
        if meeting.memory is not None:
            found = dict(meeting.memory.debts)
        way = {user: meeting.minutes[user] for user in meeting.attendees if user in meeting.minutes}
        if meeting.rule is not Rotation.TRAVEL or not way:
            continue
        mean = sum(way.values()) / len(way)
        for user, minutes in way.items():
            found[user] = found.get(user, 0.0) + minutes - mean
    return found


def next_by_travel(
    candidates: Sequence[Candidate],
    attendees: Collection[UserId],
    debt: Mapping[UserId, float],
    last: Mapping[LocationId, int],
) -> LocationId | None:
    """Return the place with the least debt and the least way; of equals the one used longest ago.

    Minimises the sum over those who come of (debt + way - mean way)² + 20 way. Who stated no way to
    a place counts with the mean of the others. A place is not known yet while fewer than half of
    those who stated a way to any stated one to it: it comes last, whatever they stated, as else
    somebody's own door would be chosen again and again. One that nobody travels to is taken only when
    there is no other.
    """
    real = [each for each in candidates if not each.remote] or list(candidates)
    speaking = sum(any(user in each.minutes for each in real) for user in attendees)

    def cost(candidate: Candidate) -> tuple[bool, float, int]:
        way = {user: candidate.minutes[user] for user in attendees if user in candidate.minutes}
        if 2 * len(way) < speaking:
            return (True, 0.0, last.get(candidate.id, -1))
        mean = sum(way.values()) / len(way) if way else 0.0
        total = sum(
            (debt.get(user, 0.0) + way.get(user, mean) - mean) ** 2 + _WAY * way.get(user, mean)
            for user in attendees
        )
        return (False, round(total, 6), last.get(candidate.id, -1))

    return min(real, key=cost).id if real else None


# -- vote -----------------------------------------------------------------------------------------


def weigh_voters(history: Sequence[Held], voters: Collection[UserId]) -> dict[UserId, float]:
    """Return each voter's weight: everybody begins with one, gains one a meeting, and pays for wishes met.

    Those whom the place suited, and whose weight was above zero, pay |voters|/|supporters| each.
    Source: Perpetual Consensus (Lackner, "Perpetual Voting", AAAI 2020).
    """
    found = dict.fromkeys(voters, 1.0)
    for meeting in history:
        if meeting.memory is not None:
            found |= meeting.memory.weights
        if meeting.rule is not Rotation.VOTE or not meeting.voters:
            continue
        paying = [user for user in meeting.supporters if round(found.get(user, 1.0), _DIGITS) > 0]
        for user in meeting.voters:
            found[user] = found.get(user, 1.0) + 1
        for user in paying:
            found[user] = found.get(user, 1.0) - len(meeting.voters) / len(paying)
    return found


def next_by_vote(
    candidates: Sequence[Candidate],
    attendees: Collection[UserId],
    weight: Mapping[UserId, float],
    last: Mapping[LocationId, int],
) -> LocationId | None:
    """Return the place with the most weight behind it; of equals the one used longest ago or never.

    When nobody's weight is above zero, a place that suits somebody still comes before one that suits
    nobody.
    """

    def rank_location(candidate: Candidate) -> tuple[float, bool, int]:
        suited = [user for user in attendees if user in candidate.approved_by]
        behind = sum(max(0.0, weight.get(user, 1.0)) for user in suited)
        return (-round(behind, _DIGITS), not suited, last.get(candidate.id, -1))

    return min(candidates, key=rank_location).id if candidates else None
