"""Closing: what was accepted is finished, what comes later is refused, and the process can end."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from buddybot.storage.engine.database import Database, StorageError, Tx, connect, sqlite_path

ROOT = Path(__file__).parents[3]


async def count(tx: Tx) -> int:
    row = await tx.one("SELECT count(*) AS count FROM notes")
    assert row is not None
    number: int = row["count"]
    return number


async def test_close_waits_for_what_was_accepted(empty_database: Database, empty_url: str) -> None:
    async def make(tx: Tx) -> None:
        await tx.run("CREATE TABLE notes (id BIGINT PRIMARY KEY)")

    async def add(number: int) -> None:
        async def script(tx: Tx) -> None:
            await tx.run("INSERT INTO notes (id) VALUES (:id)", id=number)

        await empty_database.write(script)

    await empty_database.write(make)
    writers = [asyncio.create_task(add(number)) for number in range(60)]
    readers = [asyncio.create_task(empty_database.read(count)) for _ in range(20)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in writers)
    await empty_database.close()
    await asyncio.gather(*writers, *readers)
    again = await connect(empty_url)
    assert await again.read(count) == 60
    await again.close()


async def test_a_closed_database_refuses_and_may_be_closed_again(empty_database: Database) -> None:
    async def script(tx: Tx) -> None:
        await tx.one("SELECT 1")

    await empty_database.close()
    with pytest.raises(StorageError, match="closed"):
        await empty_database.write(script)
    with pytest.raises(StorageError, match="closed"):
        await empty_database.read(script)
    await empty_database.close()


async def test_what_comes_while_it_closes_is_refused(empty_database: Database) -> None:
    async def script(tx: Tx) -> None:
        await tx.one("SELECT 1")

    running = asyncio.create_task(empty_database.write(script))
    closing = asyncio.create_task(empty_database.close())
    await asyncio.sleep(0)
    for late in (empty_database.write, empty_database.read):
        with pytest.raises(StorageError, match="closed"):
            await late(script)
    await asyncio.gather(running, closing)


async def test_a_closed_file_leaves_no_log_beside_it(empty_database: Database, empty_url: str) -> None:
    path = sqlite_path(empty_url)
    if path is None:
        pytest.skip("PostgreSQL's files belong to its server")

    async def script(tx: Tx) -> None:
        await tx.run("CREATE TABLE notes (id BIGINT PRIMARY KEY)")

    await empty_database.write(script)
    await empty_database.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ["await database.close()", "raise SystemExit(0)"])
def test_the_process_ends(empty_url: str, ending: str) -> None:
    program = f"""
import asyncio, sys
from buddybot.storage.engine.database import connect

async def script(tx):
    await tx.run("CREATE TABLE notes (id BIGINT)")

async def main():
    database = await connect(sys.argv[1])
    await database.write(script)
    {ending}

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, empty_url], cwd=ROOT, timeout=20, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
