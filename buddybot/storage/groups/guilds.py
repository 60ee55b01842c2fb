"""Guilds in the database: which commands they have, and whether the bot is still in them."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.ids import GuildId
from buddybot.storage.engine.transaction import Repository, epoch

_OF_A_GUILD = ("groups", "preferences", "code_tries", "events", "guilds")
"""What else there is belongs to a group and goes with it."""


class GuildRepository(Repository):
    """One row a guild; 0 stands for the global command tree."""

    async def lock(self, guild_id: GuildId) -> None:
        """Let no other transaction that locks this guild run beside this one."""
        await self._tx.run(
            """
            INSERT INTO guilds (guild_id) VALUES (:guild_id)
            ON CONFLICT (guild_id) DO UPDATE SET guild_id = excluded.guild_id
            """,
            guild_id=guild_id,
        )

    async def commands_hash(self, guild_id: GuildId) -> str | None:
        """Return what tells which command tree Discord was last given."""
        row = await self._tx.one(
            "SELECT commands_hash FROM guilds WHERE guild_id = :guild_id", guild_id=guild_id
        )
        return None if row is None else row["commands_hash"]

    async def set_commands_hash(self, guild_id: GuildId, value: str) -> None:
        """Remember the command tree that Discord was given."""
        await self._put("guilds", ("guild_id",), guild_id=guild_id, commands_hash=value)

    async def mark_gone(self, guild_id: GuildId, now: datetime) -> None:
        """Mark a guild that the bot is out of; nothing is deleted, and the first mark stays."""
        await self._tx.run(
            """
            INSERT INTO guilds (guild_id, gone_since) VALUES (:guild_id, :now)
            ON CONFLICT (guild_id) DO UPDATE SET gone_since = COALESCE(guilds.gone_since, excluded.gone_since)
            """,
            guild_id=guild_id,
            now=epoch(now),
        )

    async def is_gone(self, guild_id: GuildId) -> bool:
        """Return whether the bot is marked as out of the guild."""
        row = await self._tx.one(
            "SELECT 1 AS gone FROM guilds WHERE guild_id = :guild_id AND gone_since IS NOT NULL",
            guild_id=guild_id,
        )
        return row is not None

    async def back(self, guild_id: GuildId) -> bool:
        """Take the mark away; returns whether there was one."""
        changed = await self._tx.run(
            "UPDATE guilds SET gone_since = NULL WHERE guild_id = :guild_id AND gone_since IS NOT NULL",
            guild_id=guild_id,
        )
        return changed > 0

    async def marked(self) -> Sequence[GuildId]:
        """Return the guilds that are marked as gone."""
        rows = await self._tx.all("SELECT guild_id FROM guilds WHERE gone_since IS NOT NULL")
        return [GuildId(row["guild_id"]) for row in rows]

    async def with_groups(self) -> Sequence[GuildId]:
        """Return the guilds that have a group which is not archived."""
        rows = await self._tx.all("SELECT DISTINCT guild_id FROM groups WHERE state <> 'archived'")
        return [GuildId(row["guild_id"]) for row in rows]

    async def gone_before(self, before: datetime) -> Sequence[GuildId]:
        """Return the guilds that were marked as gone before then."""
        rows = await self._tx.all(
            "SELECT guild_id FROM guilds WHERE gone_since < :before ORDER BY guild_id", before=epoch(before)
        )
        return [GuildId(row["guild_id"]) for row in rows]

    async def purge(self, guild_id: GuildId) -> bool:
        """Delete all that is stored of a guild that is still marked as gone; returns whether it was."""
        if not await self.is_gone(guild_id):
            return False
        for table in _OF_A_GUILD:
            await self._tx.run(f"DELETE FROM {table} WHERE guild_id = :guild_id", guild_id=guild_id)
        return True

    async def count_groups(self, guild_id: GuildId, *, since: datetime) -> tuple[int, int]:
        """Return how many groups the guild has now, and how many were made since an instant."""
        row = await self._tx.one(
            """
            SELECT CAST(COALESCE(SUM(CASE WHEN state <> 'archived' THEN 1 ELSE 0 END), 0) AS BIGINT) AS live,
                   CAST(COALESCE(SUM(CASE WHEN created_at >= :since THEN 1 ELSE 0 END), 0) AS BIGINT) AS made
            FROM groups WHERE guild_id = :guild_id
            """,
            guild_id=guild_id,
            since=epoch(since),
        )
        return (0, 0) if row is None else (row["live"], row["made"])
