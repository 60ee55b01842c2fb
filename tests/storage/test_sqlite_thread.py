"""The loop waits for SQLite's thread as long as it is quick, and never for good."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from buddybot.storage import sqlite
from buddybot.storage.database import StorageError, Tx, connect
from buddybot.storage.sqlite import SqliteDatabase
from buddybot.storage.sqlite_thread import Errand, LetGo


async def one(tx: Tx) -> int:
    row = await tx.one("SELECT 1 AS one")
    assert row is not None
    return int(row["one"])


async def test_a_reader_that_takes_long_holds_nothing_up(tmp_path: Path) -> None:
    database = cast("SqliteDatabase", await connect(f"sqlite:///{tmp_path}/bot.db"))
    gate = threading.Event()

    async def slow(tx: Tx) -> bool:
        await tx.one("SELECT 1 AS one")
        return gate.wait(30)

    async def quick(tx: Tx) -> bool:
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


async def test_what_ends_just_as_the_loop_gives_up_is_told_once() -> None:
    for patience in (0.0, 1.0):
        errand = Errand(lambda _: "done")
        thread = threading.Thread(target=errand.run)
        thread.start()
        over = errand.wait(patience)
        thread.join()
        assert await over == "done"


async def test_the_loop_is_let_go_before_the_disk_has_written() -> None:
    gate = threading.Event()

    def work(let_go: LetGo) -> bool:
        let_go()
        return gate.wait(30)

    errand = Errand(work)
    thread = threading.Thread(target=errand.run)
    thread.start()
    over = errand.wait(30)
    assert not over.done()
    gate.set()  # nobody would, if the loop waited for it
    assert await over
    thread.join()


async def test_the_loop_waits_for_no_commit_and_nobody_is_told_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, commit = threading.Event(), sqlite._commit

    def slow(connection: sqlite3.Connection, batch: list[Any], let_go: LetGo, **given: Any) -> None:
        def and_wait() -> None:
            let_go()
            gate.wait(30)

        commit(connection, batch, and_wait, **given)

    monkeypatch.setattr(sqlite, "_commit", slow)
    monkeypatch.setattr(sqlite, "_PATIENCE", 20.0)
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


async def test_a_reader_that_was_not_begun_yet_is_finished_before_the_end(tmp_path: Path) -> None:
    database = cast("SqliteDatabase", await connect(f"sqlite:///{tmp_path}/bot.db"))
    reading = asyncio.ensure_future(database.read(one))
    await asyncio.sleep(0)
    await database.close()
    assert await reading == 1


async def test_a_reader_of_a_thread_that_is_gone_is_told(tmp_path: Path) -> None:
    database = cast("SqliteDatabase", await connect(f"sqlite:///{tmp_path}/bot.db"))
    assert database._reader is not None
    await database._reader.close()
    with pytest.raises(StorageError):
        await database.read(one)
    await database._writer.close()
