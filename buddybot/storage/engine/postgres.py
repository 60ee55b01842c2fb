"""The PostgreSQL engine: the same scripts with real awaits, each on one pooled connection."""

import asyncio
import logging
import os
import re
from typing import Any, Literal, Self, TypeAlias, cast

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from buddybot.settings.database_address import AddressError, PostgresAddress, read_postgres, secrets_of
from buddybot.settings.redaction import Redactor
from buddybot.storage.engine.errors import (
    CLOSED,
    IN_THE_WAY,
    ConstraintError,
    ScriptError,
    StorageError,
    TransientError,
)
from buddybot.storage.engine.transaction import Guard, Row, Script, T, Tx, positional, values

log = logging.getLogger(__name__)

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

_ATTEMPTS = 4
_CONNECT_SECONDS = 10.0
_STATEMENT_SECONDS = 60.0  # a server that has gone silent must not hold a member's click for ever

_AGAIN = (asyncpg.TransactionRollbackError, asyncpg.InvalidCachedStatementError)


class PostgresTx(Guard):
    """A transaction on one connection."""

    __slots__ = ("_connection",)
    for_update = "FOR UPDATE"
    skip_locked = "FOR UPDATE SKIP LOCKED"
    lock_person = (
        "pg_advisory_xact_lock(hashtextextended('person ' || CAST(CAST(:user_id AS BIGINT) AS TEXT), 0))"
        " IS NOT NULL"
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Return the first row, or None."""
        text, arguments, names = self._prepare_statement(sql, parameters)
        try:
            return await self._connection.fetchrow(text, *arguments)
        except DRIVER as error:
            raise self._note_failure(error, names) from None

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Return every row."""
        text, arguments, names = self._prepare_statement(sql, parameters)
        try:
            return cast("list[Row]", await self._connection.fetch(text, *arguments))
        except DRIVER as error:
            raise self._note_failure(error, names) from None

    async def run(self, sql: str, /, **parameters: Any) -> int:
        """Return how many rows were changed."""
        text, arguments, names = self._prepare_statement(sql, parameters)
        try:
            status = await self._connection.execute(text, *arguments)
        except DRIVER as error:
            raise self._note_failure(error, names) from None
        command, _, rest = status.partition(" ")
        return int(rest.rpartition(" ")[2]) if command in ("INSERT", "UPDATE", "DELETE") else 0

    def _prepare_statement(
        self, sql: str, parameters: dict[str, Any]
    ) -> tuple[str, list[Any], tuple[str, ...]]:
        self.admit(parameters)
        text, names = positional(sql)
        return text, values(names, parameters), names

    def _note_failure(self, error: Exception, names: tuple[str, ...]) -> StorageError:
        self.failed = True
        return _translate_error(error, names)


class _ReadOnlyError(TransientError):
    """The server takes no changes on this connection; another one may lead elsewhere after a failover."""


def _translate_error(
    error: Exception, names: tuple[str, ...] = (), *, lost_is_transient: bool = True
) -> StorageError:
    """Return our error without PostgreSQL's DETAIL and without arguments: both quote what people wrote."""
    if isinstance(error, TimeoutError):
        return StorageError("The database did not answer in time.")  # to run it again would only wait longer
    if isinstance(error, LOST):
        sentence = "The connection to the database was lost."
        return TransientError(sentence) if lost_is_transient else StorageError(sentence)
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        return _ReadOnlyError(f"PostgreSQL could not do it: {error.message}.")
    if isinstance(error, _AGAIN):
        return TransientError(IN_THE_WAY)
    if isinstance(error, asyncpg.DataError):
        number = re.match(r"invalid input for query argument \$(\d+)", str(error))
        if number is not None and int(number[1]) <= len(names):
            return ScriptError(
                f"The parameter :{names[int(number[1]) - 1]} has the wrong type for its place."
            )
        return ScriptError(f"A value does not fit ({type(error).__name__}).")
    if isinstance(error, asyncpg.InvalidSchemaNameError):
        return StorageError(
            "PostgreSQL has no schema of the name that is asked for: create it, or correct DATABASE_URL."
        )
    message = getattr(error, "message", None) or type(error).__name__
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return ConstraintError(f"The change breaks a rule of the schema: {message}.")
    return StorageError(f"PostgreSQL could not do it: {message}.")


class PostgresDatabase:
    """A small pool; a write is READ COMMITTED, a read sees one state and cannot write."""

    engine: Literal["postgres"] = "postgres"

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, connections: int, prepared: bool) -> Self:
        """Open the pool and its first connection; no error repeats the address, which holds a password."""
        try:
            address = read_postgres(url)
        except AddressError as error:
            raise StorageError(str(error)) from None
        if address.ignored:
            log.info("left out of DATABASE_URL, for other programs need it: %s", ", ".join(address.ignored))
        width = min(connections, address.connections or connections)
        try:
            pool = await asyncpg.create_pool(
                address.dsn,
                **_connect_options(address),
                min_size=1,
                max_size=width,
                max_inactive_connection_lifetime=0,  # no timer: nothing runs between two scripts
                statement_cache_size=256 if prepared and address.prepared else 0,
                timeout=address.connect_seconds or _CONNECT_SECONDS,
                command_timeout=_STATEMENT_SECONDS,
                reset=_keep,
            )
        except (*DRIVER, ValueError) as error:
            raise StorageError(_unreachable(error, address, url)) from None
        return cls(pool)

    async def write(self, script: Script[T]) -> T:
        """Run the script and commit; it is run again when another transaction got in the way."""
        return await self._attempt(script, readonly=False)

    async def read(self, script: Script[T]) -> T:
        """Run the script on a snapshot that holds all that was committed before its first statement."""
        return await self._attempt(script, readonly=True)

    async def scrub(self, *, whole: bool = True) -> bool:
        """Do nothing: the server's own vacuum and log retention decide."""
        del whole
        return True

    async def close(self) -> None:
        """Refuse new scripts, wait for those that run, close the connections."""
        if self._closed:
            return
        self._closed = True
        await self._idle.wait()
        await self._pool.close()

    async def _attempt(self, script: Script[T], *, readonly: bool) -> T:
        if self._closed:
            raise StorageError(CLOSED)
        self._running += 1
        self._idle.clear()
        try:
            for left in reversed(range(_ATTEMPTS)):
                try:
                    return await self._once(script, readonly=readonly)
                except _ReadOnlyError as error:
                    if readonly:  # the script is at fault
                        raise StorageError(str(error)) from None
                    # After a failover the others lead to the same server; new ones may not.
                    await self._pool.expire_connections()
                    if not left:
                        raise TransientError(_READ_ONLY) from None
                except TransientError:
                    if not left:
                        raise
            raise AssertionError("the last attempt returns or raises")
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def _once(self, script: Script[T], *, readonly: bool) -> T:
        committing = False
        level: Literal["repeatable_read", "read_committed"] = (
            "repeatable_read" if readonly else "read_committed"
        )
        try:
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation=level, readonly=readonly),
            ):
                tx = PostgresTx(connection)
                try:
                    value = await script(cast("Tx", tx))
                    tx.finish()
                finally:
                    tx.ended = True
                committing = True
            return value
        except DRIVER as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from None  # what the driver made of it must not hide it
            # Nobody knows whether a commit without an answer has happened: its script is not run again.
            raise _translate_error(error, lost_is_transient=readonly or not committing) from None


