"""The buttons of an invitation: read the charter, answer; and for organizers, invite and take back."""

import discord
from discord.ext import commands

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, InvitationId, UserId
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework import choices
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.groups import invitations as ui
from buddybot.ui.invitation_posts import invite, show_answer


class InvitationCog(commands.Cog):
    """Each button asks the database who may press it."""

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._invitations = bot.services.invitations

    @route("invitation_read")
    async def read(self, interaction: Interaction, given: Input) -> None:
        """Show the charter and the two answers to the invited person."""
        async with Reply(interaction) as reply:
            offer = await self._invitations.read(reply.actor, InvitationId(given.read_number(0)))
            await reply.show(ui.offer_card(reply.texts, offer))

    @route("invitation_accept")
    async def accept(self, interaction: Interaction, given: Input) -> None:
        """Let the invited person in."""
        async with Reply(interaction) as reply:
            offer = await self._invitations.accept(reply.actor, InvitationId(given.read_number(0)))
            await reply.replace(ui.joined_card(reply.texts, offer))
            await show_answer(self._bot, offer)
            await self._bot.live.refresh()
            await self._bot.live.settle_roles(offer.group.id)

    @route("invitation_decline")
    async def decline(self, interaction: Interaction, given: Input) -> None:
        """Keep the no."""
        async with Reply(interaction) as reply:
            offer = await self._invitations.decline(reply.actor, InvitationId(given.read_number(0)))
            await reply.replace(Card().text(reply.texts("invitations.declined.done")))
            await show_answer(self._bot, offer)

    @route("invitation_revoke")
    async def revoke(self, interaction: Interaction, given: Input) -> None:
        """Take an invitation back."""
        async with Reply(interaction) as reply:
            offer = await self._invitations.revoke(reply.actor, InvitationId(given.read_number(0)))
            await reply.say("invitations.sent.revoked")
            await show_answer(self._bot, offer)

    @route("invitation_person")
    async def ask_person(self, interaction: Interaction, given: Input) -> None:
        """Ask an organizer whom to invite."""
        async with Reply(interaction) as reply:
            view = await self._bot.services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
            await reply.ask(ui.person_form(reply.texts, view.group))

    @route("invitation_person_given")
    async def take_person(self, interaction: Interaction, given: Input) -> None:
        """Invite the chosen person by a card."""
        async with Reply(interaction) as reply:
            person = await _member(interaction, choices.parse_member(given.written("person")))
            await invite(interaction, reply, person, GroupId(given.read_number(0)))

    @route("invitation_name")
    async def ask_name(self, interaction: Interaction, given: Input) -> None:
        """Ask an organizer whom a code is for."""
        async with Reply(interaction) as reply:
            view = await self._bot.services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
            await reply.ask(ui.name_form(reply.texts, view.group))

    @route("invitation_name_given")
    async def take_name(self, interaction: Interaction, given: Input) -> None:
        """Show a code once."""
        async with Reply(interaction) as reply:
            code = await self._invitations.invite_by_code(
                reply.actor, name=given.written("name"), group_id=GroupId(given.read_number(0))
            )
            await reply.show(ui.code_card(reply.texts, code))


async def _member(interaction: Interaction, user_id: UserId) -> discord.Member:
    """The person as a member of this server; Refusal when they are not in it."""
    if interaction.guild is None:
        raise Refusal("guild.only")
    try:
        return await interaction.guild.fetch_member(user_id)
    except discord.NotFound:
        raise Refusal("invitation.not_here") from None


async def setup(bot: Client) -> None:
    """Called by the library."""
    await bot.add_cog(InvitationCog(bot))
