"""What fills a meeting to the minute: activities that scale to people and time, and the agenda."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from buddybot.domain.groups.groups import HIGHEST_CAPACITY, LOWEST_CAPACITY
from buddybot.domain.meetings.meetings import Meeting, Roll
from buddybot.domain.meetings.schedule import LONGEST, SHORTEST
from buddybot.domain.text import length_of

USUAL_PEOPLE = 6
"""The number of people that the minutes in the library are written for."""
KEY_LIMIT, NAME_LIMIT, SUMMARY_LIMIT, NEED_LIMIT, TEXT_LIMIT = 40, 60, 160, 80, 400
MINUTES_LIMIT = LONGEST

_KEY = r"[a-z0-9]+(?:-[a-z0-9]+)*"
USUAL_MINUTES = 75
SHORTEST_ACTIVITY = 10
"""Minutes; with less than that left there is no activity, and the time goes to the turns."""
PAUSE_EVERY, PAUSE = 120, 10
"""Whoever sits together for two hours has a pause of ten minutes."""
_ROUNDS = 36
"""The personal rounds (wins, review, commitments: 1, 3 and 2 parts) take 36 of 75 minutes."""


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

    def count_turns(self, people: int) -> int:
        """The turns that a step takes: the size of the largest subgroup when `people` split up evenly."""
        if self is Turns.EVERYONE:
            return people
        subgroups = people // 2 if self is Turns.PAIRS else (people + 1) // 3
        return -(-people // max(subgroups, 1))


class Step(NamedTuple):
    """One step as it is written, for six people; with `turns` its minutes are shared equally."""

    minutes: int
    text: str
    turns: Turns | None = None

    def minutes_each(self) -> int:
        """The minutes of one turn, or of the whole step where nobody takes turns."""
        return self.minutes if self.turns is None else self.minutes // self.turns.count_turns(USUAL_PEOPLE)

    def unit(self, people: int) -> int:
        """How many minutes the step grows by when each turn (or the step) grows by one."""
        return 1 if self.turns is None else self.turns.count_turns(people)

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

    def estimate_minutes(self, people: int) -> int:
        """The minutes it takes with so many people when nothing hurries."""
        return sum(step.minutes_each() * step.unit(people) for step in self.steps)

    def find_minimum(self, people: int) -> int:
        """The minutes below which it is not worth beginning."""
        return sum(step.least() * step.unit(people) for step in self.steps)

    def fits(self, people: int, minutes: int) -> bool:
        """Whether so many people can do it in so much time."""
        return self.fewest <= people <= self.most and self.find_minimum(people) <= minutes


Library = Mapping[str, Activity]
"""The activities by their keys, in the order in which they are shown."""
NO_LIBRARY: Library = MappingProxyType({})


class LazyLibrary(Mapping[str, Activity]):
    """A library that is read when its first activity is asked for."""

    def __init__(self, read: Callable[[], Iterable[Activity]]) -> None:
        self._read = read

    @cached_property
    def _activities(self) -> Library:
        return {each.key: each for each in self._read()}

    def __getitem__(self, key: str) -> Activity:
        return self._activities[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._activities)

    def __len__(self) -> int:
        return len(self._activities)


class PlannedStep(NamedTuple):
    """A step in a meeting: when it begins in the activity, how long it lasts, and each person's minutes."""

    start: int
    minutes: int
    each: int | None
    text: str


