"""A copy takes the database's place; at every instant one whole database is there under its name."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from buddybot.storage.copies import copies
from buddybot.storage.copies.copies import put_in_place, stage_copy
from buddybot.storage.engine.database import connect
from buddybot.storage.engine.errors import StorageError
from tests.forked_python import forked_python
from tests.storage.copies.copying import *  # noqa: F403  # fixtures are found by their names
from tests.storage.copies.copying import NOW, full, killed_at_every_step, mode, name, name_of, unlinkable


def restore(copy: Path, target: Path) -> Path | None:
    """Put a copy in place, as the command does."""
    with stage_copy(copy, target) as partial:
        return put_in_place(partial, target, NOW)


def refused_restore(copy: Path, target: Path) -> str:
    """Return why a copy is not put in place; nothing comes up in the folder."""
    before = sorted(target.parent.iterdir())
    with pytest.raises(StorageError) as caught:
        restore(copy, target)
    assert sorted(target.parent.iterdir()) == before
    return str(caught.value)


def test_the_former_database_is_kept_whole_under_a_dated_name(copy: Path, house: Path) -> None:
    kept = restore(copy, house)
    assert kept == house.with_name("buddybot.sqlite3.before-20260305T190000Z")
    assert name_of(house) == "copied"
    assert name_of(kept) == "old"
    assert mode(house) == 0o600
    assert name_of(copy) == "copied"
    assert not list(house.parent.glob(".*"))


def test_what_stands_in_the_journal_of_a_killed_bot_is_kept_too(
    copy: Path, house: Path, tmp_path: Path
) -> None:
    # A process that is killed leaves its write-ahead log behind, and in it what was written last.
    program = (
        "import os, sqlite3, sys\n"
        "opened = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "opened.execute('PRAGMA journal_mode=WAL')\n"
        "opened.execute(\"UPDATE guilds SET commands_hash = 'last words'\")\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([*forked_python(), "-c", program, str(house)], timeout=60)
    assert done.returncode == -9
    assert house.with_name("buddybot.sqlite3-wal").stat().st_size > 0
    kept = restore(copy, house)
    assert kept is not None
    assert name_of(kept) == "last words"
    assert name_of(house) == "copied"


def test_stale_journals_of_a_database_that_is_gone_are_not_read_into_the_new_one(
    copy: Path, house: Path
) -> None:
    house.unlink()
    journals = [house.with_name(house.name + ending) for ending in ("-wal", "-shm", "-journal")]
    for journal in journals:
        journal.write_bytes(b"stale")
    assert restore(copy, house) is None
    assert not any(journal.exists() for journal in journals)
    assert name_of(house) == "copied"


def test_a_damaged_database_is_replaced_and_kept_with_its_log(copy: Path, house: Path) -> None:
    house.write_bytes(b"garbage" * 999)
    log = house.with_name(house.name + "-wal")
    log.write_bytes(b"its log")
    kept = restore(copy, house)
    assert kept is not None
    assert kept.read_bytes() == b"garbage" * 999
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"its log"
    assert not log.exists()
    assert name_of(house) == "copied"


def test_the_folder_is_made_where_there_is_none(copy: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "data" / "buddybot.sqlite3"
    assert restore(copy, target) is None
    assert name_of(target) == "copied"
    assert mode(target) == 0o600


def test_without_links_the_former_one_is_kept_as_well(
    copy: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", unlinkable)
    kept = restore(copy, house)
    assert kept is not None
    assert (name_of(kept), name_of(house), mode(kept)) == ("old", "copied", 0o600)


async def test_a_database_that_a_bot_has_open_and_idle_is_refused(copy: Path, house: Path) -> None:
    running = await connect(f"sqlite:///{house}")
    try:
        assert refused_restore(copy, house) == f"{house} is in use: stop the bot first."
        rows = await running.read(lambda tx: tx.all("SELECT commands_hash FROM guilds"))
        assert [row["commands_hash"] for row in rows] == ["old"]
    finally:
        await running.close()
    restore(copy, house)
    assert name_of(house) == "copied"


def test_what_is_no_copy_is_refused(copy: Path, house: Path, tmp_path: Path) -> None:
    gone, text, cut, other, pipe = (tmp_path / each for each in ("gone", "text", "cut", "other", "pipe"))
    os.mkfifo(pipe)
    text.write_text("hello")
    whole = copy.read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    with closing(sqlite3.connect(other)) as opened:
        opened.execute("CREATE TABLE recipes (name TEXT)")
    assert "No such file" in refused_restore(gone, house)
    assert "is no SQLite database" in refused_restore(text, house)
    assert "is no SQLite database" in refused_restore(pipe, house)
    assert "is damaged" in refused_restore(cut, house)
    assert "of another program" in refused_restore(other, house)
    assert name_of(house) == "old"


def test_a_name_that_is_taken_is_not_replaced(copy: Path, house: Path) -> None:
    kept = house.with_name("buddybot.sqlite3.before-20260305T190000Z")
    kept.write_text("mine")
    assert refused_restore(copy, house) == f"{kept} is there already: move it away first."
    assert (kept.read_text(), name_of(house)) == ("mine", "old")


def test_a_full_disk_leaves_the_former_database(
    copy: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_flush", full)
    assert refused_restore(copy, house).endswith("cannot be written: No space left on device.")
    assert name_of(house) == "old"


def test_a_restore_that_is_killed_leaves_the_old_or_the_new_database_whole(copy: Path, house: Path) -> None:
    kept = house.with_name("buddybot.sqlite3.before-20260305T190000Z")
    seen = []
    for _ in killed_at_every_step("restore", copy, house):
        seen.append(name_of(house))
        if seen[-1] == "copied":
            assert name_of(kept) == "old"
            name(house, "old")
        kept.unlink(missing_ok=True)
        assert name_of(copy) == "copied"
    assert set(seen) == {"old", "copied"}
    assert name_of(house) == "copied"
    assert name_of(kept) == "old"


def test_a_copy_whose_journal_cannot_be_brought_in_does_not_take_the_place(
    copy: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(copies, "_gather", fail)
    assert refused_restore(copy, house).endswith("cannot be written: database or disk is full.")
    assert name_of(house) == "old"
