"""Named parameters: which values both engines take, and ``:name`` as ``$1`` for PostgreSQL."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from buddybot.storage.engine.errors import ScriptError

_BIGINT = 2**63

_WHOLE = r"""
      '(?:[^']|'')*' | "(?:[^"]|"")*" | ::
    | (?P<comment> --[^\n]* | /\*.*?\*/ )
    | :(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | @(?P<macro>[A-Za-z_]+)
    | (?P<end>;)
"""


@cache
def tokens() -> re.Pattern[str]:
    """Return what must be read as a whole, so that no mark in it counts: literals, names, comments, casts.

    A start on SQLite with the newest schema reads no statement, and does not wait for the pattern.
    """
    return re.compile(_WHOLE, re.VERBOSE | re.DOTALL)


@lru_cache(maxsize=2048)
def positional(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return the statement with ``$1``, ``$2``, ... and the names that stand behind the numbers."""
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        name = match["name"]
        return match[0] if name is None else f"${names.setdefault(name, len(names) + 1)}"

    return tokens().sub(number, sql), tuple(names)


def values(names: tuple[str, ...], parameters: Mapping[str, Any]) -> list[Any]:
    """Return the parameters in the order of ``names``."""
    try:
        return [parameters[name] for name in names]
    except KeyError as missing:
        raise ScriptError(f"The statement's parameter :{missing.args[0]} was not given.") from None


def check(parameters: Mapping[str, Any]) -> None:
    """Refuse what one of the engines would refuse, or store differently."""
    for name, value in parameters.items():
        if value is None or (type(value) is int and -_BIGINT <= value < _BIGINT):  # nearly all
            continue
        if isinstance(value, int):
            fits = -_BIGINT <= value < _BIGINT
        elif isinstance(value, str):
            fits = "\0" not in value and (
                value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)
            )
        else:
            fits = False
        if not fits:
            raise ScriptError(f"The parameter :{name} holds a {type(value).__name__} that cannot be stored.")
