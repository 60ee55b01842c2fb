"""The sentences of the locales against each other and against the code that says them."""

import ast
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

from tests.architecture.source import ROOT, Source, dotted

LOCALES = ROOT / "buddybot" / "locales"
REFERENCE = "en"
REFUSALS = "refusals"

KEY = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
FIELD = r"[a-z0-9_]+(?:\.[a-z0-9_]+)*"  # what an f-string may put into a key

# Calls whose first argument is a key, calls that take a code, calls whose dotted words are routes and names.
SAYING = frozenset({"t", "text", "texts", "_texts", "plain", "say", "tell", "sentence", "title"})
REFUSING = "Refusal"
ROUTING = frozenset(
    {"route", "custom_id", "button", "select", "Form", "getLogger", "startswith", "import_module"}
)
# SQL and codes of refusals look like keys; sentences are said above these layers.
SILENT = ("buddybot/domain/", "buddybot/storage/")
ONE = "_one"
"""Ends the key of a sentence that stands for another when there is 1 of something."""
FILES = (".toml", ".png")  # names of files look like keys

# Keys that the code puts together in a way this test cannot read: prefix and where.
DYNAMIC: Mapping[str, str] = {
    "refusals.schedule.": "domain/schedule.py hands the code to one function that checks the bounds",
}

Sentences = Mapping[str, str]


@dataclass
class Uses:
    """What the code says: keys that must exist with their arguments, and what else counts as use."""

    keys: list[tuple[str, str, frozenset[str] | None]] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    patterns: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)


def read(folder: Path) -> dict[str, str]:
    """The sentences of one language; a key is the file's name and the path in it."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        found.update(flat(path.stem, tomllib.loads(path.read_text(encoding="utf-8"))))
    return found


def flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The leaves of nested tables by dotted key; TypeError for a leaf that is no text."""
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            yield from flat(key, value)
        elif isinstance(value, str):
            yield key, value
        else:
            raise TypeError(f"{key} is no sentence: {value!r}")


def placeholders(sentence: str) -> frozenset[str]:
    """The names in braces; ValueError where the braces are broken."""
    names = (name for _, name, _, _ in Formatter().parse(sentence) if name is not None)
    return frozenset(re.split(r"[.\[]", name)[0] for name in names)


def ill_formed(sentences: Sentences) -> list[str]:
    """Sentences that are empty, or whose fields have no name."""
    faults = []
    for key, sentence in sentences.items():
        try:
            names = placeholders(sentence)
        except ValueError as error:
            faults.append(f"{key}: {error}")
            continue
        if not sentence.strip():
            faults.append(f"{key}: empty")
        if any(not name.isidentifier() for name in names):
            faults.append(f"{key}: a field without a name")
        if KEY.fullmatch(key) is None:
            faults.append(f"{key}: not a key")
        many = key.removesuffix(ONE)
        if more := names - placeholders(sentences.get(many, sentence)):
            faults.append(f"{key}: has the fields {sorted(more)}, which {many} has not")
    return faults


def unequal(locales: Mapping[str, Sentences], reference: str = REFERENCE) -> list[str]:
    """Keys and placeholders in which a language differs from the reference."""
    faults = []
    own = locales.get(reference, {})
    for language, sentences in locales.items():
        faults += [f"{language}: {key} is missing" for key in own.keys() - sentences.keys()]
        faults += [f"{language}: {key} is not in {reference}" for key in sentences.keys() - own.keys()]
        for key in own.keys() & sentences.keys():
            here, there = placeholders(sentences[key]), placeholders(own[key])
            if here != there:
                faults.append(f"{language}: {key} has the fields {sorted(here)}, {reference} {sorted(there)}")
    return faults


def uses(sources: Sequence[Source]) -> Uses:
    """Everything in the product that says a sentence or may."""
    found = Uses()
    for source in sources:
        if source.is_product:
            _collect(source, found)
    return found


def _collect(source: Source, found: Uses) -> None:
    settled: set[int] = set()
    for node in source.nodes:  # a call stands before its arguments in the walk, a text before its parts
        if isinstance(node, ast.Call):
            settled.update(_collect_call(source, node, found))
        elif isinstance(node, ast.JoinedStr):
            if id(node) not in settled:
                _collect_pattern(source, node, "", found)
            settled.update(id(part) for part in node.values)
        elif isinstance(node, ast.Constant) and id(node) not in settled:
            _collect_word(source, node, found)


