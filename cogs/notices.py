"""After an organizer's command: what went wrong since the last one."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from buddybot.ui.alerts import alert_card
from buddybot.ui.client import Client
from buddybot.ui.notices import notices_card
from buddybot.ui.reply import Reply

MOST_ALERTS = 3
"""With one command; the others come with the next."""


class NoticeCog(commands.Cog):
    """Shows notices behind the answer to a command, to that organizer only."""

    def __init__(self, bot: Client) -> None:
        self._services = bot.services

    @commands.Cog.listener()
    async def on_app_command_completion(
        self,
        interaction: "discord.Interaction[Client]",
        _command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
    ) -> None:
        """Follow a command's answer with the notices; a form leaves no room for them."""
        if interaction.response.type is discord.InteractionResponseType.modal:
            return
        reply = Reply(interaction)
        await self._tell_alerts(reply)
        notices = await self._services.notices.unseen(reply.actor)
        if notices:
            await reply.follow(notices_card(reply.texts, notices))
            await self._services.notices.seen(reply.actor, notices)

    async def _tell_alerts(self, reply: Reply) -> None:
        """Show alerts that reached this organizer no other way, each on its own card."""
        waiting = await self._services.alerts.waiting(reply.actor)
        for each in waiting[:MOST_ALERTS]:
            await reply.follow(alert_card(reply.texts, each.view))
        await self._services.alerts.shown(waiting[:MOST_ALERTS])


async def setup(bot: Client) -> None:
    """Add the cog."""
    await bot.add_cog(NoticeCog(bot))
