"""What may wait to be shown to a person with their next command, asked in one statement."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.ids import GuildId, UserId
from buddybot.storage.database import Tx
from buddybot.storage.rows import epoch

# It says yes a little too often: to whom each thing is shown, its own repository knows.
WAITS = """
    SELECT 1 AS waits FROM memberships m
    WHERE m.guild_id = :guild_id AND m.user_id = :user_id AND m.left_at IS NULL AND (
        m.gone_since IS NOT NULL
        OR EXISTS (SELECT 1 FROM offers o WHERE o.group_id = m.group_id AND o.user_id = m.user_id
                  AND o.seen_at IS NULL AND o.answer IS NULL AND o.made_at > :offered_since)
        OR m.role = 'organizer' AND (
            EXISTS (SELECT 1 FROM notices n WHERE n.group_id = m.group_id AND n.seen_at IS NULL)
            OR EXISTS (SELECT 1 FROM feedback f WHERE f.group_id = m.group_id AND f.seen_at IS NULL)
            OR EXISTS (SELECT 1 FROM alerts a WHERE a.group_id = m.group_id AND a.state = 'open')))
"""
"""Whether there may be a notice, an alert, feedback or an offer for `user_id` in `guild_id`.

Of a member who was known to have left the server it says yes too: that they are back is noted then.
"""


KNOWN_AS = """
    SELECT p.display_name FROM preferences p WHERE p.guild_id = :guild_id AND p.user_id = :user_id
"""
"""The name under which `user_id` is kept in `guild_id`."""


class Asked(NamedTuple):
    """Whether anything may wait for a person, and the name under which they are kept, if they are."""

    waits: bool
    known_as: str | None = None


class AfterwardRepository:
    """Looks at what several features keep; changes nothing."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def ask(self, guild_id: GuildId, user_id: UserId, *, offered_since: datetime) -> Asked:
        """Return whether there may be something to say to the user, and the name they are kept under."""
        row = await self._tx.one(
            f"SELECT EXISTS ({WAITS}) AS waits, ({KNOWN_AS}) AS known_as",  # of constants
            guild_id=guild_id,
            user_id=user_id,
            offered_since=epoch(offered_since),
        )
        return Asked(False) if row is None else Asked(bool(row["waits"]), row["known_as"])
