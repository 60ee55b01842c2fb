"""Copies of an SQLite database: made while it is in use, and put in its place while it is not."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from buddybot.storage.copies.copy_rows import load_rows
from buddybot.storage.engine.errors import StorageError
from buddybot.storage.engine.sqlite_thread import is_busy
from buddybot.storage.engine.transaction import epoch

_MAGIC = b"SQLite format 3\x00"
_BUSY_SECONDS = 5
_LOG, _JOURNALS = "-wal", ("-wal", "-shm", "-journal")


def back_up(source: Path, target: Path, now: datetime) -> int:
    """Copy a database that may be in use into one new file that appears when it is whole.

    The copy carries a row that says when it was made; one of an older buddybot has no place for it yet.
    Returns its size in bytes; raises StorageError.
    """
    try:
        if not source.is_file():
            raise StorageError(f"There is no database {source} yet: nothing is to be copied.")
        if target.exists():
            raise _there_already(target)
        if not target.parent.is_dir():
            raise StorageError(f"There is no folder {target.parent}: make it first.")
    except OSError as error:  # a name that is too long, a folder that nobody may look into
        raise StorageError(f"{source} cannot be copied to {target}: {error.strerror or error}.") from None
    with _beside(target) as partial:
        _copy(source, partial)
        with closing(sqlite3.connect(partial)) as copy:
            if _has(copy, "restores"):
                copy.execute("INSERT INTO restores (copied_at) VALUES (?)", (epoch(now),))
                copy.commit()
        _flush(partial)
        size = partial.stat().st_size
        _appear(partial, target)
        _flush_folder(target.parent)
    return size


@contextmanager
def stage_copy(copy: Path, target: Path) -> Iterator[Path]:
    """Give a new database with the copy's rows, beside the one whose place it may take, for the block.

    Raises StorageError when the copy is none.
    """
    _require_copy(copy)
    with _beside(target) as partial:
        with _beside(target, "-read") as read:
            _copy(copy, read)
            load_rows(read, partial, copy=copy)
        yield partial


def put_in_place(partial: Path, target: Path, now: datetime) -> Path | None:
    """Let what was staged take the database's place; return where the former one is kept, if there was one.

    At every instant one whole database is there under its name. Raises StorageError, with nothing changed,
    when the database is in use.
    """
    try:
        _gather(partial)
    except sqlite3.Error as error:
        raise StorageError(f"{target} cannot be written: {error}.") from None
    _flush(partial)
    kept = _put_aside(target, now) if target.exists() else None
    for journal in _JOURNALS:  # of another database, and read into this one if they were left
        _path_beside(target, journal).unlink(missing_ok=True)
    partial.replace(target)
    _flush_folder(target.parent)
    return kept


def _require_copy(copy: Path) -> None:
    try:
        right = not copy.is_fifo() and _is_sqlite(copy)  # nobody may ever write into a pipe
    except OSError as error:
        raise StorageError(f"{copy} cannot be read: {error.strerror or error}.") from None
    if not right:
        raise StorageError(f"{copy} is no SQLite database: name a file that `buddybot backup` has made.")


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _has(opened: sqlite3.Connection, table: str) -> bool:
    return opened.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None


def _put_aside(target: Path, now: datetime) -> Path:
    """Keep the present database under a name of its own as well, with all of its journal."""
    with suppress(sqlite3.Error):  # it is damaged, which may be why it is replaced
        _gather(target)
    kept = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}")
    try:
        os.link(target, kept)
    except FileExistsError:
        raise StorageError(f"{kept} is there already: move it away first.") from None
    except OSError:  # a disk without links
        kept.touch(mode=0o600, exist_ok=False)
        shutil.copyfile(target, kept)
        _flush(kept)
    if (log := _path_beside(target, _LOG)).exists():  # of one that is damaged: it belongs to nothing else
        log.replace(_path_beside(kept, _LOG))
    return kept


def _gather(path: Path) -> None:
    """Bring what stands in a database's journal into its file; raises sqlite3.Error where that fails."""
    if not _is_sqlite(path):  # opening it would throw its journal away
        return
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as opened:
            # Leaving write-ahead logging takes the whole file, which nobody gets while another has it open.
            (mode,) = opened.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        if is_busy(error):
            raise _in_use(path) from None
        raise
    if mode != "delete":
        raise _in_use(path)


def _copy(source: Path, target: Path) -> None:
    """In one step, so that no write can make it begin again; with write-ahead logging writers go on."""

    def give_up(status: int, _left: int, _all: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):  # it would be tried for ever
            raise StorageError(f"{source} is locked by another program: try again when that has ended.")

    try:
        with (
            closing(sqlite3.connect(source, timeout=_BUSY_SECONDS)) as taken,
            closing(sqlite3.connect(target)) as copy,
        ):
            taken.backup(copy, progress=give_up)
            copy.execute("PRAGMA journal_mode=DELETE").fetchone()
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            known = _has(copy, "schema_migrations")
    except sqlite3.OperationalError as error:
        raise StorageError(f"{source} cannot be copied: {error}.") from None
    except sqlite3.Error as error:
        raise StorageError(f"{source} is damaged: {error}.") from None
    if found != "ok":
        raise StorageError(f"{source} is damaged: {' '.join(found.split())}.")
    if not known:
        raise StorageError(f"{source} is a database of another program.")


@contextmanager
def _beside(target: Path, ending: str = "") -> Iterator[Path]:
    """Give a file beside the target, for its owner's eyes only, which is gone afterwards."""
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}{ending}")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.touch(mode=0o600, exist_ok=False)
        yield partial
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror or error}.") from None
    finally:
        with suppress(OSError):  # it could not be made either
            for name in ("", *_JOURNALS):
                _path_beside(partial, name).unlink(missing_ok=True)


def _appear(partial: Path, target: Path) -> None:
    """Give a file its name, unless something else has got it meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise _there_already(target) from None
    except OSError:  # a disk without links
        if target.exists():
            raise _there_already(target) from None
        partial.replace(target)


def _there_already(target: Path) -> StorageError:
    return StorageError(f"{target} is there already: name a file that is not.")


def _in_use(path: Path) -> StorageError:
    return StorageError(f"{path} is in use: stop the bot first.")


def _path_beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_folder(folder: Path) -> None:
    """Windows has no handle on a folder, and needs none."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
