"""Which interactions were carried out."""

from datetime import datetime

from buddybot.domain.ids import GuildId, InteractionId, UserId
from buddybot.storage.afterwards import KNOWN_AS, WAITS, Asked
from buddybot.storage.database import Tx
from buddybot.storage.rows import epoch

_CLAIM = """
    INSERT INTO interactions (interaction_id, seen_at)
    SELECT CAST(:interaction_id AS BIGINT), CAST(:now AS BIGINT) WHERE {lock_person}
    ON CONFLICT DO NOTHING RETURNING
"""
_CLAIM_ASKING = f"{_CLAIM} EXISTS ({WAITS}) AS waits, ({KNOWN_AS}) AS known_as"  # of constants


class InteractionRepository:
    """Remembers an interaction in the transaction that carries it out."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def claim(self, interaction_id: InteractionId, now: datetime, *, user_id: UserId) -> bool:
        """Return whether this is the first time that the interaction is carried out.

        The person is held until the transaction ends, so each of their own acts comes before or after
        the deletion of their data. What follows reads the rows as that deletion left them.
        """
        row = await self._tx.one(
            f"{_CLAIM.format(lock_person=self._tx.lock_person)} interaction_id",
            interaction_id=interaction_id,
            now=epoch(now),
            user_id=user_id,
        )
        return row is not None

    async def claim_asking(
        self,
        interaction_id: InteractionId,
        now: datetime,
        *,
        guild_id: GuildId,
        user_id: UserId,
        offered_since: datetime,
    ) -> Asked | None:
        """Claim, and return what `AfterwardRepository.ask` does; None when it was carried out before."""
        row = await self._tx.one(
            _CLAIM_ASKING.format(lock_person=self._tx.lock_person),
            interaction_id=interaction_id,
            now=epoch(now),
            guild_id=guild_id,
            user_id=user_id,
            offered_since=epoch(offered_since),
        )
        return None if row is None else Asked(bool(row["waits"]), row["known_as"])

    async def forget(self, *, before: datetime) -> int:
        """Drop what can no longer be replayed: an interaction's token lives 15 minutes."""
        return await self._tx.run("DELETE FROM interactions WHERE seen_at < :before", before=epoch(before))
