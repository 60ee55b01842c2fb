"""The figures about attendance and commitments, each defined here and nowhere else.

Every card, chart and export counts by these functions; `docs/organizers/attendance.md` has them in words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor
from typing import NamedTuple

from buddybot.domain.attendance.attendance import Attendance


class Rates(NamedTuple):
    """How some meetings were attended, in counts and as two shares that are kept apart.

    `came` counts who was present, late or virtual, `excused` and `absent` the others, each once a
    meeting. Nobody who is unrecorded or was not a member yet counts, nor a meeting that did not take
    place. `meetings` is how many meetings had somebody to count, and never 0.
    """

    meetings: int
    came: int
    excused: int
    absent: int

    @property
    def counted(self) -> int:
        """Of how many it is known how they were, summed over the meetings."""
        return self.came + self.excused + self.absent

    @property
    def attended(self) -> float:
        """`came` / `counted`, from 0 to 1."""
        return self.came / self.counted

    @property
    def attended_or_apologised(self) -> float:
        """(`came` + `excused`) / `counted`, from 0 to 1."""
        return (self.came + self.excused) / self.counted

    @property
    def came_each(self) -> float:
        """How many came to a meeting, on average."""
        return self.came / self.meetings

    @property
    def counted_each(self) -> float:
        """Of how many it is known at a meeting how they were, on average."""
        return self.counted / self.meetings


def rates(meetings: Iterable[Iterable[Attendance]]) -> Rates | None:
    """Return the rates of some meetings, each given as its people's states; None when nothing is known."""
    held = came = excused = absent = 0
    for states in meetings:
        before = came + excused + absent
        for state in states:
            came += state.attended
            excused += state is Attendance.EXCUSED
            absent += state is Attendance.ABSENT
        held += came + excused + absent > before
    return Rates(held, came, excused, absent) if held else None


def tenths(mean: float) -> str:
    """A mean with one decimal, and none where it is whole."""
    return f"{mean:.1f}".removesuffix(".0")


def percent(share: float) -> int:
    """Return a share as whole percent; a half goes up, as spreadsheets show it: 5 of 8 is 63 everywhere."""
    return floor(share * 100 + 0.5)


def spread(roll: Mapping[Attendance, int]) -> Iterable[Attendance]:
    """Return the states that a roll counts, one by one, as `rates` takes them."""
    return (state for state, people in roll.items() for _ in range(people))


@dataclass(frozen=True, slots=True)
class Kept:
    """Commitments kept: `kept` of the `due` ones that were reported on.

    One is kept when all of it was done. Who did not check in has reported on none; none of theirs counts.
    """

    due: int
    kept: int

    @property
    def share(self) -> float | None:
        """`kept` / `due`, from 0 to 1; None when nothing was due."""
        return self.kept / self.due if self.due else None

    def __add__(self, other: "Kept") -> "Kept":
        """Return both together."""
        return Kept(self.due + other.due, self.kept + other.kept)


def count_kept(reported: Iterable[tuple[int, int]]) -> Kept:
    """Return how many commitments were kept, each given as how many were done and how many promised."""
    results = [done >= target for done, target in reported]
    return Kept(len(results), sum(results))


def count_streak(states: Iterable[Attendance]) -> int:
    """Return how many meetings in a row somebody attended, given their states with the oldest first.

    An absence ends it. Being excused pauses it: that meeting neither counts nor ends anything; nor does one
    that is unrecorded, did not take place, or was before they joined.
    """
    count = 0
    for state in states:
        if state.attended:
            count += 1
        elif state is Attendance.ABSENT:
            count = 0
    return count
