"""The configured database, for commands that read it while the bot may be running."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from buddybot.errors import OperatorError
from buddybot.storage.database import Database, connect
from buddybot.storage.migrations import pending


@asynccontextmanager
async def host_database(url: str) -> AsyncIterator[Database]:
    """Open it for the time of the block; OperatorError when it was not brought up to date."""
    database = await connect(url)
    try:
        if await pending(database):
            raise OperatorError("The database is not up to date: run `buddybot migrate` first.")
        yield database
    finally:
        await database.close()
