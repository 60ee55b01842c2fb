"""/help and /privacy."""

from buddybot.ui import help as ui
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework.reply import Reply
from buddybot.ui.help import Audience


class HelpCog(BotCog):
    """What can be done here, and what is done with what is said."""

    @command("What you can do here", name="help", audience=Audience.EVERYONE)
    async def show_help(self, reply: Reply) -> None:
        """Show the commands that are for this person."""
        rights = await self._services.groups.find_rights(reply.actor)
        commands = ui.entries(self._bot.tree.get_commands())
        support = self._bot.settings.bot.support_url
        await reply.show(ui.help_card(reply.texts, commands, rights, support=support))

    @command("What I store, who sees it, and how it is removed", name="privacy", audience=Audience.EVERYONE)
    async def show_privacy(self, reply: Reply) -> None:
        """Show the privacy page."""
        settings = self._bot.settings
        card = ui.privacy_card(reply.texts, settings.bot, settings.privacy)
        await reply.show(card)
