"""/feedback: words in confidence to the organizers; behind their next command they read them."""

from discord import app_commands
from discord.ext import commands

from buddybot.domain.health.feedback import phrases, rating
from buddybot.domain.ids import GroupId
from buddybot.ui.cog import BotCog, Interaction, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.health.feedback import desk_card, feedback_form, heard_card, sent_card, unread_card


class FeedbackCog(BotCog):
    """The form for members, the reading for organizers."""

    @command("Say in confidence how the group is for you, to its organizers", group=choices.offer_groups)
    @app_commands.guild_only()
    async def feedback(self, reply: Reply, group: str | None = None) -> None:
        """Say who will read it, before anything is written."""
        desk = await self._services.feedback.get_desk(reply.actor, choices.parse_group(group))
        await reply.show(desk_card(reply.texts, desk))

    @route("feedback_open")
    async def open(self, reply: Reply, given: Input) -> None:
        """Open the form."""
        group = await self._services.feedback.start(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(feedback_form(reply.texts, group))

    @route("feedback_send")
    async def send(self, reply: Reply, given: Input) -> None:
        """Keep what was chosen."""
        group = await self._services.feedback.give(
            reply.actor,
            GroupId(given.read_number(0)),
            phrases=phrases(given.read_chosen("phrases")),
            rating=rating(given.written("rating")),
        )
        await reply.replace(sent_card(reply.texts, group))

    @route("feedback_read")
    async def read(self, reply: Reply, given: Input) -> None:
        """Show an organizer what was said last."""
        heard = await self._services.feedback.read(reply.actor, GroupId(given.read_number(0)))
        if await reply.show(heard_card(reply.texts, heard)):
            others = [item for item in heard.items if item.user_id != reply.actor.user_id]
            await self._services.feedback.mark_seen(others)

    @commands.Cog.listener()
    async def on_answered(self, interaction: Interaction) -> None:
        """Follow an organizer's command with what nobody has read yet; a form leaves no room for it."""
        reply = Reply(interaction)
        items = await self._services.feedback.list_unseen(reply.actor)
        if items and await reply.follow(unread_card(reply.texts, items)):
            await self._services.feedback.mark_seen(items)
