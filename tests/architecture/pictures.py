"""What the pages draw of the house: the boxes and arrows of a picture, and the order in a table."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.architecture.imports import COMPOSITION, FOUNDATIONS, imports_of, part_of
from tests.architecture.rooms import AREAS
from tests.architecture.source import ROOT, Source

HOUSE = ROOT / "docs" / "maintainers" / "the-house.md"
LOWEST, TOP = "foundations", "entry"
"""The boxes of what stands below every layer, and of what composes them."""
OWN_FOLDER = "*its own files*"

_PICTURE = re.compile(r"^```mermaid\nflowchart \w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(r'^\s*(\w+)\["(.+)"\]$', re.MULTILINE)
_ARROWS = re.compile(r"^\s*([\w &]+?) --> ([\w &]+)$", re.MULTILINE)
_ROW = re.compile(r"^\| `(?:buddybot/)?(\w+)` \| (.+?) \|$", re.MULTILINE)

Arrow = tuple[str, str]


def picture_of(page: str) -> str:
    """Return the first flow chart of a page."""
    found = _PICTURE.search(page)
    assert found is not None, "the page has no flow chart"
    return found[1]


def arrows_in(picture: str) -> set[Arrow]:
    """Return every arrow of a flow chart: who imports, and what."""
    return {
        (start, end)
        for left, right in _ARROWS.findall(picture)
        for start in left.split(" & ")
        for end in right.split(" & ")
    }


def rooms_in(picture: str) -> set[str]:
    """Return the names in a flow chart: its boxes, and for those with a label the names there."""
    labels = {box: label.split() for box, label in _LABEL.findall(picture)}
    boxes = {box for arrow in arrows_in(picture) for box in arrow} | labels.keys()
    return {name for box in boxes for name in labels.get(box, [box])}


def arrows_of(sources: Sequence[Source]) -> set[Arrow]:
    """Return which box of the picture really imports which other."""
    product = [source for source in sources if source.is_product]
    known = {source.module for source in product}
    found = {
        (_box(source.module), _box(one.target))
        for source in product
        for one in imports_of(source, known)
        if one.root in {"buddybot", "cogs"} and one.target != "buddybot"
    }
    return {(start, end) for start, end in found if start != end}


def _box(module: str) -> str:
    part = part_of(module).removesuffix(" delivery")
    return TOP if part in COMPOSITION else LOWEST if part in FOUNDATIONS else part


def rooms_of(folder: Path) -> set[str]:
    """Return the names of what stands in the program's folder, and the commands beside it."""
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("__")}
    return files | {path.parent.name for path in folder.glob("*/__init__.py")} | {"cogs"}


def order_in(page: str) -> Mapping[str, Sequence[str]]:
    """Return the areas of each layer as a page's table lists them, `""` for the layer's own files."""
    return {
        layer: [("" if area == OWN_FOLDER else area) for area in areas.split(", ")]
        for layer, areas in _ROW.findall(page)
        if layer in AREAS
    }


def differences(drawn: Iterable[Arrow], real: Iterable[Arrow]) -> Iterator[str]:
    """Every arrow that is drawn and not there, or there and not drawn."""
    drawn, real = set(drawn), set(real)
    yield from (f"{start} imports {end}, and the picture has no such arrow" for start, end in real - drawn)
    yield from (f"the picture has {start} --> {end}, and nothing imports so" for start, end in drawn - real)
