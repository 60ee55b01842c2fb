"""A service imports what it decides with, not the plumbing: measured by our own modules per file."""

from collections.abc import Collection
from statistics import median

from tests.architecture.imports import imports_of
from tests.architecture.source import Source, project, sources_of

MOST = 8
"""How many of our own modules half of the files in `services` may import at most."""
SHOWN = 10


def count_own_modules(source: Source, known: Collection[str]) -> int:
    """Return how many modules of ours a file imports."""
    return len({one.target for one in imports_of(source, known) if one.root in {"buddybot", "cogs"}})


def test_half_of_the_services_import_few_modules_of_ours() -> None:
    product = [source for source in project() if source.is_product]
    known = {source.module for source in product}
    counts = {
        source.path: count_own_modules(source, known)
        for source in product
        if source.path.startswith("buddybot/services/") and not source.path.endswith("/__init__.py")
    }
    worst = sorted(counts.items(), key=lambda each: -each[1])[:SHOWN]
    assert len(counts) > 50
    assert median(counts.values()) <= MOST, "\n".join(f"{count:3} {path}" for path, count in worst)


def test_a_module_counts_once_when_it_gives_several_names() -> None:
    text = "import ast\nfrom buddybot.domain import ids\nfrom buddybot.domain.ids import GroupId\n"
    (source,) = sources_of({"buddybot/services/a.py": text})
    assert count_own_modules(source, {"buddybot.domain.ids"}) == 1
