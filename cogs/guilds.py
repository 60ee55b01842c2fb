"""Servers come and go: what is theirs is marked, never deleted, when Discord says so."""

import discord
from discord.ext import commands

from buddybot.domain.ids import GuildId, UserId
from buddybot.ui.client import Client, Interaction


class GuildCog(commands.Cog):
    """Listens to the events that no member of a group causes by a command."""

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._guilds = bot.services.guilds

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Find out what happened while the bot was away."""
        await self._guilds.reconcile([GuildId(guild.id) for guild in self._bot.guilds])

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Take the mark away from a server that is back."""
        await self._guilds.back(GuildId(guild.id))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Take the mark away from a server whose outage looked like a farewell."""
        await self._guilds.back(GuildId(guild.id))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Mark a server that removed the bot; one in an outage is still a server of ours."""
        if not guild.unavailable:
            await self._guilds.gone(GuildId(guild.id))

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
        """Try a channel that refused the bot again, and look who sees it: its permissions may be others."""
        await self._guilds.changed(GuildId(after.guild.id))
        await self._bot.live.review_events(GuildId(after.guild.id))

    @commands.Cog.listener()
    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Try channels that refused the bot again: a role of its own may have been mended."""
        await self._guilds.changed(GuildId(after.guild.id))
        await self._bot.live.review_events(GuildId(after.guild.id))


async def setup(bot: Client) -> None:
    """Called by the library."""
    await bot.add_cog(GuildCog(bot))
