"""Every sentence that a user can read, by key.

A locale is a folder of TOML files; the key of a sentence is `file.table.name`. Fields are written
`{name}`; what fills them is escaped by the caller (`buddybot.ui.framework.texts`), never here.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

DEFAULT = "en"
_FOLDER = Path(__file__).parent


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            yield from _flat(key, value)
        else:
            yield key, str(value)


@cache
def available() -> tuple[str, ...]:
    """Return the languages there are, by their codes."""
    return tuple(sorted(item.name for item in _FOLDER.iterdir() if item.is_dir() and len(item.name) == 2))


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Return every sentence of a language by key; LookupError when there is no such language."""
    if language not in available():
        raise LookupError(f"no locale {language!r}")
    found: dict[str, str] = {}
    for item in (_FOLDER / language).iterdir():
        if item.name.endswith(".toml"):
            found.update(_flat(item.name.removesuffix(".toml"), tomllib.loads(item.read_text("utf-8"))))
    return found
