"""Where to meet next, and whose turn it is to host, by each of the four rules.

What lies ahead is chosen meeting by meeting, each as if those before it had gone as planned.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.fairness import (
    Balance,
    Candidate,
    Held,
    balances,
    debts,
    next_by_travel,
    next_by_vote,
    next_host,
    weigh_voters,
)

FEWEST = 3
"""People whose minutes or votes make a figure that gives nobody's away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """A meeting ahead: who is expected, who of them does not host it, and what is settled already.

    Those who take part from `afar` may come to their own virtual place, and cannot open their home.
    `host_id` is a host who stays while the place is open. `once` is a settled place that people picked for
    this meeting alone; it matters to `fixed` only. A `late` meeting is so near that no member is named its
    host; only a place that needs no host can still be chosen for it.
    """

    attendees: tuple[UserId, ...]
    passes: frozenset[UserId] = frozenset()
    afar: frozenset[UserId] = frozenset()
    host_id: UserId | None = None
    settled: "Settled | None" = None
    once: bool = False
    late: bool = False


class Settled(NamedTuple):
    """A choice that was made and stays."""

    location_id: LocationId | None
    host_id: UserId | None


class Choice(NamedTuple):
    """What a rule gives for one meeting, with the figures that explain it.

    Of these only those of the rule are set: `balance` of the host; `way`, the mean minutes of the
    members who stated theirs, and `lead`, by how many minutes of travel so far the two of those who
    come differ most; `support`, how many of how many voters the place suits, each of these only with
    three people behind it; `streak`, which meeting in a row at this place it is.

    `stand_in` when the rule `fixed` could not have its own place this once.
    """

    location_id: LocationId | None
    host_id: UserId | None
    balance: Balance | None = None
    way: float | None = None
    lead: float | None = None
    support: tuple[int, int] | None = None
    streak: int | None = None
    stand_in: bool = False


def plan(
    rule: Rotation,
    *,
    history: Sequence[Held],
    ahead: Sequence[Upcoming],
    candidates: Sequence[Candidate],
    willing: Collection[UserId],
    usual: LocationId | None = None,
) -> list[Choice]:
    """Return a choice for each meeting ahead; `history` has the oldest meeting first.

    `usual` is the place that was given to `fixed`; without it that is the one of last time.
    """
    past, chosen = list(history), []
    for meeting in ahead:
        case = _Case(past, meeting, candidates, frozenset(willing), usual)
        settled = meeting.settled or case.with_its_host() or _CHOOSE[rule](case)
        stand_in = rule is Rotation.FIXED and case.stands_in(settled)
        chosen.append(_EXPLAIN[rule](case, settled)._replace(stand_in=stand_in))
        past = [*past, case.as_held(rule, settled, once=meeting.once or stand_in)]
    return chosen


def find_location_of(
    host_id: UserId, *, history: Sequence[Held], candidates: Sequence[Candidate]
) -> LocationId | None:
    """Return where a host would receive the group: their own place used longest ago, else a public one.

    None when there is neither; nobody's home is borrowed.
    """
    return _Case(history, Upcoming(attendees=()), candidates, frozenset()).find_location_of(host_id)


class _Case(NamedTuple):
    """One meeting to be settled: what was before it, who comes, and what there is to choose from."""

    past: Sequence[Held]
    meeting: Upcoming
    candidates: Sequence[Candidate]
    willing: frozenset[UserId]
    usual: LocationId | None = None

    @property
    def hosts(self) -> list[UserId]:
        """Who may be named its host."""
        if self.meeting.late:
            return []
        passes = self.meeting.passes
        return [user for user in self.meeting.attendees if user in self.willing and user not in passes]

    @property
    def last_used(self) -> dict[LocationId, int]:
        """At which meeting each place was used last."""
        return {held.location_id: n for n, held in enumerate(self.past) if held.location_id is not None}

    @property
    def voters(self) -> frozenset[UserId]:
        """Who has said what suits them."""
        return frozenset[UserId]().union(*(each.approved_by for each in self.candidates))

    def find_candidate(self, location_id: LocationId | None) -> Candidate | None:
        """The place, when it is still there to choose."""
        return next((each for each in self.candidates if each.id == location_id), None)

    def longest_ago(self, candidates: Sequence[Candidate]) -> LocationId | None:
        """The place that was used longest ago or never, then the one that came first."""
        last = self.last_used
        ids = (each.id for each in candidates)
        return min(ids, key=lambda each: last.get(each, -1), default=None)

    @property
    def usable(self) -> list[Candidate]:
        """Where the group can go: to no home but that of a member who may host."""
        there = set(self.hosts) - self.meeting.afar
        return [each for each in self.candidates if not each.home or each.offered_by in there]

    @property
    def habit(self) -> LocationId | None:
        """The place that was given, else that of last time, else the first that was offered.

        A place that was picked for one meeting alone is no habit, unless there is no other.
        """
        if self.find_candidate(self.usual) is not None:
            return self.usual
        there = [held for held in self.past if self.find_candidate(held.location_id) is not None]
        used = [held.location_id for held in there if not held.once] or [held.location_id for held in there]
        first = self.candidates[0].id if self.candidates else None
        return used[-1] if used else first

    def find_location_of(self, host_id: UserId | None) -> LocationId | None:
        """The place for a host: one of their own, else a public one, else a virtual one."""
        afar = host_id in self.meeting.afar
        mine = [each for each in self.candidates if host_id is not None and each.offered_by == host_id]
        own = [each for each in mine if not (each.home and afar)]
        shared = [each for each in self.candidates if not each.home]
        return self.longest_ago(own or [each for each in shared if not each.remote] or shared)

    def with_its_host(self) -> Settled | None:
        """What follows when the host stays; None when there is none who does."""
        host_id = self.meeting.host_id
        return None if host_id is None else Settled(self.find_location_of(host_id), host_id)

    def stands_in(self, settled: Settled) -> bool:
        """Whether the rule `fixed` chose another place because its own could not be used."""
        chosen = self.meeting.settled is None and self.meeting.host_id is None
        return chosen and settled.location_id not in (None, self.habit)

    def choose_offered(self, location_id: LocationId | None) -> Settled:
        """A place with the one who offered it as host, when they may host."""
        candidate = self.find_candidate(location_id)
        hosts = candidate is not None and candidate.offered_by in self.hosts
        return Settled(location_id, candidate.offered_by if candidate is not None and hosts else None)

    def as_held(self, rule: Rotation, settled: Settled, *, once: bool = False) -> Held:
        """The meeting as if it had been held as planned."""
        candidate = self.find_candidate(settled.location_id)
        attendees = frozenset(self.meeting.attendees)
        return Held(
            rule=rule,
            location_id=settled.location_id,
            host_id=settled.host_id,
            attendees=attendees,
            willing=self.willing,
            minutes={} if candidate is None else candidate.minutes,
            voters=attendees & self.voters,
            supporters=frozenset() if candidate is None else attendees & candidate.approved_by,
            once=once,
        )


class Basis(StrEnum):
    """Why an arrangement is what it is; an open one is to be settled anew.

    A stand-in was given by the rule because the usual place could not be used. A chosen one has the host
    that the rule gave, at a place that was picked for this once. Offered is a meeting whose host came
    forward when nobody hosted it.
    """

    OPEN = "open"
    RULE = "rule"
    STAND_IN = "stand_in"
    CHOSEN = "chosen"
    SWAPPED = "swapped"
    ASSIGNED = "assigned"
    OFFERED = "offered"

    @property
    def once(self) -> bool:
        """Whether the place is for this meeting alone."""
        return self not in (Basis.OPEN, Basis.RULE)

    @property
    def by_rule_alone(self) -> bool:
        """Whether nobody had a say: until it is announced, the rule may still choose otherwise."""
        return self in (Basis.RULE, Basis.STAND_IN)


def _by_turns(case: _Case) -> Settled:
    host = next_host(balances(case.past, case.willing), case.hosts, case.past)
    return Settled(case.find_location_of(host), host)


def _by_travel(case: _Case) -> Settled:
    chosen = next_by_travel(case.usable, case.meeting.attendees, debts(case.past), case.last_used)
    return case.choose_offered(chosen)


def _by_vote(case: _Case) -> Settled:
    heavy = weigh_voters(case.past, case.meeting.attendees)
    return case.choose_offered(next_by_vote(case.usable, case.meeting.attendees, heavy, case.last_used))


def _by_habit(case: _Case) -> Settled:
    """The usual place; when that is the home of a member who cannot host, a public or virtual one."""
    if any(each.id == case.habit for each in case.usable):
        return case.choose_offered(case.habit)
    return case.choose_offered(case.find_location_of(None))


def _why_turns(case: _Case, settled: Settled) -> Choice:
    standing = balances(case.past, case.willing)
    balance = None if settled.host_id is None else standing.get(settled.host_id, Balance())
    return Choice(settled.location_id, settled.host_id, balance=balance)


def _why_travel(case: _Case, settled: Settled) -> Choice:
    candidate, debt = case.find_candidate(settled.location_id), debts(case.past)
    known = list(candidate.minutes.values()) if candidate is not None else []
    among = [debt[user] for user in case.meeting.attendees if user in debt]
    return Choice(
        settled.location_id,
        settled.host_id,
        way=sum(known) / len(known) if len(known) >= FEWEST else None,
        lead=max(among) - min(among) if len(among) >= FEWEST else None,
    )


def _why_vote(case: _Case, settled: Settled) -> Choice:
    """Count all voters, whoever comes: two meetings that differ in one member would give their vote away."""
    candidate, voters = case.find_candidate(settled.location_id), case.voters
    suits = 0 if candidate is None else len(candidate.approved_by)
    support = (suits, len(voters)) if len(voters) >= FEWEST else None
    return Choice(settled.location_id, settled.host_id, support=support)


def _why_habit(case: _Case, settled: Settled) -> Choice:
    streak = 1
    for held in reversed(case.past):
        if held.location_id != settled.location_id:
            break
        streak += 1
    return Choice(
        settled.location_id, settled.host_id, streak=None if settled.location_id is None else streak
    )


_CHOOSE: Mapping[Rotation, Callable[[_Case], Settled]] = {
    Rotation.TURNS: _by_turns,
    Rotation.TRAVEL: _by_travel,
    Rotation.VOTE: _by_vote,
    Rotation.FIXED: _by_habit,
}
_EXPLAIN: Mapping[Rotation, Callable[[_Case, Settled], Choice]] = {
    Rotation.TURNS: _why_turns,
    Rotation.TRAVEL: _why_travel,
    Rotation.VOTE: _why_vote,
    Rotation.FIXED: _why_habit,
}
