"""A group's places as one member sees them: the list, one exactly, the minutes, and what suits them."""

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord.app_commands import Choice

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import LocationId
from buddybot.domain.text import fold_text
from buddybot.services.locations.arrangements import AHEAD
from buddybot.services.locations.location_views import (
    Listed,
    LocationChoice,
    LocationList,
    LocationView,
    Retired,
    TravelView,
    VoteView,
)
from buddybot.ui.framework.choices import (
    choice,
    guard_suggest,
    parse_id,
    parse_member,
    read_group,
    read_option,
    read_pick,
)
from buddybot.ui.framework.components import CALM, PRIMARY, QUIET, SECONDARY, Card, button, option, select
from buddybot.ui.framework.reply import actor_of
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Markup, Texts, length_together, member, shorten_text
from buddybot.ui.locations.addresses import links, nature, say_address
from buddybot.ui.locations.arrangements import say_location
from buddybot.ui.locations.location_forms import AT_A_TIME, pages

_ROOM = 3300
"""Characters that the lines of a list may fill; Discord takes 4,000 in all."""
_SHORT = 28
"""Characters of a name where all of them would be too many."""


def list_card(texts: Texts, view: LocationList) -> Card:
    """Return a group's places, a line each, with a way to open one."""
    card = Card().text(texts("locations.list.title", group=view.group.name))
    if not view.locations:
        card.text(texts("locations.list.none"))
    else:
        card.text(*_lines(texts, view))
        options = [
            option(each.location.name, each.location.id, description=_plain_nature(texts, each))
            for each in view.locations
        ]
        card.row(select("location_open", options=options, placeholder=texts.plain("locations.list.open")))
    buttons = []
    if view.room:
        buttons.append(button(texts.plain("locations.button.suggest"), "location_suggest", view.group.id))
    if view.locations:
        buttons.append(button(texts.plain("locations.button.suits"), "location_votes", view.group.id))
    if any(not each.location.remote for each in view.locations):
        buttons.append(button(texts.plain("locations.button.minutes"), "location_ways", view.group.id, 0))
    card.row(*buttons)
    if view.locations:
        key = "locations.list.voters_few" if view.voters is None else "locations.list.voters"
        card.note(texts(key, voters=view.voters))
    return card.note(texts("locations.hidden"))


def _lines(texts: Texts, view: LocationList) -> Sequence[Markup]:
    """The lines with whole names, or with short ones where those would not fit."""
    lines = [_line(texts, view, each, each.location.name) for each in view.locations]
    if length_together(lines) > _ROOM:
        lines = [
            _line(texts, view, each, shorten_text(each.location.name, _SHORT)) for each in view.locations
        ]
    return lines


def _line(texts: Texts, view: LocationList, each: Listed, name: str) -> Markup:
    rest = nature(texts, each.location.words)
    if each.location.offered_by is not None:
        rest.append(texts("locations.offered", member=member(each.location.offered_by)))
    if view.voters is not None:
        rest.append(texts("locations.list.suits", count=each.suits, voters=view.voters))
    return texts("locations.list.place", name=name, rest=Markup(" · ".join(rest)))


def _plain_nature(texts: Texts, each: Listed) -> str:
    return " · ".join(nature(texts, each.location.words))


def location_card(texts: Texts, view: LocationView, *, heading: str | None = None) -> Card:
    """Return one place exactly, with what can be done about it; `heading` is a sentence's key."""
    location = view.location
    card = Card(colour=CALM if location.live else QUIET)
    if heading is not None:
        card.note(texts(heading, group=view.group.name, name=location.name))
    facts = nature(texts, location.words)
    if location.offered_by is not None:
        facts.append(texts("locations.offered", member=member(location.offered_by)))
    card.text(texts("locations.details.title", name=location.name), Markup(" · ".join(facts)))
    if lines := say_address(texts, location.words):
        card.text(*lines)
    if buttons := links(texts, location.words):
        card.row(*buttons)
    card.text(*_list_own(texts, view))
    _with_buttons(texts, card, view)
    return card.note(texts("locations.private")).note(texts("locations.hidden"))


def _list_own(texts: Texts, view: LocationView) -> Sequence[Markup]:
    if not view.location.live:
        return [texts("locations.details.retired")]
    lines = [texts(f"locations.details.{'suits' if view.suits else 'suits_not'}")]
    if view.location.remote:
        return lines
    if view.minutes is None:
        return [texts("locations.details.minutes_none"), *lines]
    return [texts("locations.details.minutes", minutes=view.minutes), *lines]


def _with_buttons(texts: Texts, card: Card, view: LocationView) -> None:
    id_, buttons = view.location.id, []
    if view.location.live:
        if not view.location.remote:
            buttons.append(button(texts.plain("locations.button.minutes"), "location_way", id_))
        buttons.append(button(texts.plain("locations.button.suits"), "location_votes", view.group.id))
        if view.may_change:
            buttons.append(button(texts.plain("locations.button.edit"), "location_edit", id_))
            buttons.append(button(texts.plain("locations.button.retire"), "location_retire", id_))
    elif view.may_change:
        buttons.append(button(texts.plain("locations.button.back"), "location_back", id_))
    card.row(*buttons, button(texts.plain("locations.button.all"), "location_list", view.group.id))


