"""What time and Discord do."""

import discord

from tests.changes.life import NEXT, Life
from tests.changes.making.group import _settings
from tests.scenarios.meetings.gatherings import SCHEDULED


async def leave_the_server(life: Life) -> None:
    """Cho, who hosts the next meeting, leaves the server, and answers by a button in a direct message."""
    life.world.env.backend.remove_member(life.guild.id, life.person("Cho").id)
    await life.press("Cho", f"dm_rsvp:{life.guild.id}:{life.ids[NEXT]}:going", direct=True)


async def outage(life: Life) -> None:
    """The bot is down over the next meeting, for a day."""
    await life.world.sleep_through(hours=24 + 8)
    await _wake(life)


async def long_outage(life: Life) -> None:
    """The bot is down for nine days from the middle of a meeting."""
    await life.world.sleep_through(days=9)
    await _wake(life)


async def _wake(life: Life) -> None:
    await life.world.restart()
    await life.world.bot.housekeeping.replan()
    await life.world.run_due()


async def close_channel(life: Life) -> None:
    """The group's channel no longer lets the bot write; something is due there."""
    own = life.guild.roles["TestBot"].id
    allowed = discord.Permissions.all()
    allowed.update(administrator=False, send_messages=False)
    life.world.env.backend.edit_role(life.guild.id, own, {"permissions": allowed.value})
    await life.world.pass_time(days=3, hours=14)


async def close_and_open_channel(life: Life) -> None:
    """The group's channel refuses the bot for some days, and then no longer."""
    await close_channel(life)
    own = life.guild.roles["TestBot"].id
    allowed = discord.Permissions.all()
    allowed.update(administrator=False)
    life.world.env.backend.edit_role(life.guild.id, own, {"permissions": allowed.value})
    await life.world.env.settle()
    await life.world.run_due()


async def delete_channel(life: Life) -> None:
    """Somebody deletes the group's channel, and Ana gives the group another."""
    life.world.env.backend.delete_channel(life.rowan.channel.id)
    other = life.guild.create_text_channel("linden")
    life.channels = [other]
    await life.world.pass_time(days=3, hours=14)
    await _settings(life, channel=str(other.id))


async def delete_role(life: Life) -> None:
    """Somebody deletes the group's role."""
    life.world.env.backend.delete_role(life.guild.id, life.guild.roles["Rowan"].id)
    await life.world.env.settle()


async def delete_event(life: Life) -> None:
    """Somebody deletes the server's event."""
    events = life.world.env.backend.get_guild(life.guild.id).scheduled_events.values()
    [event] = [each for each in events if each.status == SCHEDULED]
    life.world.env.backend.delete_scheduled_event(life.guild.id, event.id)
    await life.world.env.settle()


async def forbid_events(life: Life) -> None:
    """The bot may no longer manage the server's events."""
    own = life.guild.roles["TestBot"].id
    allowed = discord.Permissions.all()
    allowed.update(administrator=False, manage_events=False, create_events=False)
    life.world.env.backend.edit_role(life.guild.id, own, {"permissions": allowed.value})
    await life.world.env.settle()


async def delete_card(life: Life) -> None:
    """A moderator deletes the next meeting's card."""
    life.world.env.backend.delete_message(life.rowan.channel.id, life.card("### Meeting 2").id)
    await life.press("Eli", f"next_rsvp:{life.ids[NEXT]}:going:{life.group_id}")


async def lose_server(life: Life) -> None:
    """The server throws the bot out."""
    life.world.env.backend.remove_guild(life.guild.id)
    await life.world.env.settle()