_CERTIFICATES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_REFUSED_PARAMETER = (
    asyncpg.UndefinedObjectError,
    asyncpg.InvalidParameterValueError,
    asyncpg.CantChangeRuntimeParamError,
    asyncpg.ProtocolViolationError,  # a pooler that takes none
)
_READ_ONLY = "The database server takes no changes now; try again in a minute."


async def _keep(_connection: object) -> None:
    """Reset nothing between two scripts: each is one transaction and leaves no session state behind."""


def _connect_options(address: PostgresAddress) -> dict[str, Any]:
    """Return what the driver is told beside the address; what is not told it looks for in the environment."""
    several = len(address.hosts) > 1 and "target_session_attrs" not in address.query
    options: dict[str, Any] = {
        "host": list(address.hosts),
        "port": list(address.ports)
        if len(address.ports) > 1
        else address.ports[0]
        if address.ports
        else None,
        "user": address.user,
        "password": address.password,
        "database": address.database,
        "ssl": address.verifies_by_system,
        # Of several hosts only the one that takes changes is of use.
        "target_session_attrs": "read-write"
        if several and "PGTARGETSESSIONATTRS" not in os.environ
        else None,
    }
    return {name: value for name, value in options.items() if value}


def _unreachable(error: Exception, address: PostgresAddress, url: str) -> str:
    """Return a sentence without any part of the address that is secret."""
    hide = Redactor(secrets_of(url))
    reason = hide(getattr(error, "message", None) or str(error) or type(error).__name__)
    if "root certificate file" in reason:
        return (
            "PostgreSQL cannot be reached: sslmode asks to verify the server, but not by whom. Add "
            "sslrootcert=system to DATABASE_URL, or sslrootcert= and the file of your provider's authority."
        )
    if isinstance(error, FileNotFoundError | PermissionError) and error.filename is None:
        if address.query.keys().isdisjoint(_CERTIFICATES):  # it is the socket then
            return (
                "PostgreSQL cannot be reached: there is no socket in the folder that DATABASE_URL names, or "
                "it may not be opened. Check the host, and that the server runs."
            )
        return (
            "PostgreSQL cannot be reached: a certificate file that DATABASE_URL names cannot be read. Check "
            "sslrootcert, sslcert, sslkey and sslcrl."
        )
    if isinstance(error, _REFUSED_PARAMETER):
        return f"PostgreSQL refuses a parameter of DATABASE_URL: {reason}. Correct it, or leave it out."
    return f"PostgreSQL cannot be reached: {reason}."
