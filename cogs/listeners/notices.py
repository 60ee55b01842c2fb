"""After an organizer's command: what went wrong since the last one."""

import discord
from discord.ext import commands

from buddybot.ui.cog import BotCog, Client
from buddybot.ui.framework.reply import Reply
from buddybot.ui.notices import MOST_SHOWN, notices_card


class NoticeCog(BotCog):
    """Shows alerts and notices behind the answer to a command, to that organizer only."""

    @commands.Cog.listener()
    async def on_answered(self, interaction: "discord.Interaction[Client]") -> None:
        """Follow a command's answer with what is new, a little at a time: the answer stays in sight."""
        reply = Reply(interaction)
        alerts = await self._services.alerts.list_waiting(reply.actor)
        notices = await self._services.notices.list_unseen(reply.actor)
        shown = alerts[:MOST_SHOWN]
        told = notices[: MOST_SHOWN - len(shown)]
        if shown or told:
            more = len(shown) + len(told) < len(alerts) + len(notices)
            if not await reply.follow(notices_card(reply.texts, shown, told, more=more)):
                return  # they come with the next command
            await self._services.alerts.mark_shown(shown)
            await self._services.notices.mark_seen(reply.actor, told)
