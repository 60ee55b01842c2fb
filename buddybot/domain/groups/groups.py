"""A buddy group and who is in it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId, GroupId, GuildId, LocationId, RoleId, UserId

USUAL_CAPACITY = 6
LOWEST_CAPACITY = 2
HIGHEST_CAPACITY = 10
LOWEST_MINIMUM = 2
USUAL_ANSWER_HOURS = 6
SHORTEST_ANSWER_HOURS = 1
LONGEST_ANSWER_HOURS = 72
NAME_LIMIT = 40
CHARTER_LIMIT = 1500


class GroupState(StrEnum):
    """Whether the group meets: a paused one keeps everything, and no ping is due."""

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


USUAL_ROTATION = Rotation.TURNS


class Group(NamedTuple):
    """One buddy group; its home is one channel of one guild.

    Answers are due `answer_hours` before a meeting; `minimum` people make one, 0 for any number.
    `usual_location_id` is the place that an organizer gave to the rotation `fixed`.
    """

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
    minimum: int = 0
    answer_hours: int = USUAL_ANSWER_HOURS
    usual_location_id: LocationId | None = None


class Member(NamedTuple):
    """A person's present membership in a group; `hosts` is False for one who would rather not host.

    `gone_since` is since when they are known to have left the server: until they are seen there again they
    have no part in what the group does.
    """

    group_id: GroupId
    user_id: UserId
    role: Role
    joined_at: datetime
    display_name: str
    hosts: bool = True
    gone_since: datetime | None = None

    @property
    def organizes(self) -> bool:
        """Whether this member may run the group."""
        return self.role is Role.ORGANIZER


def check_capacity(capacity: int, *, members: int = 0, minimum: int = 0) -> int:
    """Return `capacity`, which has room for `members` and for the `minimum` that make a meeting.

    Refusals: `group.capacity`, `group.capacity_members`, `group.capacity_minimum`.
    """
    if not LOWEST_CAPACITY <= capacity <= HIGHEST_CAPACITY:
        raise Refusal("group.capacity", lowest=LOWEST_CAPACITY, highest=HIGHEST_CAPACITY)
    if capacity < members:
        raise Refusal("group.capacity_members", members=members)
    if capacity < minimum:
        raise Refusal("group.capacity_minimum", minimum=minimum)
    return capacity


def check_minimum(minimum: int, *, capacity: int) -> int:
    """Return how many people make a meeting, 0 for any number; Refusal `group.minimum`."""
    if minimum and not LOWEST_MINIMUM <= minimum <= capacity:
        raise Refusal("group.minimum", lowest=LOWEST_MINIMUM, highest=capacity)
    return minimum


def check_answer_hours(hours: int) -> int:
    """Return how many hours before a meeting answers are due; Refusal `number.range`."""
    lowest, highest = SHORTEST_ANSWER_HOURS, LONGEST_ANSWER_HOURS
    if not lowest <= hours <= highest:
        raise Refusal("number.range", field="hours", raw=str(hours), lowest=lowest, highest=highest)
    return hours


def name_key(name: str) -> str:
    """Return the form in which two names of groups are the same."""
    return " ".join(name.casefold().split())
