"""A SQLite connection on a thread of its own, and the ways to let it do something."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Generic, Self, cast

import aiosqlite

from buddybot.storage.errors import CLOSED, StorageError
from buddybot.storage.processors import Place
from buddybot.storage.transaction import T

LetGo = Callable[[], None]
"""Called on a database's thread when the loop need not wait for the rest, because that is the disk's."""


class DatabaseThread:
    """One connection on a thread of its own, and the only place that knows aiosqlite's internals.

    It needs ``_conn``, ``_tx`` and ``_thread``; hence ``aiosqlite<0.23`` and the test that holds them.
    """

    def __init__(self, connection: aiosqlite.Connection, *, beside_the_loop: bool) -> None:
        self._connection = connection
        self._place = Place(connection._thread) if beside_the_loop else None  # noqa: SLF001  # see the class

    @classmethod
    async def open(
        cls, location: str, prepare: Callable[[sqlite3.Connection], None], *, beside_the_loop: bool = False
    ) -> Self:
        """Open ``location`` and run ``prepare`` on the new connection.

        ``beside_the_loop`` keeps the thread on the loop's processor while errands are run.
        """
        connection = aiosqlite.connect(location, isolation_level=None, cached_statements=512)
        connection._thread.daemon = True  # noqa: SLF001  # a forgotten close must not keep the process alive
        try:
            thread = cls(await connection, beside_the_loop=beside_the_loop)
        except BaseException:  # aiosqlite has told its thread to end; it must do so before the loop does
            connection._thread.join()  # noqa: SLF001  # see the class
            raise
        try:
            await thread.hop(prepare)
        except BaseException:  # whatever stops the opening, the thread must not be left behind
            await connection.close()
            raise
        return thread

    def hop(self, function: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Run ``function`` whole on the thread, in order of asking; cancelling does not stop it."""
        try:
            connection = self._connection._conn  # noqa: SLF001  # see the class
        except ValueError as error:
            raise StorageError(CLOSED) from error
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._connection._tx.put_nowait((future, partial(function, connection)))  # noqa: SLF001  # see the class
        return future

    def hop_and_wait(
        self, function: Callable[[sqlite3.Connection, LetGo], T], *, seconds: float
    ) -> "asyncio.Future[T]":
        """Hop, and let everything wait so long for the end of it, or until it lets go.

        While two threads both run, each keeps the other from the interpreter again and again, and both take
        longer than one behind the other.
        What takes longer than that ends as with `hop`, and nothing else waits for it.
        """
        try:
            connection = self._connection._conn  # noqa: SLF001  # see the class
        except ValueError as error:
            raise StorageError(CLOSED) from error
        if self._place is not None:
            self._place.beside()
        errand = Errand(partial(function, connection))
        self._connection._tx.put_nowait((None, errand.run))  # noqa: SLF001  # see the class
        return errand.wait(seconds)

    async def close(self) -> None:
        """Finish what was asked, then close the connection and end the thread."""
        await self._connection.close()


class Errand(Generic[T]):
    """A function on another thread; the loop's waits for its end, or to be let go, if that is soon."""

    def __init__(self, function: Callable[[LetGo], T]) -> None:
        self._function = function
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[T] = self._loop.create_future()
        self._under_way = Lock()
        self._under_way.acquire()
        self._waited_for = True
        self._let_go = self._ended = False
        self._value: T | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """On the other thread."""
        try:
            self._value = self._function(self.let_go)
        except BaseException as error:  # whatever it is, it belongs to the caller and not to the thread
            self._error = error
        had_let_go = self._let_go
        self._ended = True
        self.let_go()
        if had_let_go or not self._waited_for:
            self._loop.call_soon_threadsafe(self._tell)

    def let_go(self) -> None:
        """On the other thread: nothing has to wait for the rest."""
        if not self._let_go:
            self._let_go = True
            self._under_way.release()

    def wait(self, seconds: float) -> "asyncio.Future[T]":
        """On the loop's thread: wait so long, and return a future that is done, or will be."""
        if not self._under_way.acquire(timeout=seconds):
            self._waited_for = False
            if not self._under_way.acquire(blocking=False):
                return self._over
        if self._ended:
            self._tell()
        return self._over

    def _tell(self) -> None:
        if self._over.done():  # it ended just when the loop gave up, or had been let go
            return
        if self._error is not None:
            self._over.set_exception(self._error)
        else:
            self._over.set_result(cast("T", self._value))
