"""Which interactions were carried out."""

from datetime import datetime

from buddybot.domain.ids import InteractionId
from buddybot.storage.database import Tx
from buddybot.storage.rows import epoch


class InteractionRepository:
    """Remembers an interaction in the transaction that carries it out."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def claim(self, interaction_id: InteractionId, now: datetime) -> bool:
        """Return whether this is the first time that the interaction is carried out."""
        row = await self._tx.one(
            """
            INSERT INTO interactions (interaction_id, seen_at) VALUES (:interaction_id, :now)
            ON CONFLICT DO NOTHING RETURNING interaction_id
            """,
            interaction_id=interaction_id,
            now=epoch(now),
        )
        return row is not None

    async def forget(self, *, before: datetime) -> int:
        """Drop what can no longer be replayed: an interaction's token lives 15 minutes."""
        return await self._tx.run("DELETE FROM interactions WHERE seen_at < :before", before=epoch(before))