def scale_steps(activity: Activity, people: int, minutes: int) -> tuple[PlannedStep, ...]:
    """The steps for so many people, adding up to exactly `minutes`; ValueError when it does not fit.

    Every turn of a step is equally long. Time beyond the shortest goes, minute by minute, to the step
    that has the smallest share of its usual time and whose turns can all take one more.
    """
    if not activity.fits(people, minutes):
        raise ValueError(f"{activity.key} does not fit {people} people and {minutes} minutes")
    units = [step.unit(people) for step in activity.steps]
    parts = [step.least() for step in activity.steps]
    usual = [step.minutes_each() for step in activity.steps]
    left = minutes - activity.find_minimum(people)
    while left:
        affordable = (index for index, unit in enumerate(units) if unit <= left)
        chosen = min(affordable, key=lambda index: parts[index] / usual[index])
        parts[chosen] += 1
        left -= units[chosen]
    return _plan_steps(activity.steps, [part * unit for part, unit in zip(parts, units, strict=True)], parts)


def _plan_steps(
    steps: Sequence[Step], minutes: Sequence[int], each: Sequence[int]
) -> tuple[PlannedStep, ...]:
    planned, start = [], 0
    for step, length, turn in zip(steps, minutes, each, strict=True):
        planned.append(PlannedStep(start, length, None if step.turns is None else turn, step.text))
        start += length
    return tuple(planned)


def find_fault(activity: Activity) -> str | None:
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


class PartKind(StrEnum):
    """The parts of an agenda, in their order."""

    CHECK_IN = "check_in"
    WINS = "wins"
    REVIEW = "review"
    PAUSE = "pause"
    ACTIVITY = "activity"
    COMMITMENTS = "commitments"
    CLOSE = "close"


class Part(NamedTuple):
    """One part: when it begins, how long it lasts, each person's minutes where there are turns."""

    kind: PartKind
    start: int
    minutes: int
    each: int | None = None


class Agenda(NamedTuple):
    """The parts, which add up to the meeting; `steps` are the activity's, empty where it is still open."""

    parts: tuple[Part, ...]
    activity: Activity | None
    steps: tuple[PlannedStep, ...]

    def part(self, kind: PartKind) -> Part | None:
        """A part, or None where time did not allow for it."""
        return next((part for part in self.parts if part.kind is kind), None)

    @property
    def turn(self) -> int:
        """Everyone's equal minutes in the review, else for commitments: what the turn timer follows."""
        part = self.part(PartKind.REVIEW) or self.part(PartKind.COMMITMENTS)
        return 0 if part is None or part.each is None else part.each

    @property
    def room(self) -> int:
        """The minutes there are for an activity; 0 when there is no time for one."""
        part = self.part(PartKind.ACTIVITY)
        return 0 if part is None else part.minutes


class Plan(NamedTuple):
    """The agenda, and the activity that was chosen, also where it does not fit the time or the people."""

    agenda: Agenda
    activity: Activity | None


@dataclass(slots=True)
class _Draft:
    """Minutes by part; those of the rounds are each person's."""

    people: int
    wins: int
    review: int
    commitments: int
    check_in: int
    close: int
    pause: int

    def count_minutes(self) -> int:
        turns = self.people * (self.wins + self.review + self.commitments)
        return turns + self.check_in + self.close + self.pause


def count_expected(roll: Roll) -> int:
    """Return how many to plan for: who comes and who gave no word, two at least."""
    return max(len(roll.coming) + len(roll.no_word), LOWEST_CAPACITY)


def plan_meeting(meeting: Meeting, *, people: int, review: bool, library: Library = NO_LIBRARY) -> Plan:
    """Return the plan of a meeting for so many people, two at least: the first to arrive is not alone.

    `review` is whether anyone is asked about a commitment made before. An activity that the library lost
    counts as none.
    """
    activity = None if meeting.activity is None else library.get(meeting.activity)
    shared_by = max(people, LOWEST_CAPACITY)
    return Plan(agenda(meeting.duration_minutes, shared_by, activity, review=review), activity)


