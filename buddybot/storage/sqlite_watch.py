"""Whether an SQLite file is still the one that was opened; rows in any other are lost at the next start.

A file that is deleted stays usable for whoever has it open, and takes every row with it when it is closed.
"""

import logging
import os
import sqlite3
from pathlib import Path

from buddybot.storage.errors import LostFileError

log = logging.getLogger(__name__)

_look = os.stat  # a Path would take twice as long, and this is done for every commit
_JOURNAL, _INDEX = "-wal", "-shm"


class FileWatch:
    """Knows the file, its journal and its index by device, inode and size; used on the writing thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts = tuple(f"{path.absolute()}{ending}" for ending in ("", _JOURNAL, _INDEX))
        self._files: list[tuple[int, int]] = []
        self._sizes: list[int] = []
        self._version = 0
        self._cut_short = False
        self._told: str | None = None

    def begin(self, connection: sqlite3.Connection) -> None:
        """Get to know the files; all are there once the connection has read with write-ahead logging."""
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        found = [_look(part) for part in self._parts]
        self._files = [(each.st_dev, each.st_ino) for each in found]
        self._sizes = [each.st_size for each in found]
        self._version = _data_version(connection)

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
        """Note the sizes after a change of our own, which may have moved the journal into the file."""
        try:
            self._sizes = [_look(part).st_size for part in self._parts]
        except OSError:  # the next writer is told
            return

    def _fault(self, connection: sqlite3.Connection) -> str | None:
        """Return what became of the files, None when all is well."""
        if self._cut_short:
            return "was cut short"
        try:
            found = [_look(part) for part in self._parts]
        except OSError:
            return "is gone"
        if [(each.st_dev, each.st_ino) for each in found] != self._files:
            return "was replaced by another"
        if found[0].st_size < self._sizes[0] or found[1].st_size < self._sizes[1]:
            before, self._version = self._version, _data_version(connection)
            # Another buddybot that deletes a person's data empties the journal and shortens the file.
            if self._version == before or not found[0].st_size:
                self._cut_short = True
                return "was cut short"
            self._sizes = [each.st_size for each in found]  # though nothing of ours may be committed now
        return None


def _data_version(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection has changed the database."""
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version
