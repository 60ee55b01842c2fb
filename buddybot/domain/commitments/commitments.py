"""What members commit to: a category, a text, a count to reach, and what became of it."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import CommitmentId, GroupId, MeetingId, UserId
from buddybot.domain.text import clean

MAX_OPEN = 3
"""Open commitments a member may have in a group."""
MAX_TARGET = 99
TEXT_LIMIT = 200
PLAN_LIMIT = 200
OFFER_AFTER = 3
"""Carried this many times, a commitment is offered help with: shrink, swap, drop."""


class Category(StrEnum):
    """What kind of step it is."""

    APPLICATION = "application"
    NETWORKING = "networking"
    INFORMATIONAL_INTERVIEW = "informational_interview"
    THANK_YOU = "thank_you"
    INTRODUCTION = "introduction"
    RESUME = "resume"
    STAR_STORY = "star_story"
    MOCK_INTERVIEW = "mock_interview"
    WORKSHOP = "workshop"
    EVENT = "event"
    OTHER = "other"


class Visibility(StrEnum):
    """Who may read the text: the group, or the member alone."""

    GROUP = "group"
    PRIVATE = "private"


class State(StrEnum):
    """Open until a check-in settles it."""

    OPEN = "open"
    KEPT = "kept"
    CARRIED = "carried"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One commitment of one member; `carried_from` is the commitment whose remainder this is."""

    id: CommitmentId
    group_id: GroupId
    user_id: UserId
    category: Category
    text: str
    target: int
    done: int
    plan: str | None
    visibility: Visibility
    state: State
    weeks_carried: int
    carried_from: CommitmentId | None
    created_at: dt.datetime
    set_at_meeting: MeetingId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check-in says of a commitment: how many are done in all, and whether the rest is let go."""

    done: int
    drop: bool = False


class Settled(NamedTuple):
    """What a check-in makes of a commitment; `carried_target` is the target of the copy, if there is one."""

    state: State
    done: int
    carried_target: int | None


def remainder(commitment: Commitment) -> int:
    """How many are still to do."""
    return max(commitment.target - commitment.done, 0)


def offers_help(weeks_carried: int) -> bool:
    """Whether the member is privately offered to shrink, swap or drop it: from the third carry on."""
    return weeks_carried >= OFFER_AFTER


def readable_by(commitment: Commitment, viewer: UserId) -> bool:
    """Whether a fellow member may read the text; a private one is its owner's alone, organizers included."""
    return commitment.visibility is Visibility.GROUP or commitment.user_id == viewer


def check_target(target: int) -> None:
    """Refuses a target out of range: "commitment.target"."""
    if not 1 <= target <= MAX_TARGET:
        raise Refusal("commitment.target", lowest=1, highest=MAX_TARGET)


def settle(commitment: Commitment, outcome: Outcome) -> Settled:
    """What becomes of a commitment by a check-in; a member who did not check in settles nothing.

    All done keeps it, the rest let go drops it, otherwise the remainder is carried (the copy counts one week
    more). More than the target counts as the target. Settling again, to correct, starts from the same values.
    """
    if outcome.done < 0:
        raise Refusal("commitment.done", lowest=0, highest=commitment.target)
    done = min(outcome.done, commitment.target)
    if done == commitment.target:
        return Settled(State.KEPT, done, None)
    if outcome.drop:
        return Settled(State.DROPPED, done, None)
    return Settled(State.CARRIED, done, commitment.target - done)


class Line(NamedTuple):
    """A commitment read from one line: how many, in the member's own words, and a guess at the category."""

    target: int
    text: str
    category: Category


def find_twin(items: Iterable[Commitment], text: str, target: int) -> Commitment | None:
    """Return the one that says the same, letter case and blanks aside, and is not done yet.

    A form that is sent twice says it twice; what was done already may be promised again.
    """
    wanted = _is_worded_alike(text)
    return next(
        (
            item
            for item in items
            if item.target == target and item.done < target and _is_worded_alike(item.text) == wanted
        ),
        None,
    )


def without_twins(lines: Iterable[Line], items: Sequence[Commitment]) -> list[Line]:
    """Return the lines that say something new beside what is there, each once."""
    new: dict[tuple[str, int], Line] = {}
    for line in lines:
        if find_twin(items, line.text, line.target) is None:
            new.setdefault((_is_worded_alike(line.text), line.target), line)
    return list(new.values())


def _is_worded_alike(text: str) -> str:
    return " ".join(text.casefold().split())


def parse_line(raw: str) -> Line:
    """Reads "4 coffee meetings", "4x coffee", "four coffees", "apply to 5 jobs" or "coffee meetings x4".

    The text stays whole, number included, so that the member is quoted verbatim. Without a count the target
    is one; a number that is a date, a time or a year is no count. Raises "commitment.target" (0, or 100 to
    999), "commitment.words" (a bare number) and what `text.clean` raises for the field "commitment".
    """
    text = clean(raw, limit=TEXT_LIMIT, field="commitment")
    target = read_target(text)
    return Line(target, text, guess_category(text))


