"""Who may do what, decided from the database on every command, click and modal.

A foreign group and a missing one get the same answer.
"""

from buddybot.domain.errors import Refusal
from buddybot.domain.groups import Group, GroupState, Member
from buddybot.domain.ids import GroupId, GuildId, LocationId, MeetingId
from buddybot.domain.locations import Location
from buddybot.domain.meetings import Meeting
from buddybot.services.actor import Actor
from buddybot.storage.database import Tx
from buddybot.storage.groups import GroupRepository, MemberRepository
from buddybot.storage.locations import LocationRepository
from buddybot.storage.meetings import MeetingRepository
from buddybot.values import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """A group and the acting member's place in it."""

    group: Group
    member: Member


def guild_of(actor: Actor) -> GuildId:
    """Return the guild the actor is in; Refusal `guild.only` in a direct message."""
    if actor.guild_id is None:
        raise Refusal("guild.only")
    return actor.guild_id


async def refuse_groupless(tx: Tx, guild_id: GuildId) -> Refusal:
    """Return the refusal for somebody in no group here; `group.none_yet` where the guild has none at all."""
    others = await GroupRepository(tx).of_guild(guild_id)
    return Refusal("group.none" if others else "group.none_yet")


async def as_member(tx: Tx, actor: Actor, group_id: GroupId | None = None, *, lock: bool = False) -> Standing:
    """Return the actor's standing in the named group, the channel's group, or their only one.

    `lock`, for scripts that write, lets no other change of the group run beside this one, and reads the
    group and the membership behind the lock. Refusals: those of `refuse_groupless`, `group.which`
    (several, none of them this channel's), `group.unknown` (named, but not one that the actor is in).
    """
    guild_id = guild_of(actor)
    mine = await GroupRepository(tx).of_user(guild_id, actor.user_id)
    if group_id is not None:
        mine = [group for group in mine if group.id == group_id]
        if not mine:
            raise Refusal("group.unknown")
    elif not mine:
        raise await refuse_groupless(tx, guild_id)
    elif len(mine) > 1:
        here = [group for group in mine if group.channel_id == actor.channel_id]
        if len(here) != 1:
            raise Refusal("group.which")
        mine = here
    group = await held(tx, mine[0]) if lock else mine[0]
    member = await MemberRepository(tx).get(group.id, actor.user_id)
    if member is None:
        raise Refusal("group.unknown")
    return Standing(group, member)


async def as_organizer(
    tx: Tx, actor: Actor, group_id: GroupId | None = None, *, lock: bool = False
) -> Standing:
    """Return the actor's standing as an organizer; Refusal `group.organizers_only` for a member."""
    standing = await as_member(tx, actor, group_id, lock=lock)
    if not standing.member.organizes:
        raise Refusal("group.organizers_only")
    return standing


async def held(tx: Tx, group: Group) -> Group:
    """Lock a group and return it as it is now; Refusal `group.unknown` when it was archived meanwhile."""
    groups = GroupRepository(tx)
    await groups.lock(group.id)
    current = await groups.get(group.guild_id, group.id)
    if current is None or current.state is GroupState.ARCHIVED:
        raise Refusal("group.unknown")
    return current


async def at_meeting(
    tx: Tx, actor: Actor, meeting_id: MeetingId, *, organizer: bool = False, lock: bool = False
) -> tuple[Standing, Meeting]:
    """Return the actor's standing in a meeting's group, and the meeting.

    `lock` is as in `as_member`. Refusals: `meeting.unknown` (missing, or of a group that the actor is not
    in), `group.organizers_only`.
    """
    meetings = MeetingRepository(tx)
    group_id = await meetings.group_of(guild_of(actor), meeting_id)
    if group_id is None or await MemberRepository(tx).get(group_id, actor.user_id) is None:
        raise Refusal("meeting.unknown")
    standing = await (as_organizer if organizer else as_member)(tx, actor, group_id, lock=lock)
    meeting = await meetings.get(group_id, meeting_id)
    if meeting is None:
        raise Refusal("meeting.unknown")
    return standing, meeting


async def at_location(
    tx: Tx, actor: Actor, location_id: LocationId, *, lock: bool = False
) -> tuple[Standing, Location]:
    """Return the actor's standing in a place's group, and the place, retired ones too.

    `lock` is as in `as_member`. Refusal `location.unknown` (missing, or of a group that the actor is not in).
    """
    locations = LocationRepository(tx)
    group_id = await locations.group_of(guild_of(actor), location_id)
    if group_id is None or await MemberRepository(tx).get(group_id, actor.user_id) is None:
        raise Refusal("location.unknown")
    standing = await as_member(tx, actor, group_id, lock=lock)
    location = await locations.get(group_id, location_id)
    if location is None:
        raise Refusal("location.unknown")
    return standing, location


def require_active(group: Group) -> None:
    """Raise Refusal `group.paused` when the group does not meet at present."""
    if group.state is not GroupState.ACTIVE:
        raise Refusal("group.paused")
