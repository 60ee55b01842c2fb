"""The log of exports and deletions, behind a button of the group's card."""

from buddybot.domain.ids import GroupId
from buddybot.ui.cog import BotCog
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.privacy.audit import audit_card


class AuditCog(BotCog):
    """Shows it to organizers."""

    @route("audit")
    async def show(self, reply: Reply, given: Input) -> None:
        """Show the newest lines."""
        view = await self._services.audit.of_group(reply.actor, GroupId(given.read_number(0)))
        await reply.show(audit_card(reply.texts, view))
