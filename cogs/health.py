"""/health: how the group is doing, for its organizers; and the buttons of an alert."""

import asyncio
from collections.abc import Awaitable
from typing import Literal

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from buddybot.domain.health.alerts import LONGEST_SNOOZE
from buddybot.domain.health.stagnation import Sensitivity
from buddybot.domain.ids import AlertId
from buddybot.services.health.alerts import Decided
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework import choices
from buddybot.ui.framework.channels import alert_place, check_alert_place
from buddybot.ui.framework.pictures import attachments
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.framework.texts import Texts
from buddybot.ui.health import alerts
from buddybot.ui.health import health as ui
from buddybot.ui.help import Audience, list_for

Level = Literal["quiet", "normal", "sensitive"]


class HealthCog(commands.Cog):
    """Show, settle, and choose how the group is watched."""

    health = app_commands.Group(
        name="health",
        description="How the group is doing (for organizers)",
        guild_only=True,
        extras=list_for(Audience.ORGANIZER),
    )

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._alerts = bot.services.alerts
        self._health = bot.services.health

    @health.command(name="show", description="How the group is doing, in words and two pictures")
    @app_commands.describe(group="Which group, if you organize several")
    @app_commands.autocomplete(group=choices.organized_groups)
    async def show(self, interaction: Interaction, group: str | None = None) -> None:
        """Show the signals, open alerts, the settings and the charts."""
        async with Reply(interaction) as reply:
            view = await self._health.show(reply.actor, choices.parse_group(group))
            drawn = await asyncio.to_thread(ui.pictures, reply.texts, view)
            card = ui.health_card(reply.texts, view, drawn)
            await reply.show(card, files=attachments(drawn))

    @health.command(name="sensitivity", description="How soon you are told that something changes")
    @app_commands.describe(
        level="Quiet: only what is clear. Sensitive: sooner, and wrong more often",
        group="Which group, if you organize several",
    )
    @app_commands.autocomplete(group=choices.organized_groups)
    async def sensitivity(self, interaction: Interaction, level: Level, group: str | None = None) -> None:
        """Choose how soon there is an alert."""
        async with Reply(interaction) as reply:
            chosen = choices.parse_group(group)
            watched = await self._alerts.set_sensitivity(reply.actor, Sensitivity(level), chosen)
            await reply.show(ui.watched_card(reply.texts, watched, self._bot.now()))

    @health.command(name="snooze", description="Raise no alert for some weeks")
    @app_commands.describe(
        weeks="For how many weeks; 0 ends the rest", group="Which group, if you organize several"
    )
    @app_commands.autocomplete(group=choices.organized_groups)
    async def snooze(
        self, interaction: Interaction, weeks: Range[int, 0, LONGEST_SNOOZE], group: str | None = None
    ) -> None:
        """Let alerts rest."""
        async with Reply(interaction) as reply:
            watched = await self._alerts.rest(reply.actor, weeks, choices.parse_group(group))
            await reply.show(ui.watched_card(reply.texts, watched, self._bot.now()))

    @health.command(name="resolve", description="Mark an alert as taken care of")
    @app_commands.describe(alert="Which alert", group="Which group, if you organize several")
    @app_commands.autocomplete(alert=ui.open_alerts, group=choices.organized_groups)
    async def resolve(self, interaction: Interaction, alert: str, group: str | None = None) -> None:
        """Settle an alert."""
        async with Reply(interaction) as reply:
            alert_id, chosen = ui.parse_alert(alert), choices.parse_group(group)
            decided = await self._alerts.resolve(reply.actor, alert_id, chosen)
            await reply.show(alerts.alert_card(reply.texts, decided.view))
            await self._follow(interaction, decided)

    @health.command(name="channel", description="Where alerts are told: a channel or thread for organizers")
    @app_commands.describe(
        channel="A private channel or thread; leave it out to be told one by one",
        group="Which group, if you organize several",
    )
    @app_commands.autocomplete(group=choices.organized_groups)
    async def channel(
        self,
        interaction: Interaction,
        channel: discord.TextChannel | discord.Thread | None = None,
        group: str | None = None,
    ) -> None:
        """Choose or clear the channel of alerts."""
        async with Reply(interaction) as reply:
            chosen = choices.parse_group(group)
            if channel is not None:
                check_alert_place(reply.texts, channel, interaction.user)
            watched = await self._alerts.set_channel(reply.actor, alert_place(channel), chosen)
            await reply.show(ui.watched_card(reply.texts, watched, self._bot.now()))

    @route("alert_open")
    async def open(self, interaction: Interaction, given: Input) -> None:
        """Show an alert from the card of the group's health."""
        async with Reply(interaction) as reply:
            view = await self._alerts.look(await reply.actor_at_home(given), AlertId(given.read_number(1)))
            await reply.show(alerts.alert_card(reply.texts, view))

    @route("alert_use")
    async def use(self, interaction: Interaction, given: Input) -> None:
        """Give the next meeting the chosen activity."""
        async with Reply(interaction) as reply:
            actor, alert_id = await reply.actor_at_home(given), AlertId(given.read_number(1))
            deciding = self._alerts.use(actor, alert_id, alerts.activity_chosen(given))
            await self._show_decision(interaction, reply, deciding)
            await self._bot.live.refresh()

    @route("alert_holiday")
    async def holiday(self, interaction: Interaction, given: Input) -> None:
        """Let the meeting not count."""
        async with Reply(interaction) as reply:
            actor, alert_id = await reply.actor_at_home(given), AlertId(given.read_number(1))
            await self._show_decision(interaction, reply, self._alerts.holiday(actor, alert_id))

    @route("alert_snooze")
    async def rest(self, interaction: Interaction, given: Input) -> None:
        """Let alerts rest for four weeks."""
        async with Reply(interaction) as reply:
            actor, alert_id = await reply.actor_at_home(given), AlertId(given.read_number(1))
            await self._show_decision(interaction, reply, self._alerts.snooze(actor, alert_id))

    @route("alert_resolve")
    async def resolve_alert(self, interaction: Interaction, given: Input) -> None:
        """Settle it."""
        async with Reply(interaction) as reply:
            actor, alert_id = await reply.actor_at_home(given), AlertId(given.read_number(1))
            await self._show_decision(interaction, reply, self._alerts.resolve(actor, alert_id))

    async def _show_decision(
        self, interaction: Interaction, reply: Reply, deciding: Awaitable[Decided]
    ) -> None:
        """Let the card that was pressed say what was decided, here and where else it is."""
        decided = await deciding
        view = decided.view._replace(direct=interaction.guild_id is None)
        await reply.replace(alerts.alert_card(Texts(view.group.language), view))
        await self._follow(interaction, decided)

    async def _follow(self, interaction: Interaction, decided: Decided) -> None:
        pressed = None if interaction.message is None else interaction.message.id
        await alerts.edit_elsewhere(self._bot, decided, pressed)


async def setup(bot: Client) -> None:
    """Add the cog; called by the bot."""
    await bot.add_cog(HealthCog(bot))
