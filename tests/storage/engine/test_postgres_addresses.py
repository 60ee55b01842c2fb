"""An address as a host hands it out is connected to; what a server refuses is named."""

import logging
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import pytest

from buddybot.storage.engine.database import StorageError, connect
from buddybot.storage.migrations.runner import list_faults, migrate


def extended(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}"


@pytest.mark.parametrize(
    "query",
    [
        "sslmode=prefer&channel_binding=require&connect_timeout=10",
        "sslmode=disable&gssencmode=prefer&keepalives=1&target_session_attrs=read-write",
        "pgbouncer=true&connection_limit=1&pool_timeout=0&application_name=bot",
        "pool_max_conns=3&pool_min_conns=1&default_query_exec_mode=simple_protocol",
        "options=-c%20search_path%3Dpublic&statement_timeout=5000&client_encoding=utf8",
        "schema=public",
    ],
)
async def test_a_database_is_reached_when_its_address_is_written_for_other_programs(
    postgres: str, query: str
) -> None:
    database = await connect(extended(postgres, query))
    row = await database.read(lambda tx: tx.one("SELECT 1 AS x"))
    assert row is not None
    assert row["x"] == 1
    await database.close()


async def test_what_is_left_out_is_said_in_one_line_of_the_log(
    postgres: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="buddybot"):
        database = await connect(extended(postgres, "channel_binding=require&pool_timeout=3"))
        await database.close()
    assert [record.getMessage() for record in caplog.records] == [
        "left out of DATABASE_URL, for other programs need it: channel_binding, pool_timeout"
    ]


async def test_a_pooler_is_served_without_prepared_statements_when_the_address_says_so(postgres: str) -> None:
    database = await connect(extended(postgres, "pgbouncer=true"))
    assert await database.read(lambda tx: tx.all("SELECT name FROM pg_prepared_statements")) == []
    await database.close()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "no_such_thing=1",
            'refuses a parameter of DATABASE_URL: unrecognized configuration parameter "no_such',
        ),
        ("statement_timeout=soon", "refuses a parameter of DATABASE_URL: invalid value for parameter"),
        ("sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "certificate"),
        ("sslmode=verify-full", "sslrootcert=system"),
        ("connect_timeout=soon", "connect_timeout that is not a whole number of seconds"),
    ],
)
async def test_what_the_server_or_the_driver_refuses_is_named(
    postgres: str, query: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(StorageError) as caught:
        await connect(extended(postgres, query))
    assert words in str(caught.value)


@pytest.mark.parametrize("place", ["@/x?host={}", "@{}/x"])
async def test_a_socket_that_is_not_there_is_named_as_what_is_wrong(place: str, tmp_path: Path) -> None:
    folder = quote(str(tmp_path), safe="")
    with pytest.raises(StorageError, match="there is no socket in the folder that DATABASE_URL names"):
        await connect(f"postgres://ana:hunter22{place.format(folder)}")


async def test_our_tables_are_known_in_a_schema_of_any_name(postgres: str) -> None:
    own = f"buddybot_test_{uuid4().hex}"
    base, _, query = postgres.partition("?")
    address = f"{base.rpartition('/')[0]}/{own}?{query}".rstrip("?")
    server = await asyncpg.connect(postgres)
    await server.execute(f"CREATE DATABASE {own}")
    try:
        for name in ("s", "groups", "kudos", "Buddy-Bot"):
            owner = await asyncpg.connect(address)
            await owner.execute(f'CREATE SCHEMA "{name}"')
            await owner.close()
            database = await connect(extended(address, f"schema={name}"))
            await migrate(database)
            assert await list_faults(database) == []
            await database.write(lambda tx: tx.run("DROP INDEX memberships_current"))
            assert await list_faults(database) == ["index memberships_current is missing"]
            await database.close()
    finally:
        await server.execute(f"DROP DATABASE {own} WITH (FORCE)")
        await server.close()


async def test_a_schema_that_is_not_there_is_named_as_what_is_wrong(postgres: str) -> None:
    database = await connect(extended(postgres, "schema=nowhere"))
    with pytest.raises(StorageError, match="no schema of the name that is asked for: create it"):
        await migrate(database)
    await database.close()


async def test_of_several_hosts_the_one_that_takes_changes_is_used(postgres: str) -> None:
    login, _, rest = postgres.partition("://")[2].partition("@")
    host, _, name = rest.partition("/")
    database = await connect(f"postgres://{login}@127.0.0.1:9,{host}/{name}")
    row = await database.read(lambda tx: tx.one("SELECT 1 AS x"))
    assert row is not None
    await database.close()
