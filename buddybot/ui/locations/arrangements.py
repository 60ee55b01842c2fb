"""Where a meeting takes place, as everybody in the channel may read it: the name, never the address."""

from collections.abc import Iterable, Sequence

from buddybot.domain.locations.locations import Access, Location
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.ui.framework.texts import Markup, Texts, member, moment, neutralize_text


def say_where(texts: Texts, arrangement: ArrangementView) -> Markup | None:
    """Return the line of a card that says where and by whom; None when nothing is known."""
    if not arrangement.known:
        return None
    if arrangement.online:
        return texts(
            f"arrangements.where.{'online' if arrangement.location is not None else 'online_linkless'}"
        )
    head = (
        texts("arrangements.where.open")
        if arrangement.location is None
        else texts("arrangements.where.place", place=arrangement.location.name)
    )
    return Markup(" · ".join([head, *_rest(texts, arrangement)]))


def place(texts: Texts, arrangement: ArrangementView) -> Markup:
    """Return the same inside a sentence, without a heading."""
    if arrangement.online:
        return texts("arrangements.where.virtual")
    name = [] if arrangement.location is None else [neutralize_text(arrangement.location.name)]
    return Markup(" · ".join([*name, *_rest(texts, arrangement)]))


def access(texts: Texts, location: Location) -> list[Markup]:
    """Return what is known of getting in, in a fixed order; a virtual place says that it is one."""
    remote = [texts("arrangements.where.virtual")] if location.remote else []
    return [
        *remote,
        *(texts(f"arrangements.access.{each.value}") for each in Access if each in location.words.access),
    ]


def _rest(texts: Texts, arrangement: ArrangementView) -> Iterable[Markup]:
    if arrangement.location is not None:
        yield from access(texts, arrangement.location)
    if arrangement.host_id is not None:
        yield texts("arrangements.where.hosted", host=member(arrangement.host_id))


def list_following(texts: Texts, meetings: Sequence[tuple[Meeting, ArrangementView]]) -> list[Markup]:
    """Return a line for each of the next meetings: when, where, by whom."""
    lines = []
    for (meeting, arrangement), key in zip(meetings, ("first", "second"), strict=False):
        at = texts("arrangements.next.line", start=meeting.starts_at, soon=moment(meeting.starts_at, "R"))
        what = Markup(" · ".join(filter(None, [at, place(texts, arrangement)])))
        lines.append(texts(f"arrangements.next.{key}", what=what))
    return lines


def asked_to_choose(texts: Texts, arrangement: ArrangementView) -> list[Markup]:
    """Return the line that asks a host to choose a place, while there is none."""
    return [texts("arrangements.where.ask", host=member(host)) for host in arrangement.choosers]


def name_locations(places: Sequence[Location]) -> Markup:
    """Return the names of places, inside a sentence."""
    return Markup(", ".join(f"“{neutralize_text(place.name)}”" for place in places))
