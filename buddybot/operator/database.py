"""The configured database, for commands that read it while the bot may be running."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from buddybot.domain.groups.groups import Group
from buddybot.settings.errors import OperatorError
from buddybot.storage.engine.database import Database, StorageError, TransientError, Tx, connect
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.migrations.runner import list_faults, list_pending

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Open it for the time of the block; OperatorError when it was not brought up to date."""
    database = await connect(url)
    try:
        if await list_pending(database):
            raise OperatorError("The database is not up to date: run `buddybot migrate` first.")
        yield database
    finally:
        await database.close()


async def odd_tables(database: Database) -> str:
    """Say in what the tables differ from what buddybot makes; nothing where that cannot be found out."""
    try:
        return "; ".join(await list_faults(database))
    except TransientError:
        raise
    except StorageError as error:  # a server that allows no temporary tables
        log.warning("whether the database has the right tables could not be found out: %s", error)
        return ""


async def group_named(tx: Tx, group_id: int) -> Group:
    """Return the group with this number in the database; OperatorError when there is none."""
    for group in await GroupRepository(tx).list_everywhere():
        if group.id == group_id:
            return group
    raise OperatorError(f"The database has no group {group_id}: its groups are in the table groups.")
