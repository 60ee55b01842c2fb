"""The parts that every card and form is built from.

Nothing here is kept in memory: what a button or form does is told by its custom id, which the
router reads, so that each survives a restart.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui

from buddybot.ui.texts import Markup, shortened

CALM = discord.Colour(0x5B8C85)
QUIET = discord.Colour(0x8A8F98)
WARM = discord.Colour(0xD9A05B)

LABEL_LIMIT = 45
DESCRIPTION_LIMIT = 100
OPTION_LIMIT = 100
TEXT_LIMIT = 4000


def custom_id(route: str, *arguments: object) -> str:
    """Return the id under which the router finds `route` again, with its arguments."""
    found = ":".join([route, *(str(argument) for argument in arguments)])
    if len(found) > 90:
        raise ValueError(f"custom id too long: {found}")
    return found


def button(
    label: str,
    route: str,
    *arguments: object,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> ui.Button[Any]:
    """Return a button that leads to `route`."""
    return ui.Button(
        label=shortened(label, 80), style=style, custom_id=custom_id(route, *arguments), disabled=disabled
    )


def link_button(label: str, url: str) -> ui.Button[Any]:
    """Return a button that leads to a web address; the label says where to."""
    return ui.Button(label=shortened(label, 80), url=url)


def option(
    label: str, value: object, *, description: str | None = None, default: bool = False
) -> discord.SelectOption:
    """Return one choice of a select, cut to Discord's limits."""
    return discord.SelectOption(
        label=shortened(label, OPTION_LIMIT),
        value=str(value),
        description=None if description is None else shortened(description, OPTION_LIMIT),
        default=default,
    )


def select(
    route: str,
    *arguments: object,
    options: Sequence[discord.SelectOption],
    placeholder: str | None = None,
    least: int = 1,
    most: int = 1,
) -> ui.Select[Any]:
    """Return a select that leads to `route`; its values come with the click."""
    return ui.Select(
        custom_id=custom_id(route, *arguments),
        options=list(options),
        placeholder=placeholder and shortened(placeholder, 150),
        min_values=least,
        max_values=min(most, len(options)),
    )


class Card(ui.LayoutView):
    """One message: a framed column of texts and rows."""

    def __init__(self, *, colour: discord.Colour | None = CALM) -> None:
        super().__init__(timeout=None)
        self._frame: ui.Container[Any] = ui.Container(accent_colour=colour)
        self._left = TEXT_LIMIT
        self.add_item(self._frame)

    def is_dispatchable(self) -> bool:
        """Return False: the router answers, so the library has nothing to remember."""
        return False

    def is_finished(self) -> bool:
        """Return True: an answer to an interaction would be kept, with a task, for 15 minutes."""
        return True

    def text(self, *paragraphs: Markup) -> "Card":
        """Add a block of text; a card holds 4,000 characters, more is cut with an ellipsis."""
        shown = shortened("\n".join(paragraphs), max(self._left, 1))
        self._left -= len(shown)
        self._frame.add_item(ui.TextDisplay(shown))
        return self

    def line(self) -> "Card":
        """Add a thin line."""
        self._frame.add_item(ui.Separator())
        return self

    def beside(self, text: Markup, accessory: ui.Button[Any]) -> "Card":
        """Add a text with a button at its right."""
        self._left -= len(text)
        self._frame.add_item(ui.Section(ui.TextDisplay(text), accessory=accessory))
        return self

    def row(self, *items: ui.Button[Any] | ui.Select[Any]) -> "Card":
        """Add up to five buttons, or one select."""
        self._frame.add_item(ui.ActionRow(*items))
        return self

    def file(self, name: str) -> "Card":
        """Add a file that is sent along under this name; a name of ASCII letters, digits and hyphens."""
        self._frame.add_item(ui.File(f"attachment://{name}"))
        return self

    def picture(self, name: str, alt: str) -> "Card":
        """Show a picture that is sent along under this name, with what it says in words."""
        self._frame.add_item(
            ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description=alt))
        )
        return self

    def note(self, text: Markup) -> "Card":
        """Add small print."""
        return self.text(Markup(f"-# {text}"))


class Form(ui.Modal):
    """A modal; what was written comes back to the router under each field's name."""

    def __init__(self, title: str, route: str, *arguments: object) -> None:
        super().__init__(
            title=shortened(title, LABEL_LIMIT), timeout=None, custom_id=custom_id(route, *arguments)
        )

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
        """Add a text field; `hint` stands below the label, `placeholder` inside the empty field."""
        return self._add(
            label,
            hint,
            ui.TextInput(
                custom_id=name,
                style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
                placeholder=placeholder and shortened(placeholder, 100),
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
        self.add_item(
            ui.Label(
                text=shortened(label, LABEL_LIMIT),
                description=None if hint is None else shortened(hint, DESCRIPTION_LIMIT),
                component=item,
            )
        )
        return self
