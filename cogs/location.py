"""/location: the places of a group, and where exactly a meeting is."""

from discord import app_commands
from discord.ext import commands

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, LocationId, MeetingId
from buddybot.domain.locations.locations import LONGEST_WAY
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.locations.addresses import arrangement_card
from buddybot.ui.locations.location_choices import list_own_locations, parse_place, travelled_places
from buddybot.ui.locations.location_forms import (
    edit_form,
    minutes_in,
    suggest_form,
    travel_form,
    unchanged_in,
    way_form,
    way_in,
    words_in,
)
from buddybot.ui.locations.locations import (
    list_card,
    location_card,
    place_chosen,
    places_chosen,
    retired_card,
    travel_card,
    vote_card,
)

Minutes = app_commands.Range[int, 0, LONGEST_WAY]


class LocationCog(commands.Cog):
    """Places by command, button and form; everything about them is for one member's eyes."""

    location = app_commands.Group(name="location", description="Where the group meets", guild_only=True)

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._locations = bot.services.locations
        self._views = bot.services.location_views

    @location.command(name="suggest", description="Offer a place to meet")
    @app_commands.describe(group="Which group, if you are in several")
    @app_commands.autocomplete(group=choices.offer_groups)
    async def suggest(self, interaction: Interaction, group: str | None = None) -> None:
        """Open the form for a new place."""
        async with Reply(interaction) as reply:
            found = await self._locations.start(reply.actor, choices.parse_group(group))
            await reply.ask(suggest_form(reply.texts, found))

    @location.command(name="list", description="The group's places, and how many of you each suits")
    @app_commands.describe(group="Which group, if you are in several")
    @app_commands.autocomplete(group=choices.offer_groups)
    async def list(self, interaction: Interaction, group: str | None = None) -> None:
        """Show the places that can be chosen."""
        async with Reply(interaction) as reply:
            view = await self._views.list_locations(reply.actor, choices.parse_group(group))
            await reply.show(list_card(reply.texts, view))

    @location.command(name="travel", description="Say how long the way to a place takes you; nobody sees it")
    @app_commands.describe(
        place="Which place; without it, a form asks for all of them",
        minutes="Minutes from door to door; without them, a form asks",
        group="Which group, if you are in several",
    )
    @app_commands.autocomplete(place=travelled_places, group=choices.offer_groups)
    async def travel(
        self,
        interaction: Interaction,
        place: str | None = None,
        minutes: Minutes | None = None,
        group: str | None = None,
    ) -> None:
        """Note minutes, or ask for them in a form."""
        async with Reply(interaction) as reply:
            if place is not None and minutes is not None:
                view = await self._locations.travel_to(reply.actor, parse_place(place), minutes)
                await reply.show(location_card(reply.texts, view))
                await self._bot.live.refresh()
            elif place is not None:
                way = await self._views.way(reply.actor, parse_place(place))
                await reply.ask(way_form(reply.texts, way))
            elif minutes is not None:
                raise Refusal("location.which")
            else:
                ways = await self._views.get_travel(reply.actor, choices.parse_group(group))
                await reply.ask(travel_form(reply.texts, ways, 0))

    @location.command(name="vote", description="Choose the places that suit you; nobody sees which")
    @app_commands.describe(group="Which group, if you are in several")
    @app_commands.autocomplete(group=choices.offer_groups)
    async def vote(self, interaction: Interaction, group: str | None = None) -> None:
        """Show the choice of what suits the person."""
        async with Reply(interaction) as reply:
            view = await self._views.get_votes(reply.actor, choices.parse_group(group))
            await reply.show(vote_card(reply.texts, view))

    @location.command(name="edit", description="Change a place that you offered; organizers change any")
    @app_commands.describe(place="Which place")
    @app_commands.autocomplete(place=list_own_locations)
    async def edit(self, interaction: Interaction, place: str) -> None:
        """Open the form that changes a place."""
        async with Reply(interaction) as reply:
            view = await self._views.to_edit(reply.actor, parse_place(place))
            await reply.ask(edit_form(reply.texts, view.location))

    @location.command(name="retire", description="Send nobody there any more: it closed, or is not wanted")
    @app_commands.describe(place="Which place")
    @app_commands.autocomplete(place=list_own_locations)
    async def retire(self, interaction: Interaction, place: str) -> None:
        """Retire a place; meetings there get another one."""
        async with Reply(interaction) as reply:
            retired = await self._locations.retire(reply.actor, parse_place(place))
            await reply.show(retired_card(reply.texts, retired))
            await self._bot.live.refresh()

    @route("location_list")
    async def press_all(self, interaction: Interaction, given: Input) -> None:
        """Show the places again."""
        async with Reply(interaction) as reply:
            view = await self._views.list_locations(reply.actor, GroupId(given.read_number(0)))
            await reply.replace(list_card(reply.texts, view))

    @route("location_open")
    async def open(self, interaction: Interaction, given: Input) -> None:
        """Show the chosen place exactly."""
        async with Reply(interaction) as reply:
            view = await self._views.get_location(reply.actor, place_chosen(given))
            await reply.replace(location_card(reply.texts, view))

    @route("location_suggest")
    async def press_suggest(self, interaction: Interaction, given: Input) -> None:
        """Open the form for a new place."""
        async with Reply(interaction) as reply:
            group = await self._locations.start(reply.actor, GroupId(given.read_number(0)))
            await reply.ask(suggest_form(reply.texts, group))

    @route("location_new")
    async def submit_suggest(self, interaction: Interaction, given: Input) -> None:
        """Keep the place that was written into the form."""
        async with Reply(interaction) as reply:
            group_id = GroupId(given.read_number(0))
            view = await self._locations.suggest(reply.actor, words_in(given), group_id)
            await reply.replace(location_card(reply.texts, view, heading="locations.kept.added"))
            await self._bot.live.refresh()

    @route("location_edit")
    async def press_edit(self, interaction: Interaction, given: Input) -> None:
        """Open the form that changes a place."""
        async with Reply(interaction) as reply:
            view = await self._views.to_edit(reply.actor, LocationId(given.read_number(0)))
            await reply.ask(edit_form(reply.texts, view.location))

    @route("location_change")
    async def submit_edit(self, interaction: Interaction, given: Input) -> None:
        """Change what was written into the form."""
        async with Reply(interaction) as reply:
            location_id = LocationId(given.read_number(0))
            view = await self._locations.edit(
                reply.actor, location_id, words_in(given), unchanged=unchanged_in(given)
            )
            await reply.replace(location_card(reply.texts, view, heading="locations.kept.changed"))
            await self._bot.live.refresh()

    @route("location_retire")
    async def press_retire(self, interaction: Interaction, given: Input) -> None:
        """Retire a place; the answer has the way back."""
        async with Reply(interaction) as reply:
            retired = await self._locations.retire(reply.actor, LocationId(given.read_number(0)))
            if retired.again:  # pressed twice: the card of the first press has the way back
                await reply.say("locations.retired.done", name=retired.view.location.name)
            else:
                await reply.replace(retired_card(reply.texts, retired))
            await self._bot.live.refresh()

    @route("location_back")
    async def press_back(self, interaction: Interaction, given: Input) -> None:
        """Take the retirement back, for the meetings too that moved with it."""
        async with Reply(interaction) as reply:
            moved = [MeetingId(given.read_number(place)) for place in range(1, len(given.arguments))]
            view = await self._locations.bring_back(reply.actor, LocationId(given.read_number(0)), moved)
            await reply.replace(location_card(reply.texts, view, heading="locations.kept.back"))
            await self._bot.live.refresh()

    @route("location_way")
    async def press_way(self, interaction: Interaction, given: Input) -> None:
        """Open the form for the minutes to one place."""
        async with Reply(interaction) as reply:
            way = await self._views.way(reply.actor, LocationId(given.read_number(0)))
            await reply.ask(way_form(reply.texts, way))

    @route("location_stated")
    async def submit_way(self, interaction: Interaction, given: Input) -> None:
        """Keep the minutes to one place."""
        async with Reply(interaction) as reply:
            location_id = LocationId(given.read_number(0))
            minutes = way_in(given, location_id)
            view = await self._locations.travel_to(reply.actor, location_id, minutes)
            await reply.replace(location_card(reply.texts, view))
            await self._bot.live.refresh()

    @route("location_ways")
    async def press_ways(self, interaction: Interaction, given: Input) -> None:
        """Open the form for the minutes to several places."""
        async with Reply(interaction) as reply:
            ways = await self._views.get_travel(reply.actor, GroupId(given.read_number(0)))
            await reply.ask(travel_form(reply.texts, ways, given.read_number(1)))

    @route("location_minutes")
    async def submit_ways(self, interaction: Interaction, given: Input) -> None:
        """Keep the minutes to several places; the next ones are behind a button."""
        async with Reply(interaction) as reply:
            group_id, page = GroupId(given.read_number(0)), given.read_number(1)
            view = await self._locations.travel(reply.actor, group_id, minutes_in(given))
            await reply.replace(travel_card(reply.texts, view, page=page))
            await self._bot.live.refresh()

    @route("location_votes")
    async def press_votes(self, interaction: Interaction, given: Input) -> None:
        """Show the choice of what suits the person."""
        async with Reply(interaction) as reply:
            view = await self._views.get_votes(reply.actor, GroupId(given.read_number(0)))
            await reply.replace(vote_card(reply.texts, view))

    @route("location_vote")
    async def choose(self, interaction: Interaction, given: Input) -> None:
        """Keep what suits the person."""
        async with Reply(interaction) as reply:
            group_id = GroupId(given.read_number(0))
            view = await self._locations.vote(reply.actor, group_id, places_chosen(given))
            await reply.replace(vote_card(reply.texts, view, kept=True))
            await self._bot.live.refresh()

    @route("venue_open")
    async def show_arrangement(self, interaction: Interaction, given: Input) -> None:
        """Show where exactly a meeting takes place, from any card that names the place."""
        async with Reply(interaction) as reply:
            view = await self._views.arrangement(reply.actor, MeetingId(given.read_number(0)))
            await reply.show(arrangement_card(reply.texts, view))


async def setup(bot: Client) -> None:
    """Add the cog; called by the bot."""
    await bot.add_cog(LocationCog(bot))
