"""The words of the table: what a change is, what a cell says, and what was seen of a column."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import NamedTuple

from tests.changes.life import Life, Moment


class Verdict(StrEnum):
    """What becomes of what refers to something that changes."""

    UNTOUCHED = auto()
    """It is what it was."""
    CARRIED = auto()
    """It is what it was, and holds for the meeting that takes the place of the one it was about."""
    RECOMPUTED = auto()
    """It follows from the rows and was derived anew."""
    CANCELLED = auto()
    """Something of it ended, and those whom it concerns were told."""


Told = Mapping[str, str]
"""Whom the bot tells of it, and by which sentence of the locale."""
GROUP = "the group"
"""Everybody: a message in the group's channel says what changed."""


@dataclass(frozen=True)
class Cell:
    """What becomes of one column under one change, why, and who is told."""

    verdict: Verdict
    why: str
    told: Told = field(default_factory=dict)
    """Who reads which sentence: `GROUP`, or people by name, whom the bot notifies or answers."""


def untouched(why: str) -> Cell:
    """It is what it was."""
    return Cell(Verdict.UNTOUCHED, why)


def carried(why: str, told: Told | None = None) -> Cell:
    """It goes with the meeting."""
    return Cell(Verdict.CARRIED, why, told or {})


def recomputed(why: str, told: Told | None = None) -> Cell:
    """It is derived anew."""
    return Cell(Verdict.RECOMPUTED, why, told or {})


def cancelled(why: str, told: Told | None = None) -> Cell:
    """It ends, and people are told."""
    return Cell(Verdict.CANCELLED, why, told or {})


@dataclass(frozen=True)
class Change:
    """A row: one change, made at one moment."""

    make: Callable[[Life], Awaitable[object]]
    at: Moment
    cells: Mapping[str, Cell]
    """The columns that it touches; all others are untouched, by the rule of `table.cell`."""
    days: Mapping[str, str | None] = field(default_factory=dict)
    """On which day each meeting is then that is not where it was; None: there is no such meeting."""
    told: Told = field(default_factory=dict)
    """Who hears of the change itself."""
    says: int | None = None
    """How many messages the group's channel hears at once; None where time passes."""
    covers: tuple[str, ...] = ()
    """The commands, buttons, selects and forms by which people make it."""
    prepare: Callable[[Life], Awaitable[object]] | None = None
    """What happens before it, so that there is something to change."""


class Fact(NamedTuple):
    """One thing that was seen of a column."""

    what: str
    """What holds, whenever that is."""
    when: str = ""
    """The part of it that follows the time of a meeting."""
    whose: tuple[str, ...] = ()
    """Whom it concerns, where people agreed on it or said it: they must hear when it ends."""


Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Column:
    """One thing that may refer to what changes."""

    subject: str
    """What it is, in words."""
    see: Callable[[Life], Awaitable[Facts]]
    """What can be seen of it."""
    wrong: Callable[[Life], Awaitable[list[str]]]
    """What of it is not as the rows have it, after whatever change."""
    tables: tuple[str, ...] = ()
    """The tables that hold it."""
    pings: tuple[str, ...] = ()
    """The kinds of pings that belong to it."""


async def nothing(_life: Life) -> list[str]:
    """There is no second source to compare it with."""
    return []
