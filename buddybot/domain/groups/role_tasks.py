"""What a group's role in Discord should be, whoever has to bring it there."""

from datetime import timedelta
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, GroupState, Member
from buddybot.domain.ids import GroupId, GuildId, UserId

LEASE = timedelta(minutes=5)
"""How long one process may be at making a role before another looks for what became of it."""
LONGEST_TRIED = timedelta(days=7)
"""After that a task is given up: what stands in its way is no outage."""
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_AFTER_REFUSAL = timedelta(hours=6)


def deserves_role(group: Group, member: Member | None) -> bool:
    """Return whether a person is to have the group's role: members who are in the server, while it lives."""
    return member is not None and member.gone_since is None and group.state is not GroupState.ARCHIVED


def wait_after(attempts: int, *, refused: bool) -> timedelta:
    """Return how long to wait before a task is tried again: twice as long each time, an hour at most.

    What Discord `refused` is not asked again for some hours.
    """
    if refused:
        return _AFTER_REFUSAL
    return min(_FIRST_WAIT * (1 << min(attempts, 10)), _LONGEST_WAIT)


ITSELF = UserId(0)
"""Stands for the role itself where one person is named."""


class RoleTask(NamedTuple):
    """Something to look at in Discord; `asked` tells whether it was asked for again since."""

    guild_id: GuildId
    group_id: GroupId
    user_id: UserId
    asked: int
    attempts: int
