"""/feedback: words in confidence to the organizers; behind their next command they read them."""

from discord import app_commands
from discord.ext import commands

from buddybot.domain.health.feedback import phrases, rating
from buddybot.domain.ids import GroupId
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.health.feedback import desk_card, feedback_form, heard_card, sent_card, unread_card


class FeedbackCog(commands.Cog):
    """The form for members, the reading for organizers."""

    def __init__(self, bot: Client) -> None:
        self._feedback = bot.services.feedback

    @app_commands.command(
        name="feedback", description="Say in confidence how the group is for you, to its organizers"
    )
    @app_commands.guild_only()
    @app_commands.describe(group="Which group, if you are in several")
    @app_commands.autocomplete(group=choices.offer_groups)
    async def feedback(self, interaction: Interaction, group: str | None = None) -> None:
        """Say who will read it, before anything is written."""
        async with Reply(interaction) as reply:
            desk = await self._feedback.get_desk(reply.actor, choices.parse_group(group))
            await reply.show(desk_card(reply.texts, desk))

    @route("feedback_open")
    async def open(self, interaction: Interaction, given: Input) -> None:
        """Open the form."""
        async with Reply(interaction) as reply:
            group = await self._feedback.start(reply.actor, GroupId(given.read_number(0)))
            await reply.ask(feedback_form(reply.texts, group))

    @route("feedback_send")
    async def send(self, interaction: Interaction, given: Input) -> None:
        """Keep what was chosen."""
        async with Reply(interaction) as reply:
            group = await self._feedback.give(
                reply.actor,
                GroupId(given.read_number(0)),
                phrases=phrases(given.read_chosen("phrases")),
                rating=rating(given.written("rating")),
            )
            await reply.replace(sent_card(reply.texts, group))

    @route("feedback_read")
    async def read(self, interaction: Interaction, given: Input) -> None:
        """Show an organizer what was said last."""
        async with Reply(interaction) as reply:
            heard = await self._feedback.read(reply.actor, GroupId(given.read_number(0)))
            if await reply.show(heard_card(reply.texts, heard)):
                others = [item for item in heard.items if item.user_id != reply.actor.user_id]
                await self._feedback.mark_seen(others)

    @commands.Cog.listener()
    async def on_answered(self, interaction: Interaction) -> None:
        """Follow an organizer's command with what nobody has read yet; a form leaves no room for it."""
        reply = Reply(interaction)
        items = await self._feedback.list_unseen(reply.actor)
        if items and await reply.follow(unread_card(reply.texts, items)):
            await self._feedback.mark_seen(items)


async def setup(bot: Client) -> None:
    """Add the cog; called by the bot."""
    await bot.add_cog(FeedbackCog(bot))
