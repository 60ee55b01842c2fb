"""/setup: from nothing to a group with its first meeting."""

import discord
from discord import app_commands

from buddybot.domain.errors import Refusal
from buddybot.services.groups.groups import NewGroup
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.channels import check_home, home
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.groups import setup as ui
from buddybot.ui.help import Audience


class SetupCog(BotCog):
    """The two forms of the set-up and the cards between them."""

    @command("Set up a buddy group, step by step", name="setup", audience=Audience.MANAGER)
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def begin(self, reply: Reply) -> None:
        """Explain and begin."""
        if not reply.actor.manages_guild:
            raise Refusal("group.needs_manage_server")
        await reply.show(ui.start_card(reply.texts))

    @route("setup_when")
    async def ask_when(self, reply: Reply, given: Input) -> None:
        """Open the first form, empty or with what was answered before."""
        await self._services.groups.may_create(reply.actor)
        if given.arguments:
            form = ui.when_form(reply.texts, when=ui.When.from_arguments(given, 1), zone=given.read_word(0))
        else:
            form = ui.when_form(reply.texts)
        await reply.ask(form)

    @route("setup_when_given")
    async def take_when(self, reply: Reply, given: Input) -> None:
        """Show the first meeting, or ask which zone was meant."""
        await self._services.groups.may_create(reply.actor)
        when = ui.When.written(given)
        zones = choices.zone_matches(given.written("zone"))
        if len(zones) == 1:
            card = ui.check_card(reply.texts, when, zones[0], self._bot.now())
        else:
            card = ui.zones_card(reply.texts, when, zones)
        await reply.replace(card)

    @route("setup_zone")
    async def take_zone(self, reply: Reply, given: Input) -> None:
        """Show the first meeting in the chosen zone."""
        await self._services.groups.may_create(reply.actor)
        when = ui.When.from_arguments(given)
        zone = given.values[0] if given.values else ""
        await reply.replace(ui.check_card(reply.texts, when, zone, self._bot.now()))

    @route("setup_group")
    async def ask_group(self, reply: Reply, given: Input) -> None:
        """Open the second form."""
        await self._services.groups.may_create(reply.actor)
        here = reply.interaction.channel
        form = ui.group_form(
            reply.texts,
            ui.When.from_arguments(given, 1),
            given.read_word(0),
            here=here.id if isinstance(here, discord.TextChannel) else None,
        )
        await reply.ask(form)

    @route("setup_create")
    async def create(self, reply: Reply, given: Input) -> None:
        """Make the group."""
        await self._services.groups.may_create(reply.actor)
        place = home(reply.interaction.guild, choices.parse_channel(given.written("channel")))
        check_home(reply.texts, place, reply.interaction.user)
        view = await self._services.groups.create(reply.actor, _new_group(reply, given))
        await reply.replace(ui.ready_card(reply.texts, view))
        await self._live.roles.settle(view.group.id)


def _new_group(reply: Reply, given: Input) -> NewGroup:
    return NewGroup(
        name=given.written("name"),
        channel_id=choices.parse_channel(given.written("channel")),
        capacity=choices.parse_capacity(given.written("capacity")),
        charter=reply.texts.plain("groups.charter.usual"),
        language=choices.parse_language(given.written("language")) or reply.texts.language,
        new_schedule=ui.When.from_arguments(given, 1).new_schedule(given.read_word(0)),
        rotation=choices.parse_rotation(given.written("rotation")),
    )
