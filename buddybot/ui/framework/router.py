"""From a custom id to its handler: one table for every button, select and form.

A custom id is `route:argument:...`, with an optional `~marker` behind it by which a delivered
ping is recognised in a channel's history.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import discord

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GuildId
from buddybot.domain.pings import MARK
from buddybot.domain.text import LENGTH, fingerprint, read_id
from buddybot.services.core.unit_of_work import Actor
from buddybot.ui.framework.components import OPENED, STAMPED

_ROUTE = "__buddybot_route__"

F = TypeVar("F", bound=Callable[..., Awaitable[None]])


class Input(NamedTuple):
    """What came with a click or a form: the custom id's arguments, chosen values, written fields."""

    arguments: tuple[str, ...]
    values: tuple[str, ...]
    fields: Mapping[str, str | tuple[str, ...]]
    opened: tuple[tuple[str, str], ...] = ()
    """The mark of what each field of a form held when it opened, where the form remembers it."""

    def is_unchanged(self, name: str) -> bool:
        """Return whether a field came back as its form had opened; False where that is not known."""
        values = self.fields.get(name, ())
        mark = fingerprint((values,) if isinstance(values, str) else values)
        return dict(self.opened).get(name) == mark

    def read_number(self, position: int) -> int:
        """Return an argument as a number; Refusal `button.stale` when a forged id has none there."""
        if position >= len(self.arguments):
            raise Refusal("button.stale")
        return _number(self.arguments[position])

    def read_value(self) -> int:
        """Return the one value chosen in a select, as a number; Refusal `button.stale` when it is none."""
        if len(self.values) != 1:
            raise Refusal("button.stale")
        return _number(self.values[0])

    def read_word(self, position: int) -> str:
        """Return an argument as it stands; Refusal `button.stale` when there is none."""
        if position >= len(self.arguments):
            raise Refusal("button.stale")
        return self.arguments[position]

    def at_home(self, actor: Actor) -> Actor:
        """Return the actor in the server that the first argument names, for buttons of direct messages.

        Refusal `button.stale` in any other server.
        """
        guild_id = GuildId(self.read_number(0))
        if actor.guild_id not in (None, guild_id):
            raise Refusal("button.stale")
        return actor.in_guild(guild_id)

    def written(self, name: str) -> str:
        """Return a form's text field, or the one value chosen in it; empty when left empty."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else (value[0] if value else "")

    def read_chosen(self, name: str) -> tuple[str, ...]:
        """Return the values chosen in a form's select."""
        value = self.fields.get(name, ())
        return (value,) if isinstance(value, str) else value


def _number(text: str) -> int:
    number = read_id(text)
    if number is None:
        raise Refusal("button.stale")
    return number


Handler = Callable[[Any, Input], Awaitable[None]]
"""What answers a click or a form: it is handed the reply, and what came with it."""


def route(name: str) -> Callable[[F], F]:
    """Mark a cog's method as the handler of every custom id that begins with `name`."""

    def mark(handler: F) -> F:
        setattr(handler, _ROUTE, name)
        return handler

    return mark


class Router:
    """The table of handlers."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    @property
    def routes(self) -> Sequence[str]:
        """The names of all routes, sorted."""
        return sorted(self._handlers)

    def add(self, cog: object) -> None:
        """Enter every marked method of a cog; ValueError when a name is taken."""
        for attribute, value in vars(type(cog)).items():
            name = getattr(value, _ROUTE, None)
            if name is None:
                continue
            if name in self._handlers:
                raise ValueError(f"two handlers for {name!r}")
            self._handlers[name] = getattr(cog, attribute)

    def find(self, interaction: "discord.Interaction[Any]") -> tuple[Handler, Input] | None:
        """Return who answers a click or form, with what came with it; None for anything else."""
        data: Mapping[str, Any] = interaction.data or {}
        written = str(data.get("custom_id", "")).partition(MARK)[0].partition(STAMPED)[0]
        body, _, marks = written.partition(OPENED)
        name, *arguments = body.split(":")
        handler = self._handlers.get(name)
        if handler is None:
            return None
        fields = _fields(data.get("components", ()))
        each = (marks[start : start + LENGTH] for start in range(0, len(marks), LENGTH))
        opened = zip(fields, each, strict=False)
        return handler, Input(tuple(arguments), tuple(data.get("values", ())), fields, tuple(opened))


def _fields(components: Sequence[Mapping[str, Any]]) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {}
    for component in components:
        inner = component.get("component")
        for item in [inner] if inner is not None else component.get("components", [component]):
            if "values" in item:
                found[item["custom_id"]] = tuple(item["values"])
            elif "value" in item:
                found[item["custom_id"]] = "" if item["value"] is None else str(item["value"])
    return found
