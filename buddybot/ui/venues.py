"""Where a meeting takes place, as everybody in the channel may read it: the name, never the address."""

from collections.abc import Iterable, Sequence

from buddybot.domain.locations import Access, Location
from buddybot.domain.meetings import Meeting
from buddybot.services.venue_news import PlaceChange
from buddybot.services.venues import VenueView
from buddybot.ui.kit import QUIET, Card, button
from buddybot.ui.texts import Markup, Texts, inert, member, members, moment


def where(texts: Texts, venue: VenueView) -> Markup | None:
    """Return the line of a card that says where and by whom; None when nothing is known."""
    if not venue.known:
        return None
    if venue.online:
        return texts(f"venues.where.{'online' if venue.location is not None else 'online_linkless'}")
    head = (
        texts("venues.where.open")
        if venue.location is None
        else texts("venues.where.place", place=venue.location.name)
    )
    return Markup(" · ".join([head, *_rest(texts, venue)]))


def place(texts: Texts, venue: VenueView) -> Markup:
    """Return the same inside a sentence, without a heading."""
    if venue.online:
        return texts("venues.where.virtual")
    name = [] if venue.location is None else [inert(venue.location.name)]
    return Markup(" · ".join([*name, *_rest(texts, venue)]))


def access(texts: Texts, location: Location) -> list[Markup]:
    """Return what is known of getting in, in a fixed order; a virtual place says that it is one."""
    remote = [texts("venues.where.virtual")] if location.remote else []
    return [
        *remote,
        *(texts(f"venues.access.{each.value}") for each in Access if each in location.words.access),
    ]


def _rest(texts: Texts, venue: VenueView) -> Iterable[Markup]:
    if venue.location is not None:
        yield from access(texts, venue.location)
    if venue.host_id is not None:
        yield texts("venues.where.hosted", host=member(venue.host_id))


def following(texts: Texts, meetings: Sequence[tuple[Meeting, VenueView]]) -> list[Markup]:
    """Return a line for each of the next meetings: when, where, by whom."""
    lines = []
    for (meeting, venue), key in zip(meetings, ("first", "second"), strict=False):
        at = texts("venues.next.line", start=meeting.starts_at, soon=moment(meeting.starts_at, "R"))
        what = Markup(" · ".join(filter(None, [at, place(texts, venue)])))
        lines.append(texts(f"venues.next.{key}", what=what))
    return lines


def change_card(texts: Texts, view: PlaceChange) -> Card:
    """Return the notice of another place or host; its button shows members the address."""
    said = texts(
        "venues.change.said",
        group=view.group.name,
        start=view.meeting.starts_at,
        now=_standing(texts, view.now),
        before=_before(texts, view),
    )
    lines = [said] if not view.people else [said, texts("venues.change.people", people=members(view.people))]
    more = button(texts.plain("venues.where.button"), "venue_open", view.meeting.id)
    return Card(colour=QUIET).text(*lines).row(more)


def _before(texts: Texts, view: PlaceChange) -> Markup:
    """Where it was said to be; nothing is known of a place that was deleted with its owner's data."""
    if view.before.known or view.now.online:
        return _standing(texts, view.before)
    return texts("venues.change.gone")


def _standing(texts: Texts, venue: VenueView) -> Markup:
    return place(texts, venue) or texts("venues.change.open")
