"""What of the groups' Discord roles is still to be settled."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.groups.role_tasks import LEASE, LONGEST_TRIED, RoleTask, wait_after
from buddybot.domain.ids import GroupId, GuildId, RoleId, UserId
from buddybot.storage.engine.transaction import Repository, epoch, instant

OF_A_GUILD = 20
"""Tasks of one guild that are taken up at a time, so that none crowds out the others."""
_HOPELESS = """
    FROM role_tasks WHERE asked_at <= :old AND NOT EXISTS (
        SELECT 1 FROM memberships m JOIN groups g ON g.id = m.group_id
        WHERE m.group_id = role_tasks.group_id AND m.user_id = role_tasks.user_id
          AND m.left_at IS NULL AND m.gone_since IS NULL AND g.state <> 'archived')
"""
"""Old, and of nobody who is to have the role: members who agree to the server's rules late get it still."""


class RoleTaskRepository(Repository):
    """Tasks are asked for in the transaction that changes who should have what."""

    async def ask(self, group_id: GroupId, user_id: UserId, now: datetime) -> None:
        """Let the role of one person, or the role ITSELF, be looked at."""
        await self._tx.run(
            """
            INSERT INTO role_tasks (group_id, user_id, asked, attempts, asked_at, try_at)
            VALUES (:group_id, :user_id, 1, 0, :now, :now)
            ON CONFLICT (group_id, user_id) DO UPDATE SET asked = role_tasks.asked + 1, attempts = 0,
                asked_at = excluded.asked_at, try_at = excluded.try_at
            """,
            group_id=group_id,
            user_id=user_id,
            now=epoch(now),
        )

    async def ask_for_members(self, group_id: GroupId, now: datetime) -> None:
        """Let the role of every member be looked at: it was made just now."""
        rows = await self._tx.all(
            "SELECT user_id FROM memberships WHERE group_id = :group_id AND left_at IS NULL ORDER BY id",
            group_id=group_id,
        )
        for row in rows:
            await self.ask(group_id, UserId(row["user_id"]), now)

    async def list_due(
        self, now: datetime, group_id: GroupId | None = None, *, limit: int
    ) -> Sequence[RoleTask]:
        """Return what can be tried now, of one group or of all, roles before those who get them."""
        scope = "" if group_id is None else "AND t.group_id = :group_id"
        rows = await self._tx.all(
            f"""
            SELECT * FROM (
            SELECT t.*, g.guild_id, ROW_NUMBER() OVER (
                PARTITION BY g.guild_id ORDER BY t.group_id, t.user_id) AS place
            FROM role_tasks t JOIN groups g ON g.id = t.group_id
            WHERE t.try_at <= :now {scope}
              AND NOT EXISTS (
                SELECT 1 FROM guilds u WHERE u.guild_id = g.guild_id AND u.gone_since IS NOT NULL)
            ) AS ranked WHERE place <= :share ORDER BY place, group_id, user_id LIMIT :limit
            """,  # of a constant
            now=epoch(now),
            limit=limit,
            share=OF_A_GUILD if group_id is None else limit,
            **({} if group_id is None else {"group_id": group_id}),
        )
        return [
            RoleTask(
                guild_id=GuildId(row["guild_id"]),
                group_id=GroupId(row["group_id"]),
                user_id=UserId(row["user_id"]),
                asked=row["asked"],
                attempts=row["attempts"],
            )
            for row in rows
        ]

    async def mark_done(self, task: RoleTask) -> None:
        """Drop a task, unless it was asked for again while it was carried out."""
        await self._delete("role_tasks", group_id=task.group_id, user_id=task.user_id, asked=task.asked)

    async def held_by(self, user_id: UserId) -> Sequence[tuple[GuildId, GroupId]]:
        """Return groups whose role a person may have, in the order in which groups are locked.

        Members in the server have it, and so may who left a group whose role is still to be taken.
        """
        rows = await self._tx.all(
            """
            SELECT guild_id, id FROM groups
            WHERE role_id IS NOT NULL AND state <> 'archived' AND id IN (
                SELECT group_id FROM memberships
                WHERE user_id = :user AND left_at IS NULL AND gone_since IS NULL
                UNION SELECT group_id FROM role_tasks WHERE user_id = :user)
            ORDER BY id
            """,
            user=user_id,
        )
        return [(GuildId(row["guild_id"]), GroupId(row["id"])) for row in rows]

    async def postpone_task(self, task: RoleTask, now: datetime, *, refused: bool) -> None:
        """Try again after a while."""
        await self._tx.run(
            """
            UPDATE role_tasks SET attempts = attempts + 1, try_at = :try_at
            WHERE group_id = :group_id AND user_id = :user_id AND asked = :asked
            """,
            try_at=epoch(now + wait_after(task.attempts, refused=refused)),
            group_id=task.group_id,
            user_id=task.user_id,
            asked=task.asked,
        )

    async def are_hopeless(self, now: datetime) -> bool:
        """Return whether there is anything to give up."""
        return await self._tx.one(f"SELECT 1 {_HOPELESS} LIMIT 1", old=epoch(now - LONGEST_TRIED)) is not None

    async def give_up(self, now: datetime) -> None:
        """Drop what could not be done in a week, also where the bot is not in the server any more."""
        await self._tx.run(f"DELETE {_HOPELESS}", old=epoch(now - LONGEST_TRIED))

    async def claim(self, group_id: GroupId, now: datetime) -> bool:
        """Hold the making of a group's role; False where another process is at it, or it needs none."""
        held = await self._tx.run(
            """
            UPDATE groups SET role_lease_until = :until
            WHERE id = :group_id AND role_id IS NULL AND state <> 'archived'
              AND COALESCE(role_lease_until, 0) <= :now
            """,
            until=epoch(now + LEASE),
            group_id=group_id,
            now=epoch(now),
        )
        return bool(held)

    async def begun_at(self, group_id: GroupId) -> datetime | None:
        """Return since when a role may have been made that nobody noted; None when none was begun."""
        row = await self._tx.one(
            "SELECT role_lease_until FROM groups WHERE id = :group_id", group_id=group_id
        )
        until = None if row is None else row["role_lease_until"]
        return None if until is None else instant(until) - LEASE

    async def release(self, group_id: GroupId) -> None:
        """Let the role be made by anyone: it surely was not."""
        await self._update("groups", {"id": group_id}, role_lease_until=None)

    async def note_made(self, group_id: GroupId, role_id: RoleId) -> bool:
        """Note a group's role; False where it needs none any more, or has one."""
        noted = await self._tx.run(
            """
            UPDATE groups SET role_id = :role_id, role_lease_until = NULL
            WHERE id = :group_id AND role_id IS NULL AND state <> 'archived'
            """,
            role_id=role_id,
            group_id=group_id,
        )
        return bool(noted)

    async def forget_role(self, group_id: GroupId, role_id: RoleId) -> None:
        """Forget a role that Discord does not know any more."""
        await self._tx.run(
            "UPDATE groups SET role_id = NULL WHERE id = :group_id AND role_id = :role_id",
            group_id=group_id,
            role_id=role_id,
        )

    async def list_taken(self, guild_id: GuildId) -> frozenset[RoleId]:
        """Return the roles of a guild's groups."""
        rows = await self._tx.all(
            "SELECT role_id FROM groups WHERE guild_id = :guild_id AND role_id IS NOT NULL", guild_id=guild_id
        )
        return frozenset(RoleId(row["role_id"]) for row in rows)
