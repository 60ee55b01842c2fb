"""A transaction script on SQLite: it runs to its end on the database's thread, without an event loop."""

import sqlite3
from typing import Any, cast

from buddybot.storage.engine.errors import (
    IN_THE_WAY,
    ConstraintError,
    ScriptError,
    StorageError,
    TransientError,
)
from buddybot.storage.engine.parameters import positional, values
from buddybot.storage.engine.transaction import Guard, Row, Script, T, Tx

_AWAITED = "A script may await nothing but tx.one, tx.all and tx.run."


def translated(error: sqlite3.Error) -> StorageError:
    """Return our error for one of SQLite's, whose texts name tables and columns but no values."""
    if isinstance(error, sqlite3.IntegrityError):
        return ConstraintError(f"The change breaks a rule of the schema: {error}.")
    if is_busy(error):
        return TransientError(IN_THE_WAY)
    return StorageError(f"SQLite could not do it: {error}.")


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether another connection holds a lock that was needed."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


class SqliteTx(Guard):
    """A transaction whose statements finish before their await returns."""

    __slots__ = ("_connection",)
    for_update = ""
    skip_locked = ""
    lock_person = "1 = 1"

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Return the first row, or None."""
        self.admit(parameters)
        try:
            cursor = self._connection.execute(sql, parameters)
            row = cursor.fetchone()
            found = None if row is None else _name_columns(cursor, row)
            cursor.close()
        except sqlite3.Error as error:
            raise self._note_failure(error, sql, parameters) from None
        return found

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Return every row."""
        self.admit(parameters)
        try:
            cursor = self._connection.execute(sql, parameters)
            rows = cursor.fetchall()
            return _all_named(cursor, rows) if rows else []
        except sqlite3.Error as error:
            raise self._note_failure(error, sql, parameters) from None

    async def run(self, sql: str, /, **parameters: Any) -> int:
        """Return how many rows were changed."""
        self.admit(parameters)
        before = self._connection.total_changes
        try:
            cursor = self._connection.execute(sql, parameters)
            cursor.fetchall()  # RETURNING counts only what was fetched
            if cursor.rowcount >= 0:
                return cursor.rowcount
            # The module counts only what begins with INSERT, UPDATE or DELETE; WITH ... UPDATE does not.
            if self._connection.total_changes == before:
                return 0
            return cast("int", self._connection.execute("SELECT changes()").fetchone()[0])
        except sqlite3.Error as error:
            raise self._note_failure(error, sql, parameters) from None

    def _note_failure(self, error: sqlite3.Error, sql: str, parameters: dict[str, Any]) -> StorageError:
        self.failed = True
        values(positional(sql)[1], parameters)  # SQLite does not name one that is missing
        return translated(error)


def _name_columns(cursor: sqlite3.Cursor, row: Any) -> Row:
    """Return a row by the names of its columns; `sqlite3.Row` looks through all names for each value."""
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def _all_named(cursor: sqlite3.Cursor, rows: list[Any]) -> list[Row]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in rows]


def drive(script: Script[T], tx: SqliteTx) -> T:
    """Run a script to its end without an event loop; it is refused when it waits for one."""
    steps = script(cast("Tx", tx)).__await__()
    try:
        next(steps)
    except StopIteration as end:
        tx.finish()
        return cast("T", end.value)
    except RuntimeError as error:
        if "event loop" in str(error):  # what asyncio says on a thread that has none
            raise ScriptError(_AWAITED) from error
        raise
    finally:
        tx.ended = True
    if (close := getattr(steps, "close", None)) is not None:
        close()
    raise ScriptError(_AWAITED)
