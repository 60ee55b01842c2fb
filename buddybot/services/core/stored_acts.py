"""Whether what an interaction asks for was stored, while it is being answered."""

from buddybot.domain.ids import InteractionId

_MOST = 5_000


class StoredActs:
    """Remembers the latest interactions that were carried out, and whether that stored what they ask for.

    An act that only counts that it was asked for, such as an export, stored nothing that a person would miss.
    """

    def __init__(self) -> None:
        self._known: dict[InteractionId, bool] = {}

    def note(self, interaction_id: InteractionId, *, saved: bool) -> None:
        """Keep what a committed transaction was; the oldest entry makes room for the newest."""
        self._known[interaction_id] = saved
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]

    def find(self, interaction_id: InteractionId) -> bool | None:
        """Return whether an interaction stored what it asks for; None when nothing is known of it."""
        return self._known.get(interaction_id)
