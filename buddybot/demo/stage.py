"""The place and the people of the playground."""

from dataclasses import dataclass

import discord
import simcord

NAMES = ("Ana", "Ben", "Cho", "Dev", "Eli", "Fay")
"""The group; Ana set it up and organizes it."""

BOT = "buddybot"
LOCALE = "en-GB"
ZONE = "Europe/London"
"""Where they live: the group's zone, and that of the page."""

VISITOR = "Gil"
"""Somebody in the server who is in no group yet."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One server with one channel, six members of a group and a visitor."""

    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    people: dict[str, simcord.MemberActor]

    @property
    def viewers(self) -> list[simcord.MemberActor]:
        """Everybody whom the browser may play."""
        return list(self.people.values())


async def build_stage(env: simcord.Env) -> Stage:
    """Name the bot, and make the server, its channel, and the people in it."""
    if env.bot.user is not None:
        await env.bot.user.edit(username=BOT)
    guild = env.create_guild("Rowan Street Library")
    channel = guild.create_text_channel("rowan-group")
    managers = guild.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    people = {}
    for name in (*NAMES, VISITOR):
        user = env.create_user(name.lower(), global_name=name)
        people[name] = guild.add_member(user, roles=[managers] if name == NAMES[0] else [])
    return Stage(guild=guild, channel=channel, people=people)
