"""The SQLite engine: a whole script in one hop to the database's thread, waiting writers in one commit."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, Literal, Self, cast

from buddybot.storage.engine.errors import CLOSED, LostFileError, StorageError
from buddybot.storage.engine.sqlite_thread import DatabaseThread, SqliteTx, drive, is_busy, translated
from buddybot.storage.engine.sqlite_watch import FileWatch
from buddybot.storage.engine.transaction import Script, T

_LARGEST_BATCH = 128  # writers that share a commit; more would make the first one wait too long
_MOST_READERS = 8  # that share a snapshot, and wait for each other
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


@dataclass(slots=True, eq=False)
class _Unit(Generic[T]):
    """A script that waits for its round, and what became of it."""

    script: Script[T]
    over: "asyncio.Future[None] | None" = None
    """Done after the round; None where the caller itself waits for the thread."""
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


class _Rounds:
    """Carries out scripts on a thread; all that wait while one round is under way share the next.

    A caller who finds nothing under way waits for the thread directly; a task waits for all others.
    """

    def __init__(
        self,
        thread: DatabaseThread,
        carry_out: Callable[[sqlite3.Connection, list[_Unit[Any]]], None],
        *,
        largest: int,
    ) -> None:
        """`carry_out` runs on the thread and notes in each unit what became of it."""
        self._thread = thread
        self._carry_out = carry_out
        self._largest = largest
        self._waiting: deque[_Unit[Any]] = deque()
        self._finished: deque[_Unit[Any]] = deque()
        self._under_way = False
        self._worker: asyncio.Task[None] | None = None

    async def run(self, script: Script[T]) -> T:
        """Run a script and return its result after the round."""
        loop = asyncio.get_running_loop()  # fails in a script that opens a second transaction
        unit = _Unit(script)
        self._waiting.append(unit)
        try:
            if self._under_way:
                unit.over = loop.create_future()
                await unit.over
            else:
                self._under_way = True
                await self._wait_for_round()
        except asyncio.CancelledError:
            unit.abandoned = True  # not at all when it has not begun, else whole
            raise
        return unit.result()

    async def finish(self) -> None:
        """Wait until nothing waits."""
        while self._under_way:
            await self._thread.run(_do_nothing)

    async def _wait_for_round(self) -> None:
        """Wait for one round in the caller's own task; what came during it is left to a task."""
        try:
            await self._thread.run(self._round)
        except asyncio.CancelledError:  # the round goes on, and others may share it
            self._continue()
            raise
        except StorageError as error:
            self._fail(error)
            raise
        self._settle()
        if self._waiting:
            self._continue()
        else:
            self._under_way = False

    def _continue(self) -> None:
        self._worker = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while True:
                await self._thread.run(self._round)  # behind a round whose own caller was cancelled
                self._settle()
                if not self._waiting:
                    break
            self._under_way = False
        except StorageError as error:
            self._fail(error)

    def _settle(self) -> None:
        """Let the callers go on whose rounds are over."""
        while self._finished:
            over = self._finished.popleft().over
            if over is not None and not over.done():
                over.set_result(None)

    def _fail(self, error: StorageError) -> None:
        """Refuse all that wait: the thread was closed before it took them."""
        while self._waiting:
            over = self._waiting.popleft().over
            if over is not None and not over.done():
                over.set_exception(error)
        self._under_way = False

    def _round(self, connection: sqlite3.Connection) -> None:
        """On the thread: carry out what waits."""
        batch: list[_Unit[Any]] = []
        while self._waiting and len(batch) < self._largest:
            unit = self._waiting.popleft()
            if not unit.abandoned:
                batch.append(unit)
        if batch:
            try:
                self._carry_out(connection, batch)
            except BaseException as error:  # whatever it was, nobody may wait for ever or believe in success
                for unit in batch:
                    unit.error = unit.error or (
                        translated(error) if isinstance(error, sqlite3.Error) else error
                    )
            self._finished.extend(batch)


