"""A copy of a database that is in use is whole, or it is not there."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from buddybot.storage.copies import copies
from buddybot.storage.copies.copies import back_up
from buddybot.storage.engine.errors import StorageError
from buddybot.storage.engine.transaction import epoch
from tests.forked_python import forked_python
from tests.storage.copies.copying import *  # noqa: F403  # fixtures are found by their names
from tests.storage.copies.copying import NOW, ROOT, full, killed_at_every_step, mode, name_of, unlinkable

# Writes pairs of rows that belong together, and says so after each; ends when its input does.
WRITER = """
import asyncio, sys
from buddybot.storage.engine.database import connect

async def main(path):
    database = await connect(f"sqlite:///{path}")
    number = 0
    async def pair(tx):
        for half in ("a", "b"):
            key = number * 2 + (half == "b")
            await tx.run("INSERT INTO interactions VALUES (:id, :at)", id=key, at=number)
    loop = asyncio.get_running_loop()
    while True:
        number += 1
        await database.write(pair)
        print(number, flush=True)
        if number % 20 == 0 and not await loop.run_in_executor(None, sys.stdin.readline):
            break
    await database.close()

asyncio.run(main(sys.argv[1]))
"""


def refused_backup(source: Path, target: Path) -> str:
    """Return why no copy is made; nothing is left of it."""
    before = sorted(target.parent.iterdir()) if target.parent.is_dir() else []
    with pytest.raises(StorageError) as caught:
        back_up(source, target, NOW)
    assert (sorted(target.parent.iterdir()) if target.parent.is_dir() else []) == before
    return str(caught.value)


def test_a_copy_is_the_database_and_knows_when_it_was_made(house: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite3"
    assert back_up(house, target, NOW) == target.stat().st_size
    assert name_of(target) == "old"
    with closing(sqlite3.connect(target)) as opened:
        assert opened.execute("SELECT copied_at, settled_at FROM restores").fetchall() == [(epoch(NOW), None)]
    with closing(sqlite3.connect(house)) as opened:
        assert opened.execute("SELECT * FROM restores").fetchall() == []
    assert mode(target) == 0o600
    assert not list(tmp_path.glob(".*"))


def test_a_copy_of_a_database_that_is_written_to_holds_whole_units(house: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [*forked_python(), "-c", WRITER, str(house)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        known = []
        for number in range(5):
            written = int(writer.stdout.readline())
            writer.stdin.write("go on\n")
            writer.stdin.flush()
            back_up(house, tmp_path / f"copy-{number}.sqlite3", NOW)
            known.append(written)
        writer.stdin.close()
        writer.stdout.read()
    assert writer.returncode == 0
    for number, written in enumerate(known):
        with closing(sqlite3.connect(tmp_path / f"copy-{number}.sqlite3")) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            units = opened.execute("SELECT seen_at, count(*) FROM interactions GROUP BY seen_at").fetchall()
        assert [unit for unit, rows in units if rows != 2] == []
        assert [unit for unit, _ in units][:written] == list(range(1, written + 1))


def test_a_copy_never_replaces_a_file(house: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite3"
    target.write_text("mine")
    assert "is there already" in refused_backup(house, target)
    assert "is there already" in refused_backup(house, house)
    assert target.read_text() == "mine"


def test_a_file_that_comes_up_meanwhile_is_not_replaced(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.sqlite3"
    monkeypatch.setattr(copies, "_flush", lambda _: target.write_text("mine"))
    with pytest.raises(StorageError, match="is there already"):
        back_up(house, target, NOW)
    assert target.read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_without_links_a_copy_appears_as_well(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", unlinkable)
    back_up(house, tmp_path / "copy.sqlite3", NOW)
    assert name_of(tmp_path / "copy.sqlite3") == "old"
    assert not list(tmp_path.glob(".*"))


def test_a_missing_folder_and_a_missing_database_are_named(house: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert refused_backup(house, gone / "copy.sqlite3") == f"There is no folder {gone}: make it first."
    assert refused_backup(gone / "x", tmp_path / "copy").startswith(f"There is no database {gone / 'x'} yet")


def test_a_full_disk_leaves_nothing(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_flush", full)
    assert refused_backup(house, tmp_path / "copy").endswith("cannot be written: No space left on device.")


def test_damaged_bytes_and_other_databases_are_not_copied(house: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(house)) as opened:
        opened.execute("PRAGMA journal_mode=DELETE")
    whole = house.read_bytes()
    house.write_bytes(whole[:8192] + b"\x55" * 12288 + whole[20480:])
    assert "is damaged: " in refused_backup(house, tmp_path / "copy")
    house.write_bytes(b"Something else" * 1000)
    assert "is damaged: " in refused_backup(house, tmp_path / "copy")
    house.unlink()
    with closing(sqlite3.connect(house)) as opened:
        opened.execute("CREATE TABLE recipes (name TEXT)")
    assert refused_backup(house, tmp_path / "copy") == f"{house} is a database of another program."


def test_a_database_that_another_program_locks_is_not_waited_for(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_BUSY_SECONDS", 0)
    with closing(sqlite3.connect(house, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode=DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        assert "is locked by another program" in refused_backup(house, tmp_path / "copy")


def test_a_database_of_an_older_buddybot_can_be_copied(house: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(house)) as opened:
        opened.execute("DROP TABLE restores")
    back_up(house, tmp_path / "copy", NOW)
    assert name_of(tmp_path / "copy") == "old"


def test_a_backup_that_is_killed_leaves_no_half_copy(house: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite3"
    seen = set()
    for _ in killed_at_every_step("back_up", house, target):
        seen.add(target.exists())
        if target.exists():
            assert name_of(target) == "old"
            target.unlink()
        assert name_of(house) == "old"
    assert seen == {True, False}
    assert name_of(target) == "old"
