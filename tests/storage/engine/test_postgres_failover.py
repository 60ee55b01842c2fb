"""A server that takes no changes for a while, or ends a session, is no reason to start again."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from buddybot.storage.engine.database import Database, StorageError, TransientError, Tx, connect


@pytest.fixture(name="database")
async def connect_to_schema(migrated_schema: str) -> AsyncIterator[Database]:
    """Yield PostgreSQL; none of these tests keeps a row."""
    database = await connect(migrated_schema)
    yield database
    await database.close()


class OwnDatabase:
    """A database of the test's own, which may be switched to read-only for connections to come."""

    def __init__(self, server: Any, name: str, address: str) -> None:
        self._server = server
        self._name = name
        self.address = address

    async def take_changes(self, *, takes: bool) -> None:
        value = "off" if takes else "on"
        await self._server.execute(f"ALTER DATABASE {self._name} SET default_transaction_read_only = {value}")


@pytest.fixture(name="own")
async def make_own_database(postgres: str) -> AsyncIterator[OwnDatabase]:
    """Yield a database that no other test uses."""
    name = f"buddybot_test_{uuid4().hex}"
    base, _, query = postgres.partition("?")
    server = await asyncpg.connect(postgres)
    await server.execute(f"CREATE DATABASE {name}")
    try:
        yield OwnDatabase(server, name, f"{base.rpartition('/')[0]}/{name}?{query}".rstrip("?"))
    finally:
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


async def test_writers_go_on_without_a_restart_when_the_server_was_read_only(
    own: OwnDatabase,
) -> None:
    database = await connect(own.address)
    await database.write(lambda tx: tx.run("CREATE TABLE notes (id BIGINT)"))
    await database.close()
    await own.take_changes(takes=False)
    database = await connect(own.address)
    together = asyncio.Barrier(3)

    async def look(tx: Tx) -> int:
        await together.wait()
        return len(await tx.all("SELECT id FROM notes"))

    assert await asyncio.gather(*(database.read(look) for _ in range(3))) == [0, 0, 0]  # so many connections
    for _ in range(2):
        with pytest.raises(StorageError, match="takes no changes now; try again in a minute"):
            await database.write(lambda tx: tx.run("INSERT INTO notes (id) VALUES (1)"))
    await own.take_changes(takes=True)

    async def insert(tx: Tx, number: int) -> None:
        await tx.run("INSERT INTO notes (id) VALUES (:number)", number=number)

    await asyncio.gather(*(database.write(partial(insert, number=number)) for number in range(20)))
    rows = await database.read(lambda tx: tx.all("SELECT id FROM notes ORDER BY id"))
    assert [row["id"] for row in rows] == list(range(20))
    await database.close()


async def test_a_write_succeeds_at_once_when_only_its_connection_was_read_only(
    own: OwnDatabase,
) -> None:
    await own.take_changes(takes=False)
    database = await connect(own.address)  # to the server that is to become the standby
    await own.take_changes(takes=True)
    await database.write(lambda tx: tx.run("CREATE TABLE notes (id BIGINT)"))
    await database.close()


async def test_a_script_that_writes_in_a_read_is_told_and_not_run_again(database: Database) -> None:
    runs = 0

    async def script(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        await tx.run("INSERT INTO interactions VALUES (3, 0)")

    with pytest.raises(StorageError, match="cannot execute INSERT in a read-only transaction") as caught:
        await database.read(script)
    assert not isinstance(caught.value, TransientError)
    assert runs == 1


@pytest.mark.parametrize("state", ["25P03", "25P04", "57P01", "57P05"])
async def test_a_script_is_run_again_when_the_server_ended_its_session(
    database: Database, state: str
) -> None:
    runs = 0

    async def script(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            await tx.run(f"DO 'BEGIN RAISE SQLSTATE ''{state}''; END'")

    await database.write(script)
    assert runs == 2
