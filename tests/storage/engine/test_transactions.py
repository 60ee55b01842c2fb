"""What a transaction script may rely on, on both engines."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from buddybot.domain.errors import Refusal
from buddybot.storage.engine.database import (
    ConstraintError,
    Database,
    ScriptError,
    StorageError,
    Tx,
    connect,
    sqlite_path,
)


@pytest.fixture(name="notes")
async def make_notes(empty_database: Database) -> Database:
    """Return a database with one small table and three rows in it."""

    async def script(tx: Tx) -> None:
        await tx.run("CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL)")
        for number in (1, 2, 3):
            await tx.run("INSERT INTO notes (id, text) VALUES (:id, :text)", id=number, text=f"n{number}")

    await empty_database.write(script)
    return empty_database


async def ids(tx: Tx) -> list[int]:
    return [row["id"] for row in await tx.all("SELECT id FROM notes ORDER BY id")]


async def add_four(tx: Tx) -> int:
    return await tx.run("INSERT INTO notes (id, text) VALUES (4, 'n4')")


async def test_one_all_and_run_answer_alike(notes: Database) -> None:
    async def script(tx: Tx) -> list[object]:
        first = await tx.one("SELECT id, text FROM notes WHERE id >= :id ORDER BY id", id=2)
        assert first is not None
        made = await tx.one("INSERT INTO notes (id, text) VALUES (9, 'x') RETURNING id")
        assert made is not None
        return [
            (first["id"], first["text"], list(first.keys())),
            made["id"],
            await tx.one("SELECT id FROM notes WHERE id = 0"),
            await tx.all("SELECT id FROM notes WHERE id = 0"),
            await tx.run("UPDATE notes SET text = 'y' WHERE id > :id", id=1),
            await tx.run("WITH few AS (SELECT 1 AS id) DELETE FROM notes WHERE id IN (SELECT id FROM few)"),
            await tx.run("DELETE FROM notes WHERE id < 9 RETURNING id"),
            await tx.run("DELETE FROM notes WHERE id = 0"),
            await tx.run("SELECT id FROM notes"),
            await tx.run("CREATE TABLE more (id BIGINT)"),
        ]

    expected = [(2, "n2", ["id", "text"]), 9, None, [], 3, 1, 2, 0, 0, 0]
    assert await notes.write(script) == expected
    assert await notes.read(ids) == [9]


async def test_a_refusal_in_a_script_takes_everything_back(notes: Database) -> None:
    async def script(tx: Tx) -> None:
        await add_four(tx)
        raise Refusal("group.full")

    with pytest.raises(Refusal):
        await notes.write(script)
    assert await notes.read(ids) == [1, 2, 3]


async def test_a_broken_rule_of_the_schema_is_told_without_the_row(notes: Database) -> None:
    async def twice(tx: Tx) -> None:
        await add_four(tx)
        await tx.run("INSERT INTO notes (id, text) VALUES (:id, :text)", id=77_001, text="something private")
        await tx.run("INSERT INTO notes (id, text) VALUES (:id, :text)", id=77_001, text="something private")

    with pytest.raises(ConstraintError) as caught:
        await notes.write(twice)
    assert "77001" not in str(caught.value)
    assert "private" not in str(caught.value)
    assert caught.value.__suppress_context__  # a traceback in the log does not quote the driver's words
    assert await notes.read(ids) == [1, 2, 3]


async def test_a_script_cannot_hide_that_a_statement_failed(notes: Database) -> None:
    async def hide(tx: Tx, then: Callable[[Tx], Awaitable[object]] | None) -> None:
        await add_four(tx)
        try:
            await tx.run("INSERT INTO notes (id, text) VALUES (1, 'again')")
        except ConstraintError:
            if then is not None:
                await then(tx)

    with pytest.raises(ScriptError, match="hid the error"):
        await notes.write(lambda tx: hide(tx, None))
    with pytest.raises(ScriptError, match="went on after"):
        await notes.write(lambda tx: hide(tx, ids))
    assert await notes.read(ids) == [1, 2, 3]


async def test_a_transaction_is_of_no_use_after_its_end(notes: Database) -> None:
    async def leak(tx: Tx) -> Tx:
        return tx

    kept: list[Tx] = []

    async def leak_and_refuse(tx: Tx) -> None:
        kept.append(tx)
        raise Refusal("group.full")

    kept.append(await notes.write(leak))
    with pytest.raises(Refusal):
        await notes.write(leak_and_refuse)
    for leaked in kept:
        with pytest.raises(ScriptError, match="after the end"):
            await leaked.run("DELETE FROM notes")
    assert await notes.read(ids) == [1, 2, 3]


async def test_a_statement_that_the_engine_does_not_understand_is_a_storage_error(notes: Database) -> None:
    async def wrong(tx: Tx) -> None:
        await tx.run("UPDATE notes SET nothing = 1")

    with pytest.raises(StorageError, match="nothing"):
        await notes.write(wrong)


async def test_a_read_cannot_write(notes: Database) -> None:
    for statement in ("DELETE FROM notes", "CREATE TABLE more (id BIGINT)"):

        async def script(tx: Tx, statement: str = statement) -> None:
            await tx.run(statement)

        with pytest.raises(StorageError):
            await notes.read(script)
    assert await notes.write(ids) == [1, 2, 3]


async def test_a_read_sees_one_state_while_others_commit(notes: Database, empty_url: str) -> None:
    other = await connect(empty_url)

    async def script(tx: Tx) -> tuple[list[int], list[int]]:
        before = await ids(tx)
        if path := sqlite_path(empty_url):
            with sqlite3.connect(path) as raw:  # the thread of the script has no loop to wait in
                raw.execute("INSERT INTO notes (id, text) VALUES (4, 'n4')")
            raw.close()
        else:
            await other.write(add_four)
        return before, await ids(tx)

    assert await notes.read(script) == ([1, 2, 3], [1, 2, 3])
    assert await notes.read(ids) == [1, 2, 3, 4]
    await other.close()


async def test_a_read_sees_what_was_committed_before_it(notes: Database) -> None:
    async def note(number: int) -> None:
        async def script(tx: Tx) -> None:
            await tx.run("INSERT INTO notes (id, text) VALUES (:id, '')", id=number)

        await notes.write(script)
        assert number in await notes.read(ids)

    await asyncio.gather(*(note(number) for number in range(10, 210)))


async def test_writers_that_lock_the_row_of_the_rule_cannot_break_it_together(notes: Database) -> None:
    async def take_a_seat(number: int, tx: Tx) -> None:
        await tx.one(f"SELECT id FROM notes WHERE id = 1 {tx.for_update}")
        if len(await ids(tx)) >= 6:
            raise Refusal("group.full")
        await tx.run("INSERT INTO notes (id, text) VALUES (:id, '')", id=number)

    results = await asyncio.gather(
        *(notes.write(partial(take_a_seat, number)) for number in range(10, 30)),
        return_exceptions=True,
    )
    assert len(await notes.read(ids)) == 6
    assert sum(isinstance(result, Refusal) for result in results) == 17


async def test_claims_share_out_the_rows(notes: Database) -> None:
    async def claim(tx: Tx) -> list[int]:
        rows = await tx.all(
            f"""UPDATE notes SET text = 'claimed' WHERE id IN (
                    SELECT id FROM notes WHERE text <> 'claimed' ORDER BY id LIMIT 1 {tx.skip_locked})
                RETURNING id"""
        )
        return [row["id"] for row in rows]

    claimed = await asyncio.gather(*(notes.write(claim) for _ in range(3)))
    assert sorted(number for part in claimed for number in part) == [1, 2, 3]


@pytest.mark.parametrize("url", ["", "buddybot.db", "mysql://host/x", "sqlite://", "sqlite:///", "sqlite:x"])
async def test_an_address_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="must start with"):
        await connect(url)
