"""People who leave the server while they are in a group, and how the bot comes to know."""

from buddybot.domain.ids import GuildId, UserId
from tests.scenarios.meetings.calendars import Calendar


def leave(rowan: Calendar, name: str) -> None:
    """Let a person leave the server; the bot is told nothing of it."""
    rowan.world.env.backend.remove_member(rowan.circle.guild.id, rowan.person(name).id)


async def come_to_know(rowan: Calendar, name: str) -> None:
    """Let the bot ask Discord about a person."""
    await rowan.world.bot.presence.ask(GuildId(rowan.circle.guild.id), UserId(rowan.person(name).id))
