"""A message's components as they go to Discord, which the library takes in the place of its own objects."""

from collections.abc import Iterator
from typing import Any

from discord import ui

from buddybot.domain.text import length_of

Part = dict[str, Any]
"""One component as Discord's documentation describes it."""


class Payload(ui.LayoutView):
    """Components that are sent as they are: they are what is made and what is marked.

    The library's own objects would be made for one message only, and take a third of a command's time.
    Nothing of the base class is used but its name, by which the library knows a layout.
    """

    timeout = None

    def __init__(self, components: list[Part]) -> None:
        self.components = components

    def to_components(self) -> list[Part]:
        """Return the components themselves, not a copy."""
        return self.components

    @property
    def total_children_count(self) -> int:
        """Return how many parts there are, of which a message holds forty."""
        return sum(1 for _ in every_part(self.components))

    @property
    def children(self) -> list[Any]:
        """Return nothing: there are no objects of the library's."""
        return []

    def content_length(self) -> int:
        """Return how many characters the texts have, of which a message holds 4,000."""
        return sum(length_of(part.get("content", "")) for part in every_part(self.components))

    def has_components_v2(self) -> bool:
        """Return True: a message of these has no other content."""
        return True

    def is_dispatchable(self) -> bool:
        """Return False: the router answers, so the library has nothing to remember."""
        return False

    def is_finished(self) -> bool:
        """Return True: an answer to an interaction would be kept, with a task, for 15 minutes."""
        return True


def every_part(components: list[Part]) -> Iterator[Part]:
    """Yield each component in reading order, and behind it those that it holds."""
    for part in components:
        yield part
        yield from every_part(part.get("components", []))
        if "accessory" in part:
            yield part["accessory"]
