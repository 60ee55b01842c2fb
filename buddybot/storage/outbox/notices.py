"""What organizers should know: each trouble once, until one of them has seen it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from buddybot.domain.groups.notices import Notice
from buddybot.domain.ids import GroupId, GuildId, UserId
from buddybot.storage.engine.transaction import Repository, epoch, instant

Value = str | int


def about(user_id: UserId) -> str:
    """Return the key of the one notice that is about a person: that they are missed."""
    return f"absences:{user_id}"


class NoticeRepository(Repository):
    """Notices by group; no personal text is kept in them."""

    @staticmethod
    def left_server(user_id: UserId) -> str:
        """Return the key of the notice that a member left the server."""
        return f"left_server:{user_id}"

    async def tell(
        self, group_id: GroupId, *, code: str, key: str, parameters: Mapping[str, Value], now: datetime
    ) -> None:
        """Note a trouble; the same key of a group is noted once."""
        await self._insert_new(
            "notices",
            group_id=group_id,
            code=code,
            parameters=json.dumps(parameters, sort_keys=True),
            key=key,
            created_at=epoch(now),
        )

    async def forget(self, group_id: GroupId, code: str) -> None:
        """Drop what is told of a trouble that is over, so that it is told again when it comes back."""
        await self._delete("notices", group_id=group_id, code=code)

    async def restate(self, group_id: GroupId, key: str, parameters: Mapping[str, Value]) -> None:
        """Tell of a trouble as it is by now, where nobody has seen it yet."""
        await self._tx.run(
            """
            UPDATE notices SET parameters = :parameters
            WHERE group_id = :group_id AND key = :key AND seen_at IS NULL
            """,
            group_id=group_id,
            key=key,
            parameters=json.dumps(parameters, sort_keys=True),
        )

    async def withdraw(self, group_id: GroupId, key: str) -> None:
        """Drop one trouble that is over, so that it is told again when it comes back."""
        await self._delete("notices", group_id=group_id, key=key)

    async def list_unseen(self, guild_id: GuildId, user_id: UserId) -> Sequence[Notice]:
        """Return what nobody has seen of the groups that the user organizes, oldest first.

        What is about the user themselves waits for another organizer.
        """
        rows = await self._tx.all(
            """
            SELECT n.*, g.name FROM notices n JOIN groups g ON g.id = n.group_id
            JOIN memberships m ON m.group_id = g.id
            WHERE g.guild_id = :guild_id AND m.user_id = :user_id AND m.role = 'organizer'
              AND m.left_at IS NULL AND n.seen_at IS NULL AND n.key <> :own
            ORDER BY n.created_at, n.id
            """,
            guild_id=guild_id,
            user_id=user_id,
            own=about(user_id),
        )
        return [
            Notice(
                id=row["id"],
                group_id=GroupId(row["group_id"]),
                group_name=row["name"],
                code=row["code"],
                parameters=json.loads(row["parameters"]),
                created_at=instant(row["created_at"]),
            )
            for row in rows
        ]

    async def mark_seen(self, guild_id: GuildId, user_id: UserId, *, up_to: int, now: datetime) -> None:
        """Say that an organizer was shown what `list_unseen` returned, up to the notice with this id."""
        await self._tx.run(
            """
            UPDATE notices SET seen_at = :now
            WHERE seen_at IS NULL AND id <= :up_to AND key <> :own AND group_id IN (
                SELECT g.id FROM groups g JOIN memberships m ON m.group_id = g.id
                WHERE g.guild_id = :guild_id AND m.user_id = :user_id AND m.role = 'organizer'
                  AND m.left_at IS NULL)
            """,
            up_to=up_to,
            own=about(user_id),
            now=epoch(now),
            guild_id=guild_id,
            user_id=user_id,
        )
