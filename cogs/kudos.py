"""/kudos: thanks from one member to another, in the group's channel."""

from typing import Any

import discord
from discord import app_commands

from buddybot.domain.checkins.kudos import TEXT_LIMIT
from buddybot.domain.text import fold_text
from buddybot.ui.checkins.kudos import given_card
from buddybot.ui.cog import BotCog, command
from buddybot.ui.commitments.commitments import commitment_chosen
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply, actor_of

Text = app_commands.Range[str, 1, TEXT_LIMIT]


@choices.guard_suggest
async def commitments(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    """Offer the chosen member's commitments that the group may read."""
    chosen = getattr(interaction.namespace, "member", None)
    if not chosen:
        return []
    group_id = choices.parse_group(getattr(interaction.namespace, "group", None))
    found = await interaction.client.services.kudos.choices(
        actor_of(interaction), choices.parse_member(chosen), group_id
    )
    wanted = fold_text(current)
    return [choices.choice(text, id_) for id_, text in found if wanted in fold_text(text)]


class KudosCog(BotCog):
    """One command; the channel reads what it says."""

    @command("Thank a member in the group's channel", group=choices.groups_that_meet)
    @app_commands.guild_only()
    @app_commands.describe(
        member="Whom to thank",
        text="A word of your own, if you like",
        commitment="What it is for, if it is something they said they would do",
    )
    @app_commands.autocomplete(member=choices.other_members_here, commitment=commitments)
    async def kudos(
        self,
        reply: Reply,
        member: str,
        text: Text | None = None,
        commitment: str | None = None,
        group: str | None = None,
    ) -> None:
        """Thank somebody."""
        to_id = choices.parse_member(member)
        await self._bot.presence.look_at(reply.actor, to_id)
        given = await self._services.kudos.give(
            reply.actor,
            to_id,
            text=text,
            commitment_id=None if commitment is None else commitment_chosen(commitment),
            group_id=choices.parse_group(group),
        )
        await reply.show(given_card(reply.texts, given))
