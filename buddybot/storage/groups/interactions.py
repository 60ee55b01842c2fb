"""Which interactions were carried out."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.ids import GuildId, InteractionId, UserId
from buddybot.storage.engine.transaction import Repository, epoch
from buddybot.storage.groups.preferences import KNOWN_AS

_CLAIM = f"""
    INSERT INTO interactions (interaction_id, seen_at)
    SELECT CAST(:interaction_id AS BIGINT), CAST(:now AS BIGINT) WHERE {{lock_person}}
    ON CONFLICT DO NOTHING RETURNING ({KNOWN_AS}) AS known_as
"""  # of constants


class Claim(NamedTuple):
    """An interaction that is carried out for the first time, and the name its person is kept under."""

    known_as: str | None


class InteractionRepository(Repository):
    """Remembers an interaction in the transaction that carries it out."""

    async def claim(
        self, interaction_id: InteractionId, now: datetime, *, guild_id: GuildId | None, user_id: UserId
    ) -> Claim | None:
        """Claim the interaction; None when it was carried out before.

        The person is held until the transaction ends, so each of their own acts comes before or after
        the deletion of their data. What follows reads the rows as that deletion left them.
        """
        row = await self._tx.one(
            _CLAIM.format(lock_person=self._tx.lock_person),
            interaction_id=interaction_id,
            now=epoch(now),
            guild_id=guild_id,
            user_id=user_id,
        )
        return None if row is None else Claim(row["known_as"])

    async def forget(self, *, before: datetime) -> int:
        """Drop what can no longer be replayed: an interaction's token lives 15 minutes."""
        return await self._tx.run("DELETE FROM interactions WHERE seen_at < :before", before=epoch(before))
