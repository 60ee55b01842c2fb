"""The SQLite engine: a whole script in one hop to the database's thread, waiting writers in one commit."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Generic, Literal, Self, cast

import aiosqlite

from buddybot.storage.errors import CLOSED, StorageError
from buddybot.storage.sqlite_script import SqliteTx, drive, is_busy, translated
from buddybot.storage.transaction import Script, T
from buddybot.values import dataclass

_LARGEST_BATCH = 128  # writers that share a commit; more would make the first one wait too long
_ATTEMPTS = 3  # each waits for the busy timeout
_SWITCHES = 50  # tries to switch a new file to write-ahead logging, which does not wait for its lock
_BUSY_MS = 5_000
_PRAGMAS = (
    f"busy_timeout={_BUSY_MS}",
    "synchronous=FULL",  # what was confirmed to a person is on disk
    "foreign_keys=ON",
    "secure_delete=ON",  # a deleted row is overwritten, not only forgotten
    "temp_store=MEMORY",
    "trusted_schema=OFF",
)


class DatabaseThread:
    """One connection on a thread of its own, and the only place that knows aiosqlite's internals.

    It needs ``_conn``, ``_execute`` and ``_thread``; hence ``aiosqlite<0.23`` and the test that holds them.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, location: str, prepare: Callable[[sqlite3.Connection], None]) -> Self:
        """Open ``location`` and run ``prepare`` on the new connection."""
        connection = aiosqlite.connect(location, isolation_level=None, cached_statements=512)
        connection._thread.daemon = True  # noqa: SLF001  # a forgotten close must not keep the process alive
        try:
            thread = cls(await connection)
        except BaseException:  # aiosqlite has told its thread to end; it must do so before the loop does
            connection._thread.join()  # noqa: SLF001  # see the class
            raise
        try:
            await thread.hop(prepare)
        except BaseException:  # whatever stops the opening, the thread must not be left behind
            await connection.close()
            raise
        return thread

    async def hop(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``function`` whole on the thread, in order of asking; cancelling does not stop it."""
        execute: Callable[..., Awaitable[T]] = self._connection._execute  # noqa: SLF001  # see the class
        try:
            return await execute(lambda: function(self._connection._conn))  # noqa: SLF001  # see the class
        except ValueError as error:
            raise StorageError(CLOSED) from error

    async def close(self) -> None:
        """Finish what was asked, then close the connection and end the thread."""
        await self._connection.close()


@dataclass(slots=True, eq=False)
class _Unit(Generic[T]):
    """A script on its way through the thread, and what became of it."""

    script: Script[T]
    abandoned: bool = False
    value: T | None = None
    error: BaseException | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        try:
            self.value = drive(self.script, SqliteTx(connection))
        except BaseException as error:  # whatever it is, it belongs to the caller and not to the thread
            self.error = error

    def result(self) -> T:
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


class SqliteDatabase:
    """One writing and one reading connection to a file, or a single one to memory."""

    engine: Literal["sqlite"] = "sqlite"

    def __init__(self, writer: DatabaseThread, reader: DatabaseThread | None) -> None:
        self._writer = writer
        self._reader = reader
        self._waiting: deque[_Unit[Any]] = deque()
        self._closed = False

    @classmethod
    async def open(cls, path: Path | None) -> Self:
        """Open the file, made readable by its owner only when it is new; None opens memory."""
        try:
            if path is None:
                return cls(await DatabaseThread.open(":memory:", _configure), None)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # noqa: ASYNC240  # once, before anything else runs
            writer = await DatabaseThread.open(str(path), _configure)
            try:
                reader = await DatabaseThread.open(str(path), _configure)
            except BaseException:  # also when cancelled: the first connection must not be left behind
                await writer.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"The database file {path} cannot be used: {error}.") from error
        return cls(writer, reader)

    async def write(self, script: Script[T]) -> T:
        """Run the script in the next common transaction and return its result after the commit."""
        unit = _Unit(script)
        await self._hop(unit, self._writer, self._commit_waiting, self._waiting)
        return unit.result()

    async def read(self, script: Script[T]) -> T:
        """Run the script on a snapshot that holds all that was committed before the call."""
        unit = _Unit(script)
        await self._hop(unit, self._reader or self._writer, partial(self._read, unit))
        return unit.result()

    async def scrub(self, *, whole: bool = True) -> bool:
        """Empty the write-ahead log, which still holds what was deleted, and first write the file anew.

        `secure_delete` overwrites a deleted row where it is, but not where it was before its page was split.
        """
        return await self._writer.hop(partial(_scrub, whole=whole))

    async def close(self) -> None:
        """Refuse new scripts, finish those that wait, close both connections."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._reader is not None:
                await self._reader.close()
        finally:
            await self._writer.close()  # last, so that it leaves no log behind

    async def _hop(
        self,
        unit: _Unit[Any],
        thread: DatabaseThread,
        function: Callable[[sqlite3.Connection], None],
        queue: deque[_Unit[Any]] | None = None,
    ) -> None:
        asyncio.get_running_loop()  # a script that opens a second transaction fails here, before it waits
        if self._closed:
            raise StorageError(CLOSED)
        if queue is not None:
            queue.append(unit)
        try:
            await thread.hop(function)
        except asyncio.CancelledError:
            unit.abandoned = True  # not at all when it has not begun, else whole
            raise

    def _commit_waiting(self, connection: sqlite3.Connection) -> None:
        """On the thread: commit the writers that wait together, each in a savepoint of its own.

        Every writer asks for one such round, so when a writer's own round is over so is its script;
        most rounds find that an earlier one has taken their writer along.
        """
        batch: list[_Unit[Any]] = []
        while self._waiting and len(batch) < _LARGEST_BATCH:
            unit = self._waiting.popleft()
            if not unit.abandoned:
                batch.append(unit)
        if not batch:
            return
        try:
            _begin(connection)
            for unit in batch:
                connection.execute("SAVEPOINT unit")
                unit.run(connection)
                if unit.error is not None:
                    connection.execute("ROLLBACK TO unit")
                connection.execute("RELEASE unit")
            connection.execute("COMMIT")
        except BaseException as error:  # whatever it was, no writer may believe in a commit that was not
            for unit in batch:
                unit.error = unit.error or (translated(error) if isinstance(error, sqlite3.Error) else error)
            _end(connection)

    def _read(self, unit: _Unit[Any], connection: sqlite3.Connection) -> None:
        """On the thread: run a script in a read transaction, so that its statements see one state."""
        if unit.abandoned:
            return
        try:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            unit.run(connection)
        except sqlite3.Error as error:
            unit.error = translated(error)
        finally:
            _end(connection)
            if self._reader is None:  # memory: writers use this connection too
                connection.execute("PRAGMA query_only=OFF")


def _begin(connection: sqlite3.Connection) -> None:
    """Take the one write lock; another process may hold it for a while."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if attempt == _ATTEMPTS or not is_busy(error):
                raise
        else:
            return


def _end(connection: sqlite3.Connection) -> None:
    """Roll back unless SQLite did; should that fail, the next BEGIN fails too and tells its writers."""
    if connection.in_transaction:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if _journal_mode(connection) not in ("wal", "memory"):
        raise sqlite3.OperationalError("its disk does not support write-ahead logging")


def _journal_mode(connection: sqlite3.Connection) -> str:
    """Switch to write-ahead logging; when several open a new file at once SQLite lets one do it."""
    for _ in range(_SWITCHES):
        try:
            return cast("str", connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
        connection.execute("BEGIN IMMEDIATE")  # the switch does not wait for a lock, but this does
        _end(connection)
    raise sqlite3.OperationalError("it is locked by another process")


def _scrub(connection: sqlite3.Connection, *, whole: bool) -> bool:
    try:
        if whole:
            connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise translated(error) from None
    return not busy
