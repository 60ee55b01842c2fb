"""Simulated buddy groups: people who come, promise and rate, week by week; healthy ones and declining ones.

`python -m bench.support.simulated_groups 1000` writes so many as the lines that `buddybot backtest` reads.
"""

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.checkins.pulse import publish_band
from buddybot.domain.health.stagnation_tally import Tally

WEEKS = 60


class Kind(StrEnum):
    """What becomes of a group."""

    STEADY = "steady"
    SEASONAL = "seasonal"  # people travel twice a year
    FOUR = "four members"  # few and fickle
    TURNOVER = "turnover"  # members find work, others join
    SUDDEN = "sudden drop"  # attendance falls by 40 points from one week to the next
    GRADUAL = "gradual drop"  # attendance falls by 45 points in ten weeks
    FLAT = "falls flat"  # people come, but keep less and enjoy it less
    PULSE_ONLY = "pulse only"  # people come and deliver, and enjoy it less
    FADES = "new group fades"  # everything falls from the fifth week on
    BAD_START = "bad start"  # it never was good
    ONE_MEMBER = "one member drops"  # the group is fine, one member is not


HEALTHY = (Kind.STEADY, Kind.SEASONAL, Kind.FOUR, Kind.TURNOVER)
DECLINING = (Kind.SUDDEN, Kind.GRADUAL, Kind.FLAT, Kind.PULSE_ONLY, Kind.FADES, Kind.BAD_START)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is the same for all groups of a run: what members do on average, and what is recorded."""

    attendance: float = 0.79
    flags_holidays: bool = True
    has_commitments: bool = True
    has_ratings: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """One member at one meeting; `due` and `done` are commitments."""

    week: int
    state: Attendance
    due: int
    done: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """A group's weeks, from which week on it declines, and the records of its first member."""

    weeks: tuple[Tally, ...]
    change: int | None
    member: tuple[Record, ...]

    def meetings_until(self, week: int) -> int:
        """How many meetings there were from the change up to and in this week."""
        start = self.change or 0
        return sum(1 for tally in self.weeks if start <= tally.week <= week and tally.present is not None)


@dataclass(slots=True)
class _Person:
    """How far somebody is from the group's average (log odds, log odds, points), and meetings still away."""

    comes: float
    keeps: float
    rates: float
    away: int = 0


@dataclass(slots=True)
class _Week:
    """What is counted at one meeting."""

    present: int = 0
    excused: int = 0
    items: int = 0
    done: int = 0
    reporters: int = 0
    votes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Levels:
    """What is usual in a group, or in one of its weeks: two rates and a rating."""

    comes: float
    keeps: float
    rates: float


def simulate(kind: Kind, seed: int, *, world: World | None = None, weeks: int = WEEKS) -> Simulated:
    """One group; the same every time for the same kind, seed and world."""
    return _Group(kind, seed, world or World(), weeks).play()


