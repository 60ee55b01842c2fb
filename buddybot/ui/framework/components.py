"""The parts that every card and form is built from.

Nothing here is kept in memory: what a button or form does is told by its custom id, which the
router reads, so that each survives a restart.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui

from buddybot.domain.text import fingerprint, length_of
from buddybot.pings.delivery.requests import Part, Payload
from buddybot.ui.framework.texts import Markup, shorten_text

CALM = discord.Colour(0x5B8C85)
QUIET = discord.Colour(0x8A8F98)
WARM = discord.Colour(0xD9A05B)

PRIMARY, SECONDARY = discord.ButtonStyle.primary, discord.ButtonStyle.secondary
SUCCESS, DANGER = discord.ButtonStyle.success, discord.ButtonStyle.danger

LABEL_LIMIT = 45
DESCRIPTION_LIMIT = 100
OPTION_LIMIT = 100
TEXT_LIMIT = 4000
PARTS_LIMIT = 40
ROW_LIMIT = 5
ID_LIMIT = 100
OPENED = "^"
"""Stands in a form's custom id before the marks of what its fields were opened with."""

# What Discord calls its kinds of components, and a button's style that leads to a web address.
_ROW, _BUTTON, _SELECT, _SECTION, _TEXT = 1, 2, 3, 9, 10
_PICTURES, _FILE, _LINE, _FRAME = 12, 13, 14, 17
_LINK = 5

STAMPED = ":!"
"""Stands in a form's custom id before what tells one opening of it from every other."""
STAMP_BYTES = 10
"""80 bits: nobody but the person who has the form open knows its stamp."""


def custom_id(route: str, *arguments: object) -> str:
    """Return the id under which the router finds `route` again, with its arguments."""
    found = ":".join([route, *map(str, arguments)])
    if length_of(found) > 90:
        raise ValueError(f"custom id too long: {found}")
    return found


def button(
    label: str,
    route: str,
    *arguments: object,
    style: discord.ButtonStyle = SECONDARY,
    disabled: bool = False,
) -> Part:
    """Return a button that leads to `route`."""
    made: Part = {
        "type": _BUTTON,
        "label": shorten_text(label, 80),
        "style": style.value,
        "custom_id": custom_id(route, *arguments),
    }
    if disabled:
        made["disabled"] = True
    return made


def link_button(label: str, url: str) -> Part:
    """Return a button that leads to a web address; the label says where to."""
    return {"type": _BUTTON, "label": shorten_text(label, 80), "style": _LINK, "url": url}


def option(
    label: str, value: object, *, description: str | None = None, default: bool = False
) -> discord.SelectOption:
    """Return one choice of a select, cut to Discord's limits."""
    return discord.SelectOption(
        label=shorten_text(label, OPTION_LIMIT),
        value=str(value),
        description=None if description is None else shorten_text(description, OPTION_LIMIT),
        default=default,
    )


def select(
    route: str,
    *arguments: object,
    options: Sequence[discord.SelectOption],
    placeholder: str | None = None,
    least: int = 1,
    most: int = 1,
) -> Part:
    """Return a select that leads to `route`; its values come with the click."""
    made: Part = {
        "type": _SELECT,
        "custom_id": custom_id(route, *arguments),
        "options": [each.to_dict() for each in options],
        "min_values": least,
        "max_values": min(most, len(options)),
    }
    if placeholder:
        made["placeholder"] = shorten_text(placeholder, 150)
    return made


