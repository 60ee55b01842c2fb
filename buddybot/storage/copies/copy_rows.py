"""A copy's rows, read into a schema of our own making: whatever else its file holds stays behind."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from buddybot.storage.copies.copy_values import check_of
from buddybot.storage.engine.errors import StorageError
from buddybot.storage.migrations.runner import make_sqlite
from buddybot.storage.migrations.schema import RECORD, SQLITE_PARTS, describe_parts, differences

_MIGRATION = "[0-9]{4}_[a-z0-9_]{1,60}"
_LARGEST_NUMBER = 2**53  # that a table may have given a row; it goes on from there
_LARGEST_VALUE = 4_000_000  # bytes; one that is larger is not read at all


def load_rows(source: Path, target: Path, *, copy: Path) -> None:
    """Make an empty file a database with the rows of another file, which is damaged by nothing that it holds.

    The schema is that of the migrations which the copy says it has. Raises StorageError, which names `copy`,
    when the copy's is another one, or a row holds what buddybot does not write.
    """
    try:
        with (
            closing(sqlite3.connect(source, isolation_level=None)) as old,
            closing(sqlite3.connect(target, isolation_level=None)) as new,
        ):
            old.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
            old.execute("PRAGMA query_only=ON")
            old.execute("PRAGMA trusted_schema=OFF")
            new.execute("PRAGMA synchronous=OFF")  # whoever puts it in place waits for the disk
            new.execute("BEGIN")
            _make(old, new, copy)
            for table in _tables(new):
                _load(old, new, table, copy)
            _number_on(old, new, copy)
            _require_parents(new, copy)
            _require_own_guild(new, copy)
            new.execute("COMMIT")
    except sqlite3.IntegrityError as error:
        raise StorageError(f"{copy} holds a row that breaks a rule of the schema: {error}.") from None
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise StorageError(f"{copy} cannot be read: {error}.") from None


def _make(old: sqlite3.Connection, new: sqlite3.Connection, copy: Path) -> None:
    """Make the schema that the copy says it has, and compare it with the one that it has."""
    found = describe_parts(old.execute(SQLITE_PARTS))
    if f"table {RECORD}" in found or any(part.endswith(f" {RECORD}") for part in found):
        raise _other_schema(copy, [f"{RECORD} is made otherwise"])
    columns = [row[1] for row in old.execute(f"PRAGMA table_info({RECORD})")]
    record = ", ".join(column for column in ("name", "checksum") if column in columns)
    recorded = {
        row[0]: row[1] if len(row) > 1 else None for row in old.execute(f"SELECT {record} FROM {RECORD}")
    }
    if not all(type(name) is str and re.fullmatch(_MIGRATION, name) for name in recorded):
        raise StorageError(f"{copy} holds a migration without a proper name: name another copy.")
    make_sqlite(new, recorded)
    expected = describe_parts(new.execute(SQLITE_PARTS))
    if faults := differences(found, expected):
        raise _other_schema(copy, faults)


def _other_schema(copy: Path, faults: Sequence[str]) -> StorageError:
    return StorageError(
        f"{copy} is not what buddybot makes: {'; '.join(faults)}. "
        "Name a copy that `buddybot backup` has made."
    )


def _tables(new: sqlite3.Connection) -> list[str]:
    rows = new.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in rows if name != RECORD]


def _load(old: sqlite3.Connection, new: sqlite3.Connection, table: str, copy: Path) -> None:
    """Copy a table's rows, each value of which is looked at."""
    described = new.execute(f"PRAGMA table_info({table})").fetchall()
    columns = [name for _, name, *_ in described]
    checks = [check_of(table, name, kind, is_key=bool(key)) for _, name, kind, _, _, key in described]
    names = ", ".join(f'"{name}"' for name in columns)

    def rows() -> Iterator[tuple[object, ...]]:
        for row in old.execute(f"SELECT {names} FROM {table}"):
            for name, check, value in zip(columns, checks, row, strict=True):
                if not check(value):
                    raise StorageError(
                        f"{copy} holds a value in {table}.{name} that buddybot does not write: "
                        "name another copy."
                    )
            yield row

    places = ", ".join("?" * len(columns))
    new.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows())


def _number_on(old: sqlite3.Connection, new: sqlite3.Connection, copy: Path) -> None:
    """Give no number again that a row had which is deleted by now."""
    numbered = {name for (name,) in new.execute("SELECT name FROM sqlite_sequence")}
    for name, number in old.execute("SELECT name, seq FROM sqlite_sequence").fetchall():
        if type(number) is not int or not 0 <= number <= _LARGEST_NUMBER:
            raise StorageError(f"{copy} numbers its rows as buddybot does not: name another copy.")
        if name in numbered:
            new.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, name))
        elif name in _tables(new):
            new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number))


def _require_parents(new: sqlite3.Connection, copy: Path) -> None:
    lost = new.execute("PRAGMA foreign_key_check").fetchone()
    if lost is not None:
        raise StorageError(
            f"{copy} is not whole: a row of {lost[0]} belongs to one of {lost[2]} that is not there. "
            "Name another copy."
        )


def _require_own_guild(new: sqlite3.Connection, copy: Path) -> None:
    """Refuse rows that name another server than their group's, which no rule of the schema does."""
    for table in _tables(new):
        columns = {name for _, name, *_ in new.execute(f"PRAGMA table_info({table})")}
        if {"group_id", "guild_id"} <= columns and new.execute(
            f"SELECT 1 FROM {table} found JOIN groups ON groups.id = found.group_id "
            "WHERE found.guild_id <> groups.guild_id LIMIT 1"
        ).fetchone():
            raise StorageError(
                f"{copy} is not whole: a row of {table} names another server than its group. "
                "Name another copy."
            )
