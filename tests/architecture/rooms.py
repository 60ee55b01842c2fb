"""The rooms of the house: which area of a layer may import which, and how full a folder may be."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from tests.architecture.imports import imports_of
from tests.architecture.source import Source

MOST_FILES = 20

# Inside each layer, lowest first; "" are the files that stand in the layer's own folder.
AREAS: dict[str, tuple[str, ...]] = {
    "domain": ("", "meetings", "groups", "locations", "commitments", "checkins", "health", "attendance"),
    "storage": (
        *("engine", "migrations", "outbox", "groups", "commitments", "locations", "meetings", "checkins"),
        *("health", "attendance", "privacy", "copies", ""),
    ),
    "services": (
        *("core", "locations", "attendance", "commitments", "checkins", "meetings", "health", "groups"),
        *("privacy", ""),
    ),
    "pings": ("planning", "dispatch", "delivery", ""),
    "exports": ("calendar", "charts", "records", ""),
    "ui": (
        *("framework", "locations", "groups", "meetings", "attendance", "commitments", "checkins", "health"),
        *("privacy", ""),
    ),
}


def place_of(module: str, packages: Iterable[str] = ()) -> tuple[str, str] | None:
    """Return the layer and the area of a module; None outside the layers, and for a layer's own package."""
    names = module.split(".")
    if names[0] != "buddybot" or len(names) < 3 or names[1] not in AREAS:
        return None
    return names[1], names[2] if len(names) > 3 or module in packages else ""


def upward(sources: Sequence[Source]) -> Iterator[str]:
    """Every import from a lower area of a layer to a higher one, and every area that has no place."""
    product = [source for source in sources if source.is_product]
    known = {source.module for source in product}
    packages = {source.module for source in product if source.path.endswith("/__init__.py")}
    for source in product:
        mine = place_of(source.module, packages)
        if mine is None:
            continue
        layer, area = mine
        if area not in AREAS[layer]:
            yield source.at(1, f"{area} has no place in the order of {layer}: add it to AREAS")
            continue
        for one in imports_of(source, known):
            theirs = place_of(one.target, packages)
            if theirs is None or theirs[0] != layer or theirs[1] not in AREAS[layer]:
                continue
            if AREAS[layer].index(theirs[1]) > AREAS[layer].index(area):
                own, other = (name or "its own folder" for name in (area, theirs[1]))
                yield one.fault(f"in {layer}, {own} points back up to {other}")


def crowded(sources: Iterable[Source]) -> Iterator[str]:
    """Every folder with more Python files than a person takes in at a glance."""
    counted = Counter(PurePath(source.path).parent.as_posix() for source in sources)
    for folder, files in sorted(counted.items()):
        if files > MOST_FILES:
            yield f"{folder}: {files} Python files, {MOST_FILES} are allowed"