class Card(Payload):
    """One message: a framed column of texts and rows."""

    def __init__(self, *, colour: discord.Colour | None = CALM) -> None:
        self._parts: list[Part] = []
        self._left = TEXT_LIMIT
        self._room = PARTS_LIMIT - 1
        accent = None if colour is None else colour.value
        super().__init__([{"type": _FRAME, "accent_color": accent, "components": self._parts}])

    def text(self, *paragraphs: Markup) -> "Card":
        """Add a block of text; a card holds 4,000 characters, more is cut with an ellipsis."""
        shown = shorten_text("\n".join(paragraphs), max(self._left, 1))
        self._left -= length_of(shown)
        return self._add({"type": _TEXT, "content": shown})

    def line(self) -> "Card":
        """Add a thin line."""
        return self._add({"type": _LINE})

    def beside(self, text: Markup, accessory: Part) -> "Card":
        """Add a text with a button at its right."""
        self._left -= length_of(text)
        said = {"type": _TEXT, "content": text}
        return self._add({"type": _SECTION, "components": [said], "accessory": accessory})

    def row(self, *items: Part) -> "Card":
        """Add up to five buttons, or one select."""
        if len(items) > ROW_LIMIT:
            raise ValueError(f"a row of more than {ROW_LIMIT} buttons")
        return self._add({"type": _ROW, "components": list(items)})

    def file(self, name: str) -> "Card":
        """Add a file that is sent along under this name; a name of ASCII letters, digits and hyphens."""
        return self._add({"type": _FILE, "file": {"url": f"attachment://{name}"}})

    def picture(self, name: str, alt: str) -> "Card":
        """Show a picture that is sent along under this name, with what it says in words."""
        shown = {"media": {"url": f"attachment://{name}"}, "description": alt}
        return self._add({"type": _PICTURES, "items": [shown]})

    def note(self, text: Markup) -> "Card":
        """Add small print."""
        return self.text(Markup(f"-# {text}"))

    def _add(self, part: Part) -> "Card":
        self._room -= 1 + len(part.get("components", ())) + ("accessory" in part)
        if self._room < 0:
            raise ValueError(f"a card of more than {PARTS_LIMIT} parts")
        self._parts.append(part)
        return self


class Form(ui.Modal):
    """A modal; what was written comes back to the router under each field's name."""

    def __init__(self, title: str, route: str, *arguments: object, remembers: bool = False) -> None:
        """With `remembers`, the router can tell later which fields a person changed: `Input.is_unchanged`."""
        super().__init__(
            title=shorten_text(title, LABEL_LIMIT), timeout=None, custom_id=custom_id(route, *arguments)
        )
        self._remembers = remembers
        if remembers:
            self.custom_id += OPENED

    def stamp(self) -> None:
        """Tell this opening from every other: a form that is sent twice is known by it."""
        self.custom_id += STAMPED + secrets.token_urlsafe(STAMP_BYTES)
        if length_of(self.custom_id) > ID_LIMIT:
            raise ValueError(f"custom id too long: {self.custom_id}")

    def is_finished(self) -> bool:
        """Return True: the router answers, so the library has nothing to remember."""
        return True

    def ask(
        self,
        name: str,
        label: str,
        *,
        hint: str | None = None,
        placeholder: str | None = None,
        default: str | None = None,
        limit: int | None = None,
        required: bool = True,
        long: bool = False,
    ) -> "Form":
        """Add a text field; `hint` stands below the label, `placeholder` inside the empty field.

        What is there already fits, also where it is longer than what may be written now.
        """
        if limit is not None and default is not None:
            limit = max(limit, length_of(default))
        return self._add(
            label,
            hint,
            ui.TextInput(
                custom_id=name,
                style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
                placeholder=placeholder and shorten_text(placeholder, 100),
                default=default,
                max_length=limit,
                required=required,
            ),
        )

    def choose(
        self,
        name: str,
        label: str,
        options: Iterable[discord.SelectOption],
        *,
        hint: str | None = None,
        required: bool = True,
        most: int = 1,
    ) -> "Form":
        """Add a select."""
        return self._add(
            label,
            hint,
            ui.Select(
                custom_id=name,
                options=list(options),
                required=required,
                min_values=int(required),
                max_values=most,
            ),
        )

    def pick(self, name: str, label: str, item: ui.Item[Any], *, hint: str | None = None) -> "Form":
        """Add another input, such as a channel or member select whose custom id is `name`."""
        if getattr(item, "custom_id", None) != name:
            raise ValueError(f"the input's custom id must be {name!r}")
        return self._add(label, hint, item)

    def say(self, text: Markup) -> "Form":
        """Add a paragraph to read."""
        self.add_item(ui.TextDisplay(text))
        return self

    def _add(self, label: str, hint: str | None, item: ui.Item[Any]) -> "Form":
        if self._remembers:
            self.custom_id += fingerprint(_opened_with(item))
            if length_of(self.custom_id) > ID_LIMIT:
                raise ValueError(f"custom id too long: {self.custom_id}")
        self.add_item(
            ui.Label(
                text=shorten_text(label, LABEL_LIMIT),
                description=None if hint is None else shorten_text(hint, DESCRIPTION_LIMIT),
                component=item,
            )
        )
        return self


def _opened_with(item: ui.Item[Any]) -> list[str]:
    """Return what a field holds when its form opens."""
    if isinstance(item, ui.TextInput):
        return [item.default or ""]
    if isinstance(item, ui.Select):
        return [option.value for option in item.options if option.default]
    return [str(each.id) for each in getattr(item, "default_values", ())]