class SqliteDatabase:
    """One writing and one reading connection to a file, or a single one to memory."""

    engine: Literal["sqlite"] = "sqlite"

    def __init__(
        self, writer: DatabaseThread, reader: DatabaseThread | None, watch: FileWatch | None
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._watch = watch
        self._writes = _Rounds(writer, partial(_commit, watch=watch), largest=_LARGEST_BATCH)
        self._reads = (
            _Rounds(writer, _look_in_memory, largest=_MOST_READERS)
            if reader is None
            else _Rounds(reader, _look, largest=_MOST_READERS)
        )
        self._closed = False

    @classmethod
    async def open(cls, path: Path | None) -> Self:
        """Open the file, made readable by its owner only when it is new; None opens memory."""
        try:
            if path is None:
                return cls(await DatabaseThread.open(":memory:", _configure), None, None)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # noqa: ASYNC240  # once, before anything else runs
            writer, watch = await DatabaseThread.open(str(path), _configure), FileWatch(path)
            try:
                reader = await DatabaseThread.open(str(path), _configure_reader)
                await writer.run(watch.begin)
            except BaseException:  # also when cancelled: the first connection must not be left behind
                await writer.close()
                watch.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"The database file {path} cannot be used: {error}.") from error
        return cls(writer, reader, watch)

    async def write(self, script: Script[T]) -> T:
        """Run the script in the next common transaction and return its result after the commit."""
        self._require_open()
        return await self._writes.run(script)

    async def read(self, script: Script[T]) -> T:
        """Run the script on a snapshot that holds all that was committed before the call."""
        self._require_open()
        return await self._reads.run(script)

    async def scrub(self, *, whole: bool = True) -> bool:
        """Empty the write-ahead log, which still holds what was deleted, and first write the file anew.

        `secure_delete` overwrites a deleted row where it is, but not where it was before its page was split.
        """
        return await self._writer.run(partial(_scrub, self._watch, whole=whole))

    async def close(self) -> None:
        """Refuse new scripts, finish those that wait, close both connections."""
        if self._closed:
            return
        self._closed = True
        try:
            await self._reads.finish()
            await self._writes.finish()
            if self._reader is not None:
                await self._reader.close()
        finally:
            await self._writer.close()  # last, so that it leaves no log behind
            if self._watch is not None:
                self._watch.close()

    def _require_open(self) -> None:
        if self._closed:
            raise StorageError(CLOSED)


def _do_nothing(_connection: sqlite3.Connection) -> None:
    """On the thread: let those behind know that what was asked before is over."""


def _commit(connection: sqlite3.Connection, batch: list[_Unit[Any]], *, watch: FileWatch | None) -> None:
    """On the thread: commit writers together.

    When one of several fails, or SQLite takes the transaction back, all begin again, each in a savepoint of
    its own: a script may run twice. When the commit fails it fails for all, and nothing of any is kept.
    """
    try:
        _begin(connection)
        for unit in batch:
            unit.run(connection)
            if len(batch) > 1 and (unit.error is not None or not connection.in_transaction):
                _end(connection)
                _begin(connection)
                _run_apart(connection, batch)
                break
        if watch is not None:
            watch.require_same(connection)
        if any(unit.error is None for unit in batch):
            connection.execute("COMMIT")
            if watch is not None:
                watch.follow()
    except LostFileError as error:  # also for those whose statement stumbled over it
        for unit in batch:
            unit.error = error
    finally:
        _end(connection)


def _run_apart(connection: sqlite3.Connection, batch: list[_Unit[Any]]) -> None:
    for unit in batch:
        unit.error = None
        connection.execute("SAVEPOINT unit")
        unit.run(connection)
        if unit.error is not None:
            connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")


def _look(connection: sqlite3.Connection, batch: list[_Unit[Any]]) -> None:
    """On the thread: run scripts in a read transaction, so that the statements of each see one state."""
    try:
        connection.execute("BEGIN")
        for unit in batch:
            unit.run(connection)
    finally:
        _end(connection)


def _look_in_memory(connection: sqlite3.Connection, batch: list[_Unit[Any]]) -> None:
    """The same where writers use this connection too."""
    connection.execute("PRAGMA query_only=ON")
    try:
        _look(connection, batch)
    finally:
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
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if _journal_mode(connection) not in ("wal", "memory"):
        raise sqlite3.OperationalError("its disk does not support write-ahead logging")


def _configure_reader(connection: sqlite3.Connection) -> None:
    _configure(connection)
    connection.execute("PRAGMA query_only=ON")


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


def _scrub(watch: FileWatch | None, connection: sqlite3.Connection, *, whole: bool) -> bool:
    if watch is not None:
        watch.require_same(connection)
    try:
        if whole:
            connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise translated(error) from None
    finally:
        if watch is not None:
            watch.shorten()
    return not busy
