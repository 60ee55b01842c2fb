"""The rotations: how fair each is to made-up groups of six, beside three rules that remember less."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import dist
from random import Random
from statistics import mean

from bench.support.report import Report, Verdict, run
from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.fairness import Balance, Candidate, Held, count_meeting
from buddybot.domain.locations.rotation import Settled, Upcoming, find_location_of, plan

PEOPLE = tuple(UserId(number) for number in range(1, 7))
COMES = 0.8
"""How likely each comes to a meeting."""
TOWN = 20.0
"""Kilometres from edge to edge; a place is about a kilometre or two from whom it belongs to."""
SUITS = 0.4
"""How likely a place suits somebody; one suits everybody."""

BOUND_GOAL = (len(PEOPLE) - 1) / 2
ROUND_ROBIN_GOAL = 0.5
"""The deviation of `turns`, of round robin's."""
GINI_GOAL = 1.0
"""The Gini of `travel`, of round robin's."""
DRY_GOAL = 8.0

People = tuple[UserId, ...]
Choose = Callable[[Sequence[Held], People], Settled]
"""Says where to meet, by the meetings before and who comes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is played."""

    seeds: int = 100
    weeks: int = 52


FULL = Size()


async def measure(size: Size = FULL) -> Report:
    """Play the same groups by each rule, and compare."""
    outcomes: dict[str, list[Outcome]] = {}
    for seed in range(size.seeds):
        for name, outcome in outcomes_of(seed, size.weeks).items():
            outcomes.setdefault(name, []).append(outcome)
    return Report("rotation", figures=list(_table(outcomes)), verdicts=list(verdicts(outcomes)))


# -- a group --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Company:
    """A group in a plane: places with everybody's minutes and wishes, and who comes each week."""

    candidates: tuple[Candidate, ...]
    weeks: tuple[People, ...]

    @classmethod
    def made_up(cls, rng: Random, weeks: int) -> "Company":
        """Return a group where each lives somewhere, and five or all six offer a place nearby."""
        homes = {user: (rng.uniform(0, TOWN), rng.uniform(0, TOWN)) for user in PEOPLE}
        owners = PEOPLE[: rng.choice([5, 6])]
        ids = {owner: LocationId(number) for number, owner in enumerate(owners, start=1)}
        suits = {
            user: {candidate for candidate in ids.values() if rng.random() < SUITS}
            or {rng.choice(list(ids.values()))}
            for user in PEOPLE
        }
        candidates = []
        for owner, location_id in ids.items():
            x, y = (rng.gauss(coordinate, TOWN / 15) for coordinate in homes[owner])
            candidates.append(
                Candidate(
                    id=location_id,
                    offered_by=owner,
                    minutes={user: round(5 + 2 * dist(home, (x, y))) for user, home in homes.items()},
                    approved_by=frozenset(user for user in PEOPLE if location_id in suits[user]),
                )
            )
        come = (tuple(user for user in PEOPLE if rng.random() < COMES) for _ in range(weeks))
        return cls(tuple(candidates), tuple(come))

    def find_candidate(self, location_id: LocationId | None) -> Candidate:
        """Return a place; there always is one."""
        return next(candidate for candidate in self.candidates if candidate.id == location_id)

    def held(self, rule: Rotation, settled: Settled, came: People) -> Held:
        """Return a meeting as the bot remembers it."""
        candidate = self.find_candidate(settled.location_id)
        return Held(
            rule=rule,
            location_id=candidate.id,
            host_id=settled.host_id,
            attendees=frozenset(came),
            willing=frozenset(PEOPLE),
            minutes=candidate.minutes,
            voters=frozenset(came),
            supporters=frozenset(came) & candidate.approved_by,
        )


# -- the rules ------------------------------------------------------------------------------------


def rules(company: Company) -> Mapping[str, tuple[Rotation, Choose]]:
    """Return each rule as it begins with a group, under the rotation that its meetings count for."""
    ours = {rule.value: (rule, partial(_by_plan, company, rule)) for rule in Rotation}
    return ours | {
        "turns, settled two ahead": (Rotation.TURNS, TwoAhead(company).choose),
        "round robin": (Rotation.TURNS, partial(_round_robin, company)),
        "least recent": (Rotation.TURNS, partial(_least_recent, company)),
        "shortest total": (Rotation.TRAVEL, partial(_shortest, company)),
    }


def _by_plan(company: Company, rule: Rotation, past: Sequence[Held], came: People) -> Settled:
    """As the bot chooses when it knows who comes."""
    (choice,) = plan(
        rule, history=past, ahead=[Upcoming(attendees=came)], candidates=company.candidates, willing=PEOPLE
    )
    return Settled(choice.location_id, choice.host_id)


@dataclass(slots=True)
class TwoAhead:
    """As the bot chooses when all are expected, and whoever stays away says so on the day.

    What was settled stays, and counts first; only the turn of a host who stays away is handed on.
    """

    company: Company
    kept: Sequence[Settled] = ()

    def choose(self, past: Sequence[Held], came: People) -> Settled:
        """Return where this meeting is, and settle the two after it."""
        now, then = (*self.kept, None, None)[:2]
        able = now is not None and now.host_id in came
        ahead = [
            Upcoming(attendees=came, settled=now if able else None),
            Upcoming(attendees=PEOPLE, settled=then),
            Upcoming(attendees=PEOPLE),
        ]
        order = sorted(range(len(ahead)), key=lambda index: ahead[index].settled is None)
        choices = plan(
            Rotation.TURNS,
            history=past,
            ahead=[ahead[index] for index in order],
            candidates=self.company.candidates,
            willing=PEOPLE,
        )
        found = dict(zip(order, choices, strict=True))
        here, *self.kept = (
            Settled(found[index].location_id, found[index].host_id) for index in sorted(order)
        )
        return here


