"""/activity: what a group does together, and the agenda behind the cards' button."""

from discord import app_commands
from discord.ext import commands

from buddybot.domain.ids import GroupId, MeetingId
from buddybot.services.meetings.meeting_choices import Aim
from buddybot.ui.checkins.activities import (
    activity_card,
    activity_chosen,
    chosen_card,
    list_card,
    offer_activities,
    page_of,
    wish_card,
)
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.help import Audience, list_for
from buddybot.ui.meetings import day_choices
from buddybot.ui.meetings.agenda import agenda_card


class ActivityCog(commands.Cog):
    """The library, each member's wishes, the organizers' choice, and the agenda."""

    activity = app_commands.Group(
        name="activity", description="What the group does together", guild_only=True
    )

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._activities = bot.services.activities
        self._agenda = bot.services.agenda

    @activity.command(name="list", description="What your group can do together at a meeting")
    @app_commands.describe(group="Which group, if you are in several")
    @app_commands.autocomplete(group=choices.offer_groups)
    async def list(self, interaction: Interaction, group: str | None = None) -> None:
        """Show the activities that fit the group."""
        async with Reply(interaction) as reply:
            view = await self._activities.all(reply.actor, choices.parse_group(group))
            await reply.show(list_card(reply.texts, view))

    @activity.command(name="wish", description="Choose what you would like to do; nobody sees which")
    @app_commands.describe(group="Which group, if you are in several")
    @app_commands.autocomplete(group=choices.offer_groups)
    async def wish(self, interaction: Interaction, group: str | None = None) -> None:
        """Show the choice of what the person would like."""
        async with Reply(interaction) as reply:
            view = await self._activities.all(reply.actor, choices.parse_group(group))
            await reply.show(wish_card(reply.texts, view))

    @activity.command(
        name="choose",
        description="Choose what a meeting's activity is (for organizers)",
        extras=list_for(Audience.ORGANIZER),
    )
    @app_commands.describe(
        activity="Which one; without it, none is chosen",
        meeting="Which meeting; the next, when left out",
        group="Which group, if you are in several",
    )
    @app_commands.autocomplete(
        activity=offer_activities, meeting=day_choices.meetings_for(Aim.ACTIVITY), group=choices.active_groups
    )
    async def choose(
        self,
        interaction: Interaction,
        activity: str | None = None,
        meeting: str | None = None,
        group: str | None = None,
    ) -> None:
        """Set or clear the activity of a meeting."""
        async with Reply(interaction) as reply:
            chosen = await self._activities.choose(
                reply.actor, choices.parse_pick(meeting), activity, choices.parse_group(group)
            )
            await reply.show(chosen_card(reply.texts, chosen))
            await self._bot.live.refresh(chosen.meeting.id)

    @route("activity_list")
    async def press_list(self, interaction: Interaction, given: Input) -> None:
        """Show a page of the list."""
        async with Reply(interaction) as reply:
            view = await self._activities.all(reply.actor, GroupId(given.read_number(0)))
            await reply.replace(list_card(reply.texts, view, given.read_number(1)))

    @route("activity_open")
    async def open(self, interaction: Interaction, given: Input) -> None:
        """Show the chosen activity whole."""
        async with Reply(interaction) as reply:
            group_id, key = GroupId(given.read_number(0)), activity_chosen(given)
            view = await self._activities.get_activity(reply.actor, group_id, key)
            await reply.replace(activity_card(reply.texts, view))

    @route("activity_mine")
    async def press_mine(self, interaction: Interaction, given: Input) -> None:
        """Show the choice of what the person would like."""
        async with Reply(interaction) as reply:
            view = await self._activities.all(reply.actor, GroupId(given.read_number(0)))
            await reply.replace(wish_card(reply.texts, view))

    @route("activity_wish")
    async def mark(self, interaction: Interaction, given: Input) -> None:
        """Keep what the person would like, of what one select offered."""
        async with Reply(interaction) as reply:
            group_id = GroupId(given.read_number(0))
            offered = await self._activities.all(reply.actor, group_id)
            among = page_of(offered.activities, given.read_number(1), choices.MOST)
            view = await self._activities.mark_wishes(
                reply.actor, group_id, given.values, among=[each.key for each in among]
            )
            await reply.replace(wish_card(reply.texts, view, kept=True))

    @route("agenda")
    async def agenda(self, interaction: Interaction, given: Input) -> None:
        """Show the whole agenda to the person who pressed."""
        async with Reply(interaction) as reply:
            view = await self._agenda.look(reply.actor, MeetingId(given.read_number(0)))
            await reply.show(agenda_card(reply.texts, view))


async def setup(bot: Client) -> None:
    """Add the cog."""
    await bot.add_cog(ActivityCog(bot))
