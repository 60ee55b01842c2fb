"""/rotation: where the group meets next, whose turn it is to host, and what is done about it."""

from typing import Literal

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import GroupId, MeetingId, SwapId
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.framework.texts import Texts
from buddybot.ui.help import Audience, list_for
from buddybot.ui.locations import host_swaps, hosting, location_choices
from buddybot.ui.locations.locations import place_chosen
from buddybot.ui.locations.rotation import rotation_card

RULES = [
    Choice(name="turns - everybody hosts in turn", value=Rotation.TURNS.value),
    Choice(name="travel - fairest on the way", value=Rotation.TRAVEL.value),
    Choice(name="vote - by what suits whom", value=Rotation.VOTE.value),
    Choice(name="fixed - always the same place", value=Rotation.FIXED.value),
]
Why = Literal["the person is away", "no meeting"]


class RotationCog(commands.Cog):
    """The commands of the rotation and the buttons of those who host."""

    rotation = app_commands.Group(
        name="rotation",
        description="Where the group meets next, and whose turn it is",
        guild_only=True,
        extras=list_for(Audience.ORGANIZER),
    )

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._rotation = bot.services.rotation
        self._meetings = bot.services.meetings
        self._swaps = bot.services.swaps

    @rotation.command(
        name="show",
        description="Where the next meetings are, who hosts them, and why",
        extras=list_for(Audience.MEMBER),
    )
    @app_commands.describe(group="Which group, if you are in several")
    @app_commands.autocomplete(group=choices.offer_groups)
    async def show(self, interaction: Interaction, group: str | None = None) -> None:
        """Where the next meetings are, who hosts them, and why."""
        async with Reply(interaction) as reply:
            view = await self._rotation.show(reply.actor, choices.parse_group(group))
            await reply.show(rotation_card(reply.texts, view))

    @rotation.command(name="strategy", description="Choose the rule that says where the group meets")
    @app_commands.describe(
        rule="Which rule",
        location="For the fixed rule: the place; where you met last, when left out",
        group="Which group, if you are in several",
    )
    @app_commands.choices(rule=RULES)
    @app_commands.autocomplete(location=location_choices.usual_places, group=choices.organized_groups)
    async def strategy(
        self,
        interaction: Interaction,
        rule: str,
        location: str | None = None,
        group: str | None = None,
    ) -> None:
        """Choose the rule that says where the group meets."""
        async with Reply(interaction) as reply:
            view = await self._rotation.choose_rule(
                reply.actor,
                choices.parse_rotation(rule),
                location_choices.parse_place(location) if location else None,
                choices.parse_group(group),
            )
            await reply.show(rotation_card(reply.texts, view, changed=True))
            await self._bot.live.refresh()

    @rotation.command(
        name="skip", description="Hand a turn on because the host is away, or leave a meeting out"
    )
    @app_commands.describe(
        why="Away: the next person hosts. No meeting: the same person stays next",
        meeting="Which one; the next, when left out",
        group="Which group, if you are in several",
    )
    @app_commands.autocomplete(meeting=hosting.to_skip, group=choices.active_groups)
    async def skip(
        self,
        interaction: Interaction,
        why: Why,
        meeting: str | None = None,
        group: str | None = None,
    ) -> None:
        """Hand a turn on because the host is away, or leave a meeting out."""
        async with Reply(interaction) as reply:
            pick, chosen = choices.parse_pick(meeting), choices.parse_group(group)
            if why == hosting.NO_MEETING:
                left_out = await self._meetings.skip_turn(reply.actor, pick, chosen)
                await reply.show(hosting.left_out_card(reply.texts, left_out))
            else:
                handed = await self._rotation.skip_host(reply.actor, pick, chosen)
                await reply.show(hosting.handed_card(reply.texts, handed))
            await self._bot.live.refresh()

    @rotation.command(name="assign", description="Say who hosts a meeting, or where it is")
    @app_commands.describe(
        meeting="Which one; the next, when left out",
        host="Who hosts it",
        location="Where it is; a place of the host's, when left out",
        group="Which group, if you are in several",
    )
    @app_commands.autocomplete(
        meeting=hosting.offer_planned,
        host=hosting.able_hosts,
        location=location_choices.free_places,
        group=choices.active_groups,
    )
    async def assign(
        self,
        interaction: Interaction,
        meeting: str | None = None,
        host: str | None = None,
        location: str | None = None,
        group: str | None = None,
    ) -> None:
        """Say who hosts a meeting, or where it is."""
        async with Reply(interaction) as reply:
            host_id = choices.parse_member(host) if host else None
            if host_id is not None:
                await self._bot.presence.look_at(reply.actor, host_id)
            view = await self._rotation.assign(
                reply.actor,
                choices.parse_pick(meeting),
                host_id=host_id,
                location_id=location_choices.parse_place(location) if location else None,
                group_id=choices.parse_group(group),
            )
            await reply.show(hosting.arranged_card(reply.texts, view))
            await self._bot.live.refresh()

    @rotation.command(
        name="swap",
        description="Offer your turn for somebody else's; they are asked",
        extras=list_for(Audience.MEMBER),
    )
    @app_commands.rename(other="with")
    @app_commands.describe(
        turn="The meeting that you host",
        other="The meeting that you would host instead",
        group="Which group, if you are in several",
    )
    @app_commands.autocomplete(
        turn=hosting.offer_turns, other=hosting.other_turns, group=choices.groups_that_meet
    )
    async def swap(self, interaction: Interaction, turn: str, other: str, group: str | None = None) -> None:
        """Offer your turn for somebody else's; they are asked."""
        async with Reply(interaction) as reply:
            view = await self._swaps.offer(
                reply.actor, choices.parse_pick(turn), choices.parse_pick(other), choices.parse_group(group)
            )
            await reply.show(host_swaps.asked_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("host_willing")
    async def set_willing(self, interaction: Interaction, given: Input) -> None:
        """Note whether the person would host."""
        async with Reply(interaction) as reply:
            group_id, hosts = GroupId(given.read_number(0)), bool(given.read_number(1))
            view = await self._rotation.set_willing(reply.actor, group_id, hosts=hosts)
            await reply.replace(rotation_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("host_decline")
    async def decline(self, interaction: Interaction, given: Input) -> None:
        """Ask once before a turn is handed on."""
        async with Reply(interaction) as reply:
            view = await self._rotation.may_decline(reply.actor, MeetingId(given.read_number(0)))
            await reply.show(hosting.decline_card(reply.texts, view))

    @route("host_declined")
    async def decline_turn(self, interaction: Interaction, given: Input) -> None:
        """Hand the turn on."""
        async with Reply(interaction) as reply:
            view = await self._rotation.decline(reply.actor, MeetingId(given.read_number(0)))
            await reply.replace(hosting.handed_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("host_keep")
    async def keep_turn(self, interaction: Interaction, _given: Input) -> None:
        """Leave the turn where it is."""
        async with Reply(interaction) as reply:
            await reply.replace(hosting.kept_card(reply.texts))

    @route("host_choose")
    async def choose(self, interaction: Interaction, given: Input) -> None:
        """Show the places that a meeting can be at."""
        async with Reply(interaction) as reply:
            view = await self._rotation.places(reply.actor, MeetingId(given.read_number(0)))
            await reply.show(hosting.places_card(reply.texts, view))

    @route("host_place")
    async def choose_location(self, interaction: Interaction, given: Input) -> None:
        """Hold the meeting at the chosen place."""
        async with Reply(interaction) as reply:
            meeting_id, location_id = MeetingId(given.read_number(0)), place_chosen(given)
            view = await self._rotation.choose(reply.actor, meeting_id, location_id)
            await reply.replace(hosting.arranged_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("swap_begin")
    async def begin_swap(self, interaction: Interaction, given: Input) -> None:
        """Show the turns that the person can offer."""
        async with Reply(interaction) as reply:
            view = await self._rotation.list_hostings(reply.actor, GroupId(given.read_number(0)))
            await reply.show(host_swaps.pairs_card(reply.texts, view))

    @route("swap_pick")
    async def pick_swap(self, interaction: Interaction, given: Input) -> None:
        """Offer the chosen turn."""
        async with Reply(interaction) as reply:
            group_id, (turn, other) = GroupId(given.read_number(0)), host_swaps.pair_chosen(given)
            view = await self._swaps.offer(reply.actor, turn, other, group_id)
            await reply.replace(host_swaps.asked_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("swap_agree")
    async def agree(self, interaction: Interaction, given: Input) -> None:
        """Swap the turns; the question gives way to what was agreed."""
        async with Reply(interaction) as reply:
            view = await self._swaps.agree(reply.actor, SwapId(given.read_number(0)))
            await reply.replace(host_swaps.answered_card(Texts(view.group.language), view))
            await self._bot.live.refresh()

    @route("swap_decline")
    async def decline_swap(self, interaction: Interaction, given: Input) -> None:
        """Leave the turns as they are."""
        async with Reply(interaction) as reply:
            view = await self._swaps.decline(reply.actor, SwapId(given.read_number(0)))
            await reply.replace(host_swaps.answered_card(Texts(view.group.language), view))

    @route("swap_withdraw")
    async def withdraw(self, interaction: Interaction, given: Input) -> None:
        """Take an offer back."""
        async with Reply(interaction) as reply:
            view = await self._swaps.withdraw(reply.actor, SwapId(given.read_number(0)))
            await reply.replace(host_swaps.answered_card(Texts(view.group.language), view))


async def setup(bot: Client) -> None:
    """Add the cog; called by the bot."""
    await bot.add_cog(RotationCog(bot))
