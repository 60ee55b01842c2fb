"""Where a meeting takes place, as everybody in the channel may read it: the name, never the address."""

from collections.abc import Iterable, Sequence

from buddybot.domain.locations.locations import Access, Location
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.locations.meeting_locations import VenueView
from buddybot.ui.framework.texts import Markup, Texts, inert, member, moment


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


def asked_to_choose(texts: Texts, venue: VenueView) -> list[Markup]:
    """Return the line that asks a host to choose a place, while there is none."""
    return [texts("venues.where.ask", host=member(host)) for host in venue.choosers]


def named(places: Sequence[Location]) -> Markup:
    """Return the names of places, inside a sentence."""
    return Markup(", ".join(f"“{inert(place.name)}”" for place in places))
