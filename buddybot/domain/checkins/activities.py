"""What a group does together beside the check-in: steps that scale to people and time, with equal turns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from buddybot.domain.groups.groups import HIGHEST_CAPACITY, LOWEST_CAPACITY
from buddybot.domain.meetings.schedule import LONGEST
from buddybot.domain.text import length_of

USUAL_PEOPLE = 6
"""The number of people that the minutes in the library are written for."""
KEY_LIMIT, NAME_LIMIT, SUMMARY_LIMIT, NEED_LIMIT, TEXT_LIMIT = 40, 60, 160, 80, 400
MINUTES_LIMIT = LONGEST

_KEY = r"[a-z0-9]+(?:-[a-z0-9]+)*"


class Practice(StrEnum):
    """What an activity exercises."""

    APPLICATIONS = "applications"
    FEEDBACK = "feedback"
    INTERVIEWS = "interviews"
    MOTIVATION = "motivation"
    NETWORKING = "networking"
    OFFERS = "offers"
    PLANNING = "planning"
    STORY = "story"


class Turns(StrEnum):
    """Who takes turns in a step: everybody in one circle, or side by side in pairs or threes."""

    EVERYONE = "everyone"
    PAIRS = "pairs"
    THREES = "threes"

    def of(self, people: int) -> int:
        """The turns that a step takes: the size of the largest subgroup when `people` split up evenly."""
        if self is Turns.EVERYONE:
            return people
        subgroups = people // 2 if self is Turns.PAIRS else (people + 1) // 3
        return -(-people // max(subgroups, 1))


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it is written, for six people; with `turns` its minutes are shared equally."""

    minutes: int
    text: str
    turns: Turns | None = None

    def minutes_each(self) -> int:
        """The minutes of one turn, or of the whole step where nobody takes turns."""
        return self.minutes if self.turns is None else self.minutes // self.turns.of(USUAL_PEOPLE)

    def unit(self, people: int) -> int:
        """How many minutes the step grows by when each turn (or the step) grows by one."""
        return 1 if self.turns is None else self.turns.of(people)

    def least(self) -> int:
        """Two thirds of `minutes_each`, rounded up: below that it is another activity."""
        return -(-2 * self.minutes_each() // 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity of the library; `needs` is what each person brings, `minutes` are those for six."""

    key: str
    name: str
    summary: str
    minutes: int
    fewest: int
    most: int
    needs: tuple[str, ...]
    practises: frozenset[Practice]
    steps: tuple[Step, ...]

    def usual(self, people: int) -> int:
        """The minutes it takes with so many people when nothing hurries."""
        return sum(step.minutes_each() * step.unit(people) for step in self.steps)

    def shortest(self, people: int) -> int:
        """The minutes below which it is not worth beginning."""
        return sum(step.least() * step.unit(people) for step in self.steps)

    def fits(self, people: int, minutes: int) -> bool:
        """Whether so many people can do it in so much time."""
        return self.fewest <= people <= self.most and self.shortest(people) <= minutes


Library = Mapping[str, Activity]
"""The activities by their keys, in the order in which they are shown."""
NO_LIBRARY: Library = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step in a meeting: when it begins in the activity, how long it lasts, and each person's minutes."""

    start: int
    minutes: int
    each: int | None
    text: str


def scaled(activity: Activity, people: int, minutes: int) -> tuple[PlannedStep, ...]:
    """The steps for so many people, adding up to exactly `minutes`; ValueError when it does not fit.

    Every turn of a step is equally long. Time beyond the shortest goes, minute by minute, to the step
    that has the smallest share of its usual time and whose turns can all take one more.
    """
    if not activity.fits(people, minutes):
        raise ValueError(f"{activity.key} does not fit {people} people and {minutes} minutes")
    units = [step.unit(people) for step in activity.steps]
    parts = [step.least() for step in activity.steps]
    usual = [step.minutes_each() for step in activity.steps]
    left = minutes - activity.shortest(people)
    while left:
        affordable = (index for index, unit in enumerate(units) if unit <= left)
        chosen = min(affordable, key=lambda index: parts[index] / usual[index])
        parts[chosen] += 1
        left -= units[chosen]
    return _laid_out(activity.steps, [part * unit for part, unit in zip(parts, units, strict=True)], parts)


def _laid_out(steps: Sequence[Step], minutes: Sequence[int], each: Sequence[int]) -> tuple[PlannedStep, ...]:
    planned, start = [], 0
    for step, length, turn in zip(steps, minutes, each, strict=True):
        planned.append(PlannedStep(start, length, None if step.turns is None else turn, step.text))
        start += length
    return tuple(planned)


def fault(activity: Activity) -> str | None:
    """What is wrong with an activity, as the end of a sentence that begins with its name; or None."""
    return next((words for words in (*_wrong_words(activity), *_wrong_numbers(activity)) if words), None)


def _wrong_words(activity: Activity) -> list[str]:
    faults = []
    if not re.fullmatch(_KEY, activity.key) or len(activity.key) > KEY_LIMIT:
        faults.append(f"needs a key of at most {KEY_LIMIT} lowercase letters, digits and single dashes")
    texts = [
        ("name", activity.name, NAME_LIMIT),
        ("summary", activity.summary, SUMMARY_LIMIT),
        *((f"need {number}", need, NEED_LIMIT) for number, need in enumerate(activity.needs, 1)),
        *((f"text of step {number}", step.text, TEXT_LIMIT) for number, step in enumerate(activity.steps, 1)),
    ]
    for what, text, limit in texts:
        if not text.strip() or length_of(text) > limit:
            faults.append(f"has a {what} of {length_of(text)} characters; 1 to {limit} are possible")
    if not activity.practises:
        faults.append(f"practises nothing: name at least one of {', '.join(Practice)}")
    return faults


def _wrong_numbers(activity: Activity) -> list[str]:
    if not LOWEST_CAPACITY <= activity.fewest <= activity.most <= HIGHEST_CAPACITY:
        return [f"must be for [fewest, most] people, from {LOWEST_CAPACITY} to {HIGHEST_CAPACITY}"]
    if all(step.turns is not None for step in activity.steps):
        return ["needs at least one step without turns, which takes the minutes that no turn can"]
    longest = max(activity.minutes, *(step.minutes for step in activity.steps))
    if longest > MINUTES_LIMIT:
        return [f"takes longer than the {MINUTES_LIMIT} minutes that a meeting may"]
    for number, step in enumerate(activity.steps, 1):
        turns = step.unit(USUAL_PEOPLE)
        if step.minutes < 1 or step.minutes % turns:
            share = "" if step.turns is None else f" that {turns} turns can share equally"
            return [f"needs whole minutes from 1{share} in step {number}, not {step.minutes}"]
    total = sum(step.minutes for step in activity.steps)
    if total != activity.minutes:
        return [f"says {activity.minutes} minutes, but its steps take {total}"]
    return []
