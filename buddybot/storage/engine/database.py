"""The one door to storage: ``connect`` returns a database that runs transaction scripts."""

from pathlib import Path
from typing import Literal, Protocol

from buddybot.storage.engine.errors import (
    ConstraintError,
    LostFileError,
    ScriptError,
    StorageError,
    TransientError,
)
from buddybot.storage.engine.transaction import Row, Script, T, Tx

__all__ = [
    "ConstraintError",
    "Database",
    "LostFileError",
    "Row",
    "Script",
    "ScriptError",
    "StorageError",
    "T",
    "TransientError",
    "Tx",
    "connect",
    "sqlite_path",
]

_MEMORY = "sqlite://:memory:"


class Database(Protocol):
    """Runs scripts; each is one transaction, kept whole or not at all, also when the caller is cancelled."""

    @property
    def engine(self) -> Literal["sqlite", "postgres"]:
        """Which of the two it is; only storage may care."""

    async def write(self, script: Script[T]) -> T:
        """Run the script and return its result once it is on disk."""

    async def read(self, script: Script[T]) -> T:
        """Run the script on one consistent state of the rows; it can change nothing."""

    async def scrub(self, *, whole: bool = True) -> bool:
        """Leave no deleted byte in the database's own files; False when a reader was in the way.

        Without `whole` only in its journal, which takes no time however large the database is.
        """

    async def close(self) -> None:
        """Refuse new scripts, wait for those that were accepted, and let go."""


def sqlite_path(url: str) -> Path | None:
    """Return the file behind ``sqlite:///relative`` or ``sqlite:////absolute``; None for any other URL."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


async def connect(url: str, *, connections: int = 8, prepared: bool = True) -> Database:
    """Open ``sqlite:///path``, ``sqlite://:memory:`` (gone when closed) or ``postgres://...``.

    ``connections`` (at most that many) and ``prepared`` (False behind a pooler that hands out a
    connection per transaction) matter to PostgreSQL only. Raises StorageError with one sentence.
    """
    path = sqlite_path(url)
    if url == _MEMORY or (path is not None and path.name):
        # Imported here, as below: a bot uses one of the two engines, and need not load the other's driver.
        from buddybot.storage.engine.sqlite import SqliteDatabase

        return await SqliteDatabase.open(path)
    if url.startswith(("postgres://", "postgresql://")):
        # Imported here: see above.
        from buddybot.storage.engine.postgres import PostgresDatabase

        return await PostgresDatabase.open(url, connections=connections, prepared=prepared)
    raise StorageError("The database address must start with sqlite:///, postgres:// or postgresql://.")
