"""`buddybot backup` and `buddybot restore`: a copy of the database, and putting one to work again."""

from datetime import datetime
from pathlib import Path

from buddybot import locales
from buddybot.app import times_of
from buddybot.domain.errors import Refusal
from buddybot.operator.database import odd_tables
from buddybot.operator.output import say
from buddybot.pings.planning.planner import Planner
from buddybot.services.core.unit_of_work import Transactions
from buddybot.services.privacy.restores import RestoreService
from buddybot.settings.database_address import for_libpq
from buddybot.settings.settings import Settings
from buddybot.storage.copies.copies import back_up, put_in_place, stage_copy
from buddybot.storage.engine.database import Tx, connect, sqlite_path
from buddybot.storage.engine.errors import StorageError
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.migrations.runner import migrate

OK, ELSEWHERE = 0, 2
_MADE = """\
{target} is a whole copy ({size} bytes), readable by you only. It holds personal data: keep it where
nobody else looks, and delete it when a newer one has taken its place.
"""
_SETTLED = """\
What was due until now is not sent again (messages: {count}); organizers are told with their next command.
Whoever had their data deleted since the copy was made is back: delete it again with `buddybot person`.
"""
_POSTGRES_BACKUP = """\
PostgreSQL makes its own copies, also while the bot runs:

  pg_dump --format=custom --no-owner --file=buddybot.dump "{address}"

To put one back, stop the bot, and into a database that is empty:

  pg_restore --no-owner --dbname="{address}" buddybot.dump
  buddybot restore --settle

The last command keeps what was due meanwhile from being sent again: run it before you start the bot. The
password is read from PGPASSWORD or ~/.pgpass.
"""


def backup(settings: Settings, target: str, *, now: datetime) -> int:
    """Copy the SQLite database, which may be in use, into a file; explain how for PostgreSQL."""
    source = sqlite_path(settings.database_url)
    if source is None:
        say(_POSTGRES_BACKUP.format(address=for_libpq(settings.database_url)))
        return ELSEWHERE
    size = back_up(source, Path(target), now)
    say(_MADE.format(target=target, size=size))
    return OK


async def restore(settings: Settings, copy: str | None, *, now: datetime) -> int:
    """Put a copy in the place of the database, or settle one that was restored by other means (None).

    A copy is settled before it is the database, so that nobody can start the bot on one that is not.
    """
    target = sqlite_path(settings.database_url)
    if copy is None:
        _require_there(target)
        count = await _settle(settings, settings.database_url, now)
    elif target is None:
        say(_POSTGRES_BACKUP.format(address=for_libpq(settings.database_url)))
        return ELSEWHERE
    else:
        with stage_copy(Path(copy), target) as partial:
            count = await _settle(settings, f"sqlite:///{partial}", now)
            kept = put_in_place(partial, target, now)
        say(f"{copy} is the database {target} now.\n")
        if kept is not None:
            say(f"The former one is kept as {kept}: delete it when you are sure.\n")
    say(_SETTLED.format(count=count))
    return OK


def _require_there(path: Path | None) -> None:
    try:
        there = path is None or path.is_file()
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}.") from None
    if not there:
        raise StorageError(f"There is no database {path}: nothing is to be settled.")


async def _settle(settings: Settings, url: str, now: datetime) -> int:
    """Bring a database up to date and settle it as a copy; returns how many pings that gives up."""
    database = await connect(url)
    try:
        if odd := await odd_tables(database):
            raise StorageError(f"The database is not what buddybot makes: {odd}. Put back another copy.")
        if database.engine == "sqlite" and await database.read(_without_parents):
            raise StorageError(
                "The database holds rows whose group or meeting is gone: put back another copy."
            )
        await migrate(database)
        await database.read(_require_languages)
        transactions = Transactions(database=database, now=lambda: now, changed=lambda: None)
        planner = Planner(ahead=settings.meetings.planned_ahead, times=times_of(settings))
        return await RestoreService(transactions, planner).settle_as_copy()
    except (Refusal, ValueError, LookupError, TypeError, ArithmeticError) as error:
        raise StorageError(
            f"The copy holds something that buddybot does not write ({type(error).__name__}): "
            "put back another one."
        ) from None
    finally:
        await database.close()


async def _require_languages(tx: Tx) -> None:
    for group in await GroupRepository(tx).list_everywhere():
        if group.language not in locales.available():
            raise StorageError(f"Group {group.id} speaks a language that this buddybot does not have.")


async def _without_parents(tx: Tx) -> bool:
    return await tx.one("SELECT 1 FROM pragma_foreign_key_check LIMIT 1") is not None
