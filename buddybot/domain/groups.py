"""A buddy group and who is in it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId, GroupId, GuildId, RoleId, UserId

USUAL_CAPACITY = 6
LOWEST_CAPACITY = 2
HIGHEST_CAPACITY = 10
NAME_LIMIT = 40
CHARTER_LIMIT = 1500


class GroupState(StrEnum):
    """Whether the group meets: a paused one keeps everything and owes nothing."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Role(StrEnum):
    """A role inside the group, not a Discord permission."""

    MEMBER = "member"
    ORGANIZER = "organizer"


class Rotation(StrEnum):
    """The rule that picks the next location."""

    TURNS = "turns"
    TRAVEL = "travel"
    VOTE = "vote"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Group:
    """One buddy group; its home is one channel of one guild."""

    id: GroupId
    guild_id: GuildId
    name: str
    channel_id: ChannelId
    role_id: RoleId | None
    zone: str
    capacity: int
    charter: str
    rotation: Rotation
    language: str
    state: GroupState
    route_error: int | None
    created_by: UserId
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A person's present stint in a group."""

    group_id: GroupId
    user_id: UserId
    role: Role
    joined_at: datetime
    display_name: str

    @property
    def organizes(self) -> bool:
        """Whether this member may run the group."""
        return self.role is Role.ORGANIZER


def check_capacity(capacity: int, *, members: int = 0) -> int:
    """Return `capacity`; Refusal `group.capacity` or `group.capacity_members` when it cannot be."""
    if not LOWEST_CAPACITY <= capacity <= HIGHEST_CAPACITY:
        raise Refusal("group.capacity", lowest=LOWEST_CAPACITY, highest=HIGHEST_CAPACITY)
    if capacity < members:
        raise Refusal("group.capacity_members", members=members)
    return capacity


def name_key(name: str) -> str:
    """Return the form in which two names of groups are the same."""
    return " ".join(name.casefold().split())
