"""What the SQLite engine adds: common commits, savepoints, durability and the thread behind it."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from buddybot.domain.errors import Refusal
from buddybot.storage.engine import sqlite
from buddybot.storage.engine.database import (
    ConstraintError,
    Database,
    Script,
    ScriptError,
    StorageError,
    TransientError,
    Tx,
    connect,
)
from buddybot.storage.engine.sqlite import SqliteDatabase


@pytest.fixture(name="path")
def make_path(tmp_path: Path) -> Path:
    """Return where the database of the test is."""
    return tmp_path / "new" / "folder" / "buddybot.db"


@pytest.fixture(name="notes", params=["file", "memory"])
async def make_notes(path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SqliteDatabase]:
    """Yield a database with one small table."""
    database = await connect("sqlite://:memory:" if request.param == "memory" else f"sqlite:///{path}")
    await database.write(lambda tx: tx.run("CREATE TABLE notes (id BIGINT PRIMARY KEY)"))
    yield cast("SqliteDatabase", database)
    await database.close()


async def ids(tx: Tx) -> list[int]:
    return [row["id"] for row in await tx.all("SELECT id FROM notes ORDER BY id")]


def add(*numbers: int) -> Script[None]:
    async def script(tx: Tx) -> None:
        for number in numbers:
            await tx.run("INSERT INTO notes (id) VALUES (:id)", id=number)

    return script


@asynccontextmanager
async def held(database: SqliteDatabase) -> AsyncIterator[list[str]]:
    """Hold the writing thread, so that what is asked meanwhile waits together; yield what it runs then."""
    gate, statements = threading.Event(), list[str]()

    def hold(connection: sqlite3.Connection) -> None:
        gate.wait()
        connection.set_trace_callback(statements.append)

    holding = asyncio.ensure_future(database._writer.run(hold))
    await asyncio.sleep(0)
    try:
        yield statements
    finally:
        gate.set()
        await holding


async def asked_for() -> None:
    """Let a round be asked for, one turn of the loop after the first script that waits for it."""
    for _ in range(2):
        await asyncio.sleep(0)


async def together(database: SqliteDatabase, *scripts: Script[Any]) -> tuple[list[Any], list[str]]:
    async with held(database) as statements:
        tasks = [asyncio.create_task(database.write(script)) for script in scripts]
        await asked_for()
    return await asyncio.gather(*tasks, return_exceptions=True), statements


async def test_writers_that_wait_share_one_commit(notes: SqliteDatabase) -> None:
    results, statements = await together(notes, *(add(number) for number in range(20)))
    assert results == [None] * 20
    assert statements.count("COMMIT") == 1
    assert await notes.read(ids) == list(range(20))


async def test_a_large_crowd_is_committed_in_parts(notes: SqliteDatabase) -> None:
    results, statements = await together(notes, *(add(number) for number in range(300)))
    assert results == [None] * 300
    assert statements.count("COMMIT") == 3


async def test_a_writer_that_fails_takes_no_other_with_it(notes: SqliteDatabase) -> None:
    async def give_up(tx: Tx) -> None:
        await add(50)(tx)
        raise Refusal("group.full")

    results, statements = await together(notes, add(1), add(2, 1), add(3), give_up, add(4))
    assert [type(result) for result in results] == [
        type(None),
        ConstraintError,
        type(None),
        Refusal,
        type(None),
    ]
    assert statements.count("COMMIT") == 1
    assert await notes.read(ids) == [1, 3, 4]


async def test_a_writer_that_is_alone_and_fails_leaves_nothing(notes: SqliteDatabase) -> None:
    with pytest.raises(ConstraintError):
        await notes.write(add(1, 1))
    results, statements = await together(notes, add(2))
    assert results == [None]
    assert not any("SAVEPOINT" in statement for statement in statements)
    assert await notes.read(ids) == [2]


async def test_readers_that_wait_share_one_snapshot_and_one_that_fails_takes_no_other_with_it(
    notes: SqliteDatabase,
) -> None:
    await notes.write(add(1))
    statements = list[str]()
    thread = notes._reader or notes._writer
    await thread.run(lambda connection: connection.set_trace_callback(statements.append))
    results = await asyncio.gather(
        *(notes.read(script) for script in (ids, ids, add(2), ids)), return_exceptions=True
    )
    assert [type(result) for result in results] == [list, list, StorageError, list]
    assert results[-1] == [1]
    assert statements.count("BEGIN") <= 2


async def test_when_the_commit_fails_every_writer_is_told_and_nothing_is_kept(notes: SqliteDatabase) -> None:
    await notes.write(
        lambda tx: tx.run("CREATE TABLE late (id BIGINT REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)")
    )
    results, _ = await together(notes, add(1), lambda tx: tx.run("INSERT INTO late (id) VALUES (9)"), add(2))
    assert [type(result) for result in results] == [ConstraintError] * 3
    assert await notes.read(ids) == []
    await notes.write(add(3))
    assert await notes.read(ids) == [3]


async def test_when_sqlite_itself_takes_a_batch_back_no_writer_believes_in_it(notes: SqliteDatabase) -> None:
    async def full_disk(tx: Tx) -> None:
        await tx.run("ROLLBACK")  # as SQLite does by itself when the disk is full

    results, _ = await together(notes, add(1), full_disk, add(2))
    assert all(isinstance(result, StorageError) for result in results)
    assert await notes.read(ids) == []
    await notes.write(add(3))
    assert await notes.read(ids) == [3]


async def test_a_writer_that_left_before_its_turn_is_not_run(notes: SqliteDatabase) -> None:
    async with held(notes):
        leaver = asyncio.create_task(notes.write(add(1)))
        stayer = asyncio.create_task(notes.write(add(2)))
        await asked_for()
        leaver.cancel()
        await asyncio.wait((leaver,))
        assert leaver.cancelled()
    await stayer
    assert await notes.read(ids) == [2]


async def test_a_result_is_given_only_after_the_commit(notes: SqliteDatabase) -> None:
    order: list[str] = []

    async def one(tx: Tx) -> None:
        await add(1)(tx)
        order.append("script")

    async with held(notes):
        await_write = asyncio.create_task(notes.write(one))
        await asked_for()
        committing = asyncio.ensure_future(
            notes._writer.run(lambda connection: order.append(f"open: {connection.in_transaction}"))
        )
        await asyncio.sleep(0)
    await asyncio.gather(await_write, committing)
    assert order == ["script", "open: False"]


@pytest.mark.parametrize("way", ["sleep(0)", "sleep(1)", "future", "gather", "write", "read"])
async def test_a_script_that_awaits_anything_else_is_refused(notes: SqliteDatabase, way: str) -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def script(tx: Tx) -> None:
        await add(1)(tx)
        if way == "future":
            await future
        elif way == "gather":
            await asyncio.gather()
        elif way in ("write", "read"):
            await getattr(notes, way)(ids)
        else:
            await asyncio.sleep(0 if way == "sleep(0)" else 1)
        await add(2)(tx)

    with pytest.raises(ScriptError, match="nothing but tx"):
        await notes.write(script)
    assert await notes.read(ids) == []


async def test_a_refused_script_cannot_use_its_clean_up_to_write(notes: SqliteDatabase) -> None:
    async def script(tx: Tx) -> None:
        try:
            await asyncio.sleep(0)
        finally:
            await add(1)(tx)

    with pytest.raises(ScriptError):
        await notes.write(script)
    assert await notes.read(ids) == []


async def test_aiosqlite_runs_a_function_on_its_thread_in_order_of_asking(notes: SqliteDatabase) -> None:
    assert version("aiosqlite").startswith("0.22.")  # private parts: look again with another version
    assert notes._writer._connection._thread.daemon
    order: list[int] = []

    def note(number: int, connection: sqlite3.Connection) -> None:
        assert connection is notes._writer._raw
        order.append(number)

    await asyncio.gather(*(notes._writer.run(partial(note, number)) for number in range(50)))
    assert order == list(range(50))


async def test_both_connections_are_durable_strict_and_forgetful(path: Path) -> None:
    database = cast("SqliteDatabase", await connect(f"sqlite:///{path}"))
    assert database._reader is not None

    def pragmas(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    for thread in (database._writer, database._reader):
        assert await thread.run(pragmas) == ["wal", 2, 1, 1, 5000]
    await database.close()


async def test_a_deleted_text_is_on_the_disk_no_more(path: Path) -> None:
    database = await connect(f"sqlite:///{path}")
    secret = "a sentence nobody else may read" * 40

    async def store(tx: Tx) -> None:
        await tx.run("CREATE TABLE texts (text TEXT)")
        await tx.run("INSERT INTO texts (text) VALUES (:text)", text=secret)

    def bytes_on_disk() -> bytes:
        return b"".join(file.read_bytes() for file in path.parent.iterdir())

    await database.write(store)
    assert await database.scrub()
    assert b"nobody else may read" in bytes_on_disk()
    await database.write(lambda tx: tx.run("DELETE FROM texts"))
    assert await database.scrub()
    assert b"nobody else may read" not in bytes_on_disk()
    await database.close()


async def test_only_the_owner_can_read_a_new_file(path: Path) -> None:
    database = await connect(f"sqlite:///{path}")
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    await database.close()


async def test_a_lock_that_never_ends_is_told_and_nothing_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_PRAGMAS", ("busy_timeout=1", *sqlite._PRAGMAS[1:]))
    database = await connect(f"sqlite:///{path}")
    await database.write(lambda tx: tx.run("CREATE TABLE notes (id BIGINT)"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransientError, match="busy"):
        await database.write(add(1))
    assert await database.read(ids) == []
    other.execute("ROLLBACK")
    await database.write(add(2))
    assert await database.read(ids) == [2]
    other.close()
    await database.close()


async def test_a_lock_that_ends_in_time_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_PRAGMAS", ("busy_timeout=0", *sqlite._PRAGMAS[1:]))
    database = cast("SqliteDatabase", await connect(f"sqlite:///{path}"))
    await database.write(lambda tx: tx.run("CREATE TABLE notes (id BIGINT)"))
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    tries: list[str] = []

    def end_at_the_second_try(statement: str) -> None:
        tries.append(statement)
        if tries == ["BEGIN IMMEDIATE"] * 2:
            other.execute("ROLLBACK")

    await database._writer.run(lambda connection: connection.set_trace_callback(end_at_the_second_try))
    await database.write(add(1))
    assert await database.read(ids) == [1]
    other.close()
    await database.close()


@pytest.mark.parametrize("what", ["text", "folder", "missing rights"])
async def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / "x.db"
    if what == "text":
        path.write_text("this is a shopping list and no database at all\n" * 100)
    elif what == "folder":
        path.mkdir()
    else:
        path = Path("/proc/buddybot/x.db")
    with pytest.raises(StorageError, match=r"The database file .*x\.db cannot be used"):
        await connect(f"sqlite:///{path}")


async def test_many_openers_of_a_new_file_agree(path: Path) -> None:
    databases: list[Database] = await asyncio.gather(*(connect(f"sqlite:///{path}") for _ in range(8)))
    await asyncio.gather(*(database.close() for database in databases))


async def test_not_even_a_copy_in_the_unused_room_of_a_page_is_left(path: Path) -> None:
    """SQLite moves rows between pages of an index and leaves the room they had as it was."""
    database = await connect(f"sqlite:///{path}")
    draw = Random(1)  # noqa: S311  # repeatable, nothing secret
    people = [10**17 + draw.randrange(10**18) for _ in range(300)]

    async def store(tx: Tx) -> None:
        await tx.run(
            "CREATE TABLE answers (meeting_id BIGINT, user_id BIGINT, PRIMARY KEY (meeting_id, user_id))"
        )
        for _ in range(8_000):
            await tx.run(
                "INSERT INTO answers (meeting_id, user_id) VALUES (:meeting, :user) ON CONFLICT DO NOTHING",
                meeting=draw.randrange(200),
                user=draw.choice(people),
            )

    async def forget(tx: Tx) -> None:
        for user in people[:100]:
            await tx.run("DELETE FROM answers WHERE user_id = :user", user=user)

    await database.write(store)
    await database.write(forget)
    assert await database.scrub()
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert [user for user in people[:100] if user.to_bytes(8, "big") in left] == []
    await database.close()
