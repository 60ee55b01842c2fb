"""/health: how the group is doing, for its organizers; and the buttons of an alert."""

import asyncio
from collections.abc import Awaitable
from typing import Literal

import discord
from discord import app_commands
from discord.app_commands import Range

from buddybot.domain.health.alerts import LONGEST_SNOOZE
from buddybot.domain.health.stagnation import Sensitivity
from buddybot.domain.ids import AlertId
from buddybot.services.health.alerts import Decided
from buddybot.ui.cog import BotCog, Interaction, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.channels import check_alert_channel, read_alert_channel
from buddybot.ui.framework.pictures import attachments
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.framework.texts import Texts
from buddybot.ui.health import alerts
from buddybot.ui.health import health as ui
from buddybot.ui.help import Audience, list_for

Level = Literal["quiet", "normal", "sensitive"]


class HealthCog(BotCog):
    """Show, settle, and choose how the group is watched."""

    health = app_commands.Group(
        name="health",
        description="How the group is doing (for organizers)",
        guild_only=True,
        extras=list_for(Audience.ORGANIZER),
    )

    @command("How the group is doing, in words and two pictures", health, group=choices.organized_groups)
    async def show(self, reply: Reply, group: str | None = None) -> None:
        """Show the signals, open alerts, the settings and the charts."""
        view = await self._services.health.show(reply.actor, choices.parse_group(group))
        drawn = await asyncio.to_thread(ui.pictures, reply.texts, view)
        card = ui.health_card(reply.texts, view, drawn)
        await reply.show(card, files=attachments(drawn))

    @command("How soon you are told that something changes", health, group=choices.organized_groups)
    @app_commands.describe(level="Quiet: only what is clear. Sensitive: sooner, and wrong more often")
    async def sensitivity(self, reply: Reply, level: Level, group: str | None = None) -> None:
        """Choose how soon there is an alert."""
        chosen = choices.parse_group(group)
        watched = await self._services.alerts.set_sensitivity(reply.actor, Sensitivity(level), chosen)
        await reply.show(ui.watched_card(reply.texts, watched, self._bot.now()))

    @command("Raise no alert for some weeks", health, group=choices.organized_groups)
    @app_commands.describe(weeks="For how many weeks; 0 ends the rest")
    async def snooze(
        self, reply: Reply, weeks: Range[int, 0, LONGEST_SNOOZE], group: str | None = None
    ) -> None:
        """Let alerts rest."""
        watched = await self._services.alerts.rest(reply.actor, weeks, choices.parse_group(group))
        await reply.show(ui.watched_card(reply.texts, watched, self._bot.now()))

    @command("Mark an alert as taken care of", health, group=choices.organized_groups)
    @app_commands.describe(alert="Which alert")
    @app_commands.autocomplete(alert=ui.open_alerts)
    async def resolve(self, reply: Reply, alert: str, group: str | None = None) -> None:
        """Settle an alert."""
        alert_id, chosen = ui.parse_alert(alert), choices.parse_group(group)
        decided = await self._services.alerts.resolve(reply.actor, alert_id, chosen)
        await reply.show(alerts.alert_card(reply.texts, decided.view))
        await self._follow(reply.interaction, decided)

    @command(
        "Where alerts are told: a channel or thread for organizers",
        health,
        group=choices.organized_groups,
    )
    @app_commands.describe(channel="A private channel or thread; leave it out to be told one by one")
    async def channel(
        self,
        reply: Reply,
        channel: discord.TextChannel | discord.Thread | None = None,
        group: str | None = None,
    ) -> None:
        """Choose or clear the channel of alerts."""
        chosen = choices.parse_group(group)
        if channel is not None:
            check_alert_channel(reply.texts, channel, reply.interaction.user)
        watched = await self._services.alerts.set_channel(reply.actor, read_alert_channel(channel), chosen)
        await reply.show(ui.watched_card(reply.texts, watched, self._bot.now()))

    @route("alert_open")
    async def open(self, reply: Reply, given: Input) -> None:
        """Show an alert from the card of the group's health."""
        view = await self._services.alerts.look(
            await reply.actor_at_home(given), AlertId(given.read_number(1))
        )
        await reply.show(alerts.alert_card(reply.texts, view))

    @route("alert_use")
    async def use(self, reply: Reply, given: Input) -> None:
        """Give the next meeting the chosen activity."""
        actor, alert_id = await reply.actor_at_home(given), AlertId(given.read_number(1))
        deciding = self._services.alerts.use(actor, alert_id, alerts.activity_chosen(given))
        await self._show_decision(reply.interaction, reply, deciding)
        await self._live.refresh()

    @route("alert_holiday")
    async def holiday(self, reply: Reply, given: Input) -> None:
        """Let the meeting not count."""
        actor, alert_id = await reply.actor_at_home(given), AlertId(given.read_number(1))
        await self._show_decision(reply.interaction, reply, self._services.alerts.holiday(actor, alert_id))

    @route("alert_snooze")
    async def rest(self, reply: Reply, given: Input) -> None:
        """Let alerts rest for four weeks."""
        actor, alert_id = await reply.actor_at_home(given), AlertId(given.read_number(1))
        await self._show_decision(reply.interaction, reply, self._services.alerts.snooze(actor, alert_id))

    @route("alert_resolve")
    async def resolve_alert(self, reply: Reply, given: Input) -> None:
        """Settle it."""
        actor, alert_id = await reply.actor_at_home(given), AlertId(given.read_number(1))
        await self._show_decision(reply.interaction, reply, self._services.alerts.resolve(actor, alert_id))

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
