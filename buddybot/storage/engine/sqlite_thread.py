"""A SQLite connection on a thread of its own, and the scripts that run on it to their end."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import aiosqlite

from buddybot.storage.engine.errors import (
    CLOSED,
    IN_THE_WAY,
    ConstraintError,
    ScriptError,
    StorageError,
    TransientError,
)
from buddybot.storage.engine.transaction import Guard, Row, Script, T, Tx, positional, values


class DatabaseThread:
    """One connection and its thread.

    It uses two private parts of aiosqlite, which a test holds: `_execute`, and `_thread` once.
    """

    def __init__(self, connection: aiosqlite.Connection, raw: sqlite3.Connection) -> None:
        self._connection = connection
        self._raw = raw
        self._closed = False

    @classmethod
    async def open(cls, location: str, prepare: Callable[[sqlite3.Connection], None]) -> Self:
        """Open `location` and run `prepare` on the new connection.

        Raises what sqlite3 and `prepare` raise.
        """
        made: list[sqlite3.Connection] = []

        def make(*given: Any, **options: Any) -> sqlite3.Connection:
            made.append(sqlite3.Connection(*given, **options))
            return made[0]

        sqlite3.connect(location).close()  # a file that cannot be opened is refused before it has a thread
        connection = aiosqlite.connect(location, isolation_level=None, cached_statements=512, factory=make)
        connection._thread.daemon = True  # noqa: SLF001  # a forgotten close must not keep the process alive
        thread = cls(await connection, made[0])
        try:
            await thread.run(prepare)
        except BaseException:  # whatever stops the opening, the thread must end
            await connection.close()
            raise
        return thread

    async def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run `function` on the thread behind what was asked before; it runs whole even when cancelled.

        Raises StorageError once the connection is closed.
        """
        if self._closed:
            raise StorageError(CLOSED)
        execute: Callable[..., Awaitable[T]] = self._connection._execute  # noqa: SLF001  # see the class
        return await execute(function, self._raw)

    async def close(self) -> None:
        """Finish what was asked, then close the connection and end the thread."""
        self._closed = True
        await self._connection.close()


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
