"""/activity: what a group does together, and the agenda behind the cards' button."""

from discord import app_commands

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
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.help import Audience
from buddybot.ui.meetings import day_choices
from buddybot.ui.meetings.agenda import agenda_card


class ActivityCog(BotCog):
    """The library, each member's wishes, the organizers' choice, and the agenda."""

    activity = app_commands.Group(
        name="activity", description="What the group does together", guild_only=True
    )

    @command("What your group can do together at a meeting", activity, group=choices.offer_groups)
    async def list(self, reply: Reply, group: str | None = None) -> None:
        """Show the activities that fit the group."""
        view = await self._services.activities.all(reply.actor, choices.parse_group(group))
        await reply.show(list_card(reply.texts, view))

    @command("Choose what you would like to do; nobody sees which", activity, group=choices.offer_groups)
    async def wish(self, reply: Reply, group: str | None = None) -> None:
        """Show the choice of what the person would like."""
        view = await self._services.activities.all(reply.actor, choices.parse_group(group))
        await reply.show(wish_card(reply.texts, view))

    @command(
        "Choose what a meeting's activity is (for organizers)",
        activity,
        group=choices.active_groups,
        audience=Audience.ORGANIZER,
    )
    @app_commands.describe(
        activity="Which one; without it, none is chosen", meeting="Which meeting; the next, when left out"
    )
    @app_commands.autocomplete(activity=offer_activities, meeting=day_choices.meetings_for(Aim.ACTIVITY))
    async def choose(
        self,
        reply: Reply,
        activity: str | None = None,
        meeting: str | None = None,
        group: str | None = None,
    ) -> None:
        """Set or clear the activity of a meeting."""
        chosen = await self._services.activities.choose(
            reply.actor, choices.parse_pick(meeting), activity, choices.parse_group(group)
        )
        await reply.show(chosen_card(reply.texts, chosen))
        await self._live.refresh(chosen.meeting.id)

    @route("activity_list")
    async def press_list(self, reply: Reply, given: Input) -> None:
        """Show a page of the list."""
        view = await self._services.activities.all(reply.actor, GroupId(given.read_number(0)))
        await reply.replace(list_card(reply.texts, view, given.read_number(1)))

    @route("activity_open")
    async def open(self, reply: Reply, given: Input) -> None:
        """Show the chosen activity whole."""
        group_id, key = GroupId(given.read_number(0)), activity_chosen(given)
        view = await self._services.activities.get_activity(reply.actor, group_id, key)
        await reply.replace(activity_card(reply.texts, view))

    @route("activity_mine")
    async def press_mine(self, reply: Reply, given: Input) -> None:
        """Show the choice of what the person would like."""
        view = await self._services.activities.all(reply.actor, GroupId(given.read_number(0)))
        await reply.replace(wish_card(reply.texts, view))

    @route("activity_wish")
    async def mark(self, reply: Reply, given: Input) -> None:
        """Keep what the person would like, of what one select offered."""
        group_id = GroupId(given.read_number(0))
        offered = await self._services.activities.all(reply.actor, group_id)
        among = page_of(offered.activities, given.read_number(1), choices.MOST)
        view = await self._services.activities.mark_wishes(
            reply.actor, group_id, given.values, among=[each.key for each in among]
        )
        await reply.replace(wish_card(reply.texts, view, kept=True))

    @route("agenda")
    async def agenda(self, reply: Reply, given: Input) -> None:
        """Show the whole agenda to the person who pressed."""
        view = await self._services.agenda.look(reply.actor, MeetingId(given.read_number(0)))
        await reply.show(agenda_card(reply.texts, view))
