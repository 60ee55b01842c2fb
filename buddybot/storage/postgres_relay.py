"""Connections to PostgreSQL that go from a transaction that is over to one that waits to begin."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's last words came between two statements
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # the server is shutting down or starting
    asyncpg.IdleInTransactionSessionTimeoutError,  # these two end the connection as well
    asyncpg.TransactionTimeoutError,
)
DRIVER = (asyncpg.PostgresError, *LOST)
"""What the driver raises when the server, or the way to it, does not do what was asked."""


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """A transaction that waits, and the statement that begins it.

    What comes is a connection on which it has begun, or None when it may take one from the pool.
    """

    begin: str
    come: "asyncio.Future[Connection | None]"


class Relay:
    """So many transactions at a time, the others in order of asking.

    Where one waits, it begins in the same trip to the server that commits the one before.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, width: int) -> None:
        self._pool = pool
        self._free = width
        self._waiting: deque[_Turn] = deque()
        self._bound: list[_Turn] = []  # that begin in a trip which is under way

    def transaction(self, begin: str) -> "Leg":
        """Return a transaction that the statement begins: committed at its end, rolled back on an error."""
        return Leg(self, begin)

    async def begin(self, begin: str) -> Connection:
        """Return a connection on which the statement has begun a transaction."""
        if self._free:
            self._free -= 1
        elif (handed := await self._turn(begin)) is not None:
            return handed
        connection = None
        try:
            connection = await self._pool.acquire()
            await connection.execute(begin)
        except BaseException:  # whatever it is, the place goes on to who waits
            await self.give_back(connection)
            raise
        return connection

    async def commit(self, connection: Connection) -> None:
        """Commit, and let a transaction that waits go on with the connection."""
        following = self._following()
        if following is not None:
            self._bound.append(following)
        try:
            await connection.execute("COMMIT" if following is None else f"COMMIT; {following.begin}")
        except BaseException:  # whatever it is, who waits begins elsewhere
            if following is not None and self._unbind(following):
                self._waiting.appendleft(following)
            await self.give_back(connection)
            raise
        if following is None:
            await self.give_back(connection, over=True)
        elif self._unbind(following):
            following.come.set_result(connection)
        else:
            await self.give_back(connection)

    async def _turn(self, begin: str) -> "Connection | None":
        turn = _Turn(begin, asyncio.get_running_loop().create_future())
        self._waiting.append(turn)
        try:
            return await turn.come
        except BaseException:  # cancelled, most likely; what came must not be lost
            if turn.come.done() and not turn.come.cancelled():  # it came just then
                await self.give_back(turn.come.result())
            raise

    async def give_back(self, connection: "Connection | None", *, over: bool = False) -> None:
        """End what is under way on a connection, if there is one, and let who waits have the place.

        Nothing is under way when it is known to be `over`.
        """
        try:
            if connection is not None:
                await self._release(connection, over=over)
        finally:
            # Who is bound to a trip that takes long begins here instead, when nobody else waits.
            following = self._following() or next(
                (turn for turn in self._bound if not turn.come.done()), None
            )
            if following is None:
                self._free += 1
            else:
                following.come.set_result(None)

    async def _release(self, connection: Connection, *, over: bool) -> None:
        with suppress(*DRIVER):  # broken: the pool closes it and makes another
            try:
                if not over:
                    await connection.execute("ROLLBACK")
            finally:
                await self._pool.release(connection)

    def _unbind(self, turn: _Turn) -> bool:
        """Return whether it still waits: it was not cancelled, and has not begun elsewhere."""
        self._bound.remove(turn)
        return not turn.come.done()

    def _following(self) -> _Turn | None:
        """Take out who has waited longest and has not been cancelled."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.come.done():
                return turn
        return None


class Leg:
    """One transaction of the relay."""

    __slots__ = ("_begin", "_connection", "_relay")

    def __init__(self, relay: Relay, begin: str) -> None:
        self._relay = relay
        self._begin = begin

    async def __aenter__(self) -> Connection:
        self._connection = await self._relay.begin(self._begin)
        return self._connection

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            await self._relay.commit(self._connection)
        else:
            await self._relay.give_back(self._connection)
