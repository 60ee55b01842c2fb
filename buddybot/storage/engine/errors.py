"""What can go wrong with a database, each as one sentence without parameters, rows or passwords."""

from pathlib import Path


class StorageError(Exception):
    """The database cannot do what was asked; nothing of the transaction was kept."""


class ConstraintError(StorageError):
    """A row would break a rule of the schema: not unique, a missing parent, a failed check."""


class TransientError(StorageError):
    """Another transaction got in the way; the same script may well succeed when it runs again."""


class LostFileError(StorageError):
    """The database's file is not the one that was opened; what is written to it now would be lost."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"The database file {path} {what} while it was in use, so nothing more is saved: stop the bot, "
            "put the file or a backup back in its place, and start again."
        )


class ScriptError(StorageError):
    """The script itself is at fault, not the database."""


CLOSED = "The database is closed."
IN_THE_WAY = "The database was busy with another change for too long; try again."
