"""What a card says."""

from buddybot.pings.delivery.requests import every_part
from buddybot.ui.framework.components import Card


def words(card: Card) -> str:
    """Return all texts of a card, a block a line."""
    return "\n".join(part["content"] for part in every_part(card.components) if "content" in part)
