"""Servers come and go: what is theirs is marked, never deleted, when Discord says so."""

import discord
from discord.ext import commands

from buddybot.domain.ids import GuildId, UserId
from buddybot.ui.cog import BotCog, Interaction


class GuildCog(BotCog):
    """Listens to the events that no member of a group causes by a command."""

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Find out what happened while the bot was away."""
        await self._services.guilds.reconcile([GuildId(guild.id) for guild in self._bot.guilds])

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Take the mark away from a server that is back, where the bot may have other permissions."""
        await self._services.guilds.back(GuildId(guild.id))
        await self._look_again(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Take the mark away from a server whose outage looked like a farewell, and look what has changed."""
        await self._services.guilds.back(GuildId(guild.id))
        await self._look_again(guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Mark a server that removed the bot; one in an outage is still a server of ours."""
        if not guild.unavailable:
            await self._services.guilds.mark_gone(GuildId(guild.id))

    @commands.Cog.listener()
    async def on_answered(self, interaction: Interaction) -> None:
        """Let a person who was known to have left the server take part again: they act in it."""
        await self.on_press_completion(interaction)

    @commands.Cog.listener()
    async def on_press_completion(self, interaction: Interaction) -> None:
        """The same after a button or a form."""
        if interaction.guild_id is not None:
            user_id = UserId(interaction.user.id)
            await self._bot.presence.note_seen(GuildId(interaction.guild_id), user_id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Look again where a channel refused the bot, and who sees it: its permissions may be others."""
        await self._look_again(after.guild)

    @commands.Cog.listener()
    async def on_thread_update(self, _before: discord.Thread, after: discord.Thread) -> None:
        """Look again: an archived thread may be open."""
        await self._look_again(after.guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Look again: a role of the bot's own may have been mended.

        Roles that only move, as all do when a group's role is made, mend nothing.
        """
        if before.position == after.position or before.permissions != after.permissions:
            await self._look_again(after.guild)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Look again: the role may have been what kept the bot out of a channel."""
        await self._look_again(role.guild)

    @commands.Cog.listener()
    async def on_guild_update(self, _before: discord.Guild, after: discord.Guild) -> None:
        """Look again: the server's rules may be others, such as its verification level."""
        await self._look_again(after)

    @commands.Cog.listener()
    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """Look again: the bot itself may have another role, or its time-out is over."""
        if after == after.guild.me:
            await self._look_again(after.guild)

    async def _look_again(self, guild: discord.Guild) -> None:
        """Let what waits try channels that refused the bot, and events that were refused."""
        await self._services.guilds.reopen_channels(GuildId(guild.id))
        await self._live.events.review(GuildId(guild.id))
