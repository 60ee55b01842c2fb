"""What a member fills in about a place: what it is, and how long the way there takes them."""

from collections.abc import Mapping, Sequence

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import LocationId
from buddybot.domain.locations.locations import (
    ADDRESS_LIMIT,
    LINK_LIMIT,
    LONGEST_WAY,
    NAME_LIMIT,
    NOTE_LIMIT,
    Access,
    Location,
    LocationKind,
    LocationWords,
    read_location,
)
from buddybot.domain.text import parse_count, read_id
from buddybot.services.locations.location_views import TravelView
from buddybot.ui.framework.components import Form, option
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Texts

AT_A_TIME = 5
"""Places whose minutes one form asks for: a form has five parts."""

_WHERE_LIMIT = ADDRESS_LIMIT + LINK_LIMIT + 1
_FIELD = "m"
_DIGITS = 3


def suggest_form(texts: Texts, group: Group) -> Form:
    """Return the form for a new place in a group."""
    return _form(texts, Form(texts.plain("locations.form.suggest"), "location_new", group.id), None)


def edit_form(texts: Texts, location: Location) -> Form:
    """Return the form that changes a place, filled with what it is."""
    form = Form(texts.plain("locations.form.edit"), "location_change", location.id, remembers=True)
    return _form(texts, form, location.words)


def words_in(given: Input) -> LocationWords:
    """Return what was written of a place.

    Refusals: those of `read_location`, and `button.stale` for a choice that was not offered.
    """
    kind, access = given.written("kind"), given.read_chosen("access")
    if kind not in set(LocationKind) or not set(access) - {""} <= set(Access):
        raise Refusal("button.stale")
    return read_location(
        name=given.written("name"),
        kind=LocationKind(kind),
        where=given.written("where"),
        access=frozenset(Access(each) for each in access if each),
        note=given.written("note"),
    )


def unchanged_in(given: Input) -> frozenset[str]:
    """Return which parts of a place came back as the form had opened, by their names in `LocationWords`."""
    parts = {"name": ("name",), "kind": ("kind",), "where": ("address", "link"), "access": ("access",)}
    return frozenset(
        part
        for field, of in (parts | {"note": ("note",)}).items()
        if given.is_unchanged(field)
        for part in of
    )


def pages(view: TravelView) -> int:
    """Return how many forms it takes to ask for the minutes to all places."""
    return -(-len(view.locations) // AT_A_TIME)


def travel_form(texts: Texts, view: TravelView, page: int) -> Form:
    """Return the form that asks for the minutes to up to five places, the first page being 0.

    Refusal `button.stale` when there are no longer as many.
    """
    asked = view.locations[page * AT_A_TIME : (page + 1) * AT_A_TIME]
    if not asked:
        raise Refusal("button.stale")
    form = Form(texts.plain("locations.form.travel"), "location_minutes", view.group.id, page)
    return _ask_minutes(texts, form, asked)


def way_form(texts: Texts, view: TravelView) -> Form:
    """Return the form that asks for the minutes to one place."""
    form = Form(texts.plain("locations.form.travel"), "location_stated", view.locations[0][0].id)
    return _ask_minutes(texts, form, view.locations)


def minutes_in(given: Input) -> Mapping[LocationId, int | None]:
    """Return the minutes that were written, None where a field was left empty."""
    return {
        LocationId(found): minutes_of(given.written(name))
        for name in given.fields
        if name.startswith(_FIELD) and (found := read_id(name.removeprefix(_FIELD))) is not None
    }


def way_in(given: Input, location_id: LocationId) -> int | None:
    """Return the minutes that were written for one place; Refusal `button.stale` for another form."""
    found = minutes_in(given)
    if location_id not in found:
        raise Refusal("button.stale")
    return found[location_id]


def minutes_of(written: str) -> int | None:
    """Return minutes as somebody wrote them; Refusal `number.unreadable` or `number.range`."""
    if not written.strip():
        return None
    return parse_count(written, lowest=0, highest=LONGEST_WAY, field="minutes")


def _form(texts: Texts, form: Form, before: LocationWords | None) -> Form:
    form.ask(
        "name",
        texts.plain("locations.form.name"),
        hint=texts.plain("locations.form.name_hint"),
        placeholder=texts.plain("locations.form.name_example"),
        default=None if before is None else before.name,
        limit=NAME_LIMIT,
    )
    chosen = LocationKind.PLACE if before is None else before.kind
    kinds = [
        option(texts.plain(f"locations.kind.{kind.value}"), kind.value, default=kind is chosen)
        for kind in LocationKind
    ]
    form.choose("kind", texts.plain("locations.form.kind"), kinds)
    form.ask(
        "where",
        texts.plain("locations.form.where"),
        hint=texts.plain("locations.form.where_hint"),
        placeholder=texts.plain("locations.form.where_example"),
        default=None if before is None else "\n".join(filter(None, [before.address, before.link])),
        limit=_WHERE_LIMIT,
        long=True,
    )
    known = frozenset[Access]() if before is None else before.access
    access = [
        option(texts.plain(f"arrangements.access.{each.value}"), each.value, default=each in known)
        for each in Access
    ]
    form.choose(
        "access",
        texts.plain("locations.form.access"),
        access,
        hint=texts.plain("locations.form.access_hint"),
        required=False,
        most=len(access),
    )
    return form.ask(
        "note",
        texts.plain("locations.form.note"),
        hint=texts.plain("locations.form.note_hint"),
        default=None if before is None else before.note,
        limit=NOTE_LIMIT,
        required=False,
    )


def _ask_minutes(texts: Texts, form: Form, asked: Sequence[tuple[Location, int | None]]) -> Form:
    for location, minutes in asked:
        form.ask(
            f"m{location.id}",
            location.name,
            hint=texts.plain("locations.form.travel_hint", most=LONGEST_WAY),
            default=None if minutes is None else str(minutes),
            limit=_DIGITS,
            required=False,
        )
    return form