def _collect_word(source: Source, node: ast.Constant, found: Uses) -> None:
    is_key = isinstance(node.value, str) and KEY.fullmatch(node.value) is not None
    is_key = is_key and not str(node.value).endswith(FILES)
    if is_key and not source.path.startswith(SILENT):
        found.words.append((source.at(node.lineno, ""), str(node.value)))


def _collect_call(source: Source, call: ast.Call, found: Uses) -> Iterator[int]:
    """What a call says; gives the arguments that need no second look."""
    name = dotted(call.func).rpartition(".")[2]
    if name in ROUTING:
        yield from map(id, call.args)
    if not call.args or not (name == REFUSING or name in SAYING):
        return
    prefix = f"{REFUSALS}." if name == REFUSING else ""
    given = {keyword.arg for keyword in call.keywords}
    named = None if None in given else frozenset(str(name) for name in given)
    for choice in _choices(call.args[0]):
        if isinstance(choice, ast.JoinedStr):
            _collect_pattern(source, choice, prefix, found)
        elif isinstance(choice.value, str) and (prefix or KEY.fullmatch(choice.value)):
            found.keys.append((source.at(choice.lineno, ""), prefix + choice.value, named))
        yield id(choice)


def _collect_pattern(source: Source, text: ast.JoinedStr, prefix: str, found: Uses) -> None:
    pattern = _pattern(text, prefix)
    if pattern is not None and pattern.pattern != rf"{REFUSALS}\.{FIELD}":  # the one that shows all refusals
        found.patterns.append((source.at(text.lineno, ""), pattern))


def _choices(argument: ast.expr) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The texts an argument can be: itself, or both ends of `a if b else c`."""
    if isinstance(argument, ast.IfExp):
        yield from _choices(argument.body)
        yield from _choices(argument.orelse)
    elif isinstance(argument, ast.Constant | ast.JoinedStr):
        yield argument


def _pattern(text: ast.JoinedStr, prefix: str) -> re.Pattern[str] | None:
    """The keys an f-string can become; None when it does not begin like a key."""
    parts = [part.value if isinstance(part, ast.Constant) else None for part in text.values]
    head = f"{prefix}{parts[0] if isinstance(parts[0], str) else ''}"
    if re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z0-9_.]*", head) is None:
        return None
    if any(isinstance(part, str) and not re.fullmatch(r"[a-z0-9_.]+", part) for part in parts):
        return None
    inner = "".join(re.escape(part) if isinstance(part, str) else FIELD for part in parts)
    return re.compile(re.escape(prefix) + inner)


def unsaid(found: Uses, sentences: Sentences) -> list[str]:
    """Keys in the code that no sentence has, and sentences that get too few parameters."""
    faults = []
    for where, key, given in found.keys:
        if key not in sentences:
            faults.append(f"{where}there is no sentence {key}")
        elif given is not None and placeholders(sentences[key]) - given:
            faults.append(f"{where}{key} needs {sorted(placeholders(sentences[key]) - given)}")
    files = {key.partition(".")[0] for key in sentences}
    for where, word in found.words:
        known = word in sentences or f"{REFUSALS}.{word}" in sentences or _is_table(word, sentences)
        if word.partition(".")[0] in files and not known:
            faults.append(f"{where}there is no sentence {word}")
    for where, pattern in found.patterns:
        is_ours = pattern.pattern.partition(r"\.")[0] in files
        if is_ours and not any(pattern.fullmatch(key) for key in sentences):
            shown = pattern.pattern.replace(FIELD, "{}").replace("\\", "")
            faults.append(f"{where}there is no sentence like {shown}")
    return faults


def unused(found: Uses, sentences: Sentences, dynamic: Collection[str] = DYNAMIC.keys()) -> list[str]:
    """Sentences that nothing says."""
    said = {key for _, key, _ in found.keys} | {word for _, word in found.words}
    said |= {f"{REFUSALS}.{word}" for _, word in found.words}
    return [
        f"{key}: nothing says it"
        for key in sentences
        if key not in said
        and not (key.endswith(ONE) and key.removesuffix(ONE) in said)
        and not any(pattern.fullmatch(key) for _, pattern in found.patterns)
        and not any(key.startswith(prefix) for prefix in dynamic)
        and not any(key.startswith(f"{word}.") for _, word in found.words)
    ]


def _is_table(word: str, sentences: Sentences) -> bool:
    return any(key.startswith(f"{word}.") for key in sentences)
