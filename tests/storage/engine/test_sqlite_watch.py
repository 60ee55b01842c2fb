"""Nothing is confirmed that was written to a file which is not the database any more."""

import logging
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from buddybot.storage.copies.copies import back_up
from buddybot.storage.engine.database import Database, LostFileError, Tx, connect


@pytest.fixture
def path(tmp_path: Path, migrated_file: Path) -> Path:
    (tmp_path / "data").mkdir()
    return Path(shutil.copy(migrated_file, tmp_path / "data" / "buddybot.sqlite3"))


@pytest.fixture
async def opened(path: Path) -> AsyncIterator[Database]:
    database = await connect(f"sqlite:///{path}")
    yield database
    await database.close()


def part(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


async def see(tx: Tx, number: int = 1) -> None:
    await tx.run("INSERT INTO interactions (interaction_id, seen_at) VALUES (:id, 0)", id=number)


async def seen(database: Database) -> list[int]:
    rows = await database.read(lambda tx: tx.all("SELECT interaction_id FROM interactions"))
    return [row["interaction_id"] for row in rows]


def replace(path: Path) -> None:
    other = part(path, ".other")
    shutil.copy(path, other)
    other.replace(path)


def copy_over(path: Path) -> None:
    with closing(sqlite3.connect(part(path, ".other"))) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    shutil.copyfile(part(path, ".other"), path)


def copy_backup_over(path: Path) -> None:
    size = path.stat().st_size
    back_up(path, part(path, ".copy"), datetime(2026, 3, 5, tzinfo=UTC))
    shutil.copyfile(part(path, ".copy"), path)
    assert path.stat().st_size >= size  # nothing but its first page tells


def copy_older_over(path: Path) -> None:
    """Write what the file was before its newest changes, as a snapshot of the disk has it."""
    with path.open("r+b") as file:
        file.seek(24)
        changes = int.from_bytes(file.read(4), "big")
        file.seek(24)
        file.write((changes - 1).to_bytes(4, "big"))


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "the file is deleted": (lambda path: path.unlink(), "is gone"),
    "its folder is deleted": (lambda path: shutil.rmtree(path.parent), "is gone"),
    "its folder is moved": (lambda path: path.parent.rename(path.parent.with_name("old")), "is gone"),
    "the journal is deleted": (lambda path: part(path, "-wal").unlink(), "is gone"),
    "the index is deleted": (lambda path: part(path, "-shm").unlink(), "is gone"),
    "another takes its place": (replace, "was replaced by another"),
    "it is emptied": (lambda path: os.truncate(path, 0), "was cut short"),
    "it is cut in half": (lambda path: os.truncate(path, path.stat().st_size // 2), "was cut short"),
    "a smaller one is written over it": (copy_over, "was cut short"),
    "a backup of the same size is written over it": (copy_backup_over, "was overwritten"),
    "a larger file is written over it": (
        lambda path: path.write_bytes(b"\0" * (path.stat().st_size + 1)),
        "was overwritten",
    ),
    "its own former state is written over it": (copy_older_over, "was overwritten"),
    "the journal is emptied": (lambda path: os.truncate(part(path, "-wal"), 0), "was cut short"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_write_is_refused_when(
    fault: str, path: Path, opened: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await opened.write(see)
    break_it, what = FAULTS[fault]
    break_it(path)
    with caplog.at_level(logging.CRITICAL):
        for number in range(2, 5):
            with pytest.raises(LostFileError) as caught:
                await opened.write(partial(see, number=number))
    assert str(caught.value) == (
        f"The database file {path} {what} while it was in use, so nothing more is saved: stop the bot, "
        "put the file or a backup back in its place, and start again."
    )
    assert [record.getMessage() for record in caplog.records] == [str(caught.value)]
    with pytest.raises(LostFileError):
        await opened.scrub()


async def test_a_write_is_refused_when_an_older_copy_with_the_same_first_page_is_written_over_the_file(
    path: Path, opened: Database
) -> None:
    copy = part(path, ".copy")
    await opened.write(see)
    assert await opened.scrub()
    shutil.copyfile(path, copy)
    await opened.write(lambda tx: tx.run("UPDATE interactions SET seen_at = 1"))
    assert await opened.scrub(whole=False)
    await opened.write(partial(see, number=2))
    assert path.stat().st_size == copy.stat().st_size
    assert path.read_bytes()[:100] == copy.read_bytes()[:100]
    shutil.copyfile(copy, path)
    with pytest.raises(LostFileError, match="was overwritten"):
        await opened.write(partial(see, number=3))


async def test_writers_go_on_when_nothing_but_the_files_time_is_changed(path: Path, opened: Database) -> None:
    await opened.write(see)
    for moment in (0, 2_000_000_000):
        os.utime(path, (moment, moment))
        await opened.write(partial(see, number=moment + 2))
    assert await seen(opened) == [1, 2, 2_000_000_002]


async def test_writers_go_on_when_the_journal_is_brought_into_the_file_again_and_again(
    path: Path, opened: Database
) -> None:
    other = await connect(f"sqlite:///{path}")
    changed = path.stat().st_mtime_ns
    for start in range(0, 40_000, 1_000):

        async def many(tx: Tx, start: int = start) -> None:
            for number in range(start, start + 500):
                await see(tx, number * 7_919 % 1_000_003)

        await opened.write(many)
        await other.write(partial(see, number=2_000_000 + start))
    await other.close()
    assert path.stat().st_mtime_ns != changed
    await opened.write(partial(see, number=3_000_000))


async def test_a_write_is_refused_when_the_file_is_deleted_in_the_middle_of_it(
    path: Path, opened: Database
) -> None:
    async def script(tx: Tx) -> None:
        await see(tx)
        path.unlink()

    with pytest.raises(LostFileError):
        await opened.write(script)


async def test_writers_go_on_when_the_same_file_comes_back(path: Path, opened: Database) -> None:
    elsewhere = path.parent.with_name("elsewhere")
    path.parent.rename(elsewhere)
    with pytest.raises(LostFileError):
        await opened.write(see)
    elsewhere.rename(path.parent)
    await opened.write(see)
    assert await seen(opened) == [1]


async def test_writers_go_on_when_another_process_empties_the_journal_and_shortens_the_file(
    path: Path, opened: Database
) -> None:
    async def many(tx: Tx) -> None:
        for number in range(2_000):
            await see(tx, number)

    await opened.write(many)
    other = await connect(f"sqlite:///{path}")
    for again in range(3):
        await other.write(lambda tx: tx.run("DELETE FROM interactions"))
        assert await other.scrub()
        await opened.write(many if again else see)
    await other.close()
    await opened.write(lambda tx: see(tx, 5_000))


async def test_writers_go_on_when_one_is_refused_after_another_process_shortened_the_file(
    path: Path, opened: Database
) -> None:
    async def many(tx: Tx) -> None:
        for number in range(2_000):
            await see(tx, number)

    async def refuse(tx: Tx) -> None:
        await see(tx, 1)
        raise ValueError("no")

    await opened.write(many)
    other = await connect(f"sqlite:///{path}")
    await other.write(lambda tx: tx.run("DELETE FROM interactions"))
    assert await other.scrub()
    await other.close()
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            await opened.write(refuse)
    await opened.write(lambda tx: see(tx, 5_000))
    assert await seen(opened) == [5_000]


async def test_writers_go_on_when_their_own_deletions_shorten_the_file(path: Path, opened: Database) -> None:
    for start in range(0, 30_000, 3_000):

        async def many(tx: Tx, start: int = start) -> None:
            for number in range(start, start + 3_000):
                await see(tx, number)

        await opened.write(many)
    await opened.scrub()
    large = path.stat().st_size
    await opened.write(lambda tx: tx.run("DELETE FROM interactions"))
    assert await opened.scrub()
    assert path.stat().st_size < large
    await opened.write(see)
    assert await seen(opened) == [1]
