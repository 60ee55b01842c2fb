"""/help and /privacy."""

from discord import app_commands
from discord.ext import commands

from buddybot.ui import help as ui
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework.reply import Reply
from buddybot.ui.help import Audience, list_for


class HelpCog(commands.Cog):
    """What can be done here, and what is done with what is said."""

    def __init__(self, bot: Client) -> None:
        self._bot = bot

    @app_commands.command(name="help", description="What you can do here", extras=list_for(Audience.EVERYONE))
    async def show_help(self, interaction: Interaction) -> None:
        """Show the commands that are for this person."""
        async with Reply(interaction) as reply:
            place = await self._bot.services.groups.place(reply.actor)
            commands = ui.entries(self._bot.tree.get_commands())
            support = self._bot.settings.bot.support_url
            await reply.show(ui.help_card(reply.texts, commands, place, support=support))

    @app_commands.command(
        name="privacy",
        description="What I store, who sees it, and how it is removed",
        extras=list_for(Audience.EVERYONE),
    )
    async def show_privacy(self, interaction: Interaction) -> None:
        """Show the privacy page."""
        async with Reply(interaction) as reply:
            settings = self._bot.settings
            card = ui.privacy_card(reply.texts, settings.bot, settings.privacy)
            await reply.show(card)


async def setup(bot: Client) -> None:
    """Called by the library."""
    await bot.add_cog(HelpCog(bot))
