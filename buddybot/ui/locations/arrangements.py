"""Where a meeting takes place, as everybody in the channel may read it: the name, never the address."""

from collections.abc import Iterable, Sequence

from buddybot.domain.locations.locations import Access, Location
from buddybot.domain.meetings.meetings import Meeting
from buddybot.pings.delivery.requests import Part
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.meetings.location_messages import LocationChange, LocationChanges
from buddybot.ui.framework.components import QUIET, Card, button
from buddybot.ui.framework.texts import Markup, Texts, day_name, member, members, moment, neutralize_text


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


def say_location(texts: Texts, arrangement: ArrangementView) -> Markup:
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
        what = Markup(" · ".join(filter(None, [at, say_location(texts, arrangement)])))
        lines.append(texts(f"arrangements.next.{key}", what=what))
    return lines


def asked_to_choose(texts: Texts, arrangement: ArrangementView) -> list[Markup]:
    """Return the line that asks a host to choose a place, while there is none."""
    return [texts("arrangements.where.ask", host=member(host)) for host in arrangement.choosers]


def name_locations(locations: Sequence[Location]) -> Markup:
    """Return the names of places, inside a sentence."""
    return Markup(", ".join(f"“{neutralize_text(each.name)}”" for each in locations))


def change_card(texts: Texts, view: LocationChanges) -> Card:
    """Return the notice of all that one act changed; its buttons show members the address."""
    card = Card(colour=QUIET).text(*change_lines(texts, view.changes))
    for row in change_rows(texts, view.changes):
        card.row(*row)
    return card


def change_lines(texts: Texts, changes: Sequence[LocationChange]) -> list[Markup]:
    """Return how each meeting stands now, and whom that concerns."""
    lines = [line for change in changes for line in _lines(texts, change)]
    people = dict.fromkeys(user for change in changes for user in change.people)
    return [*lines, texts("arrangements.change.people", people=members(people))] if people else lines


def change_rows(texts: Texts, changes: Sequence[LocationChange]) -> list[list[Part]]:
    """Return a row of buttons for each meeting; of several each says which."""
    return [_row(texts, change, named=len(changes) > 1) for change in changes]


def _lines(texts: Texts, change: LocationChange) -> list[Markup]:
    said = texts(
        "arrangements.change.said",
        group=change.group.name,
        start=change.meeting.starts_at,
        now=_say_standing(texts, change.now),
        before=_before(texts, change),
    )
    if change.unhosted:
        return [said, texts("arrangements.change.unhosted")]
    if change.chooser is not None:
        return [said, texts("arrangements.change.choose", host=member(change.chooser))]
    return [said]


def _row(texts: Texts, change: LocationChange, *, named: bool) -> list[Part]:
    """Return what members, the host and organizers can do; `cogs/rotation.py` answers."""
    meeting = change.meeting

    def make_button(key: str, route: str) -> Part:
        label = texts.plain(key)
        if named:
            label = texts.plain("arrangements.button.of_day", label=label, day=day_name(texts, meeting.day))
        return button(label, route, meeting.id)

    where = make_button("arrangements.where.button", "venue_open")
    if change.unhosted:
        come = make_button("arrangements.button.come", "host_come")
        return [
            come,
            make_button("arrangements.button.name", "host_name"),
            make_button("arrangements.button.online", "host_online"),
            where,
        ]
    if change.chooser is not None:
        return [make_button("locations.button.choose", "host_choose"), where]
    return [where]


def _before(texts: Texts, change: LocationChange) -> Markup:
    """Where it was said to be; nothing is known of a place that was deleted with its owner's data.

    What an earlier notice said that is not known was open.
    """
    if change.before.known or change.now.online or change.again:
        return _say_standing(texts, change.before)
    return texts("arrangements.change.gone")


def _say_standing(texts: Texts, arrangement: ArrangementView) -> Markup:
    if arrangement.location is None and arrangement.host_id is not None and not arrangement.online:
        return Markup(" · ".join([texts("arrangements.change.no_place"), say_location(texts, arrangement)]))
    return say_location(texts, arrangement) or texts("arrangements.change.open")
