"""After an organizer's command: what went wrong since the last one."""

import discord
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
    async def on_answered(self, interaction: "discord.Interaction[Client]") -> None:
        """Follow a command's answer with the notices."""
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
