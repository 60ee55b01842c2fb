"""Buttons of the notices about hosting: come forward, name a host, meet online, lend a home."""

from buddybot.domain.ids import LocationId, MeetingId, UserId
from buddybot.ui.cog import BotCog
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.framework.texts import Texts
from buddybot.ui.locations import home_requests, hosting


class HostingCog(BotCog):
    """Each stands in the channel, so each looks again at who may press it."""

    @route("host_come")
    async def come_forward(self, reply: Reply, given: Input) -> None:
        """Let the member host a meeting that nobody hosts."""
        view = await self._services.hosting.come_forward(reply.actor, MeetingId(given.read_number(0)))
        await reply.show(hosting.came_card(reply.texts, view))
        await self._live.refresh()

    @route("host_name")
    async def choose_host(self, reply: Reply, given: Input) -> None:
        """Show an organizer who could host."""
        view = await self._services.hosting.candidates(reply.actor, MeetingId(given.read_number(0)))
        await reply.show(hosting.hosts_card(reply.texts, view))

    @route("host_named")
    async def name_host(self, reply: Reply, given: Input) -> None:
        """Let the chosen member host."""
        meeting_id, host_id = MeetingId(given.read_number(0)), UserId(given.read_value())
        view = await self._services.hosting.name_host(reply.actor, meeting_id, host_id)
        await reply.replace(hosting.arranged_card(reply.texts, view))
        await self._live.refresh()

    @route("host_online")
    async def meet_online(self, reply: Reply, given: Input) -> None:
        """Let the meeting be online this once."""
        view = await self._services.hosting.meet_online(reply.actor, MeetingId(given.read_number(0)))
        await reply.show(hosting.online_card(reply.texts, view))
        await self._live.refresh()

    @route("home_agree")
    async def lend_home(self, reply: Reply, given: Input) -> None:
        """Let the meeting be at the member's home; the question gives way to where it is."""
        host_id = given.read_number(2)
        view = await self._services.hosting.lend_home(
            reply.actor,
            MeetingId(given.read_number(0)),
            LocationId(given.read_number(1)),
            UserId(host_id) if host_id else None,
        )
        await reply.replace(home_requests.agreed_card(Texts(view.group.language), view))
        await self._live.refresh()

    @route("home_decline")
    async def keep_home(self, reply: Reply, given: Input) -> None:
        """Leave everything as it is; the host chooses another place."""
        view = await self._services.hosting.keep_home(
            reply.actor, MeetingId(given.read_number(0)), LocationId(given.read_number(1))
        )
        await reply.replace(home_requests.kept_card(Texts(view.group.language), view))
