"""What a transaction script sees, what repositories are made of, and which values both engines keep."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache, lru_cache
from types import NoneType
from typing import Any, Protocol, TypeVar, get_args, get_type_hints, overload

from buddybot.storage.engine.errors import ScriptError

T = TypeVar("T")


class Row(Protocol):
    """One row; ``row["column"]`` or ``dict(row)``."""

    def __getitem__(self, column: str, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...


class Tx(Protocol):
    """One transaction; the only thing a script may await."""

    @property
    def for_update(self) -> str:
        """The clause that locks the selected rows, empty where only one writer exists."""

    @property
    def lock_person(self) -> str:
        """The condition that is true once no other transaction holds the person ``:user_id``.

        The transaction then holds them until its end. Always true where only one writer exists.
        """

    @property
    def skip_locked(self) -> str:
        """The clause that locks the selected rows and leaves out those that another holds."""

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Return the first row, or None."""

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Return every row."""

    async def run(self, sql: str, /, **parameters: Any) -> int:
        """Return how many rows were changed."""


Script = Callable[[Tx], Awaitable[T]]
Value = str | int | None


class Repository:
    """Reads and writes the rows of one subject; the names of `values` are a row's columns."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def _insert(self, table: str, /, **values: Value) -> None:
        """Add a row."""
        await self._tx.run(_write_insert(table, *values), **values)

    async def _insert_numbered(self, table: str, /, **values: Value) -> int:
        """Add a row and return the id that it was given."""
        row = await self._tx.one(_write_insert(table, *values) + " RETURNING id", **values)
        if row is None:
            raise LookupError("an insert returned no row")
        return int(row["id"])

    async def _insert_new(self, table: str, /, **values: Value) -> bool:
        """Add a row; False, and nothing done, where one stands in its way."""
        return bool(await self._tx.run(_write_insert(table, *values) + " ON CONFLICT DO NOTHING", **values))

    async def _insert_new_numbered(self, table: str, /, **values: Value) -> int | None:
        """Add a row and return its id; None, and nothing done, where one stands in its way."""
        sql = _write_insert(table, *values) + " ON CONFLICT DO NOTHING RETURNING id"
        row = await self._tx.one(sql, **values)
        return None if row is None else int(row["id"])

    async def _put(self, table: str, key: tuple[str, ...], /, **values: Value) -> None:
        """Add a row, or let it take the place of the one that has the same `key`."""
        await self._tx.run(_write_put(table, key, *values), **values)

    async def _find(self, table: str, /, **which: Value) -> Row | None:
        """Return the first row with these values, or None."""
        return await self._tx.one(f"SELECT * FROM {table} WHERE {_match(*which)}", **which)

    async def _list(self, table: str, order: str, /, **which: Value) -> list[Row]:
        """Return every row with these values, by the columns in `order`."""
        return await self._tx.all(f"SELECT * FROM {table} WHERE {_match(*which)} ORDER BY {order}", **which)

    async def _update(self, table: str, which: dict[str, Value], /, **values: Value) -> int:
        """Change the rows that have the values in `which`, none of which changes; return how many."""
        changes = ", ".join(f"{name} = :{name}" for name in values)
        sql = f"UPDATE {table} SET {changes} WHERE {_match(*which)}"
        return await self._tx.run(sql, **values, **which)

    async def _delete(self, table: str, /, **which: Value) -> int:
        """Drop the rows with these values; return how many."""
        return await self._tx.run(f"DELETE FROM {table} WHERE {_match(*which)}", **which)


@cache
def _write_insert(table: str, *columns: str) -> str:
    names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({marks})"


@cache
def _write_put(table: str, key: tuple[str, ...], *columns: str) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"{_write_insert(table, *columns)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"


@cache
def _match(*columns: str) -> str:
    return " AND ".join(f"{name} = :{name}" for name in columns)


class Guard:
    """A transaction's life: after a failed statement, or its end, nothing runs in it any more."""

    __slots__ = ("ended", "failed")

    def __init__(self) -> None:
        self.ended = False
        self.failed = False

    def admit(self, parameters: dict[str, Any]) -> None:
        """Refuse a statement that this transaction, or one of the engines, could not take."""
        if self.ended:
            raise ScriptError("A script used its transaction after the end of it.")
        if self.failed:
            raise ScriptError("A script went on after one of its statements had failed.")
        check(parameters)

    def finish(self) -> None:
        """End the transaction; a script that swallowed the error of a statement keeps nothing."""
        self.ended = True
        if self.failed:
            raise ScriptError("A script hid the error of one of its statements; nothing was kept.")


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


E = TypeVar("E", bound=StrEnum)


def words(kind: type[E]) -> Callable[[str], E]:
    """Return what reads a stored word of an enumeration back; ten times as fast as calling it.

    LookupError for a word that it does not have.
    """
    return {each.value: each for each in kind}.__getitem__


@overload
def epoch(instant: datetime) -> int: ...
@overload
def epoch(instant: None) -> None: ...
def epoch(instant: datetime | None) -> int | None:
    """Return whole seconds since 1970, the form in which instants are stored."""
    return None if instant is None else int(instant.timestamp())


@overload
def instant(seconds: int) -> datetime: ...
@overload
def instant(seconds: None) -> None: ...
@lru_cache(maxsize=4096)
def instant(seconds: int | None) -> datetime | None:
    """Return the aware UTC instant of a stored number; most rows share theirs with others."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def clock(at: time) -> str:
    """Return a local time as HH:MM."""
    return at.strftime("%H:%M")


def time_of(text: str) -> time:
    """Read a local time back."""
    return time.fromisoformat(text)


def day_of(text: str) -> date:
    """Read a local date back."""
    return date.fromisoformat(text)


def row_reader(kind: Callable[..., T], /, **columns: str) -> Callable[[Row], T]:
    """Return what makes a `kind` of a row: each field of the column of its name, or of the one in `columns`.

    The field's type says how the column is read back.
    """

    @cache
    def list_fields() -> Sequence[tuple[str, str, Callable[[Any], Any] | None]]:
        hints = get_type_hints(kind).items()
        return [(name, columns.get(name, name), _find_reader(hint)) for name, hint in hints]

    def read(row: Row) -> T:
        found = {
            name: row[column] if convert is None else convert(row[column])
            for name, column, convert in list_fields()
        }
        return kind(**found)

    return read


def _find_reader(hint: Any) -> Callable[[Any], Any] | None:
    """Return what reads a column of this type back; None for a number or a text, which stay what they are."""
    kinds = [each for each in get_args(hint) if each is not NoneType]
    if kinds:  # a type or None
        read = _find_reader(*kinds)
        return None if read is None else lambda value: None if value is None else read(value)
    if hint in _READERS:
        return _READERS[hint]
    return words(hint) if isinstance(hint, type) and issubclass(hint, StrEnum) else None


_READERS: Mapping[Any, Callable[[Any], Any]] = {bool: bool, datetime: instant, date: day_of, time: time_of}
