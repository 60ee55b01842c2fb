"""Buttons of the notices about hosting: come forward, name a host, meet online, lend a home."""

from discord.ext import commands

from buddybot.domain.ids import LocationId, MeetingId, UserId
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.framework.texts import Texts
from buddybot.ui.locations import home_requests, hosting


class HostingCog(commands.Cog):
    """Each stands in the channel, so each looks again at who may press it."""

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._hosting = bot.services.hosting

    @route("host_come")
    async def come_forward(self, interaction: Interaction, given: Input) -> None:
        """Let the member host a meeting that nobody hosts."""
        async with Reply(interaction) as reply:
            view = await self._hosting.come_forward(reply.actor, MeetingId(given.read_number(0)))
            await reply.show(hosting.came_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("host_name")
    async def choose_host(self, interaction: Interaction, given: Input) -> None:
        """Show an organizer who could host."""
        async with Reply(interaction) as reply:
            view = await self._hosting.candidates(reply.actor, MeetingId(given.read_number(0)))
            await reply.show(hosting.hosts_card(reply.texts, view))

    @route("host_named")
    async def name_host(self, interaction: Interaction, given: Input) -> None:
        """Let the chosen member host."""
        async with Reply(interaction) as reply:
            meeting_id, host_id = MeetingId(given.read_number(0)), UserId(given.read_value())
            view = await self._hosting.name_host(reply.actor, meeting_id, host_id)
            await reply.replace(hosting.arranged_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("host_online")
    async def meet_online(self, interaction: Interaction, given: Input) -> None:
        """Let the meeting be online this once."""
        async with Reply(interaction) as reply:
            view = await self._hosting.meet_online(reply.actor, MeetingId(given.read_number(0)))
            await reply.show(hosting.online_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("home_agree")
    async def lend_home(self, interaction: Interaction, given: Input) -> None:
        """Let the meeting be at the member's home; the question gives way to where it is."""
        async with Reply(interaction) as reply:
            host_id = given.read_number(2)
            view = await self._hosting.lend_home(
                reply.actor,
                MeetingId(given.read_number(0)),
                LocationId(given.read_number(1)),
                UserId(host_id) if host_id else None,
            )
            await reply.replace(home_requests.agreed_card(Texts(view.group.language), view))
            await self._bot.live.refresh()

    @route("home_decline")
    async def keep_home(self, interaction: Interaction, given: Input) -> None:
        """Leave everything as it is; the host chooses another place."""
        async with Reply(interaction) as reply:
            view = await self._hosting.keep_home(
                reply.actor, MeetingId(given.read_number(0)), LocationId(given.read_number(1))
            )
            await reply.replace(home_requests.kept_card(Texts(view.group.language), view))


async def setup(bot: Client) -> None:
    """Add the cog; called by the bot."""
    await bot.add_cog(HostingCog(bot))
