"""One word for one thing: the synonyms that no name and no sentence uses, and the exceptions."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.architecture.source import Definition, Function, Source, dotted

# What is meant, and the words that are not used for it. A name is read as its words: `at_venue` has `venue`.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "group": ("circle", "house"),
    "membership": ("stint",),
    "schedule": ("rhythm",),
    "meeting": ("sitting", "evening"),
    "commitment": ("promise",),
    "arrangement (where one meeting is and who hosts it) or location": ("venue",),
    "quorum": ("few",),
    "pulse": ("mood",),
    "due ping": ("owed",),
    "message": ("news",),
    "outdated message": ("retiring",),
    "delivery worker, attempt or outcome": ("courier", "flight"),
    "message gateway": ("outlet",),
    "rate limit": ("pace",),
    "dashboard queries": ("glance",),
    "components": ("kit",),
    "registry": ("suite",),
}
INSTEAD: dict[str, str] = {word: meant for meant, words in SYNONYMS.items() for word in words}

# Where locations are dealt with, "place" is their synonym; elsewhere it is also a position.
AMONG_LOCATIONS: dict[str, str] = {"place": "location"}

# What people read may speak of an evening, of few people and of news; these words it has one meaning for.
IN_PROSE = frozenset({"venue", "rhythm", "stint", "sitting"})

_STORED = "named after a kind that is stored"
EXCEPTIONS: Mapping[tuple[str, str], str] = {
    ("buddybot/domain/locations/locations.py", "PLACE"): _STORED,
    ("buddybot/locales/en/meetings.toml", "reason.few"): _STORED,
    ("buddybot/locales/en/notices.toml", "what.few"): _STORED,
    ("buddybot/locales/en/notices.toml", "what.few_again"): _STORED,
    ("buddybot/locales/en/locations.toml", "list.voters_few"): "how many voted, not how many come",
}

BARE = frozenset(
    (
        *(
            "announced",
            "answered",
            "asked",
            "awaited",
            "cancelled",
            "carried_out",
            "changed",
            "chosen",
            "cleaned",
            "clipped",
            "counted",
            "decided",
        ),
        *(
            "declined",
            "deleted",
            "described",
            "done",
            "dropped",
            "everywhere",
            "exactly",
            "failed",
            "fitted",
            "folded",
            "followed",
            "given",
        ),
        *(
            "gone",
            "held",
            "inert",
            "kept",
            "known",
            "made",
            "mine",
            "missed",
            "missing",
            "mixed",
            "named",
            "noted",
        ),
        *(
            "organized",
            "others",
            "outdated",
            "passed",
            "picked",
            "placed",
            "planned",
            "posted",
            "preparing",
            "published",
            "refused",
            "reported",
        ),
        *(
            "rescheduled",
            "resolved",
            "retired",
            "said",
            "scaled",
            "seen",
            "settled",
            "shortened",
            "shown",
            "snoozed",
            "staged",
            "stale",
        ),
        *(
            "standing",
            "suggested",
            "suppressed",
            "taken",
            "together",
            "told",
            "touched",
            "unchanged",
            "understood",
            "undeliverable",
            "unfailing",
            "unheard",
        ),
        *(
            "unposted",
            "unrecorded",
            "unseen",
            "unsettled",
            "untold",
            "unwish",
            "usable",
            "usual",
            "waiting",
            "waits",
            "willing",
            "worded",
        ),
    )
)
"""Participles and bare words that say neither what a function does nor what it returns."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a file gives to something."""

    line: int
    text: str


def names(source: Source) -> Iterator[Name]:
    """What a module defines: itself, its classes, functions, parameters, variables and attributes."""
    yield Name(1, source.module.rpartition(".")[2])
    for node in source.nodes:
        if isinstance(node, Definition):
            yield Name(node.lineno, node.name)
        elif isinstance(node, ast.arg):
            yield Name(node.lineno, node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield Name(node.lineno, node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield Name(node.lineno, node.attr)
        elif isinstance(node, ast.alias) and node.asname is not None:
            yield Name(1, node.asname)


def words(name: str) -> Iterator[str]:
    """The words of a name, in lower case, those in the plural also in the singular."""
    for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name):
        yield word.lower()
        if word.endswith(("s", "S")) and word.lower() != "news":
            yield word.lower()[:-1]


def synonyms(source: Source, allowed: Iterable[tuple[str, str]] = EXCEPTIONS) -> Iterator[str]:
    """The names of the product that use another word than everybody else."""
    if not source.is_product:
        return
    instead = INSTEAD | AMONG_LOCATIONS if "/locations/" in source.path else INSTEAD
    for name in names(source):
        if (source.path, name.text) not in allowed:
            yield from (source.at(name.line, fault) for fault in _faults(name.text, instead))


def participles(source: Source) -> Iterator[str]:
    """Functions that are called after a bare participle or word; a property tells a state."""
    if not source.is_product:
        return
    for node in source.nodes:
        if isinstance(node, Function) and node.name.lstrip("_") in BARE and not _is_property(node):
            yield source.at(node.lineno, f"{node.name} has no verb and no object")


def _is_property(function: Function) -> bool:
    return any(dotted(each).endswith("property") for each in function.decorator_list)


def keys(
    path: str, sentences: Mapping[str, str], allowed: Iterable[tuple[str, str]] = EXCEPTIONS
) -> Iterator[str]:
    """The keys of a locale's file that use another word."""
    for key in sentences:
        if (path, key) not in allowed:
            yield from (f"{path}: {key}: {fault}" for fault in _faults(key.replace(".", "_")))


def prose(path: str, text: str) -> Iterator[str]:
    """What people read in a text that is not the name of something: names stand in backticks."""
    plain = re.sub(r"`[^`\n]*`", "", text)
    for number, line in enumerate(plain.splitlines(), 1):
        for word in re.findall(r"[a-z]+", line.lower()):
            for form in (word, word.removesuffix("s")):
                if form in IN_PROSE:
                    yield f"{path}:{number}: {word}: say {INSTEAD[form]}"
                    break


def _faults(name: str, instead: Mapping[str, str] = INSTEAD) -> Iterator[str]:
    for word in dict.fromkeys(words(name)):
        if word in instead:
            yield f"{name}: say {instead[word]}, not {word}"
