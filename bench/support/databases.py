"""Databases to measure on, gone afterwards: SQLite files on the machine's disk, a PostgreSQL schema."""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import asyncpg

from buddybot.storage.engine.database import connect
from buddybot.storage.migrations.runner import migrate

SERVER = "BUDDYBOT_TEST_POSTGRES"
ADDRESS = "postgres://postgres@127.0.0.1:5432/postgres"
NO_SERVER = f"PostgreSQL was left out: no server at {SERVER} or its default address."


async def migrated(url: str) -> str:
    """Bring a database to the present schema and return its address."""
    database = await connect(url)
    try:
        await migrate(database)
    finally:
        await database.close()
    return url


def file_url(path: Path) -> str:
    """Return the address of an SQLite file."""
    return f"sqlite:///{path}"


def raw_sqlite(path: Path) -> sqlite3.Connection:
    """Open a file as durable and as careful as the bot does."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.row_factory = sqlite3.Row
    return connection


@asynccontextmanager
async def postgres_schema() -> AsyncIterator[str | None]:
    """Yield the address of an empty schema of our own; None without a server."""
    server = os.environ.get(SERVER, ADDRESS)
    try:
        connection = await asyncpg.connect(server, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        yield None
        return
    schema = f"buddybot_bench_{uuid4().hex}"
    try:
        await connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{server}{'&' if '?' in server else '?'}{urlencode({'search_path': schema})}"
    finally:
        await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        await connection.close()