def _round_robin(company: Company, past: Sequence[Held], came: People) -> Settled:
    """The next in the list who comes; who is passed over waits for the next round."""
    latest = past[-1].host_id if past else None
    after = 0 if latest is None else PEOPLE.index(latest) + 1
    host = next(user for user in PEOPLE[after:] + PEOPLE[:after] if user in came)
    return Settled(find_location_of(host, history=past, candidates=company.candidates), host)


def _least_recent(company: Company, past: Sequence[Held], came: People) -> Settled:
    """Whoever hosted longest ago or never."""
    last = {held.host_id: number for number, held in enumerate(past)}
    host = min(came, key=lambda user: last.get(user, -1))
    return Settled(find_location_of(host, history=past, candidates=company.candidates), host)


def _shortest(company: Company, past: Sequence[Held], came: People) -> Settled:
    """The place with the fewest minutes for all who come."""
    candidate = min(company.candidates, key=lambda candidate: sum(candidate.minutes[user] for user in came))
    return Settled(candidate.id, candidate.offered_by if candidate.offered_by in came else None)


# -- a year ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What a year by one rule was like.

    `deviation` is the most turns of hosting that somebody was ever behind or ahead of their share of
    the meetings that had a host; `dry` the most meetings in a row that somebody came to a place that
    did not suit them.
    """

    deviation: float = 0.0
    dry: int = 0
    came: dict[UserId, int] = field(default_factory=lambda: dict.fromkeys(PEOPLE, 0))
    minutes: dict[UserId, int] = field(default_factory=lambda: dict.fromkeys(PEOPLE, 0))

    @property
    def gini(self) -> float:
        """Of the minutes that each travelled in all."""
        return gini(list(self.minutes.values()))

    @property
    def way(self) -> float:
        """Minutes a person a meeting."""
        return sum(self.minutes.values()) / sum(self.came.values())


def outcomes_of(seed: int, weeks: int) -> dict[str, Outcome]:
    """Play one group by each rule."""
    company = Company.made_up(Random(seed), weeks)  # noqa: S311  # a made-up group is no secret
    return {name: play(company, rotation, choose) for name, (rotation, choose) in rules(company).items()}


def play(company: Company, rotation: Rotation, choose: Choose) -> Outcome:
    """Play one group by one rule; a week when fewer than two come has no meeting and changes nothing."""
    outcome, past = Outcome(), list[Held]()
    standing: dict[UserId, Balance] = {}
    dry = dict.fromkeys(PEOPLE, 0)
    for came in company.weeks:
        if len(came) < 2:
            continue
        held = company.held(rotation, choose(past, came), came)
        past.append(held)
        standing = count_meeting(standing, replace(held, rule=Rotation.TURNS))
        behind = (abs(balance.due) for balance in standing.values())
        outcome.deviation = max(outcome.deviation, *behind, 0.0)
        for user in came:
            outcome.came[user] += 1
            outcome.minutes[user] += held.minutes[user]
            dry[user] = 0 if user in held.supporters else dry[user] + 1
        outcome.dry = max(outcome.dry, *dry.values())
    return outcome


def gini(amounts: Sequence[float]) -> float:
    """Return how unequal amounts are: 0 when all are the same, near 1 when one has everything."""
    total, count = sum(amounts), len(amounts)
    ranked = sum((2 * rank - count - 1) * amount for rank, amount in enumerate(sorted(amounts), start=1))
    return ranked / (count * total) if total else 0.0


# -- what it says ---------------------------------------------------------------------------------


def _table(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    width = max(map(len, outcomes))
    yield f"{'':{width}}  deviation (worst)   Gini  minutes  dry spell (worst)"
    for name, found in outcomes.items():
        deviation, dry = [each.deviation for each in found], [each.dry for each in found]
        yield (
            f"{name:{width}}  {mean(deviation):9.2f} {max(deviation):7.2f}"
            f"  {mean(each.gini for each in found):5.3f}  {mean(each.way for each in found):7.1f}"
            f"  {mean(dry):9.1f} {max(dry):7d}"
        )


def verdicts(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[Verdict]:
    """Return each goal beside what was found."""

    def deviation(name: str) -> float:
        return mean(each.deviation for each in outcomes[name])

    def unequal(name: str) -> float:
        return mean(each.gini for each in outcomes[name])

    for name in ("turns", "turns, settled two ahead"):
        worst = max(each.deviation for each in outcomes[name])
        yield Verdict(
            claim=f"{name}: most turns anybody is behind or ahead",
            figure=worst,
            sense="<=",
            goal=BOUND_GOAL,
            unit="turns",
        )
    yield Verdict(
        claim="turns: deviation, of round robin's",
        figure=deviation("turns") / deviation("round robin"),
        sense="<=",
        goal=ROUND_ROBIN_GOAL,
    )
    yield Verdict(
        claim="travel: Gini of the minutes, of round robin's",
        figure=unequal("travel") / unequal("round robin"),
        sense="<=",
        goal=GINI_GOAL,
    )
    yield Verdict(
        claim="vote: longest dry spell",
        figure=max(each.dry for each in outcomes["vote"]),
        sense="<=",
        goal=DRY_GOAL,
        unit="meetings",
    )


if __name__ == "__main__":
    sys.exit(run(measure))