def agenda(duration: int, people: int, activity: Activity | None = None, *, review: bool = True) -> Agenda:
    """The agenda of a meeting of so many minutes and people; ValueError for a length that no meeting has.

    75 minutes for six are: check-in 5, wins 6x1, review 6x3, activity 25, commitments 6x2, close 9. The
    rounds grow with the time there is for each person. When it is short, the activity gives way first
    (and check-in and close shrink a little to keep it), then the wins, then the review's minutes. How
    long the activity has does not depend on which it is: one that does not fit leaves its time open.
    Without a `review` (nobody promised anything for this meeting) its time goes to the activity.
    """
    if not SHORTEST <= duration <= LONGEST:
        raise ValueError(f"no meeting lasts {duration} minutes")
    draft = _draft_usual(duration, min(max(people, 1), HIGHEST_CAPACITY))
    if not review:
        draft.review = 0
    _make_room(draft, duration)
    room = duration - draft.count_minutes()
    if room < SHORTEST_ACTIVITY:
        _shrink(draft, duration)
        _grow(draft, duration, review=review)
        room = 0
    fitting = activity if activity is not None and activity.fits(draft.people, room) else None
    steps = () if fitting is None else scale_steps(fitting, draft.people, room)
    return Agenda(_laid_out(draft, room), fitting, steps)


def _draft_usual(duration: int, people: int) -> _Draft:
    """Everything at the size it likes to have."""
    share = duration * _ROUNDS / USUAL_MINUTES / people
    return _Draft(
        people=people,
        wins=_within(share / 6, 1, 2),
        review=_within(share / 2, 2, 12),
        commitments=_within(share / 3, 1, 6),
        check_in=_within(duration * 5 / USUAL_MINUTES, 3, 8),
        close=_within(duration * 9 / USUAL_MINUTES, 3, 15),
        pause=duration // PAUSE_EVERY * PAUSE,
    )


def _within(minutes: float, lowest: int, highest: int) -> int:
    return min(max(round(minutes), lowest), highest)


def _make_room(draft: _Draft, duration: int) -> None:
    """Take from the close and the check-in what an activity lacks, if they can give it."""
    lacking = SHORTEST_ACTIVITY - (duration - draft.count_minutes())
    from_close = min(max(lacking, 0), draft.close - 3)
    from_check_in = max(lacking, 0) - from_close
    if from_check_in <= draft.check_in - 3:
        draft.close -= from_close
        draft.check_in -= from_check_in


def _shrink(draft: _Draft, duration: int) -> None:
    """Let give way, until it fits, what can be missed more easily, in this order."""
    one_round = 0 if draft.review else 1  # without a review the turns are those for commitments
    for name, lowest in (
        *(("close", 3), ("check_in", 3), ("wins", 0), ("review", 1), ("commitments", 1)),
        *(("commitments", one_round), ("check_in", 2)),  # only below half an hour
    ):
        while draft.count_minutes() > duration and getattr(draft, name) > lowest:
            setattr(draft, name, getattr(draft, name) - 1)


def _grow(draft: _Draft, duration: int, *, review: bool) -> None:
    """Give what is left to the review (or the commitments) as far as it goes round, then to both ends."""
    each = (duration - draft.count_minutes()) // draft.people
    if review:
        draft.review += each
    else:
        draft.commitments += each
    draft.check_in += min(duration - draft.count_minutes(), max(5 - draft.check_in, 0))
    draft.close += duration - draft.count_minutes()


def _laid_out(draft: _Draft, room: int) -> tuple[Part, ...]:
    lengths = [
        (PartKind.CHECK_IN, draft.check_in, None),
        (PartKind.WINS, draft.wins * draft.people, draft.wins),
        (PartKind.REVIEW, draft.review * draft.people, draft.review),
        (PartKind.PAUSE, draft.pause, None),
        (PartKind.ACTIVITY, room, None),
        (PartKind.COMMITMENTS, draft.commitments * draft.people, draft.commitments),
        (PartKind.CLOSE, draft.close, None),
    ]
    parts, start = [], 0
    for kind, minutes, each in lengths:
        if minutes:
            parts.append(Part(kind, start, minutes, each))
            start += minutes
    return tuple(parts)
