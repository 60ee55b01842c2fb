"""A group whose server shows its meetings as events of its own, and what Discord was asked for that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from buddybot.domain.ids import GuildId, LocationId, UserId
from buddybot.domain.locations.locations import LocationWords
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.locations.locations import LocationRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World

SCHEDULED, ACTIVE, COMPLETED, CANCELLED = (
    discord.EventStatus.scheduled.value,
    discord.EventStatus.active.value,
    discord.EventStatus.completed.value,
    discord.EventStatus.cancelled.value,
)
EVENTS = "/guilds/*/scheduled-events"
EVENT = "/guilds/*/scheduled-events/*"


@dataclass(frozen=True)
class Gatherings:
    """The group of `calendars`, and its server's events as everybody there sees them."""

    rowan: Calendar

    @classmethod
    async def made(cls, world: World, **options: Any) -> "Gatherings":
        """Set the group up; nothing was brought to Discord yet."""
        return cls(await calendar(world, **options))

    @property
    def world(self) -> World:
        """The world it is in."""
        return self.rowan.world

    @property
    def guild(self) -> simcord.GuildHandle:
        """The server."""
        return self.rowan.circle.guild

    def all(self) -> list[Any]:
        """Return the server's events, the one made first first."""
        found = self.world.env.backend.get_guild(self.guild.id).scheduled_events
        return sorted(found.values(), key=lambda event: event.id)

    def shown(self) -> list[Any]:
        """Return those that people can see: neither over nor called off."""
        return [event for event in self.all() if event.status in (SCHEDULED, ACTIVE)]

    def one(self) -> Any:
        """Return the only one that people can see."""
        [event] = self.shown()
        return event

    def asked(self) -> list[str]:
        """Return what was asked of Discord about events, in short."""
        return [
            f"{request.method} {request.path.partition('scheduled-events')[2]}".strip()
            for request in self.world.env.http_requests
            if "/scheduled-events" in request.path
        ]

    async def states(self) -> list[str]:
        """Return what the bot knows of its events, in the order of their meetings."""
        return [row["state"] for row in await self.world.rows("SELECT state FROM events ORDER BY meeting_id")]

    async def allow(self, **permissions: bool) -> None:
        """Let the bot have every permission but those named False."""
        allowed = discord.Permissions.all()
        allowed.update(administrator=False, **permissions)
        own = self.guild.roles["TestBot"].id
        self.world.env.backend.edit_role(self.guild.id, own, {"permissions": allowed.value})
        await self.world.env.settle()

    async def show_channel(self, *, everybody: bool) -> None:
        """Make the group's channel public or private; the bot sees it either way."""
        view = discord.Permissions(view_channel=True).value
        own, default = self.guild.roles["TestBot"].id, self.guild.default_role.id
        for overwrite in (
            Overwrite(own, OverwriteType.ROLE, allow=view),
            Overwrite(default, OverwriteType.ROLE, deny=0 if everybody else view),
        ):
            self.world.env.backend.set_overwrite(self.rowan.channel.id, overwrite)
        await self.world.env.settle()

    async def place(self, words: LocationWords) -> LocationId:
        """Let Ana offer a place; the group's rule takes it up."""

        async def script(tx: Tx) -> LocationId:
            group = await GroupRepository(tx).get(GuildId(self.guild.id), self.rowan.circle.group_id)
            assert group is not None
            added = await LocationRepository(tx).add(
                group_id=group.id,
                guild_id=group.guild_id,
                words=words,
                offered_by=UserId(self.rowan.person("Ana").id),
                now=self.world.now,
            )
            assert added is not None
            await arrangements.settle(UnitOfWork(tx), group, self.world.now)
            return added

        return await self.world.bot.services.transactions.write(lambda uow: script(uow.tx))

    async def meet_at(self, location_id: LocationId | None, *, online: bool = False) -> None:
        """Let the next meeting be somewhere else."""

        async def script(tx: Tx) -> None:
            group = await GroupRepository(tx).get(GuildId(self.guild.id), self.rowan.circle.group_id)
            assert group is not None
            [meeting, *_] = await MeetingRepository(tx).list_ahead(group.id)
            await arrangements.put(
                UnitOfWork(tx),
                group,
                meeting,
                Settled(location_id, None),
                now=self.world.now,
                basis=Basis.ASSIGNED,
                online=online,
            )

        await self.world.bot.services.transactions.write(lambda uow: script(uow.tx))


def start_of(event: Any) -> datetime:
    """Return when an event starts."""
    return datetime.fromisoformat(event.scheduled_start_time)


def end_of(event: Any) -> datetime:
    """Return when an event ends."""
    return datetime.fromisoformat(event.scheduled_end_time)
