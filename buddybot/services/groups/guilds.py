"""Servers come and go; nothing is deleted because an event said so."""

from collections.abc import Collection

from buddybot.domain.groups.groups import GroupState
from buddybot.domain.ids import GuildId
from buddybot.services.core import PlanningService, UnitOfWork, bot_transaction

EVERYWHERE = GuildId(0)
"""Stands for all servers where one is asked for."""


class GuildService(PlanningService):
    """Use cases about a server as a whole; only the bot itself carries them out."""

    async def mark_gone(self, guild_id: GuildId) -> None:
        """Mark a server that seems to have removed the bot."""
        await self._transactions.write(lambda uow: uow.guilds.mark_gone(guild_id, self._now()))

    @bot_transaction
    async def back(self, uow: UnitOfWork, guild_id: GuildId) -> None:
        """Take the mark away and plan the server's groups from now on."""
        if await uow.guilds.back(guild_id):
            for group in await uow.groups.of_guild(guild_id):
                if group.state is GroupState.ACTIVE:
                    await self._planner.plan(uow, group, self._now())

    async def reopen_channels(self, guild_id: GuildId) -> None:
        """Let what waits try the server's closed channels: channels or permissions have changed."""
        groups = await self._transactions.read(lambda uow: uow.groups.of_guild(guild_id))
        if any(group.route_error is not None for group in groups):
            await self._transactions.write(lambda uow: uow.channel_health.reopen(guild_id, self._now()))

    async def commands_hash(self, guild_id: GuildId) -> str | None:
        """Return which command tree Discord was told last, for a server or for EVERYWHERE."""
        return await self._transactions.read(lambda uow: uow.guilds.commands_hash(guild_id))

    async def note_commands(self, guild_id: GuildId, value: str) -> None:
        """Remember which command tree Discord was told."""
        await self._transactions.write(lambda uow: uow.guilds.set_commands_hash(guild_id, value))

    async def reconcile(self, present: Collection[GuildId]) -> None:
        """Compare the marks with the servers the bot is in, after it was away itself."""
        marked, known = await self._transactions.read(_read_guilds)
        for guild_id in sorted(marked & set(present)):
            await self.back(guild_id)
        for guild_id in sorted(known - marked - set(present)):
            await self.mark_gone(guild_id)


async def _read_guilds(uow: UnitOfWork) -> tuple[set[GuildId], set[GuildId]]:
    guilds = uow.guilds
    return set(await guilds.marked()), set(await guilds.with_groups())