def read_target(text: str) -> int:
    """Return the count that words say, one when they say none; Refusals "commitment.target" and ".words"."""
    match = (
        re.match(_LEADING, text, re.IGNORECASE)
        or re.search(_TRAILING, text, re.IGNORECASE)
        or re.match(_AFTER_VERB, text, re.IGNORECASE)
    )
    target = _number(match["count"]) if match else 1
    rest = text[: match.start()] + text[match.end() :] if match else text
    if not any(char.isalpha() for char in rest):
        raise Refusal("commitment.words", text=text)
    check_target(target)
    return target


def has_other_number(text: str, target: int) -> bool:
    """Whether words hold a number beside the count that was read from them, so that both should be shown.

    "100000 jobs", "-5 emails", "2.5 hours", "2-3 letters", "10k words", "3 calls, 2 letters", "two hundred
    emails", "a dozen letters" and "a letter twice" do. A lone "one" says no number: "one-to-one talk".
    """
    numbers: list[int | None] = [int(digits) for digits in re.findall(r"\d+", text)]
    words = re.findall(_NUMBER_WORDS, text, re.IGNORECASE)
    numbers += [_COUNT_WORDS.get(word.casefold()) for word in words]
    if target in numbers:
        numbers.remove(target)
    if numbers or re.search(r"(?:^|\s)[-\N{MINUS SIGN}]\d", text):
        return True
    signs = () if text.isascii() else text  # fractions, figures in circles and the like
    return any(char.isnumeric() and not (char.isdecimal() or char.isalpha()) for char in signs)


def guess_category(text: str) -> Category:
    """The first category of the keyword table with a word of this text, else `other`: only a guess."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    found = (category for category, words in _KEYWORDS if re.search(words, plain, re.IGNORECASE))
    return next(found, Category.OTHER)


def _number(count: str) -> int:
    return _COUNT_WORDS[word] if (word := count.casefold()) in _COUNT_WORDS else int(count)


# The patterns are kept as text: `re` compiles one when it is first used. Compiled while the module is
# imported, they would make every start three milliseconds longer.


def _words(*starts: str) -> str:
    return rf"\b(?:{'|'.join(starts)})"


_COUNT_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
}
_NUMBER_WORDS = (
    rf"\b(?:{'|'.join(word for word in _COUNT_WORDS if word != 'one')}|sixty|seventy|eighty|ninety|"
    r"zero|half|both|couple|pair|few|several|twice|thrice|dozens?|hundreds?|thousands?|millions?)\b"
)
_COUNT = rf"(?P<count>[0-9]{{1,3}}|{'|'.join(_COUNT_WORDS)})"
# "9 am", "12 March" and "2 day workshop" say when or how long, not how many.
_NOT_A_COUNT = (
    r"(?!(?:[ap]\.?m\b|o.?clock|(?:jan|feb|apr|aug|sept?|oct|nov|dec)\b|days?\b|january|february|march|april|"
    r"may\b|june?\b|july?\b|august|september|october|november|december|to\b|of\b|-|/|:))"
)
_TIMES = "[x\N{MULTIPLICATION SIGN}]"
_LEADING = rf"{_COUNT}(?: ?{_TIMES} | ){_NOT_A_COUNT}"
_TRAILING = rf" {_TIMES} ?(?P<count>[0-9]{{1,3}})$"
_AFTER_VERB = (
    rf"(?:apply (?:to|for)|send|write|do|have|make|contact|message|e?mail|call|attend|finish|complete|submit|"
    rf"ask|meet|book|get|go to|talk to|reach out to|practi[sc]e|prepare|update) {_COUNT} {_NOT_A_COUNT}"
)
_KEYWORDS = (
    # The narrow before the wide: "thank-you note after the interview", "résumé workshop".
    (Category.THANK_YOU, _words("thank")),
    (Category.INFORMATIONAL_INTERVIEW, _words("informational", "info(?:rmation)? interview")),
    (Category.MOCK_INTERVIEW, _words("mock", "practi[sc]e interview", "interview practi[sc]e")),
    (Category.STAR_STORY, _words(r"stars?\b", "stor(?:y|ies)\\b")),
    (
        Category.WORKSHOP,
        _words("workshop", r"course", r"class(?:es)?\b", "webinar", "training", "lesson", "certif"),
    ),
    (Category.EVENT, _words(r"events?\b", r"(?:job |career )?fairs?\b", "conference", "meetup", "hackathon")),
    (Category.INTRODUCTION, _words("introduc", r"intros?\b", "referral", r"refer\b")),
    (Category.APPLICATION, _words("appl(?:y|ied|ication)", "submit", r"job postings?\b")),
    (Category.RESUME, _words("resume", r"cvs?\b", "cover letter", r"profile\b", "portfolio")),
    (
        Category.NETWORKING,
        _words(
            "coffee",
            "network",
            "reach(?:ing)? out",
            r"messag",
            r"calls?\b",
            "contact",
            "linkedin",
            r"lunch",
            r"chats?\b",
            r"meet(?:ing)?s?\b",
            "one.to.one",
            "1:1",
        ),
    ),
)
