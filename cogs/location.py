"""/location: the places of a group, and where exactly a meeting is."""

from discord import app_commands

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, LocationId, MeetingId
from buddybot.domain.locations.locations import LONGEST_WAY
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.locations.addresses import arrangement_card
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
    list_own_locations,
    list_travelled_locations,
    location_card,
    parse_location,
    read_location,
    read_locations,
    retired_card,
    travel_card,
    vote_card,
)

Minutes = app_commands.Range[int, 0, LONGEST_WAY]


class LocationCog(BotCog):
    """Places by command, button and form; everything about them is for one member's eyes."""

    location = app_commands.Group(name="location", description="Where the group meets", guild_only=True)

    @command("Offer a place to meet", location, group=choices.offer_groups)
    async def suggest(self, reply: Reply, group: str | None = None) -> None:
        """Open the form for a new place."""
        found = await self._services.locations.start(reply.actor, choices.parse_group(group))
        await reply.ask(suggest_form(reply.texts, found))

    @command("The group's places, and how many of you each suits", location, group=choices.offer_groups)
    async def list(self, reply: Reply, group: str | None = None) -> None:
        """Show the places that can be chosen."""
        view = await self._services.location_views.list_locations(reply.actor, choices.parse_group(group))
        await reply.show(list_card(reply.texts, view))

    @command(
        "Say how long the way to a place takes you; nobody sees it",
        location,
        group=choices.offer_groups,
    )
    @app_commands.describe(
        place="Which place; without it, a form asks for all of them",
        minutes="Minutes from door to door; without them, a form asks",
    )
    @app_commands.autocomplete(place=list_travelled_locations)
    async def travel(
        self,
        reply: Reply,
        place: str | None = None,
        minutes: Minutes | None = None,
        group: str | None = None,
    ) -> None:
        """Note minutes, or ask for them in a form."""
        if place is not None and minutes is not None:
            view = await self._services.locations.travel_to(reply.actor, parse_location(place), minutes)
            await reply.show(location_card(reply.texts, view))
            await self._live.refresh()
        elif place is not None:
            way = await self._services.location_views.way(reply.actor, parse_location(place))
            await reply.ask(way_form(reply.texts, way))
        elif minutes is not None:
            raise Refusal("location.which")
        else:
            ways = await self._services.location_views.get_travel(reply.actor, choices.parse_group(group))
            await reply.ask(travel_form(reply.texts, ways, 0))

    @command("Choose the places that suit you; nobody sees which", location, group=choices.offer_groups)
    async def vote(self, reply: Reply, group: str | None = None) -> None:
        """Show the choice of what suits the person."""
        view = await self._services.location_views.get_votes(reply.actor, choices.parse_group(group))
        await reply.show(vote_card(reply.texts, view))

    @command("Change a place that you offered; organizers change any", location)
    @app_commands.describe(place="Which place")
    @app_commands.autocomplete(place=list_own_locations)
    async def edit(self, reply: Reply, place: str) -> None:
        """Open the form that changes a place."""
        view = await self._services.location_views.to_edit(reply.actor, parse_location(place))
        await reply.ask(edit_form(reply.texts, view.location))

    @command("Send nobody there any more: it closed, or is not wanted", location)
    @app_commands.describe(place="Which place")
    @app_commands.autocomplete(place=list_own_locations)
    async def retire(self, reply: Reply, place: str) -> None:
        """Retire a place; meetings there get another one."""
        retired = await self._services.locations.retire(reply.actor, parse_location(place))
        await reply.show(retired_card(reply.texts, retired))
        await self._live.refresh()

    @route("location_list")
    async def press_all(self, reply: Reply, given: Input) -> None:
        """Show the places again."""
        view = await self._services.location_views.list_locations(reply.actor, GroupId(given.read_number(0)))
        await reply.replace(list_card(reply.texts, view))

    @route("location_open")
    async def open(self, reply: Reply, given: Input) -> None:
        """Show the chosen place exactly."""
        view = await self._services.location_views.get_location(reply.actor, read_location(given))
        await reply.replace(location_card(reply.texts, view))

    @route("location_suggest")
    async def press_suggest(self, reply: Reply, given: Input) -> None:
        """Open the form for a new place."""
        group = await self._services.locations.start(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(suggest_form(reply.texts, group))

    @route("location_new")
    async def submit_suggest(self, reply: Reply, given: Input) -> None:
        """Keep the place that was written into the form."""
        group_id = GroupId(given.read_number(0))
        view = await self._services.locations.suggest(reply.actor, words_in(given), group_id)
        await reply.replace(location_card(reply.texts, view, heading="locations.kept.added"))
        await self._live.refresh()

    @route("location_edit")
    async def press_edit(self, reply: Reply, given: Input) -> None:
        """Open the form that changes a place."""
        view = await self._services.location_views.to_edit(reply.actor, LocationId(given.read_number(0)))
        await reply.ask(edit_form(reply.texts, view.location))

    @route("location_change")
    async def submit_edit(self, reply: Reply, given: Input) -> None:
        """Change what was written into the form."""
        location_id = LocationId(given.read_number(0))
        view = await self._services.locations.edit(
            reply.actor, location_id, words_in(given), unchanged=unchanged_in(given)
        )
        await reply.replace(location_card(reply.texts, view, heading="locations.kept.changed"))
        await self._live.refresh()

    @route("location_retire")
    async def press_retire(self, reply: Reply, given: Input) -> None:
        """Retire a place; the answer has the way back."""
        retired = await self._services.locations.retire(reply.actor, LocationId(given.read_number(0)))
        if retired.again:  # pressed twice: the card of the first press has the way back
            await reply.say("locations.retired.done", name=retired.view.location.name)
        else:
            await reply.replace(retired_card(reply.texts, retired))
        await self._live.refresh()

    @route("location_back")
    async def press_back(self, reply: Reply, given: Input) -> None:
        """Take the retirement back, for the meetings too that moved with it."""
        moved = [MeetingId(given.read_number(place)) for place in range(1, len(given.arguments))]
        view = await self._services.locations.bring_back(reply.actor, LocationId(given.read_number(0)), moved)
        await reply.replace(location_card(reply.texts, view, heading="locations.kept.back"))
        await self._live.refresh()

    @route("location_way")
    async def press_way(self, reply: Reply, given: Input) -> None:
        """Open the form for the minutes to one place."""
        way = await self._services.location_views.way(reply.actor, LocationId(given.read_number(0)))
        await reply.ask(way_form(reply.texts, way))

    @route("location_stated")
    async def submit_way(self, reply: Reply, given: Input) -> None:
        """Keep the minutes to one place."""
        location_id = LocationId(given.read_number(0))
        minutes = way_in(given, location_id)
        view = await self._services.locations.travel_to(reply.actor, location_id, minutes)
        await reply.replace(location_card(reply.texts, view))
        await self._live.refresh()

    @route("location_ways")
    async def press_ways(self, reply: Reply, given: Input) -> None:
        """Open the form for the minutes to several places."""
        ways = await self._services.location_views.get_travel(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(travel_form(reply.texts, ways, given.read_number(1)))

    @route("location_minutes")
    async def submit_ways(self, reply: Reply, given: Input) -> None:
        """Keep the minutes to several places; the next ones are behind a button."""
        group_id, page = GroupId(given.read_number(0)), given.read_number(1)
        view = await self._services.locations.travel(reply.actor, group_id, minutes_in(given))
        await reply.replace(travel_card(reply.texts, view, page=page))
        await self._live.refresh()

    @route("location_votes")
    async def press_votes(self, reply: Reply, given: Input) -> None:
        """Show the choice of what suits the person."""
        view = await self._services.location_views.get_votes(reply.actor, GroupId(given.read_number(0)))
        await reply.replace(vote_card(reply.texts, view))

    @route("location_vote")
    async def choose(self, reply: Reply, given: Input) -> None:
        """Keep what suits the person."""
        group_id = GroupId(given.read_number(0))
        view = await self._services.locations.vote(reply.actor, group_id, read_locations(given))
        await reply.replace(vote_card(reply.texts, view, kept=True))
        await self._live.refresh()

    @route("venue_open")
    async def show_arrangement(self, reply: Reply, given: Input) -> None:
        """Show where exactly a meeting takes place, from any card that names the place."""
        view = await self._services.location_views.arrangement(reply.actor, MeetingId(given.read_number(0)))
        await reply.show(arrangement_card(reply.texts, view))
