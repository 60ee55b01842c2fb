"""Where exactly a place is: address, link and map, for members' eyes only."""

from buddybot.domain.locations.locations import (
    Access,
    Location,
    LocationKind,
    LocationWords,
    host_of,
    map_link,
)
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.pings.delivery.requests import Part
from buddybot.services.locations.location_views import ArrangementDetails
from buddybot.ui.framework.components import Card, button, link_button
from buddybot.ui.framework.texts import Markup, Texts, member, moment

_HOST_SHOWN = 60
"""Characters of a host in a label; of a longer one the end, which says whose it is."""


def nature(texts: Texts, words: LocationWords) -> list[Markup]:
    """Return how one meets at a place and what is known of getting in."""
    known = [each for each in Access if each in words.access]
    return [
        texts(f"locations.kind.{words.kind.value}"),
        *(texts(f"arrangements.access.{each.value}") for each in known),
    ]


def say_address(texts: Texts, words: LocationWords) -> list[Markup]:
    """Return the address and the note, as far as there are any."""
    lines = []
    if words.address is not None:
        lines.append(texts("locations.details.address", address=words.address))
    if words.note is not None:
        lines.append(texts("locations.details.note", note=words.note))
    return lines


def links(texts: Texts, words: LocationWords) -> list[Part]:
    """Return the buttons that lead to the map and to the place's own link, each saying where to."""
    found = []
    if words.address is not None and words.kind is not LocationKind.VIRTUAL:
        found.append(link_button(texts.plain("locations.button.map"), map_link(words.address)))
    return [*found, *_own_link(texts, words)]


def _own_link(texts: Texts, words: LocationWords) -> list[Part]:
    if words.link is None:
        return []
    host = host_of(words.link)
    shown = host if len(host) <= _HOST_SHOWN else f"…{host[-_HOST_SHOWN:]}"
    return [link_button(texts.plain("locations.button.link", host=shown), words.link)]


def arrangement_card(texts: Texts, view: ArrangementDetails) -> Card:
    """Return where exactly a meeting takes place, with what its host can do."""
    start = view.meeting.starts_at
    card = Card().text(
        texts("locations.arrangement.title", group=view.group.name, start=start, soon=moment(start, "R"))
    )
    if view.meeting.state in (MeetingState.SKIPPED, MeetingState.CANCELLED, MeetingState.CLOSED):
        card.text(texts(f"meetings.card.{view.meeting.state.value}"))
    if view.arrangement.online:
        _online(texts, card, view.arrangement.location)
    elif view.arrangement.location is None:
        card.text(texts("locations.arrangement.open"))
    else:
        _at(texts, card, view.arrangement.location)
    if view.arrangement.host_id is not None and not view.arrangement.online:
        card.text(texts("locations.arrangement.hosted", host=member(view.arrangement.host_id)))
    if view.mine:
        _for_the_host(texts, card, view)
    return card.note(texts("locations.private")) if view.arrangement.location is not None else card


def _online(texts: Texts, card: Card, location: Location | None) -> None:
    """The link of a place that has people online; that of a house with a door would mislead."""
    joins = location is not None and location.words.kind is not LocationKind.PLACE
    buttons = _own_link(texts, location.words) if location is not None and joins else []
    key = "locations.arrangement.online_link" if buttons else "locations.arrangement.online_no_link"
    card.text(texts("locations.arrangement.online"), texts(key))
    if buttons:
        card.row(*buttons)


def _at(texts: Texts, card: Card, location: Location) -> None:
    words = location.words
    card.text(
        texts("locations.arrangement.place", name=words.name),
        Markup(" · ".join(nature(texts, words))),
        *say_address(texts, words),
    )
    if buttons := links(texts, words):
        card.row(*buttons)


def _for_the_host(texts: Texts, card: Card, view: ArrangementDetails) -> None:
    """What the host can do; `cogs/rotation.py` answers these buttons."""
    buttons = [button(texts.plain("locations.button.choose"), "host_choose", view.meeting.id)]
    if view.can_decline:
        buttons.append(button(texts.plain("locations.button.decline"), "host_decline", view.meeting.id))
    card.text(
        texts("locations.arrangement.yours" if view.can_decline else "locations.arrangement.yours_late")
    )
    card.row(*buttons)
