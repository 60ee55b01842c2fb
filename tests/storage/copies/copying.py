"""Databases known by a word, and processes that die, for the tests of copies."""

import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from buddybot.storage.copies.copies import back_up
from tests.forked_python import forked_python

NOW = datetime(2026, 3, 5, 19, tzinfo=UTC)
ROOT = Path(__file__).parents[3]

# Does what it is told to, and dies before the given step of all that reach the disk.
DYING = """
import os, signal, sqlite3, sys
from datetime import datetime
from pathlib import Path
from buddybot.storage.copies import copies

steps, last = 0, int(sys.argv[1])

def counted(function):
    def step(*given, **named):
        global steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **named)
    return step

os.link, os.fsync = counted(os.link), counted(os.fsync)
Path.replace, Path.unlink, Path.touch = counted(Path.replace), counted(Path.unlink), counted(Path.touch)
copies.sqlite3.connect = counted(sqlite3.connect)
what, source, target = sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
now = datetime.fromisoformat("2026-03-05T19:00:00+00:00")
if what == "back_up":
    copies.back_up(source, target, now)
else:
    with copies.stage_copy(source, target) as partial:
        copies.put_in_place(partial, target, now)
"""


@pytest.fixture
def house(tmp_path: Path, migrated_file: Path) -> Path:
    """A database with a row in it."""
    path = tmp_path / "buddybot.sqlite3"
    path.write_bytes(migrated_file.read_bytes())
    name(path, "old")
    return path


@pytest.fixture
def copy(tmp_path: Path, house: Path) -> Path:
    """A copy of a database with another row."""
    path = tmp_path / "copy.sqlite3"
    name(house, "copied")
    back_up(house, path, NOW)
    name(house, "old")
    return path


def name(path: Path, word: str) -> None:
    """Let a database be known by a word, written as the bot writes, into its log first."""
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("DELETE FROM guilds")
        opened.execute("INSERT INTO guilds (guild_id, commands_hash) VALUES (1, ?)", (word,))
        opened.commit()


def name_of(path: Path) -> str:
    """Return the word of a database that is whole."""
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (word,) = opened.execute("SELECT commands_hash FROM guilds").fetchone()
        return str(word)


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def full(_: object) -> None:
    """Stand for a disk that is full."""
    raise OSError(28, "No space left on device")


def unlinkable(*_: object) -> None:
    """Stand for a disk without links."""
    raise PermissionError(1, "Operation not permitted")


def killed_at_every_step(what: str, source: Path, target: Path) -> Iterator[int]:
    """Let a process do it that is killed before its first step, its second..., until one comes to its end."""
    for last in range(1, 60):
        done = subprocess.run(
            [*forked_python(), "-c", DYING, str(last), what, str(source), str(target)], cwd=ROOT, timeout=60
        )
        if done.returncode == 0:
            assert last > 8
            return
        assert done.returncode == -9
        yield last
        for left in target.parent.glob(".*partial*"):
            assert mode(left) == 0o600
            left.unlink()
    raise AssertionError("it never came to its end")
