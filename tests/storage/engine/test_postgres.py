"""What the PostgreSQL engine adds: retries, a pool that heals, and errors that quote nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import pytest

from buddybot.storage.engine.database import (
    ConstraintError,
    Database,
    ScriptError,
    StorageError,
    TransientError,
    Tx,
    connect,
)
from tests import databases


@pytest.fixture(name="notes")
async def make_notes(migrated_schema: str, postgres: str) -> AsyncIterator[Database]:
    """Yield a database with one small table and two rows, whose connections the server tells from others."""
    name = f"buddybot_test_{uuid4().hex}"
    database = await connect(f"{migrated_schema}&deadlock_timeout=10ms&application_name={name}")

    async def script(tx: Tx) -> None:
        await tx.run("CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT)")
        await tx.run("INSERT INTO notes (id, text) VALUES (1, ''), (2, '')")

    await database.write(script)
    yield database
    await database.write(lambda tx: tx.run("DROP TABLE notes"))
    await database.close()


async def test_a_deadlock_is_run_again(notes: Database) -> None:
    runs = 0
    both_hold_one = asyncio.Barrier(2)

    async def cross(tx: Tx, first: int, second: int) -> None:
        nonlocal runs
        runs += 1
        await tx.run("UPDATE notes SET text = text || 'x' WHERE id = :id", id=first)
        if runs <= 2:
            await both_hold_one.wait()  # a test may: this engine has a loop to wait in
        await tx.run("UPDATE notes SET text = text || 'x' WHERE id = :id", id=second)

    await asyncio.gather(notes.write(lambda tx: cross(tx, 1, 2)), notes.write(lambda tx: cross(tx, 2, 1)))
    assert runs == 3
    rows = await notes.read(lambda tx: tx.all("SELECT text FROM notes"))
    assert [row["text"] for row in rows] == ["xx", "xx"]


async def test_what_fails_every_time_is_given_up(notes: Database) -> None:
    runs = 0

    async def script(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        await tx.run("DO 'BEGIN RAISE serialization_failure; END'")

    with pytest.raises(TransientError, match="busy"):
        await notes.write(script)
    assert runs == 4


async def test_a_lost_connection_is_replaced_and_the_script_run_again(notes: Database) -> None:
    lost = False

    async def script(tx: Tx) -> None:
        nonlocal lost
        await tx.run("INSERT INTO notes (id) VALUES (3)")
        if not lost:
            lost = True
            await tx.run("SELECT pg_terminate_backend(pg_backend_pid())")

    await notes.write(script)
    rows = await notes.read(lambda tx: tx.all("SELECT id FROM notes ORDER BY id"))
    assert [row["id"] for row in rows] == [1, 2, 3]


async def test_idle_connections_that_the_server_ended_harm_nobody(notes: Database) -> None:
    await asyncio.gather(*(notes.read(lambda tx: tx.one("SELECT 1")) for _ in range(8)))
    await notes.write(
        lambda tx: tx.all(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE pid <> pg_backend_pid() AND usename = current_user AND query LIKE '%SELECT 1%'
                 AND application_name = current_setting('application_name')"""
        )
    )
    await asyncio.gather(*(notes.write(lambda tx: tx.one("SELECT 1")) for _ in range(20)))


