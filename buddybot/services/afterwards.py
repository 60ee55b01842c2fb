"""Whether anything waits to be said to a person behind the answer to what they did."""

from datetime import datetime, timedelta

from buddybot.domain.ids import InteractionId
from buddybot.services.actor import Actor
from buddybot.storage.afterwards import AfterwardRepository, Asked
from buddybot.storage.database import Tx
from buddybot.storage.interactions import InteractionRepository

SHOWN_FOR = timedelta(days=21)
"""After that an offer that nobody saw is too old to be of use."""
_MOST = 1_000


class Afterwards:
    """Asked once with an answer; the features that may have something to say look only then.

    It is asked in the transaction that the answer comes from, and known until the answer was given. What is
    not known is asked for: another process, or a restart, can make nobody miss anything.
    """

    def __init__(self) -> None:
        self._known: dict[InteractionId, bool] = {}

    async def ask(self, tx: Tx, actor: Actor, now: datetime) -> Asked:
        """Return whether there may be a notice, an alert, feedback or an offer that was not shown."""
        if actor.guild_id is None:
            return Asked(False)
        return await AfterwardRepository(tx).ask(actor.guild_id, actor.user_id, offered_since=now - SHOWN_FOR)

    async def claim(self, tx: Tx, actor: Actor, now: datetime) -> Asked | None:
        """Claim the interaction, and return what `ask` does; None when it was carried out before."""
        interactions = InteractionRepository(tx)
        if actor.guild_id is None:
            is_first = await interactions.claim(actor.interaction_id, now, user_id=actor.user_id)
            return Asked(False) if is_first else None
        return await interactions.claim_asking(
            actor.interaction_id,
            now,
            guild_id=actor.guild_id,
            user_id=actor.user_id,
            offered_since=now - SHOWN_FOR,
        )

    def note(self, actor: Actor, waits: bool) -> None:
        """Keep what was asked along, of the last transaction of an interaction."""
        self._known[actor.interaction_id] = waits
        if len(self._known) > _MOST:  # answers that failed; those that have to ask again are none the worse
            self._known.clear()

    def forget(self) -> None:
        """Know nothing any more: the bot itself has written what somebody may be told."""
        self._known.clear()

    def take(self, interaction_id: InteractionId) -> bool | None:
        """Return what is known, once; None when it must be asked."""
        return self._known.pop(interaction_id, None)
