"""A Discord role for each group, where the bot may manage roles; nothing depends on it."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import discord

from buddybot.domain.groups import Group
from buddybot.domain.ids import RoleId, UserId
from buddybot.pings.delivery_faults import FAULTS, told
from buddybot.services.members import Departed

log = logging.getLogger(__name__)

T = TypeVar("T")


async def establish(
    guild: discord.Guild | None,
    group: Group,
    user_ids: Iterable[UserId],
    remember: Callable[[Group, RoleId], Awaitable[None]],
) -> None:
    """Make the group's role where there is none yet, and give it to the members."""
    if guild is None or not _may(guild) or _role(guild, group) is not None:
        return
    made = await _tried(
        group, guild.create_role(name=group.name, permissions=discord.Permissions.none(), hoist=False)
    )
    if made is None:
        return
    await remember(group, RoleId(made.id))
    for user_id in user_ids:
        await _tried(group, _add(guild, made, user_id))


async def give(guild: discord.Guild | None, group: Group, user_id: UserId) -> None:
    """Give a member the group's role."""
    if guild is not None and (role := _role(guild, group)) is not None:
        await _tried(group, _add(guild, role, user_id))


async def take(guild: discord.Guild | None, group: Group, user_id: UserId) -> None:
    """Take the group's role from somebody who is no longer a member."""
    if guild is not None and (role := _role(guild, group)) is not None:
        await _tried(group, _remove(guild, role, user_id))


async def withdraw(guild: discord.Guild | None, gone: Departed) -> None:
    """Take the role from somebody who has left; delete it where the group ended with them."""
    if gone.ended:
        await delete(guild, gone.group)
    else:
        await take(guild, gone.group, gone.user_id)


async def rename(guild: discord.Guild | None, group: Group) -> None:
    """Let the role follow the group's name."""
    if guild is not None and (role := _role(guild, group)) is not None and role.name != group.name:
        await _tried(group, role.edit(name=group.name))


async def delete(guild: discord.Guild | None, group: Group) -> None:
    """Delete the role of an archived group."""
    if guild is not None and (role := _role(guild, group)) is not None:
        await _tried(group, role.delete())


def _may(guild: discord.Guild) -> bool:
    return guild.me is not None and guild.me.guild_permissions.manage_roles


def _role(guild: discord.Guild, group: Group) -> discord.Role | None:
    """The group's role, when it is there and the bot may touch it."""
    if group.role_id is None or not _may(guild):
        return None
    role = guild.get_role(group.role_id)
    return role if role is not None and role < guild.me.top_role else None


async def _add(guild: discord.Guild, role: discord.Role, user_id: UserId) -> None:
    await (await guild.fetch_member(user_id)).add_roles(role)


async def _remove(guild: discord.Guild, role: discord.Role, user_id: UserId) -> None:
    await (await guild.fetch_member(user_id)).remove_roles(role)


async def _tried(group: Group, attempt: Awaitable[T]) -> T | None:
    """The outcome of an attempt; one that fails is a log line and nothing else."""
    try:
        return await attempt
    except FAULTS as error:
        log.info("the role of group %s could not be kept (%s)", group.id, told(error))
        return None
