"""Which groups' home channels refuse the bot, in the database."""

from datetime import datetime

from buddybot.domain.groups.notices import ROUTE_CLOSED
from buddybot.domain.ids import ChannelId, GroupId, GuildId
from buddybot.storage.engine.transaction import Repository, epoch
from buddybot.storage.outbox.notices import NoticeRepository

# A group whose channel refuses the bot, or of whose closure is still told.
_CLOSED = f"""
    SELECT g.channel_id FROM groups g WHERE g.id = :group_id
    AND (g.route_error IS NOT NULL
         OR EXISTS (SELECT 1 FROM notices n WHERE n.group_id = g.id AND n.code = '{ROUTE_CLOSED}'))
"""


class ChannelHealthRepository(Repository):
    """What is sent to a closed channel waits until it is open again."""

    async def close(
        self, group_id: GroupId, code: int, now: datetime, *, channel_id: ChannelId | None = None
    ) -> bool:
        """Ask the group's channel for nothing more; the organizer is told once.

        False, and nothing done, where the channel that refused is not the group's any more.
        """
        row = await self._tx.one(
            """
            UPDATE groups SET route_error = :code
            WHERE id = :group_id AND channel_id = COALESCE(:channel_id, channel_id) RETURNING channel_id
            """,
            code=code,
            group_id=group_id,
            channel_id=channel_id,
        )
        if row is None:
            return False
        await NoticeRepository(self._tx).tell(
            group_id,
            code=ROUTE_CLOSED,
            key=f"route:{code}",
            parameters={"channel": row["channel_id"], "error": code},
            now=now,
        )
        return True

    async def works(self, group_id: GroupId, *, channel_id: ChannelId | None = None) -> None:
        """Say that the channel took a message; a closure that comes later is told again.

        Nothing is said of the group's channel where another one took it.
        """
        closed = await self._tx.one(_CLOSED, group_id=group_id)
        if closed is None or channel_id not in (None, closed["channel_id"]):
            return
        await self._tx.run(
            "UPDATE groups SET route_error = NULL WHERE id = :group_id AND route_error IS NOT NULL",
            group_id=group_id,
        )
        await NoticeRepository(self._tx).forget(group_id, ROUTE_CLOSED)

    async def reopen(self, guild_id: GuildId, now: datetime) -> None:
        """Try a guild's closed channels again now: its permissions or channels have changed."""
        await self._tx.run(
            """
            UPDATE outbox SET try_at = :now
            WHERE state = 'planned' AND direct = 0 AND try_at > :now AND due_at <= :now AND group_id IN (
                SELECT g.id FROM groups g WHERE g.guild_id = :guild_id AND g.route_error IS NOT NULL)
            """,
            now=epoch(now),
            guild_id=guild_id,
        )
        await self._tx.run(
            "UPDATE groups SET route_error = NULL WHERE route_error IS NOT NULL AND guild_id = :guild_id",
            guild_id=guild_id,
        )

    async def reopen_wanted(self, now: datetime) -> int:
        """Try those closed channels again for which a ping or a card waits; returns how many."""
        return await self._tx.run(
            """
            UPDATE groups SET route_error = NULL
            WHERE route_error IS NOT NULL AND (EXISTS (
                SELECT 1 FROM outbox o WHERE o.group_id = groups.id AND o.state = 'planned'
                  AND o.direct = 0 AND o.try_at <= :now)
              OR EXISTS (
                SELECT 1 FROM cards c JOIN meetings m ON m.id = c.meeting_id
                WHERE m.group_id = groups.id AND c.channel_id = groups.channel_id
                  AND c.shown < c.revision AND c.message_id <> 0))
            """,
            now=epoch(now),
        )
