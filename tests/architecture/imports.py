"""Which part may import which; the order is the one of the design, lowest first."""

import ast
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from tests.architecture.source import Function, Source

LAYERS = {"domain": 0, "storage": 1, "services": 2, "pings": 3, "exports": 3, "ui": 4, "cogs": 5}
COMPOSITION = frozenset({"__main__", "app", "bot", "cache", "cli", "demo", "library", "operator"})
TOP = 6

# Modules below every layer: they import only each other, and who may import them is said here.
FOUNDATIONS: dict[str, frozenset[str]] = {
    "locales": frozenset({"exports", "pings delivery", "ui", "cogs"}),
    "permissions": frozenset({"pings delivery", "ui", "cogs"}),
    "reader": frozenset(),
    "redaction": frozenset({"storage", "ui"}),
    "database_address": frozenset({"storage"}),
    "errors": frozenset(),
    "hosting": frozenset(),
    "loading": frozenset(),
    "logs": frozenset(),
    "paths": frozenset(),
    "settings": frozenset({"ui"}),  # as a type: the client carries them to the commands
    "zone_data": frozenset({"domain"}),
}

# What a pure module has no business with; the rest of the standard library is open to it.
IMPURE = frozenset(
    {
        "asyncio",
        "concurrent",
        "ftplib",
        "http",
        "importlib",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "select",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
    }
)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module: where, by what name, inside a function or not."""

    source: Source
    line: int
    target: str
    nested: bool

    @property
    def root(self) -> str:
        """The distribution or standard module."""
        return self.target.partition(".")[0]

    def fault(self, message: str) -> str:
        """A fault at this import."""
        return self.source.at(self.line, f"imports {self.target}: {message}")


def part_of(module: str) -> str:
    """The layer, foundation or composing module that a module of the project belongs to."""
    names = module.split(".")
    if names[0] == "cogs" or names[:2] == ["buddybot", "cogs"]:
        return "cogs"
    if names[:3] == ["buddybot", "pings", "delivery"]:
        return "pings delivery"
    if names[:2] == ["buddybot", "settings"] and len(names) > 2:
        return names[2]
    return names[1] if len(names) > 1 else "buddybot"


def rank(part: str) -> int | None:
    """How high a part stands; None below every layer."""
    return TOP if part in COMPOSITION else LAYERS.get(part.removesuffix(" delivery"))


def _in_demo(module: str) -> bool:
    return part_of(module) == "demo"


def _shows_discord(module: str) -> bool:
    return part_of(module) in {"ui", "cogs", "bot", "cache", "app", "demo", "pings delivery"}


def _among(*modules: str) -> Callable[[str], bool]:
    return frozenset(modules).__contains__


# Third parties (and sqlite3) that only some modules may know.
OUTSIDE: dict[str, Callable[[str], bool]] = {
    "discord": _shows_discord,
    "apscheduler": _among("buddybot.pings.scheduler"),
    "aiosqlite": _among("buddybot.storage.engine.sqlite_thread"),
    # The engine's own module: its transactions, and its test for whether a statement is complete.
    "sqlite3": _among(
        *(
            "buddybot.storage.engine.sqlite",
            "buddybot.storage.engine.sqlite_thread",
            "buddybot.storage.engine.sqlite_watch",
            "buddybot.storage.engine.sqlite_thread",
        ),
        "buddybot.storage.migrations.runner",
        "buddybot.storage.copies.copies",
        "buddybot.storage.copies.copy_rows",
    ),
    "asyncpg": _among("buddybot.storage.engine.postgres"),
    "icalendar": _among("buddybot.exports.calendar.ics"),
    "ical": _among(),
    "xlsxwriter": _among("buddybot.exports.records.workbook"),
    "openpyxl": _among(),
    "zoneinfo": _among("buddybot.zone_data"),
    "PIL": _among("buddybot.exports.charts.drawing", "buddybot.exports.charts.drawing"),
    "simcord": _in_demo,
    "pytest": _among(),
    "hypothesis": _among(),
}


def imports_of(source: Source, known: Collection[str] = ()) -> Iterator[Import]:
    """Every import; `from package import name` means the submodule where `known` has it."""
    nested = {
        id(inner)
        for function in source.nodes
        if isinstance(function, Function)
        for inner in ast.walk(function)
    }
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(source, node.lineno, alias.name, id(node) in nested)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                upward = source.package.split(".")[: len(source.package.split(".")) - node.level + 1]
                base = ".".join([*upward, base] if base else upward)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield Import(source, node.lineno, full if full in known else base, id(node) in nested)


def faults(sources: Sequence[Source]) -> list[str]:
    """Every import of the product that breaks a rule, and every cycle."""
    product = [source for source in sources if source.is_product]
    known = {source.module for source in product}
    found = [one for source in product for one in imports_of(source, known)]
    told = list(dict.fromkeys(message for one in found for message in _faults_of(one)))
    return told + cycles({(one.source.module, one.target) for one in found if one.target in known})


def _faults_of(one: Import) -> Iterator[str]:
    module = one.source.module
    if one.nested and not _has_reason(one):
        yield one.fault("inside a function, and no comment says why")
    if one.root in OUTSIDE and not OUTSIDE[one.root](module):
        yield one.fault(f"{module} must not know {one.root}")
    if one.root in {"buddybot", "cogs"}:
        yield from _direction(one, part_of(module), part_of(one.target))
    elif part_of(module) == "domain":
        if one.root not in sys.stdlib_module_names:
            yield one.fault("the domain needs nothing but the standard library")
        elif one.root in IMPURE:
            yield one.fault("the domain is pure")
    if one.root in {"tests", "bench"}:
        yield one.fault("what runs does not know its tests")


def _direction(one: Import, own: str, other: str) -> Iterator[str]:
    mine, theirs = rank(own), rank(other)
    if other == "buddybot" or own == other:
        return  # the package itself holds only the version; a part may import itself
    if other in FOUNDATIONS:
        if mine is not None and mine < TOP and own not in FOUNDATIONS[other]:
            yield one.fault(f"{own} gets what it needs from {other} through a constructor")
    elif theirs is None:
        yield one.fault(f"{other} has no place in the order of imports: add it to FOUNDATIONS or LAYERS")
    elif mine is None:
        yield one.fault(f"{own} stands below every layer")
    elif theirs > mine:
        yield one.fault(f"{own} points back up to {other}")
    elif own in {"ui", "cogs"} and other == "storage":
        yield one.fault(f"{own} reaches storage only through services")
    elif {own, other} == {"pings", "exports"} or {own, other} == {"pings delivery", "exports"}:
        yield one.fault("pings and exports do not know each other")
    elif own == "pings" and other == "pings delivery":
        yield one.fault("the planning of pings does not know their delivery")


def _has_reason(one: Import) -> bool:
    """A comment on the line or above; one comment serves the imports right below each other."""
    lines = one.source.lines
    line = one.line
    while not one.source.explained(line):
        line -= 1
        if not lines[line - 1].lstrip().startswith(("import ", "from ")):
            return False
    return True


def cycles(edges: Collection[tuple[str, str]]) -> list[str]:
    """One line for each import cycle that a walk in order of names closes."""
    targets: dict[str, list[str]] = {}
    for start, end in sorted(edges):
        targets.setdefault(start, []).append(end)
    finished: set[str] = set()
    found: list[str] = []

    def walk(module: str, trail: list[str]) -> None:
        if module in trail:
            found.append("cycle: " + " -> ".join([*trail[trail.index(module) :], module]))
            return
        if module in finished:
            return
        for target in targets.get(module, ()):
            walk(target, [*trail, module])
        finished.add(module)

    for module in sorted(targets):
        walk(module, [])
    return found
