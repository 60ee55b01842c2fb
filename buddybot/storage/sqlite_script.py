"""A transaction script on SQLite: it runs to its end on the database's thread, without an event loop."""

import sqlite3
from collections.abc import Callable
from typing import Any, cast

from buddybot.storage.errors import IN_THE_WAY, ConstraintError, ScriptError, StorageError, TransientError
from buddybot.storage.parameters import positional, values
from buddybot.storage.transaction import Guard, Row, Script, T, Tx

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

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Return the first row, or None."""
        return cast("Row | None", self._execute(sql, parameters, sqlite3.Cursor.fetchone))

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Return every row."""
        return cast("list[Row]", self._execute(sql, parameters, sqlite3.Cursor.fetchall))

    async def run(self, sql: str, /, **parameters: Any) -> int:
        """Return how many rows were changed."""
        before = self._connection.total_changes

        def changed(cursor: sqlite3.Cursor) -> int:
            cursor.fetchall()  # RETURNING counts only what was fetched
            if cursor.rowcount >= 0:
                return cursor.rowcount
            # The module counts only what begins with INSERT, UPDATE or DELETE; WITH ... UPDATE does not.
            if self._connection.total_changes == before:
                return 0
            return cast("int", self._connection.execute("SELECT changes()").fetchone()[0])

        return cast("int", self._execute(sql, parameters, changed))

    def _execute(self, sql: str, parameters: dict[str, Any], take: Callable[[sqlite3.Cursor], Any]) -> Any:
        self.admit(parameters)
        values(positional(sql)[1], parameters)  # SQLite takes the names; this names one that is missing
        try:
            cursor = self._connection.execute(sql, parameters)
            try:
                return take(cursor)
            finally:
                cursor.close()
        except sqlite3.Error as error:
            self.failed = True
            raise translated(error) from None


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
