"""The buttons of an invitation: read the charter, answer; and for organizers, invite and take back."""

import discord

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, InvitationId, UserId
from buddybot.ui.cog import BotCog, Interaction
from buddybot.ui.framework import choices
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.groups import invitations as ui
from buddybot.ui.invitation_posts import invite, show_answer


class InvitationCog(BotCog):
    """Each button asks the database who may press it."""

    @route("invitation_read")
    async def read(self, reply: Reply, given: Input) -> None:
        """Show the charter and the two answers to the invited person."""
        offer = await self._services.invitations.read(reply.actor, InvitationId(given.read_number(0)))
        await reply.show(ui.offer_card(reply.texts, offer))

    @route("invitation_accept")
    async def accept(self, reply: Reply, given: Input) -> None:
        """Let the invited person in."""
        offer = await self._services.invitations.accept(reply.actor, InvitationId(given.read_number(0)))
        await reply.replace(ui.joined_card(reply.texts, offer))
        await show_answer(self._bot, offer)
        await self._live.refresh()
        await self._live.roles.settle(offer.group.id)

    @route("invitation_decline")
    async def decline(self, reply: Reply, given: Input) -> None:
        """Keep the no."""
        offer = await self._services.invitations.decline(reply.actor, InvitationId(given.read_number(0)))
        await reply.replace(Card().text(reply.texts("invitations.declined.done")))
        await show_answer(self._bot, offer)

    @route("invitation_revoke")
    async def revoke(self, reply: Reply, given: Input) -> None:
        """Take an invitation back."""
        offer = await self._services.invitations.revoke(reply.actor, InvitationId(given.read_number(0)))
        await reply.say("invitations.sent.revoked")
        await show_answer(self._bot, offer)

    @route("invitation_person")
    async def ask_person(self, reply: Reply, given: Input) -> None:
        """Ask an organizer whom to invite."""
        view = await self._services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(ui.person_form(reply.texts, view.group))

    @route("invitation_person_given")
    async def take_person(self, reply: Reply, given: Input) -> None:
        """Invite the chosen person by a card."""
        person = await _member(reply.interaction, choices.parse_member(given.written("person")))
        await invite(reply.interaction, reply, person, GroupId(given.read_number(0)))

    @route("invitation_name")
    async def ask_name(self, reply: Reply, given: Input) -> None:
        """Ask an organizer whom a code is for."""
        view = await self._services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(ui.name_form(reply.texts, view.group))

    @route("invitation_name_given")
    async def take_name(self, reply: Reply, given: Input) -> None:
        """Show a code once."""
        code = await self._services.invitations.invite_by_code(
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