class _Group:
    def __init__(self, kind: Kind, seed: int, world: World, weeks: int) -> None:
        self._chance = Random(f"{kind}:{seed}")  # noqa: S311  # repeatable, nothing secret
        self._kind, self._world, self._length = kind, world, weeks
        chance = self._chance
        size = 4 if kind is Kind.FOUR else chance.randint(4 if kind in DECLINING else 5, 8)
        self._noise = 1.6 if kind is Kind.FOUR else 1.0
        self._usual = _Levels(
            min(max(chance.betavariate(world.attendance * 25, (1 - world.attendance) * 25), 0.4), 0.95),
            min(max(chance.betavariate(11, 7), 0.35), 0.85),
            min(max(chance.gauss(3.9, 0.3), 3.2), 4.6),
        )
        self._people = [self._person() for _ in range(size)]
        self._joining: list[int] = []
        self._phase = chance.randrange(52)
        self._change = {Kind.FADES: 4, Kind.BAD_START: 0}.get(kind, chance.randint(20, 34))

    def play(self) -> Simulated:
        tallies, records = [], []
        for week in range(self._length):
            if self._kind is Kind.TURNOVER:
                self._turn_over(week)
            is_holiday = (week + self._phase) % 52 < 2
            if is_holiday and self._world.flags_holidays:
                tallies.append(Tally(week=week, holiday=True, roster=len(self._people)))
            elif self._chance.random() < 0.02:
                tallies.append(Tally(week=week, roster=len(self._people)))  # it was not held
            else:
                tally, record = self._meet(week, is_holiday)
                tallies.append(tally)
                records.append(record)
        declines = self._kind not in HEALTHY
        return Simulated(tuple(tallies), self._change if declines else None, tuple(records))

    def _person(self) -> _Person:
        chance = self._chance
        return _Person(chance.gauss(0, 0.6), chance.gauss(0, 0.5), chance.gauss(0, 0.4))

    def _turn_over(self, week: int) -> None:
        """About twice a year each member finds work; somebody new comes one to four weeks later."""
        for person in list(self._people):
            if self._chance.random() < 0.03 and len(self._people) > 3:
                self._people.remove(person)
                self._joining.append(week + self._chance.randint(1, 4))
        self._people += [self._person() for due in self._joining if due <= week]
        self._joining = [due for due in self._joining if due > week]

    def _levels(self, week: int, is_holiday: bool) -> _Levels:
        """What to expect of this week."""
        now = _Levels(self._usual.comes, self._usual.keeps, self._usual.rates)
        if is_holiday:
            now.comes -= 0.35
        if self._kind is Kind.SEASONAL:
            season = max(0.0, math.cos(2 * math.pi * (week + self._phase) / 26))
            now.comes -= 0.12 * season
            now.keeps -= 0.05 * season
        if week >= self._change:
            self._decline(now, week - self._change + 1)
        return now

    def _decline(self, now: _Levels, since: int) -> None:
        if self._kind is Kind.SUDDEN:
            now.comes -= 0.40
        elif self._kind is Kind.GRADUAL:
            now.comes -= 0.45 * min(1.0, since / 10)
        elif self._kind is Kind.FADES:
            part = min(1.0, since / 8)
            now.comes, now.keeps, now.rates = (
                now.comes - 0.45 * part,
                now.keeps - 0.2 * part,
                now.rates - 0.6 * part,
            )
        elif self._kind is Kind.BAD_START:
            now.comes, now.keeps, now.rates = 0.45, 0.35, 3.1
        elif self._kind in (Kind.FLAT, Kind.PULSE_ONLY):
            now.keeps -= 0.3 if self._kind is Kind.FLAT else 0.0
            now.rates -= 1.0

    def _meet(self, week: int, is_holiday: bool) -> tuple[Tally, Record]:
        now, chance = self._levels(week, is_holiday), self._chance
        now.comes = _odds(now.comes) + chance.gauss(0, 0.35 * self._noise)
        now.keeps = _odds(now.keeps) + chance.gauss(0, 0.25 * self._noise)
        now.rates += chance.gauss(0, 0.25 * self._noise)
        counted, first = _Week(), None
        for person in self._people:
            drops = self._kind is Kind.ONE_MEMBER and first is None and week >= self._change
            record = self._take_part(week, person, now, counted, drop=2.5 if drops else 0.0)
            first = first or record
        assert first is not None
        return self._tally(week, counted), first

    def _take_part(self, week: int, person: _Person, now: _Levels, counted: _Week, *, drop: float) -> Record:
        chance = self._chance
        if person.away:
            person.away -= 1
            comes = False
        else:
            person.away = chance.randint(1, 2) if chance.random() < 0.008 else 0
            comes = chance.random() < _share(now.comes + person.comes - drop)
        if not comes:
            says_so = chance.random() < (0.4 if drop else 0.75)
            counted.excused += says_so
            return Record(week, Attendance.EXCUSED if says_so else Attendance.ABSENT, 0, 0)
        counted.present += 1
        due = done = 0
        if week and self._world.has_commitments and chance.random() < 0.92:
            due = chance.choice((1, 1, 2, 2, 3))
            rate = _share(now.keeps + person.keeps + chance.gauss(0, 0.6) - drop / 2)
            done = sum(chance.random() < rate for _ in range(due))
            counted.reporters, counted.items, counted.done = (
                counted.reporters + 1,
                counted.items + due,
                counted.done + done,
            )
        if self._world.has_ratings and chance.random() < 0.9:
            counted.votes.append(min(max(round(now.rates + person.rates + chance.gauss(0, 0.75)), 1), 5))
        return Record(week, Attendance.PRESENT, due, done)

    def _tally(self, week: int, counted: _Week) -> Tally:
        has = self._world.has_commitments
        votes = (
            counted.votes if publish_band(counted.votes) else []
        )  # of what is not published nothing is kept
        return Tally(
            week=week,
            roster=len(self._people),
            present=counted.present,
            items=counted.items if has else None,
            done=counted.done if has else None,
            reporters=counted.reporters if has else None,
            pulse_n=len(votes),
            pulse_sum=sum(votes),
        )


def _odds(rate: float) -> float:
    rate = min(max(rate, 0.02), 0.985)
    return math.log(rate / (1 - rate))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def line(name: str, group: Simulated) -> str:
    """A group as `buddybot backtest` reads it."""
    weeks = [
        {
            "week": tally.week,
            "holiday": tally.holiday,
            "roster": tally.roster,
            "present": tally.present,
            "items": tally.items,
            "done": tally.done,
            "reporters": tally.reporters,
            "pulse_n": tally.pulse_n,
            "pulse_sum": tally.pulse_sum,
        }
        for tally in group.weeks
    ]
    return json.dumps({"id": name, "weeks": weeks})


def lines(count: int) -> Iterator[str]:
    """So many groups of every kind in turn."""
    kinds = (*HEALTHY, *DECLINING)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield line(f"{kind} {number}", simulate(kind, number))


if __name__ == "__main__":
    for each in lines(int(sys.argv[1])):
        print(each)
