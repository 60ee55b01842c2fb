"""Eight weeks in the life of the playground's group, lived through the bot's own services."""

from datetime import time
from itertools import count

import simcord

from buddybot.bot import BuddyBot
from buddybot.demo.stage import NAMES, Stage
from buddybot.domain.groups import USUAL_CAPACITY, Rotation
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, UserId
from buddybot.services.actor import Actor
from buddybot.services.groups import NewGroup, Rhythm
from buddybot.ui.texts import Texts

THURSDAY = 3


class Life:
    """The people of the stage, acting through the services as if they had clicked."""

    def __init__(self, env: simcord.Env, bot: BuddyBot, stage: Stage) -> None:
        self._env = env
        self._bot = bot
        self._stage = stage
        self._interactions = count(1)

    def actor(self, name: str) -> Actor:
        """Return a person as the services see one, with a fresh interaction."""
        person = self._stage.people[name]
        return Actor(
            user_id=UserId(person.id),
            guild_id=GuildId(self._stage.guild.id),
            channel_id=ChannelId(self._stage.channel.id),
            interaction_id=InteractionId(next(self._interactions)),
            display_name=name,
            manages_guild=name == NAMES[0],
        )

    async def found_group(self) -> GroupId:
        """Let the first of them set the group up and the others accept their invitations."""
        services = self._bot.services
        view = await services.groups.create(
            self.actor(NAMES[0]),
            NewGroup(
                name="Rowan group",
                channel_id=ChannelId(self._stage.channel.id),
                capacity=USUAL_CAPACITY,
                rotation=Rotation.FIXED,
                charter=Texts().plain("groups.charter.usual"),
                language="en",
                rhythm=Rhythm(weekday=THURSDAY, time=time(19), zone="Europe/London"),
            ),
        )
        for name in NAMES[1:]:
            offer = await services.invitations.invite(
                self.actor(NAMES[0]), UserId(self._stage.people[name].id), view.group.id
            )
            await services.invitations.accept(self.actor(name), offer.invitation.id)
        return view.group.id


async def live_through(env: simcord.Env, bot: BuddyBot, stage: Stage) -> None:
    """Found the group and let it meet for eight weeks, up to shortly before the ninth meeting."""
    life = Life(env, bot, stage)
    await life.found_group()
