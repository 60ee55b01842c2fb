"""What hosts and organizers do about a single meeting's place and host, and the meetings to choose from."""

from collections.abc import Iterable
from typing import Any

import discord
from discord.app_commands import Choice

from buddybot.services.locations.arrangement_steps import ArrangementChange
from buddybot.services.locations.host_turn_views import Hosting, Hostings
from buddybot.services.locations.hosting import HostChoice
from buddybot.services.locations.rotation import ArrangementOptions
from buddybot.services.meetings.meetings import LeftOut
from buddybot.ui.framework.choices import (
    guard_suggest,
    match_names,
    matching_members,
    read_group,
    read_option,
    read_pick,
)
from buddybot.ui.framework.components import PRIMARY, QUIET, Card, button, option, select
from buddybot.ui.framework.reply import actor_of, texts_of
from buddybot.ui.framework.texts import Markup, Texts, channel, day_name, member
from buddybot.ui.locations.arrangements import say_location

Interaction = discord.Interaction[Any]

MOST_HOSTS = 25
"""What one select can offer."""
AWAY, NO_MEETING = "the person is away", "no meeting"
"""Why a turn is skipped, as it is chosen."""


@guard_suggest
async def offer_planned(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the meetings whose place is settled."""
    return _fitting(interaction, (await _hostings(interaction)).meetings, current)


@guard_suggest
async def to_skip(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the meetings that can be left out; only one that somebody hosts when the host is away."""
    found = (await _hostings(interaction)).meetings
    if read_option(interaction, "why") != NO_MEETING:
        found = tuple(each for each in found if each.host is not None)
    return _fitting(interaction, found, current)


@guard_suggest
async def able_hosts(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the members who can host the meeting in `meeting`, or the next one."""
    choices, pick = interaction.client.services.arrangement_choices, read_pick(interaction)
    found = await choices.hosts(actor_of(interaction), pick, read_group(interaction))
    return matching_members(found, current)


@guard_suggest
async def offer_turns(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the turns that the person can give now: their own, or as an organizer anyone's."""
    return _fitting(interaction, (await _hostings(interaction)).given, current)


@guard_suggest
async def other_turns(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the turns that can be had for the one in `turn`."""
    turn = read_option(interaction, "turn")
    return _fitting(interaction, (await _hostings(interaction)).had_for(turn), current)


def turn_name(texts: Texts, each: Hosting) -> str:
    """Return a meeting and its host as plain text, for choices."""
    day = day_name(texts, each.meeting.day)
    if each.host is None:
        return texts.plain("rotation.turn.open", day=day)
    host = each.host.display_name or str(each.host.user_id)
    return texts.plain("rotation.turn.hosted", day=day, host=host)


async def _hostings(interaction: Interaction) -> Hostings:
    rotation = interaction.client.services.rotation
    found: Hostings = await rotation.list_hostings(actor_of(interaction), read_group(interaction))
    return found


def _fitting(interaction: Interaction, found: Iterable[Hosting], current: str) -> list[Choice[str]]:
    texts = texts_of(interaction)
    return match_names(((turn_name(texts, each), each.meeting.id) for each in found), current)


def handed_card(texts: Texts, view: ArrangementChange) -> Card:
    """Return who hosts now that somebody does not, and that they keep their claim."""
    key = "rotation.done.handed_none" if view.arrangement.host_id is None else "rotation.done.handed"
    before = "" if view.before is None else member(view.before)
    return _told_card(
        texts, texts(key, start=view.meeting.starts_at, place=_say_standing(texts, view), before=before)
    )


def arranged_card(texts: Texts, view: ArrangementChange) -> Card:
    """Return where a meeting is now and who hosts it, and whose leave is awaited."""
    now = {"start": view.meeting.starts_at, "place": _say_standing(texts, view)}
    if view.asked is None:
        return _told_card(texts, texts("rotation.done.arranged", **now))
    asked = texts("rotation.done.asked", owner=member(view.asked), channel=channel(view.group.channel_id))
    return Card().text(asked, texts("rotation.done.until", **now))


def came_card(texts: Texts, view: ArrangementChange) -> Card:
    """Return the thanks to a member who hosts where nobody did, with the choice of another place."""
    said = texts("rotation.done.came", start=view.meeting.starts_at, place=_say_standing(texts, view))
    choose = button(texts.plain("locations.button.choose"), "host_choose", view.meeting.id)
    return _told_card(texts, said).row(choose)


def online_card(texts: Texts, view: ArrangementChange) -> Card:
    """Return that a meeting is online this once, and whether there is a link."""
    lines = [texts("rotation.done.online", start=view.meeting.starts_at)]
    if view.arrangement.location is None:
        lines.append(texts("rotation.done.no_link"))
    return Card().text(*lines).note(texts("rotation.done.told"))


def hosts_card(texts: Texts, view: HostChoice) -> Card:
    """Return the choice of a host for one meeting."""
    options = [option(each.display_name or str(each.user_id), each.user_id) for each in view.members]
    choose = select(
        "host_named",
        view.meeting.id,
        options=options[:MOST_HOSTS],
        placeholder=texts.plain("rotation.name.choose"),
    )
    return Card().text(texts("rotation.name.ask", start=view.meeting.starts_at)).row(choose)


def left_out_card(texts: Texts, view: LeftOut) -> Card:
    """Return that a meeting does not take place, how the next one stands, and the way back."""
    start, group, following = view.meeting.starts_at, view.group.name, view.following
    if view.again:
        said = texts("rotation.done.left_out_before", group=group, start=start)
    elif following is None or not following.arrangement.known:
        said = texts("rotation.done.left_out_open", group=group, start=start)
    else:
        said = texts(
            "rotation.done.left_out",
            group=group,
            start=start,
            next=following.meeting.starts_at,
            place=say_location(texts, following.arrangement),
        )
    revive = button(texts.plain("meetings.done.revive"), "meeting_revive", view.meeting.id)
    return Card().text(said).row(revive)


def decline_card(texts: Texts, view: ArrangementChange) -> Card:
    """Return the one question before a turn is handed on."""
    meeting = view.meeting
    yes = button(texts.plain("rotation.decline.yes"), "host_declined", meeting.id, style=PRIMARY)
    no = button(texts.plain("rotation.decline.no"), "host_keep")
    return Card().text(texts("rotation.decline.ask", start=meeting.starts_at)).row(yes, no)


def kept_card(texts: Texts) -> Card:
    """Return the answer when a turn is kept after all."""
    return Card(colour=QUIET).text(texts("rotation.decline.kept"))


def locations_card(texts: Texts, view: ArrangementOptions) -> Card:
    """Return the choice of a place for one meeting."""
    here = None if view.arrangement.location is None else view.arrangement.location.id
    options = [option(each.name, each.id, default=each.id == here) for each in view.locations]
    return (
        Card()
        .text(texts("rotation.place.ask", start=view.meeting.starts_at))
        .row(
            select(
                "host_place",
                view.meeting.id,
                options=options,
                placeholder=texts.plain("rotation.place.choose"),
            )
        )
    )


def _say_standing(texts: Texts, view: ArrangementChange) -> Markup:
    """Where a meeting is now; what is open is named."""
    if view.arrangement.choosers:
        return Markup(
            " · ".join([texts("arrangements.change.no_place"), say_location(texts, view.arrangement)])
        )
    return say_location(texts, view.arrangement) or texts("arrangements.change.open")


def _told_card(texts: Texts, said: Markup) -> Card:
    return Card().text(said).note(texts("rotation.done.told"))
