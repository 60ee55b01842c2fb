"""Whether an SQLite file is still the one that was opened; rows in any other are lost at the next start.

A file that is deleted stays usable for whoever has it open, and takes every row with it when it is closed.
"""

import logging
import os
import sqlite3
import zlib
from pathlib import Path
from typing import BinaryIO

from buddybot.storage.engine.errors import LostFileError

log = logging.getLogger(__name__)

_look = os.stat  # a Path would take twice as long, and this is done for every commit
_JOURNAL, _INDEX = "-wal", "-shm"
_HEADER = 100  # bytes; https://www.sqlite.org/fileformat.html#the_database_header
_COUNTER = slice(24, 28)  # grows with the changes of the first page, big-endian
_WRITABLE = slice(18, 20)  # the version of the file's format: 2 twice with write-ahead logging
_LOGGED = b"\x02\x02"
# Of the index, which https://www.sqlite.org/walformat.html describes: which journal it is of, how many of
# its frames are in the file, and how many somebody has begun to bring there.
_SALTS, _BROUGHT, _BEGUN = slice(32, 40), slice(96, 100), slice(128, 132)
_BLOCK, _BLOCKS = 4096, 1024  # how much of a file is read to know its content again


class FileWatch:
    """Knows the file, its journal and its index by device, inode and size, and the file by its header too.

    Used on the writing thread. `close` belongs behind the end of all connections to the file: when a process
    closes a file, it loses the locks that it has on it by any other handle.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts = tuple(f"{path.absolute()}{ending}" for ending in ("", _JOURNAL, _INDEX))
        self._known: tuple[int, ...] = ()
        self._size = self._log_size = self._version = 0
        self._shortened = self._cut_short = False
        self._told: str | None = None
        self._opened: BinaryIO | None = None
        self._journal: BinaryIO | None = None
        self._index: BinaryIO | None = None
        self._folder = str(path.absolute().parent)
        self._listed = 0
        self._counter = self._modified = self._content = 0
        self._progress = b""

    def begin(self, connection: sqlite3.Connection) -> None:
        """Get to know the files; all are there once the connection has read with write-ahead logging."""
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        file, journal, index = map(_look, self._parts)
        self._known = (file.st_ino, file.st_dev, journal.st_ino, index.st_ino)
        self._size, self._log_size = file.st_size, journal.st_size
        self._version = _data_version(connection)
        self._opened = self._path.open("rb", buffering=0)
        log_path = self._path.with_name(f"{self._path.name}{_JOURNAL}")
        self._journal = log_path.open("rb", buffering=0)
        self._index = self._path.with_name(f"{self._path.name}{_INDEX}").open("rb", buffering=0)
        self._listed = _look(self._folder).st_mtime_ns
        self._modified, self._counter = file.st_mtime_ns, _change_counter(self._header())
        self._progress, self._content = self._checkpoints()[0], self._sum_up()

    def close(self) -> None:
        """Let go of the file, after its connections."""
        for opened in (self._opened, self._journal, self._index):
            if opened is not None:
                opened.close()

    def require_same(self, connection: sqlite3.Connection) -> None:
        """Raise LostFileError when what is written now could not be found again; asks the disk for no more.

        Belongs into a write transaction, before its commit.
        """
        what = self._fault(connection)
        if what is None:
            self._told = None
            return
        error = LostFileError(self._path, what)
        if what != self._told:
            self._told = what
            log.critical("%s", error)
        raise error

    def follow(self) -> None:
        """Note how long the journal is after a commit."""
        self._log_size = self._length_of_journal()

    def shorten(self) -> None:
        """Expect shorter files once: what was deleted has been taken out of them, or is before long."""
        self._shortened = True

    def _fault(self, connection: sqlite3.Connection) -> str | None:
        """Return what became of the files, None when all is well."""
        if self._cut_short:
            return "was cut short"
        own, journals, indexes = self._parts
        try:
            folder, file = _look(self._folder), _look(own)
            known: tuple[int, ...] = (file.st_ino, file.st_dev)
            if folder.st_mtime_ns != self._listed:  # files came or went
                known += (_look(journals).st_ino, _look(indexes).st_ino)
        except OSError:
            return "is gone"
        if known != self._known[: len(known)]:
            return "was replaced by another"
        self._listed = folder.st_mtime_ns
        size, log_size = file.st_size, self._length_of_journal()
        if (size < self._size or log_size < self._log_size) and not (size and self._may_shorten(connection)):
            self._cut_short = True
            return "was cut short"
        self._size, self._log_size = size, log_size
        if file.st_mtime_ns == self._modified:  # the journal takes what is written, until it is full
            return None
        if self._is_overwritten():
            return "was overwritten"
        self._modified = file.st_mtime_ns
        return None

    def _length_of_journal(self) -> int:
        """Return it without asking for its other marks: where those are read, each write must renew them."""
        if self._journal is None:
            raise ValueError("the watch has not begun")
        return self._journal.seek(0, os.SEEK_END)

    def _is_overwritten(self) -> bool:
        """Return whether a copy stands in the file: another mode, a counter that went back, other content.

        A copy of equal size leaves no other trace, for the journal hides most of its pages until the end.
        Only what comes from the journal may change the content.
        """
        header = self._header()
        counter, (progress, settled) = _change_counter(header), self._checkpoints()
        if header[_WRITABLE] != _LOGGED or counter < self._counter:
            return True
        content = self._sum_up()
        if settled and progress == self._progress and content != self._content:
            return True
        self._counter, self._progress, self._content = counter, progress, content
        return False

    def _checkpoints(self) -> tuple[bytes, bool]:
        """Return a mark that changes when the journal's pages come into the file, and whether all came."""
        index = _read(self._index, 0, _BEGUN.stop)
        return index[_SALTS] + index[_BROUGHT], index[_BROUGHT] == index[_BEGUN]

    def _sum_up(self) -> int:
        """Return a sum of the file's content, of a part of each stretch where it is large."""
        found, size = 0, os.fstat(self._opened.fileno()).st_size if self._opened else 0
        for start in range(0, size, max(_BLOCK, size // _BLOCKS)):
            found = zlib.crc32(_read(self._opened, start, _BLOCK), found)
        return found

    def _header(self) -> bytes:
        return _read(self._opened, 0, _HEADER)

    def _may_shorten(self, connection: sqlite3.Connection) -> bool:
        """Return whether this process, or another buddybot, has deleted something since the last time."""
        before, self._version = self._version, _data_version(connection)
        shortened, self._shortened = self._shortened, False
        return shortened or self._version != before


def _read(opened: BinaryIO | None, start: int, length: int) -> bytes:
    if opened is None:
        raise ValueError("the watch has not begun")
    opened.seek(start)
    return opened.read(length)


def _change_counter(header: bytes) -> int:
    return int.from_bytes(header[_COUNTER], "big")


def _data_version(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection has changed the database."""
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version
