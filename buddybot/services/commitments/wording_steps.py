"""The words of a commitment as somebody writes them, and what is kept of them."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from buddybot.domain.commitments.commitments import (
    MAX_TARGET,
    PLAN_LIMIT,
    TEXT_LIMIT,
    Category,
    Commitment,
    Visibility,
    check_target,
    guess_category,
    has_other_number,
    parse_line,
    read_target,
)
from buddybot.domain.errors import Refusal
from buddybot.domain.text import clean, optional, parse_count

NO_PLAN = "-"
"""Written as the plan of an edit, it takes the plan away."""

_MORE = r"\+ ?([0-9]{1,3})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A commitment as somebody writes it; what is None is read from the words or left out."""

    text: str
    count: int | None = None
    plan: str | None = None
    category: Category | None = None
    visibility: Visibility = Visibility.GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an edit changes; None stays as it is, a plan of `NO_PLAN` or nothing visible goes."""

    text: str | None = None
    count: int | None = None
    plan: str | None = None
    category: Category | None = None
    visibility: Visibility | None = None


class Words(NamedTuple):
    """What is kept of a draft's words."""

    text: str
    target: int
    plan: str | None
    category: Category


def read_draft(draft: Draft) -> Words:
    """Return what is kept of a draft; a Refusal where a word or number is out of bounds."""
    plan = optional(draft.plan, limit=PLAN_LIMIT, field="plan")
    if draft.count is None:
        target, text, guessed = parse_line(draft.text)
    else:
        check_target(draft.count)
        target, text = draft.count, read_wording(draft.text)
        guessed = guess_category(text)
    return Words(text, target, plan, draft.category or guessed)


def count_of(raw: str | None) -> int | None:
    """Return the count that was written into a form, None when it was left to the words."""
    if raw is None or not raw.strip():
        return None
    return parse_count(raw, lowest=1, highest=MAX_TARGET, field="count")


def read_wording(raw: str) -> str:
    """Return the words of a commitment whose count stands elsewhere; a bare number says nothing."""
    text = clean(raw, limit=TEXT_LIMIT, field="commitment")
    if not any(char.isalpha() for char in text):
        raise Refusal("commitment.words", text=text)
    return text


def new_target(item: Commitment, changes: Changes) -> int:
    """Return the count of a changed commitment: one that came from the words follows the new words."""
    if changes.count is not None:
        check_target(changes.count)
        return changes.count
    if changes.text is None or target_in(item.text) != item.target:
        return item.target
    return parse_line(changes.text).target


def target_in(text: str) -> int | None:
    """Return the count that the words say, None when they say none that fits."""
    try:
        return read_target(text)
    except Refusal:  # words whose number is no count that fits: theirs stands beside them
        return None


def is_unsure(text: str, target: int) -> bool:
    """Return whether a count was read from words that hold another number too, and should be said."""
    return has_other_number(text, target) and target == target_in(text)


def new_plan(raw: str | None) -> tuple[bool, str | None]:
    """Return whether the plan goes, and otherwise the new one, or None for the old."""
    if raw is None:
        return False, None
    plan = optional(raw, limit=PLAN_LIMIT, field="plan")
    return plan in (None, NO_PLAN), plan


class Step(NamedTuple):
    """What somebody did: a number in all, or so many more."""

    number: int
    more: bool

    def count_total(self, done: int) -> int:
        """Return how many are done when `done` were before."""
        return done + self.number if self.more else self.number


def read_step(raw: str) -> Step:
    """Read "3" as three in all and "+1" as one more."""
    match = re.fullmatch(_MORE, raw.strip())
    if match:
        return Step(int(match[1]), more=True)
    return Step(parse_count(raw, lowest=0, highest=MAX_TARGET, field="done"), more=False)
