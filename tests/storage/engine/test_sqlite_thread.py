"""Scripts that wait for SQLite's thread hold up neither the loop nor each other, and none is forgotten."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from buddybot.storage.engine import sqlite
from buddybot.storage.engine.database import StorageError, Tx, connect
from buddybot.storage.engine.sqlite import SqliteDatabase


async def one(tx: Tx) -> int:
    row = await tx.one("SELECT 1 AS one")
    assert row is not None
    return int(row["one"])


async def test_the_loop_goes_on_when_a_reader_takes_long(tmp_path: Path) -> None:
    database = cast("SqliteDatabase", await connect(f"sqlite:///{tmp_path}/bot.db"))
    gate = threading.Event()

    async def slow(tx: Tx) -> bool:
        await tx.one("SELECT 1 AS one")
        return gate.wait(30)

    async def quick(_: Tx) -> bool:
        return gate.is_set()

    reading = asyncio.ensure_future(database.read(slow))
    await asyncio.wait([reading], timeout=0.01)
    later = asyncio.ensure_future(database.read(quick))
    await asyncio.sleep(0)
    assert not reading.done()
    gate.set()  # nobody would, if the loop waited for it
    assert await reading
    assert await later
    await database.close()


async def test_nobody_is_told_before_the_commit_and_the_loop_waits_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, commit = threading.Event(), sqlite._commit

    def slow(connection: sqlite3.Connection, batch: list[Any], **given: Any) -> None:
        commit(connection, batch, **given)
        gate.wait(30)

    monkeypatch.setattr(sqlite, "_commit", slow)
    database = await connect(f"sqlite:///{tmp_path}/bot.db")
    first = asyncio.ensure_future(database.write(one))
    await asyncio.wait([first], timeout=0.01)
    second = asyncio.ensure_future(database.write(one))
    await asyncio.wait([second], timeout=0.01)
    assert not first.done()
    assert not second.done()
    gate.set()  # nobody would, if the loop waited for either
    assert (await first, await second) == (1, 1)
    await database.close()


async def test_a_reader_is_finished_when_the_database_closes_before_it_began(tmp_path: Path) -> None:
    database = cast("SqliteDatabase", await connect(f"sqlite:///{tmp_path}/bot.db"))
    reading = asyncio.ensure_future(database.read(one))
    await asyncio.sleep(0)
    await database.close()
    assert await reading == 1


async def test_readers_are_told_when_their_thread_is_gone(tmp_path: Path) -> None:
    database = cast("SqliteDatabase", await connect(f"sqlite:///{tmp_path}/bot.db"))
    assert database._reader is not None
    await database._reader.close()
    for found in await asyncio.gather(*(database.read(one) for _ in range(3)), return_exceptions=True):
        assert isinstance(found, StorageError)
    await database._writer.close()


async def test_no_thread_is_left_when_the_opening_is_cancelled(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    for turns in range(12):
        opening = asyncio.ensure_future(connect(f"sqlite:///{tmp_path}/bot.db"))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        found = (await asyncio.gather(opening, return_exceptions=True))[0]
        if isinstance(found, SqliteDatabase):
            await found.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
        assert not thread.is_alive()
