"""A SQLite connection on a thread of its own."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Self

import aiosqlite

from buddybot.storage.engine.errors import CLOSED, StorageError
from buddybot.storage.engine.transaction import T


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
