"""The log of exports and deletions, behind a button of the group's card."""

from discord.ext import commands

from buddybot.domain.ids import GroupId
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.privacy.audit import audit_card


class AuditCog(commands.Cog):
    """Shows it to organizers."""

    def __init__(self, bot: Client) -> None:
        self._audit = bot.services.audit

    @route("audit")
    async def show(self, interaction: Interaction, given: Input) -> None:
        """Show the newest lines."""
        async with Reply(interaction) as reply:
            view = await self._audit.of_group(reply.actor, GroupId(given.read_number(0)))
            await reply.show(audit_card(reply.texts, view))


async def setup(bot: Client) -> None:
    """Add the cog."""
    await bot.add_cog(AuditCog(bot))
