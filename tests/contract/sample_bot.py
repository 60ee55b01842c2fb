"""A small real bot that does in Discord whatever buddybot does, for the tests of the checkers."""

import re
from collections.abc import Mapping
from datetime import timedelta

import discord
from discord import app_commands, ui
from discord.ext import commands

NOBODY = discord.AllowedMentions.none()
Interaction = discord.Interaction[commands.Bot]
Overwrites = Mapping[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]


class CheckIn(ui.Modal, title="Your week"):
    """A modal with labels, a select, a text input and a text display."""

    intro = ui.TextDisplay[ui.LayoutView]("What became of your promises?")
    outcome = ui.Label["CheckIn"](
        text="Four coffee meetings",
        component=ui.Select(custom_id="outcome", options=[discord.SelectOption(label="Done", value="done")]),
    )
    win = ui.Label["CheckIn"](
        text="A win",
        description="Big or small",
        component=ui.TextInput(custom_id="win", required=False, max_length=200),
    )

    async def on_submit(self, interaction: Interaction) -> None:  # type: ignore[override]  # the client is known here
        """Answer late and privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("Noted, thank you.", ephemeral=True)


class Going(ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"rsvp:(?P<meeting>\d+):going"):
    """The RSVP button, which survives restarts."""

    def __init__(self, meeting: int) -> None:
        super().__init__(ui.Button(label="Going", emoji="👍", custom_id=f"rsvp:{meeting}:going"))

    @classmethod
    async def from_custom_id(cls, _interaction: object, _item: object, match: re.Match[str], /) -> "Going":
        """The button that was clicked."""
        return cls(int(match["meeting"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Edit the card in place."""
        await interaction.response.edit_message(view=Card())


class Pick(ui.Select[ui.LayoutView]):
    """A select that opens a modal."""

    def __init__(self) -> None:
        options = [discord.SelectOption(label="Lumen", value="3", description="12 minutes", emoji="☕")]
        super().__init__(custom_id="pick", placeholder="Where?", options=options)

    async def callback(self, interaction: discord.Interaction) -> None:
        """Open the check-in."""
        await interaction.response.send_modal(CheckIn())


class Card(ui.LayoutView):
    """A meeting card: container, section, separator, buttons, both kinds of selects."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        people: ui.UserSelect[ui.LayoutView] = ui.UserSelect(custom_id="facilitator", placeholder="Who?")
        address: ui.Button[ui.LayoutView] = ui.Button(
            label="Map", url="https://example.org/map?q=3+Mill+Lane"
        )
        self.add_item(
            ui.Container(
                ui.TextDisplay("### Meeting 9\n<t:1793905200:F> (<t:1793905200:R>)"),
                ui.Separator(),
                ui.Section("**Where** Café Lumen", accessory=address),
                ui.ActionRow(Going(9)),
                ui.ActionRow(Pick()),
                ui.ActionRow(people),
                accent_colour=discord.Colour.teal(),
            )
        )


class SampleBot(commands.Bot):
    """The bot itself: the meeting group of commands and one context menu."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents(guilds=True), allowed_mentions=NOBODY)

    async def setup_hook(self) -> None:
        """Register and synchronise."""
        self.add_dynamic_items(Going)
        self.add_view(Card())
        self.tree.add_command(meeting)
        self.tree.add_command(app_commands.ContextMenu(name="Give kudos", callback=give_kudos))
        await self.tree.sync()


meeting = app_commands.Group(
    name="meeting",
    description="The group's meetings",
    default_permissions=discord.Permissions(manage_events=True),
)


@meeting.command(description="Open the check-in")
@app_commands.describe(place="Where it is", minutes="How long it lasts")
async def start(interaction: Interaction, place: str, minutes: app_commands.Range[int, 15, 240] = 75) -> None:
    """Everything the bot does to messages, privately and in the channel."""
    assert isinstance(interaction.channel, discord.TextChannel)
    await interaction.response.defer()
    await interaction.followup.send(view=Card())
    card = await interaction.channel.send(view=Card(), nonce="ping-9-card")
    await card.edit(view=Card(), allowed_mentions=NOBODY)
    embed = discord.Embed(title="Where").add_field(name="Café", value=place)
    named = discord.AllowedMentions(users=[interaction.user])
    mail = await interaction.channel.send(
        f"Soon, <@{interaction.user.id}>", embed=embed, allowed_mentions=named
    )
    await mail.edit(content="Now", embeds=[])
    await mail.delete()
    secret = await interaction.followup.send("Only for you", ephemeral=True, wait=True)
    await secret.edit(content="Still only for you")
    await interaction.edit_original_response(view=Card(), allowed_mentions=NOBODY)
    direct = await interaction.user.create_dm()
    await direct.send("You asked me to remind you.")
    _ = [message async for message in interaction.channel.history(limit=50)]


@start.autocomplete("place")
async def places(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The places of the group."""
    return [app_commands.Choice(name="Café Lumen, 3 Mill Lane", value="3")]


@meeting.command(description="Set the group up")
async def arrange(interaction: Interaction) -> None:
    """Everything the bot does to the guild."""
    guild = interaction.guild
    assert guild is not None
    assert isinstance(interaction.user, discord.Member)
    await interaction.response.send_message("On it.", ephemeral=True)
    begin = discord.utils.utcnow() + timedelta(days=1)
    event = await guild.create_scheduled_event(
        name="Meeting 9",
        start_time=begin,
        end_time=begin + timedelta(minutes=75),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="Café Lumen",
    )
    await event.edit(start_time=begin + timedelta(hours=1), end_time=begin + timedelta(hours=2))
    await event.cancel()
    role = await guild.create_role(name="Rowan", permissions=discord.Permissions.none(), reason="A new group")
    await interaction.user.add_roles(role)
    await interaction.user.remove_roles(role)
    await role.delete()
    hidden: Overwrites = {guild.default_role: discord.PermissionOverwrite(view_channel=False)}
    channel = await guild.create_text_channel("rowan", overwrites=hidden, topic="A quiet group")
    await channel.edit(topic="A quieter group")
    await channel.set_permissions(guild.default_role, view_channel=True)
    await guild.fetch_member(interaction.user.id)


@meeting.command(description="Announce a meeting that is over already")
async def late(interaction: Interaction) -> None:
    """What the simulator lets pass and the checkers must not."""
    assert isinstance(interaction.channel, discord.TextChannel)
    await interaction.response.defer()
    card = await interaction.channel.send(view=Card())
    await card.edit(view=Card())  # the library sends no allowed_mentions here by itself


async def give_kudos(interaction: Interaction, member: discord.Member) -> None:
    """A context menu, whose name may have capitals and spaces."""
    await interaction.response.send_message(f"Kudos to {member.display_name}", ephemeral=True)
