"""A group that is together, and what its members type and press about its calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

import discord
import simcord

from buddybot.domain.groups.groups import Rotation
from tests.scenarios.circles import Circle, circle
from tests.world import World, texts_in

TUESDAY = 1

Shown = discord.Message | simcord.ResponseMessage


@dataclass(frozen=True)
class Calendar:
    """Ana organizes; Ben and Cho are members; Zoe is in the guild but not in the group."""

    world: World
    circle: Circle

    @property
    def channel(self) -> simcord.ChannelHandle:
        """The group's channel."""
        return self.circle.channel

    def person(self, name: str) -> simcord.MemberActor:
        """Return somebody of this guild."""
        return self.world.person(name, self.circle.guild)

    def said(self) -> list[discord.Message]:
        """Return what everybody sees in the channel, oldest first."""
        return [message for message in self.channel.history() if not message.flags.ephemeral]

    def card(self) -> discord.Message:
        """Return the latest meeting card in the channel as it is shown now."""
        return next(message for message in reversed(self.said()) if "### Meeting" in texts_in(message))

    async def ask(self, name: str, command: str, /, **options: object) -> simcord.ResponseMessage:
        """Let somebody type a command in the group's channel; return what only they are shown."""
        result = await self.person(name).slash(self.channel, command, **options)
        assert result.acknowledged
        assert result.ephemeral
        assert result.response is not None
        return result.response

    async def close(self, name: str) -> simcord.ResponseMessage:
        """Let somebody close the meeting that goes on by the command and its one question."""
        asked = await self.ask(name, "meeting close")
        result = await self.person(name).click(asked, label="Close the meeting")
        assert result.acknowledged
        assert result.response is not None
        return result.response

    async def press(self, name: str, label: str, message: Shown | None = None) -> str:
        """Let somebody press a button of a message, else of the card; return what they are shown."""
        result = await self.person(name).click(message or self.card(), label=label)
        assert result.acknowledged
        return texts_in(result.response)

    async def starts(self) -> list[datetime]:
        """Return when the meetings ahead start."""
        rows = await self.world.rows(
            "SELECT starts_at FROM meetings WHERE group_id = :id AND state IN ('scheduled', 'open') "
            "ORDER BY starts_at",
            id=self.circle.group_id,
        )
        return [datetime.fromtimestamp(row["starts_at"], UTC) for row in rows]

    async def opt_in(self, name: str) -> None:
        """Let somebody ask for direct messages."""
        actor = self.circle.actor(self.person(name))
        await self.world.bot.services.preferences.choose(actor, direct_messages=True)


async def calendar(
    world: World,
    *,
    name: str = "Rowan",
    zone: str = "Europe/London",
    at: time = time(19),
    guild: simcord.GuildHandle | None = None,
    rotation: Rotation = Rotation.FIXED,
) -> Calendar:
    """Make a group of three that meets on Tuesdays, first on 6 January 2026."""
    made = Calendar(
        world,
        await circle(
            world,
            *("Ana", "Ben", "Cho"),
            guild=guild,
            name=name,
            weekday=TUESDAY,
            at=at,
            zone=zone,
            rotation=rotation,
        ),
    )
    made.person("Zoe")
    return made


def stamp(moment: datetime, style: str = "F") -> str:
    """Return an instant as Discord is sent it."""
    return f"<t:{int(moment.timestamp())}:{style}>"