def retired_card(texts: Texts, retired: Retired) -> Card:
    """Return what became of a place and of the meetings there, with the way back."""
    location = retired.view.location
    lines = [texts("locations.retired.done", name=location.name)]
    for meeting, arrangement in retired.moved:
        where = say_location(texts, arrangement)
        key = "locations.retired.moved" if arrangement.location is not None else "locations.retired.open"
        lines.append(texts(key, start=meeting.starts_at, place=where))
    moved = [meeting.id for meeting, _ in retired.moved[:AHEAD]]
    back = button(texts.plain("locations.button.back"), "location_back", location.id, *moved)
    everything = button(texts.plain("locations.button.all"), "location_list", retired.view.group.id)
    return Card(colour=QUIET).text(*lines).row(back, everything)


def travel_card(texts: Texts, view: TravelView, *, page: int | None = None) -> Card:
    """Return a member's own minutes, with a button for each form; the one behind `page` comes next."""
    lines = [
        texts("locations.travel.unstated", place=location.name)
        if minutes is None
        else texts("locations.travel.stated", place=location.name, minutes=minutes)
        for location, minutes in view.locations
    ]
    card = Card().text(texts("locations.travel.title", group=view.group.name))
    card.text(*(lines or [texts("locations.list.none")]))
    following = None if page is None else page + 1
    buttons = [
        button(
            _page_label(texts, view, number),
            "location_ways",
            view.group.id,
            number,
            style=PRIMARY if number == following else SECONDARY,
        )
        for number in range(pages(view))
    ]
    everything = button(texts.plain("locations.button.all"), "location_list", view.group.id)
    return card.row(*buttons, everything).note(texts("locations.hidden"))


def _page_label(texts: Texts, view: TravelView, page: int) -> str:
    if pages(view) == 1:
        return texts.plain("locations.travel.change")
    first = page * AT_A_TIME + 1
    last = min(len(view.locations), (page + 1) * AT_A_TIME)
    return texts.plain("locations.travel.page", first=first, last=last)


def vote_card(texts: Texts, view: VoteView, *, kept: bool = False) -> Card:
    """Return the choice of what suits a member, as they chose before."""
    options = [option(location.name, location.id, default=suits) for location, suits in view.locations]
    card = Card().text(texts("locations.vote.title", group=view.group.name))
    if not options:
        return card.text(texts("locations.list.none"))
    if kept:
        count = sum(suits for _, suits in view.locations)
        card.text(texts("locations.vote.kept", count=count, places=len(view.locations)))
    card.text(texts("locations.vote.ask"))
    card.row(
        select(
            "location_vote",
            view.group.id,
            options=options,
            placeholder=texts.plain("locations.vote.choose"),
            least=0,
            most=len(options),
        )
    )
    card.row(button(texts.plain("locations.button.all"), "location_list", view.group.id))
    return card.note(texts("locations.hidden"))


def read_locations(given: Input) -> list[LocationId]:
    """Return the places that were chosen from a select; Refusal `location.unknown` for other text."""
    return [parse_location(value) for value in given.values]


def read_location(given: Input) -> LocationId:
    """Return the one place that was chosen; Refusal `button.stale` when there is none."""
    chosen = read_locations(given)
    if not chosen:
        raise Refusal("button.stale")
    return chosen[0]


Interaction = discord.Interaction[Any]


@guard_suggest
async def list_free_locations(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places at which the meeting in `meeting`, or the next one, can be."""
    host = read_option(interaction, "host")
    host_id = None if host is None else parse_member(host)
    found = await interaction.client.services.arrangement_choices.list_locations(
        actor_of(interaction), read_pick(interaction), host_id, read_group(interaction)
    )
    return _fitting([LocationChoice(each, None) for each in found], current)


@guard_suggest
async def list_usual_locations(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places for the rule `fixed`; the other rules take none."""
    if read_option(interaction, "rule") not in (None, Rotation.FIXED.value):
        return []
    found = await interaction.client.services.arrangement_choices.list_usual_locations(
        actor_of(interaction), read_group(interaction)
    )
    return _fitting([LocationChoice(each, None) for each in found], current)


@guard_suggest
async def list_travelled_locations(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places that somebody has to travel to."""
    views = interaction.client.services.location_views
    found = await views.choices(actor_of(interaction), read_group(interaction), to_travel=True)
    return _fitting(found, current)


@guard_suggest
async def list_own_locations(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the places that the person may edit and retire."""
    views = interaction.client.services.location_views
    return _fitting(await views.choices(actor_of(interaction), to_change=True), current)


def parse_location(value: str) -> LocationId:
    """Return the place that was chosen; the id of none for other text."""
    return LocationId(parse_id(value))


def _fitting(found: Iterable[LocationChoice], current: str) -> list[Choice[str]]:
    wanted = fold_text(current)
    return [
        choice(_label(Texts(), each), each.location.id)
        for each in found
        if wanted in fold_text(each.location.name)
    ]


def _label(texts: Texts, each: LocationChoice) -> str:
    if each.group_name is None:
        return each.location.name
    return texts.plain("locations.choice.of_group", place=each.location.name, group=each.group_name)
