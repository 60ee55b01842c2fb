"""The audit log in the database: only ever added to."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from buddybot.domain.groups.audit import Action, Logged
from buddybot.domain.ids import GroupId, GuildId, UserId
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant


class AuditRepository(Repository):
    """Every look-up is scoped by the group."""

    async def log(
        self,
        guild_id: GuildId,
        group_id: GroupId,
        action: Action,
        *,
        actor_id: UserId | None,
        now: datetime,
        parameters: Mapping[str, str | int] | None = None,
    ) -> None:
        """Add a line; `actor_id` is None where nobody is to be named, `parameters` hold no personal text."""
        await self._insert(
            "audit",
            guild_id=guild_id,
            group_id=group_id,
            action=action.value,
            actor_id=actor_id,
            done_at=epoch(now),
            parameters=json.dumps(dict(parameters or {}), sort_keys=True),
        )

    async def of_group(self, group_id: GroupId, *, limit: int) -> Sequence[Logged]:
        """Return the newest lines of a group, the newest first."""
        rows = await self._tx.all(
            "SELECT * FROM audit WHERE group_id = :group_id ORDER BY done_at DESC, id DESC LIMIT :limit",
            group_id=group_id,
            limit=limit,
        )
        return [_read_logged(row) for row in rows]

    async def list_since(
        self, guild_id: GuildId, action: Action, *, actor_id: UserId, since: datetime
    ) -> Sequence[Logged]:
        """Return what somebody did in a guild after a moment, a line for each group."""
        rows = await self._tx.all(
            """
            SELECT * FROM audit
            WHERE guild_id = :guild_id AND action = :action AND actor_id = :actor_id AND done_at > :since
            """,
            guild_id=guild_id,
            action=action.value,
            actor_id=actor_id,
            since=epoch(since),
        )
        return [_read_logged(row) for row in rows]


def _read_logged(row: Row) -> Logged:
    return Logged(
        action=Action(row["action"]),
        actor_id=None if row["actor_id"] is None else UserId(row["actor_id"]),
        done_at=instant(row["done_at"]),
        parameters=json.loads(row["parameters"]),
    )
