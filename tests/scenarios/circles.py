"""A group that meets, for scenarios that begin after it was set up and joined."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import count

import simcord

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, UserId
from buddybot.services.core.unit_of_work import Actor
from buddybot.services.groups.groups import NewGroup, NewSchedule
from tests.world import World

_NUMBERS = count(1_000_000)
"""Interactions that no test numbers itself."""


@dataclass
class Circle:
    """A group with its server, its channel and its people; the first one organizes it."""

    world: World
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    group_id: GroupId
    meets: datetime
    people: list[simcord.MemberActor]

    def actor(self, person: simcord.MemberActor, *, manages: bool = False) -> Actor:
        """Return a person as the services know them, with a fresh interaction."""
        return Actor(
            user_id=UserId(person.id),
            guild_id=GuildId(self.guild.id),
            channel_id=ChannelId(self.channel.id),
            interaction_id=InteractionId(next(_NUMBERS)),
            display_name=person.user.global_name or person.name,
            manages_guild=manages,
        )


async def circle(
    world: World,
    *names: str,
    guild: simcord.GuildHandle | None = None,
    name: str = "Rowan",
    weekday: int = 6,
    at: time = time(19),
    zone: str = "UTC",
    rotation: Rotation = Rotation.FIXED,
) -> Circle:
    """Set up a group that meets every week, and let the others accept an invitation to it."""
    guild = guild or world.guild()
    channel = guild.create_text_channel(name.lower())
    people = [world.person(each, guild) for each in names]
    made = Circle(world, guild, channel, GroupId(0), world.now, people)
    services = world.bot.services
    new = NewGroup(
        name=name,
        channel_id=ChannelId(channel.id),
        capacity=10,
        charter="Be kind.",
        language="en",
        new_schedule=NewSchedule(weekday=weekday, time=at, zone=zone),
        rotation=rotation,
    )
    view = await services.groups.create(made.actor(people[0], manages=True), new)
    made.group_id = view.group.id
    for person in people[1:]:
        offer = await services.invitations.invite(made.actor(people[0]), UserId(person.id), made.group_id)
        await services.invitations.accept(made.actor(person), offer.invitation.id)
    [meeting, *_] = await world.rows(
        "SELECT starts_at FROM meetings WHERE group_id = :id ORDER BY starts_at", id=made.group_id
    )
    made.meets = datetime.fromtimestamp(meeting["starts_at"], UTC)
    return made
