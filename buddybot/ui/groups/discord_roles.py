"""A Discord role for each group, where the bot may manage roles; nothing depends on it.

What is to be done stands in the rows, so a connection that breaks, or a process that ends, only delays it.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

import discord

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.role_tasks import ITSELF, RoleTask
from buddybot.domain.ids import GroupId, RoleId, UserId
from buddybot.pings.delivery.requests import FAULTS, Bounded, Rests, describe_fault, judge_fault, serve_apart
from buddybot.pings.dispatch.verdicts import Verdict
from buddybot.services.core.unit_of_work import StorageError
from buddybot.services.groups.role_tasks import RoleTaskService, RoleWish
from buddybot.services.groups.server_leavers import LeaverService
from buddybot.services.registry import Services

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds for one request, with the library's own retries."""
SHORT_PATIENCE = 5.0
"""The same while somebody waits for an answer."""
UNKNOWN_ROLE = 10011
_LEFT = (10007, 10013)


class LiveRoles:
    """Brings groups' roles in line with the rows: who is a member has it, and who is not has it not."""

    def __init__(self, client: discord.Client, services: Services) -> None:
        self._client = client
        self._tasks: RoleTaskService = services.role_tasks
        self._leavers: LeaverService = services.leavers
        self._rests = Rests(services.transactions.now)

    async def settle(self, group_id: GroupId | None = None) -> None:
        """Carry out what is due, of one group or of all; never raises."""
        try:
            if group_id is None:
                await self._tasks.give_up()
            for _ in range(2):  # a role that is made leaves its members to be looked at
                due = await self._tasks.list_due(group_id)
                if not due:
                    return
                await serve_apart(due, lambda task: task.guild_id, self._settle)
        except StorageError as error:
            log.error("roles could not be settled: %s", error)

    async def take_from(self, user_id: UserId) -> frozenset[GroupId]:
        """Take the roles of a person whose data is about to be deleted; return where they have none now."""
        taken = set()
        for group in await self._tasks.prepare_removal(user_id):
            guild = self._client.get_guild(group.guild_id)
            if guild is not None and not guild.unavailable and await self._take(guild, group, user_id):
                taken.add(group.id)
        return frozenset(taken)

    async def _take(self, guild: discord.Guild, group: Group, user_id: UserId) -> bool:
        try:
            role = await self._role(guild, group)
            if role is None:
                return True
            if not may_manage_roles(guild) or role >= guild.me.top_role:
                return False
            async with Bounded(self._client, SHORT_PATIENCE):
                await (await guild.fetch_member(user_id)).remove_roles(role)
        except FAULTS as error:
            log.info("the role of group %s was not taken yet (%s)", group.id, describe_fault(error))
            return isinstance(error, discord.HTTPException) and error.code in (*_LEFT, UNKNOWN_ROLE)
        return True

    async def _settle(self, task: RoleTask) -> None:
        guild = self._client.get_guild(task.guild_id)
        if guild is None or guild.unavailable or self._rests.holds(guild.id):
            return
        wish = await self._tasks.find_wish(task)
        verdict = None
        try:
            settled = wish is None or await self._carry_out(guild, wish)
        except FAULTS as error:
            self._rests.note(guild.id, error)
            verdict = judge_fault(error)
            log.info("the role of group %s is not settled (%s)", task.group_id, describe_fault(error))
            settled = verdict is Verdict.OURS
        if settled:
            await self._tasks.mark_done(task)
        else:
            await self._tasks.postpone_task(task, refused=verdict is Verdict.CLOSED)

    async def _carry_out(self, guild: discord.Guild, wish: RoleWish) -> bool:
        """Return whether Discord shows now what is wanted, or never will."""
        group = wish.group
        if not may_manage_roles(guild):
            return group.role_id is None
        role = await self._role(guild, group)
        if role is not None and role >= guild.me.top_role:
            return False  # the bot may not touch it; there is one, so none is made
        if wish.task.user_id != ITSELF:
            return role is None or await self._set(guild, role, wish)
        if group.state is GroupState.ARCHIVED:
            return role is None or await self._delete(group, role)
        if role is None:
            return await self._make(guild, group)
        if role.name != group.name:
            async with Bounded(self._client, PATIENCE):
                await role.edit(name=group.name)
        return True

    async def _role(self, guild: discord.Guild, group: Group) -> discord.Role | None:
        """The group's role; None where there is none. One that is not in the cache may be a moment old."""
        if group.role_id is None:
            return None
        return guild.get_role(group.role_id) or next(
            (role for role in await self._fetch(guild) if role.id == group.role_id), None
        )

    async def _fetch(self, guild: discord.Guild) -> Sequence[discord.Role]:
        async with Bounded(self._client, PATIENCE):
            return await guild.fetch_roles()

    async def _set(self, guild: discord.Guild, role: discord.Role, wish: RoleWish) -> bool:
        """Give the role to a person, or take it; who has not agreed to the server's rules waits for it."""
        user_id = wish.task.user_id
        try:
            async with Bounded(self._client, PATIENCE):
                member = await guild.fetch_member(user_id)
                if wish.deserved and member.pending:
                    return False
                if wish.deserved:
                    await member.add_roles(role)
                else:
                    await member.remove_roles(role)
        except discord.HTTPException as error:
            if error.code in _LEFT:
                await self._leavers.mark_gone(wish.task.guild_id, user_id)
                return True
            if error.code == UNKNOWN_ROLE:
                return True
            raise
        return True

    async def _delete(self, group: Group, role: discord.Role) -> bool:
        try:
            async with Bounded(self._client, PATIENCE):
                await role.delete()
        except discord.HTTPException as error:
            if error.code != UNKNOWN_ROLE:
                raise
        await self._tasks.forget_role(group, RoleId(role.id))
        return True

    async def _make(self, guild: discord.Guild, group: Group) -> bool:
        """Make the role, unless another process is at it, or one that ended has made it."""
        if group.role_id is not None:
            await self._tasks.forget_role(group, group.role_id)
        held, begun_at = await self._tasks.claim(group)
        if not held:
            return False
        role = None if begun_at is None else await self._find(guild, group, begun_at)
        try:
            if role is None:
                async with Bounded(self._client, PATIENCE):
                    role = await guild.create_role(
                        name=group.name, permissions=discord.Permissions.none(), hoist=False
                    )
        except FAULTS as error:
            if judge_fault(error) is not Verdict.UNCLEAR:
                await self._tasks.release(group)
            raise
        if await self._tasks.note_made(group, RoleId(role.id)):
            return True
        async with Bounded(self._client, PATIENCE):
            await role.delete()  # the group was archived while it was made
        return True

    async def _find(self, guild: discord.Guild, group: Group, since: datetime) -> discord.Role | None:
        """Return a role of this name that was made since, and is no other group's."""
        taken = await self._tasks.list_taken(group.guild_id)
        for role in await self._fetch(guild):
            if role.name == group.name and role.created_at >= since and RoleId(role.id) not in taken:
                return role
        return None


def may_manage_roles(guild: discord.Guild) -> bool:
    """Return whether the bot may manage roles, as far as they stand below its own."""
    return guild.me is not None and guild.me.guild_permissions.manage_roles
