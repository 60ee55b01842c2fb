"""The pings of alerts: which of them an organizer has not been told, and which messages show one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.ids import AlertId, ChannelId, GroupId, MessageId, PingId, UserId
from buddybot.domain.pings import Ping
from buddybot.storage.engine.transaction import Repository, epoch
from buddybot.storage.outbox.outbox import ping_of

UNTOLD = """
    SELECT o.* FROM outbox o
    WHERE o.group_id IN (SELECT m.group_id FROM memberships m
                         WHERE m.guild_id = :guild_id AND m.user_id = :user_id
                           AND m.left_at IS NULL AND m.role = 'organizer')
      AND o.kind = 'alert' AND o.state IN ('suppressed', 'missed')
      AND COALESCE(o.error, '') <> 'restored'
      AND (o.recipient = :user_id OR (o.recipient = 0 AND o.state = 'missed'))
      AND EXISTS (SELECT 1 FROM alerts a WHERE a.group_id = o.group_id AND a.state = 'open')
    ORDER BY o.id
"""
"""Asked with every command of anybody: by the groups that they organize, for settled pings stay for ever."""


class AlertMessage(NamedTuple):
    """A message that shows an alert; `direct` when it was sent to one organizer."""

    channel_id: ChannelId
    message_id: MessageId
    direct: bool


class AlertOutbox(Repository):
    """An alert that could not be sent stays due: its ping is suppressed or missed until it is shown."""

    async def list_untold(self, guild_id: int, user_id: UserId) -> Sequence[Ping]:
        """Return what is still due to an organizer, of open alerts, the oldest first.

        One that missed the organizers' channel is due to the first of them who comes.
        """
        rows = await self._tx.all(UNTOLD, guild_id=guild_id, user_id=user_id)
        return [ping_of(row) for row in rows]

    async def mark_told(self, ping_ids: Iterable[PingId], now: datetime) -> None:
        """Note that these were shown."""
        for ping_id in ping_ids:
            await self._tx.run(
                "UPDATE outbox SET state = 'sent', settled_at = :now WHERE id = :ping_id AND kind = 'alert'",
                now=epoch(now),
                ping_id=ping_id,
            )

    async def channel_of(self, ping_id: PingId) -> ChannelId | None:
        """Return where an alert was headed last."""
        row = await self._tx.one(
            "SELECT channel_id FROM outbox WHERE id = :ping_id AND kind = 'alert'", ping_id=ping_id
        )
        return None if row is None or row["channel_id"] is None else ChannelId(row["channel_id"])

    async def messages(self, group_id: GroupId, alert_id: AlertId) -> Sequence[AlertMessage]:
        """Return the messages that show an alert."""
        rows = await self._tx.all(
            """
            SELECT channel_id, message_id, direct FROM outbox
            WHERE group_id = :group_id AND kind = 'alert' AND key LIKE :alert
              AND channel_id IS NOT NULL AND message_id IS NOT NULL ORDER BY id
            """,
            group_id=group_id,
            alert=f"%:{alert_id}",
        )
        return [
            AlertMessage(
                ChannelId(row["channel_id"]), MessageId(row["message_id"]), direct=bool(row["direct"])
            )
            for row in rows
        ]
