"""What no tracked file may contain: unfinished work, addresses of one workplace."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.architecture.source import ROOT

FOLDERS = ("buddybot", "cogs", "config", "tests", "bench", "docs", "scripts", ".ci", ".github")
SUFFIXES = frozenset(
    {"", ".cfg", ".in", ".ini", ".json", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".yaml", ".yml"}
)

# Written in pieces, so that this file keeps its own rules.
UNFINISHED = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
WORKPLACE = re.compile(
    r"(?<![\w.}~-])/(?:" + "|".join(["work", "root", "opt/pypi", "home/" + r"\w+", "tmp/lab"]) + ")/"
)
REGISTRY = re.compile(
    r"-{2}(?:extra-)?" + r"index-url|--find" + r"-links|https?://\S+/sim" + r"ple\b|file" + r"s\.pythonhosted"
)

FORBIDDEN = {
    UNFINISHED: "unfinished work belongs in an issue",
    WORKPLACE: "a path that only one machine has",
    REGISTRY: "a package registry's address",
}


@cache
def tracked() -> Mapping[str, str]:
    """The text files a commit would hold, by path."""
    top = (path for path in ROOT.iterdir() if path.is_file() and not path.name.endswith(".lock"))
    below = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())
    found = (path for path in (*top, *below) if _is_text(path))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}


def _is_text(path: Path) -> bool:
    ignored = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    private = path.name in {".env", "local.toml", ".git", ".coverage"}
    return path.suffix in SUFFIXES and not private and not ignored & set(path.parts)


def faults(texts: Mapping[str, str]) -> Iterator[str]:
    """Every forbidden text with its place."""
    for path, text in texts.items():
        for pattern, why in FORBIDDEN.items():
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: {match.group()}: {why}"
