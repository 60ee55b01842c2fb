"""/rotation: where the group meets next, whose turn it is to host, and what is done about it."""

from typing import Literal

from discord import app_commands
from discord.app_commands import Choice

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import GroupId, LocationId, MeetingId, SwapId, UserId
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.framework.texts import Texts
from buddybot.ui.help import Audience, list_for
from buddybot.ui.locations import home_requests, host_swaps, hosting, locations
from buddybot.ui.locations.locations import read_location
from buddybot.ui.locations.rotation import rotation_card

RULES = [
    Choice(name="turns - everybody hosts in turn", value=Rotation.TURNS.value),
    Choice(name="travel - fairest on the way", value=Rotation.TRAVEL.value),
    Choice(name="vote - by what suits whom", value=Rotation.VOTE.value),
    Choice(name="fixed - always the same place", value=Rotation.FIXED.value),
]
Why = Literal["the person is away", "no meeting"]


class RotationCog(BotCog):
    """The commands of the rotation and the buttons of those who host."""

    rotation = app_commands.Group(
        name="rotation",
        description="Where the group meets next, and whose turn it is",
        guild_only=True,
        extras=list_for(Audience.ORGANIZER),
    )

    @command(
        "Where the next meetings are, who hosts them, and why",
        rotation,
        group=choices.offer_groups,
        audience=Audience.MEMBER,
    )
    async def show(self, reply: Reply, group: str | None = None) -> None:
        view = await self._services.rotation.show(reply.actor, choices.parse_group(group))
        await reply.show(rotation_card(reply.texts, view))

    @command("Choose the rule that says where the group meets", rotation)
    @app_commands.describe(
        rule="Which rule",
        location="For the fixed rule: the place; where you met last, when left out",
        group="Which group, if you are in several",
    )
    @app_commands.choices(rule=RULES)
    @app_commands.autocomplete(location=locations.list_usual_locations, group=choices.organized_groups)
    async def strategy(
        self,
        reply: Reply,
        rule: str,
        location: str | None = None,
        group: str | None = None,
    ) -> None:
        view = await self._services.rotation.choose_rule(
            reply.actor,
            choices.parse_rotation(rule),
            locations.parse_location(location) if location else None,
            choices.parse_group(group),
        )
        await reply.show(rotation_card(reply.texts, view, changed=True))
        await self._live.refresh()

    @command(
        "Hand a turn on because the host is away, or leave a meeting out",
        rotation,
        group=choices.active_groups,
    )
    @app_commands.describe(
        why="Away: the next person hosts. No meeting: the same person stays next",
        meeting="Which one; the next, when left out",
    )
    @app_commands.autocomplete(meeting=hosting.to_skip)
    async def skip(
        self,
        reply: Reply,
        why: Why,
        meeting: str | None = None,
        group: str | None = None,
    ) -> None:
        pick, chosen = choices.parse_pick(meeting), choices.parse_group(group)
        if why == hosting.NO_MEETING:
            left_out = await self._services.meetings.skip_turn(reply.actor, pick, chosen)
            await reply.show(hosting.left_out_card(reply.texts, left_out))
        else:
            handed = await self._services.rotation.skip_host(reply.actor, pick, chosen)
            await reply.show(hosting.handed_card(reply.texts, handed))
        await self._live.refresh()

    @command("Say who hosts a meeting, or where it is", rotation, group=choices.active_groups)
    @app_commands.describe(
        meeting="Which one; the next, when left out",
        host="Who hosts it",
        location="Where it is; a place of the host's, when left out",
    )
    @app_commands.autocomplete(
        meeting=hosting.offer_planned, host=hosting.able_hosts, location=locations.list_free_locations
    )
    async def assign(
        self,
        reply: Reply,
        meeting: str | None = None,
        host: str | None = None,
        location: str | None = None,
        group: str | None = None,
    ) -> None:
        host_id = choices.parse_member(host) if host else None
        if host_id is not None:
            await self._bot.presence.look_at(reply.actor, host_id)
        view = await self._services.rotation.assign(
            reply.actor,
            choices.parse_pick(meeting),
            host_id=host_id,
            location_id=locations.parse_location(location) if location else None,
            group_id=choices.parse_group(group),
        )
        await reply.show(hosting.arranged_card(reply.texts, view))
        await self._live.refresh()

    @command(
        "Offer your turn for somebody else's; they are asked",
        rotation,
        group=choices.groups_that_meet,
        audience=Audience.MEMBER,
    )
    @app_commands.rename(other="with")
    @app_commands.describe(turn="The meeting that you host", other="The meeting that you would host instead")
    @app_commands.autocomplete(turn=hosting.offer_turns, other=hosting.other_turns)
    async def swap(self, reply: Reply, turn: str, other: str, group: str | None = None) -> None:
        view = await self._services.swaps.offer(
            reply.actor, choices.parse_pick(turn), choices.parse_pick(other), choices.parse_group(group)
        )
        await reply.show(host_swaps.asked_card(reply.texts, view))
        await self._live.refresh()

    @route("host_willing")
    async def set_willing(self, reply: Reply, given: Input) -> None:
        """Note whether the person would host."""
        group_id, hosts = GroupId(given.read_number(0)), bool(given.read_number(1))
        view = await self._services.rotation.set_willing(reply.actor, group_id, hosts=hosts)
        await reply.replace(rotation_card(reply.texts, view))
        await self._live.refresh()

    @route("host_decline")
    async def decline(self, reply: Reply, given: Input) -> None:
        """Ask once before a turn is handed on."""
        view = await self._services.rotation.may_decline(reply.actor, MeetingId(given.read_number(0)))
        await reply.show(hosting.decline_card(reply.texts, view))

    @route("host_declined")
    async def decline_turn(self, reply: Reply, given: Input) -> None:
        """Hand the turn on."""
        view = await self._services.rotation.decline(reply.actor, MeetingId(given.read_number(0)))
        await reply.replace(hosting.handed_card(reply.texts, view))
        await self._live.refresh()

    @route("host_keep")
    async def keep_turn(self, reply: Reply, _given: Input) -> None:
        """Leave the turn where it is."""
        await reply.replace(hosting.kept_card(reply.texts))

    @route("host_choose")
    async def choose(self, reply: Reply, given: Input) -> None:
        """Show the places that a meeting can be at."""
        view = await self._services.rotation.list_locations(reply.actor, MeetingId(given.read_number(0)))
        await reply.show(hosting.locations_card(reply.texts, view))

    @route("host_place")
    async def choose_location(self, reply: Reply, given: Input) -> None:
        """Hold the meeting at the chosen place."""
        meeting_id, location_id = MeetingId(given.read_number(0)), read_location(given)
        view = await self._services.rotation.choose(reply.actor, meeting_id, location_id)
        await reply.replace(hosting.arranged_card(reply.texts, view))
        await self._live.refresh()

    @route("swap_begin")
    async def begin_swap(self, reply: Reply, given: Input) -> None:
        """Show the turns that the person can offer."""
        view = await self._services.rotation.list_hostings(reply.actor, GroupId(given.read_number(0)))
        await reply.show(host_swaps.pairs_card(reply.texts, view))

    @route("swap_pick")
    async def pick_swap(self, reply: Reply, given: Input) -> None:
        """Offer the chosen turn."""
        group_id, (turn, other) = GroupId(given.read_number(0)), host_swaps.pair_chosen(given)
        view = await self._services.swaps.offer(reply.actor, turn, other, group_id)
        await reply.replace(host_swaps.asked_card(reply.texts, view))
        await self._live.refresh()

    @route("swap_agree")
    async def agree(self, reply: Reply, given: Input) -> None:
        """Swap the turns; the question gives way to what was agreed."""
        view = await self._services.swaps.agree(reply.actor, SwapId(given.read_number(0)))
        await reply.replace(host_swaps.answered_card(Texts(view.group.language), view))
        await self._live.refresh()

    @route("swap_decline")
    async def decline_swap(self, reply: Reply, given: Input) -> None:
        """Leave the turns as they are."""
        view = await self._services.swaps.decline(reply.actor, SwapId(given.read_number(0)))
        await reply.replace(host_swaps.answered_card(Texts(view.group.language), view))

    @route("swap_withdraw")
    async def withdraw(self, reply: Reply, given: Input) -> None:
        """Take an offer back."""
        view = await self._services.swaps.withdraw(reply.actor, SwapId(given.read_number(0)))
        await reply.replace(host_swaps.answered_card(Texts(view.group.language), view))

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
