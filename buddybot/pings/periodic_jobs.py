"""Everything that happens again and again, in one list."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GuildId
from buddybot.services.core.unit_of_work import Planner, Transactions, UnitOfWork, bot_transaction
from buddybot.storage.engine.database import StorageError

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)


class Periodic(NamedTuple):
    """A job, how often it runs, and what it does; it also runs once at the start."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]


class Housekeeping:
    """The jobs that look after the rows."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        planner: Planner,
        purge_after: timedelta,
        is_out: Callable[[GuildId], Awaitable[bool | None]],
    ) -> None:
        """`is_out` asks Discord whether the bot is out of a guild; None when it cannot say now."""
        self._transactions = transactions
        self._planner = planner
        self._purge_after = purge_after
        self._is_out = is_out

    async def replan(self) -> None:
        """Carry every active group's horizon forward, by today's zone rules; end what a break left open."""
        groups = await self._transactions.read(lambda uow: uow.groups.list_for_planner())
        for group in groups:
            try:
                await self._plan(group)
            except (StorageError, Refusal) as error:  # this group again in an hour, the others now
                log.error("group %s could not be planned: %s", group.id, error)

    @bot_transaction
    async def forget(self, uow: UnitOfWork) -> None:
        """Drop interactions that can no longer be replayed, and wrong codes that no longer count."""
        before = self._transactions.now() - KEPT_FOR
        await uow.interactions.forget(before=before)
        await uow.code_tries.forget(before=before)

    async def purge_guilds(self) -> None:
        """Delete what is stored of guilds that the bot has been out of for long, once Discord confirms it.

        One that Discord cannot tell about now waits for tomorrow.
        """
        before = self._transactions.now() - self._purge_after
        for guild_id in await self._transactions.read(lambda uow: uow.guilds.gone_before(before)):
            is_out = await self._is_out(guild_id)
            if is_out is False:
                await self._unmark(guild_id)
            elif is_out:
                await self._purge(guild_id)
                self._transactions.note_deletion()

    async def scrub(self) -> None:
        """Leave no byte of what was deleted in the database's files."""
        await self._transactions.scrub()

    async def reopen_channels(self) -> None:
        """Let what waits try its closed channel once more: the permissions may have been mended."""
        await self._transactions.write(lambda uow: uow.channel_health.reopen_wanted(self._transactions.now()))

    @bot_transaction
    async def _plan(self, uow: UnitOfWork, group: Group) -> None:
        await self._planner.plan(uow, group, self._transactions.now())

    @bot_transaction
    async def _purge(self, uow: UnitOfWork, guild_id: GuildId) -> None:
        await uow.guilds.purge(guild_id)

    @bot_transaction
    async def _unmark(self, uow: UnitOfWork, guild_id: GuildId) -> None:
        """The next replanning takes its groups up again."""
        await uow.guilds.back(guild_id)


def list_jobs(
    housekeeping: Housekeeping,
    *,
    tick: Callable[[], Awaitable[None]],
    refresh: Callable[[], Awaitable[None]],
    read_interests: Callable[[], Awaitable[None]],
    review_events: Callable[[], Awaitable[None]],
    retire_outdated: Callable[[], Awaitable[None]],
    settle_roles: Callable[[], Awaitable[None]],
    look_for_leavers: Callable[[], Awaitable[None]],
    close_pulses: Callable[[], Awaitable[None]],
    review_members: Callable[[], Awaitable[None]],
    review_groups: Callable[[], Awaitable[None]],
    reduce_old: Callable[[], Awaitable[None]],
    sync_commands: Callable[[], Awaitable[None]],
) -> Sequence[Periodic]:
    """Return the list.

    `tick` makes the dispatcher look, `refresh` edits cards and events that are stale, `read_interests`
    asks Discord who is interested in near meetings, `review_events` looks again at what it refused,
    `retire_outdated` takes the buttons off messages that are out of date, `settle_roles` gives and takes
    groups' roles where that is still to be done, `look_for_leavers` asks who of the groups that meet soon is
    still in the server, `close_pulses` ends those whose morning has come,
    `review_members` looks who may need a kind word, `review_groups` looks which groups may be going stale,
    `reduce_old` keeps only counts of what is old, `sync_commands` tells Discord the commands where that did
    not succeed at the start.
    """
    return (
        Periodic("replan", timedelta(hours=1), housekeeping.replan),
        Periodic("tick", timedelta(seconds=60), tick),
        Periodic("close pulses", timedelta(seconds=60), close_pulses),
        Periodic("refresh cards and events", timedelta(seconds=60), refresh),
        Periodic("retire messages", timedelta(seconds=60), retire_outdated),
        Periodic("settle roles", timedelta(seconds=60), settle_roles),
        Periodic("look for leavers", timedelta(seconds=60), look_for_leavers),
        Periodic("read interests", timedelta(minutes=15), read_interests),
        Periodic("reopen channels", timedelta(hours=1), housekeeping.reopen_channels),
        Periodic("review events", timedelta(hours=1), review_events),
        Periodic("sync commands", timedelta(minutes=10), sync_commands),
        Periodic("review members", timedelta(days=1), review_members),
        Periodic("review groups", timedelta(days=1), review_groups),
        Periodic("forget", timedelta(days=1), housekeeping.forget),
        Periodic("reduce old", timedelta(days=1), reduce_old),
        Periodic("purge guilds", timedelta(days=1), housekeeping.purge_guilds),
        Periodic("scrub", timedelta(seconds=60), housekeeping.scrub),
    )