async def test_a_commit_without_an_answer_is_not_run_again(
    notes: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = 0

    async def script(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        await tx.run("INSERT INTO notes (id) VALUES (3)")
        connection = tx._connection  # type: ignore[attr-defined]  # the plug is pulled between script and commit
        connection._con._transport.abort()
        await asyncio.sleep(0)

    with pytest.raises(StorageError, match="lost") as caught:
        await notes.write(script)
    assert not isinstance(caught.value, TransientError)
    assert runs == 1
    rows = await notes.read(lambda tx: tx.all("SELECT id FROM notes"))
    assert len(rows) == 2


async def test_one_connection_without_prepared_statements_serves_everybody(migrated_schema: str) -> None:
    database = await connect(migrated_schema, connections=1, prepared=False)
    found = await asyncio.gather(*(database.read(lambda tx: tx.all("SELECT 1 AS x")) for _ in range(20)))
    assert [rows[0]["x"] for rows in found] == [1] * 20
    prepared = await database.read(lambda tx: tx.all("SELECT name FROM pg_prepared_statements"))
    assert prepared == []
    await database.close()


async def test_who_waits_for_the_connection_gets_a_transaction_of_its_own_kind(migrated_schema: str) -> None:
    """Writers and readers in turn on one connection."""
    database = await connect(migrated_schema, connections=1)
    asked = "SELECT current_setting('transaction_isolation') AS level, current_setting('{}') AS readonly"

    async def script(tx: Tx) -> tuple[str, str]:
        row = await tx.one(asked.format("transaction_read_only"))
        assert row is not None
        return row["level"], row["readonly"]

    async with asyncio.timeout(20):
        found = await asyncio.gather(*((database.read, database.write)[n % 2](script) for n in range(12)))
    assert found == [("repeatable read", "on"), ("read committed", "off")] * 6
    await database.close()


async def test_a_transaction_cancelled_as_it_begins_leaves_nothing_to_tidy_up(migrated_schema: str) -> None:
    database = await connect(migrated_schema, connections=1)
    complaints: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
    await database.read(lambda tx: tx.one("SELECT 1"))
    for _ in range(20):
        task = asyncio.create_task(database.read(lambda tx: tx.one("SELECT 1")))
        await asyncio.sleep(0)  # it has been sent and not been answered
        task.cancel()
        await asyncio.wait((task,))
        assert task.cancelled()
    await database.read(lambda tx: tx.one("SELECT 1"))
    await database.close()
    assert complaints == []


@pytest.mark.parametrize("commit", ["refused", "lost"])
async def test_a_commit_that_fails_leaves_those_who_wait_their_turn(
    migrated_schema: str, commit: str
) -> None:
    database = await connect(migrated_schema, connections=1)

    async def make(tx: Tx) -> None:
        await tx.run("CREATE TABLE notes (id BIGINT REFERENCES notes_ids (id) DEFERRABLE INITIALLY DEFERRED)")

    async def failing(tx: Tx) -> None:
        await tx.run("INSERT INTO notes (id) VALUES (7)")
        if commit == "lost":
            tx._connection._con._transport.abort()  # type: ignore[attr-defined]  # the plug is pulled before the commit
            await asyncio.sleep(0)

    await database.write(lambda tx: tx.run("CREATE TABLE notes_ids (id BIGINT PRIMARY KEY)"))
    await database.write(make)
    waiting = [lambda tx: tx.one("SELECT 1 AS x") for _ in range(3)]
    async with asyncio.timeout(20):
        failed, *rows = await asyncio.gather(
            database.write(failing), *map(database.write, waiting), return_exceptions=True
        )
    assert isinstance(failed, ConstraintError if commit == "refused" else StorageError)
    assert [row["x"] for row in rows] == [1] * 3  # type: ignore[index]
    await database.write(lambda tx: tx.run("DROP TABLE notes, notes_ids"))
    await database.close()


async def test_errors_do_not_quote_what_people_wrote(notes: Database) -> None:
    async def wrong_type(tx: Tx) -> None:
        await tx.run("INSERT INTO notes (text, id) VALUES (:text, :id)", text="x", id="my secret")

    async def too_long(tx: Tx) -> None:
        await tx.one("SELECT CAST(CAST(:text AS TEXT) AS BIGINT)", text="my secret")

    async def twice(tx: Tx) -> None:
        await tx.run("CREATE UNIQUE INDEX by_text ON notes (text)")

    for script, kind, sentence in (
        (wrong_type, ScriptError, "The parameter :id has the wrong type for its place."),
        (too_long, ScriptError, "A value does not fit (InvalidTextRepresentationError)."),
        (
            twice,
            ConstraintError,
            'The change breaks a rule of the schema: could not create unique index "by_text".',
        ),
    ):
        with pytest.raises(kind) as caught:
            await notes.write(script)
        assert str(caught.value) == sentence
        assert caught.value.__suppress_context__


async def test_two_cancellations_in_a_row_leave_the_connection_fit(notes: Database) -> None:
    async def script(tx: Tx) -> None:
        await tx.run("INSERT INTO notes (id) VALUES (3)")
        await tx.one("SELECT pg_sleep(30)")

    for _ in range(12):
        task = asyncio.create_task(notes.write(script))
        while not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait((task,), timeout=0.01)
        assert task.cancelled()
    rows = await notes.read(lambda tx: tx.all("SELECT id FROM notes"))
    assert len(rows) == 2


async def test_a_cancellation_is_not_hidden_by_a_connection_that_died(notes: Database) -> None:
    begun = asyncio.Event()

    async def script(tx: Tx) -> None:
        assert not begun.is_set()
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            tx._connection._con._transport.abort()  # type: ignore[attr-defined]  # so that no rollback gets through

    task = asyncio.create_task(notes.write(script))
    await begun.wait()
    task.cancel()
    await asyncio.wait((task,))
    assert task.cancelled()
    await notes.write(lambda tx: tx.one("SELECT 1"))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgres://me:hunter2@127.0.0.1:1/x", "PostgreSQL cannot be reached"),
        ("postgres://me:hunter2@host.invalid/x", "PostgreSQL cannot be reached"),
        ("postgres://me:hunter2#/@127.0.0.1/x", "write it as %2F"),
        ("postgres://me:hunter2@127.0.0.1:notaport/x", "a port that is not a number"),
        ("postgres://me:hunter2@127.0.0.1/x?sslmode=maybe", "an sslmode that there is not"),
    ],
)
async def test_an_unreachable_server_is_told_without_the_password(url: str, sentence: str) -> None:
    with pytest.raises(StorageError, match=sentence) as caught:
        await connect(url)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_a_database_that_does_not_exist_is_told(postgres: str) -> None:
    base, _, _ = postgres.partition("?")
    with pytest.raises(StorageError, match='cannot be reached: database "no_such_one" does not exist'):
        await connect(base.rpartition("/")[0] + "/no_such_one")


def test_without_a_server_tests_are_skipped_at_home_and_fail_on_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    reach = databases.postgres.__wrapped__  # type: ignore[attr-defined]  # the function in the fixture
    monkeypatch.setattr(databases, "ADDRESS", "postgres://me:hunter2@127.0.0.1:1/x")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no PostgreSQL"):
        reach()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL"):
        reach()
