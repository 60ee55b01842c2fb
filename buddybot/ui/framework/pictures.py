"""Pictures as they are sent along with a card, each with what it says in words."""

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING

import discord

from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import shorten_text

if TYPE_CHECKING:
    from buddybot.exports.charts.drawing import Picture

ALT_LIMIT = 1024

Drawn = Mapping[str, "Picture"]
"""By the name of its file: ASCII letters, digits and hyphens, then `.png`."""


def attachments(drawn: Drawn) -> list[discord.File]:
    """Return the pictures as they are sent along."""
    return [discord.File(BytesIO(each.png), name, description=_alt(each)) for name, each in drawn.items()]


def show(card: Card, drawn: Drawn) -> None:
    """Put the pictures on a card; `attachments` are sent along."""
    for name, each in drawn.items():
        card.picture(name, _alt(each))


def _alt(picture: "Picture") -> str:
    return shorten_text(picture.alt, ALT_LIMIT)
