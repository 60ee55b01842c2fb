"""Fixtures that give a test a private, freshly migrated database on each engine, or an empty one.

``database_url`` is for tests that open a database more than once.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import asyncpg
import pytest

from buddybot.storage.engine.database import Database, connect
from buddybot.storage.engine.postgres import PostgresDatabase
from buddybot.storage.migrations.runner import migrate

__all__ = [
    "database",
    "database_url",
    "empty_again",
    "empty_database",
    "empty_url",
    "migrated_file",
    "migrated_schema",
    "postgres",
    "servers",
]

ENGINES = ("sqlite", "postgres")
ADDRESS = os.environ.get("BUDDYBOT_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")

# Deleting from a few dozen small tables takes a millisecond; making their schema again would take many. It is
# a function of one connection, which keeps its plans.
_EMPTY = """
DO $$ DECLARE body text; BEGIN
    SELECT string_agg(statement, '; ') INTO body FROM (
        SELECT 'DELETE FROM ' || quote_ident(tablename) AS statement FROM pg_tables
            WHERE schemaname = current_schema() AND tablename <> 'schema_migrations'
        UNION ALL
        SELECT 'PERFORM setval(' || quote_literal(quote_ident(sequencename)) || ', 1, false)'
            FROM pg_sequences WHERE schemaname = current_schema()
    ) AS statements;
    EXECUTE 'CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql
        SET session_replication_role = replica AS ' || quote_literal('BEGIN ' || body || '; END');
END $$
"""


def _url(schema: str) -> str:
    """Return the address of one schema.

    A crash may lose a test's rows, so no test waits for the disk. A test has a dozen rows, so no plan that is
    made for a statement's values would be better than the first.
    """
    settings = {"synchronous_commit": "off", "plan_cache_mode": "force_generic_plan"}
    query = urlencode({"search_path": schema, **settings})
    return f"{ADDRESS}{'&' if '?' in ADDRESS else '?'}{query}"


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _migrate(url: str) -> None:
    database = await connect(url)
    try:
        await migrate(database)
    finally:
        await database.close()


@pytest.fixture(scope="session")
def postgres() -> str:
    """Return the server's address; without a server its tests are skipped, on CI they fail."""
    try:
        asyncio.run(_execute(ADDRESS, "SELECT 1"))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = f"no PostgreSQL at BUDDYBOT_TEST_POSTGRES or its default address ({type(error).__name__})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return ADDRESS


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "buddybot.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_schema(postgres: str) -> Iterator[str]:
    """Yield the address of a migrated schema that this run of the tests has to itself."""
    schema = f"buddybot_test_{uuid4().hex}"
    asyncio.run(_execute(postgres, f"CREATE SCHEMA {schema}"))
    try:
        asyncio.run(_migrate(_url(schema)))
        yield _url(schema)
    finally:
        asyncio.run(_execute(postgres, f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture(scope="session")
def empty_again(migrated_schema: str) -> Iterator[Callable[[], None]]:
    """Yield what deletes all rows; its connection is kept, for a new one gets to know every table first."""
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(migrated_schema, timeout=5, command_timeout=60))
    loop.run_until_complete(connection.execute(_EMPTY))

    def empty() -> None:
        loop.run_until_complete(connection.execute("SELECT pg_temp.empty()"))

    yield empty
    loop.run_until_complete(connection.close())
    loop.close()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a freshly migrated database."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("migrated_schema")
        request.getfixturevalue("empty_again")()
        return url
    path = tmp_path / "buddybot.db"
    shutil.copy(request.getfixturevalue("migrated_file"), path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[dict[str, PostgresDatabase]]:
    """Yield the migrated schema, connected when a test asks for it; its connections keep their plans."""
    opened: dict[str, PostgresDatabase] = {}
    yield opened
    for each in opened.values():
        await each.close()


@pytest.fixture
async def database(servers: dict[str, PostgresDatabase], database_url: str) -> AsyncIterator[Database]:
    """Yield a freshly migrated database."""
    if not database_url.startswith("sqlite"):
        if database_url not in servers or servers[database_url]._closed:  # some tests end with that
            servers[database_url] = await PostgresDatabase.open(database_url, connections=8, prepared=True)
        yield servers[database_url]
        return
    opened = await connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: str = request.getfixturevalue("postgres")
    schema = f"buddybot_test_{uuid4().hex}"
    asyncio.run(_execute(server, f"CREATE SCHEMA {schema}"))
    try:
        yield _url(schema)
    finally:
        asyncio.run(_execute(server, f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture
async def empty_database(empty_url: str) -> AsyncIterator[Database]:
    """Yield a database without any table."""
    opened = await connect(empty_url)
    yield opened
    await opened.close()
