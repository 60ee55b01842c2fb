"""What a meeting showed, in counts, and what to expect of a group that has no history yet."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from buddybot.domain.checkins.pulse import FEWEST_VOTES, Band

GROUPS_TO_LEARN, MEETINGS_TO_LEARN = 5, 8
"""From so many groups with so many meetings each a guild's own usual replaces the general one."""


class Signal(IntEnum):
    """What is watched; the values index every triple of signals."""

    ATTENDANCE = 0
    COMPLETION = 1
    PULSE = 2


class Tally(NamedTuple):
    """One week of a group in counts; what is None is not known and moves nothing.

    `roster` counts the members at that meeting. Somebody who left is not in it any more, so leaving for work
    is no decline: attendance is a rate of those who stay, and a smaller group in which everybody comes is a
    healthy one. `present` includes late and virtual; apologies are absences here, as many are a sign too.
    `items` are the commitments due of the `reporters`; who did not report is missing, not at zero. `rated` is
    the published band. `excused`, those who gave apologies, is for readers and moves nothing.
    """

    week: int
    holiday: bool = False
    roster: int | None = None
    present: int | None = None
    items: int | None = None
    done: int | None = None
    reporters: int | None = None
    pulse_n: int | None = None
    pulse_sum: int | None = None
    rated: Band | None = None
    excused: int | None = None


class Share(NamedTuple):
    """So much out of so much, over so many meetings: people of members, kept of due, sum of votes."""

    got: int
    of: int
    meetings: int

    def plus(self, other: "Share") -> "Share":
        """Both together."""
        (got, of, meetings), (more, of_more, later) = self, other
        return Share(got + more, of + of_more, meetings + later)


NOTHING = Share(0, 0, 0)
Shares = tuple[Share, Share, Share]
"""One of each signal."""


def attendance(tally: Tally) -> Share:
    """How many of the members came; NOTHING when that is not known, or the meeting was not held."""
    if tally.present is None or not tally.roster:
        return NOTHING
    return Share(tally.present, tally.roster, 1)


def completion(tally: Tally) -> Share:
    """How many of the due commitments were kept; NOTHING when none was due or nobody reported."""
    if tally.done is None or not tally.items or tally.reporters == 0:
        return NOTHING
    return Share(tally.done, tally.items, 1)


def pulse(tally: Tally, waiting: tuple[int, int]) -> tuple[Share, tuple[int, int]]:
    """The ratings that may be used, and the sum and number that wait for more.

    Fewer than four votes move nothing by themselves; they wait until later meetings' votes make them four.
    """
    total, votes = waiting
    if tally.pulse_n and tally.pulse_sum is not None:
        total, votes = total + tally.pulse_sum, votes + tally.pulse_n
    return (Share(total, votes, 1), (0, 0)) if votes >= FEWEST_VOTES else (NOTHING, (total, votes))


class Prior(NamedTuple):
    """What is usual: a mean, and of how much evidence (members, due items, votes) it weighs as much."""

    mean: float
    weight: float


Priors = tuple[Prior, Prior, Prior]
"""One of each signal."""
USUAL: Priors = (Prior(0.78, 6), Prior(0.62, 7.5), Prior(3.9, 3))
_WITHIN = ((0.05, 0.95), (0.05, 0.95), (1.5, 4.8))
"""A learned mean stays inside, so that no spread is zero."""


def learn_priors(histories: Iterable[Sequence[Tally]], usual: Priors = USUAL) -> Priors:
    """A guild's own priors from the history of each of its groups: the mean moves, the weight stays.

    A signal is learned from five groups that have it in eight meetings each. The mean becomes the median of
    the groups' own means: one dying group does not lower what is expected of the others.
    """
    means: tuple[list[float], ...] = ([], [], [])
    for history in histories:
        for signal, total in zip(Signal, _sum(history), strict=True):
            if total.meetings >= MEETINGS_TO_LEARN:
                means[signal].append(total.got / total.of)
    return (
        _center_prior(Signal.ATTENDANCE, means, usual),
        _center_prior(Signal.COMPLETION, means, usual),
        _center_prior(Signal.PULSE, means, usual),
    )


def _median(values: Sequence[float]) -> float:
    """As in `statistics`, which takes as long to load as all of this domain."""
    ranked = sorted(values)
    half = len(ranked) // 2
    return (ranked[half] + ranked[-1 - half]) / 2


def _center_prior(signal: Signal, means: Sequence[list[float]], usual: Priors) -> Prior:
    if len(means[signal]) < GROUPS_TO_LEARN:
        return usual[signal]
    lowest, highest = _WITHIN[signal]
    return usual[signal]._replace(mean=min(max(_median(means[signal]), lowest), highest))


def _sum(history: Sequence[Tally]) -> Iterator[Share]:
    waiting = (0, 0)
    sums = [NOTHING, NOTHING, NOTHING]
    for tally in history:
        if not tally.holiday:
            ratings, waiting = pulse(tally, waiting)
            found = (attendance(tally), completion(tally), ratings)
            sums = [one.plus(other) for one, other in zip(sums, found, strict=True)]
    yield from sums


def week_of(day: date) -> int:
    """The number of the week, from Monday to Sunday, that this day is in; it runs on at new year."""
    return (day.toordinal() - 1) // 7
