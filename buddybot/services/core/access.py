"""Who may do what, and how often."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState, Member
from buddybot.domain.ids import GroupId, GuildId, LocationId, MeetingId
from buddybot.domain.locations.locations import Location
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core.unit_of_work import Actor, UnitOfWork


class Standing(NamedTuple):
    """A group and the acting member's place in it."""

    group: Group
    member: Member


def guild_of(actor: Actor) -> GuildId:
    """Return the guild the actor is in; Refusal `guild.only` in a direct message."""
    if actor.guild_id is None:
        raise Refusal("guild.only")
    return actor.guild_id


async def refuse_groupless(uow: UnitOfWork, actor: Actor) -> Refusal:
    """Return the refusal for somebody in no group here that meets.

    `group.archived` for one whose group ended, `group.left` for one who is in none any more, and
    `group.none_yet` where the guild has none at all.
    """
    guild_id, groups = guild_of(actor), uow.groups
    ended = await groups.of_user(guild_id, actor.user_id, archived=True)
    if ended:
        return refuse_archived(ended[-1])
    if not await groups.of_guild(guild_id):
        return Refusal("group.none_yet")
    return Refusal("group.left" if await groups.was_member(guild_id, actor.user_id) else "group.none")


def refuse_archived(group: Group) -> Refusal:
    """Return the refusal for a member who asks for something that an archived group has no more."""
    return Refusal("group.archived", group=group.name)


async def as_member(
    uow: UnitOfWork,
    actor: Actor,
    group_id: GroupId | None = None,
    *,
    lock: bool = False,
    archived: bool = False,
) -> Standing:
    """Return the actor's standing in the named group, the channel's group, or their only one.

    `lock`, for scripts that write, lets no other change of the group run beside this one, and reads the
    group and the membership behind the lock. `archived`, for scripts that look back, takes a group that
    ended too: a named one, this channel's, or the actor's only one. Refusals: those of `refuse_groupless`,
    `group.which` (several, none of them this channel's), `group.archived`, `group.unknown` (named, but not
    one that the actor is in).
    """
    mine = await uow.groups.of_user(guild_of(actor), actor.user_id, archived=True)
    if group_id is not None:
        group = next((each for each in mine if each.id == group_id), None)
        if group is None:
            raise Refusal("group.unknown")
    else:
        group = await _find_meant(uow, actor, mine, archived=archived)
    if group.state is GroupState.ARCHIVED and not archived:
        raise refuse_archived(group)
    if lock:
        group = await lock_group(uow, group, archived=archived)
    member = await uow.members.get(group.id, actor.user_id)
    if member is None:
        raise Refusal("group.unknown")
    return Standing(group, member)


async def _find_meant(uow: UnitOfWork, actor: Actor, mine: Sequence[Group], *, archived: bool) -> Group:
    """The group that somebody means who names none."""
    meeting = [group for group in mine if group.state is not GroupState.ARCHIVED]
    ended = [group for group in mine if group.state is GroupState.ARCHIVED] if archived else []
    for found in (meeting, ended):
        here = [group for group in found if group.channel_id == actor.channel_id]
        if len(here) == 1:
            return here[0]
    for found in (meeting, ended):
        if len(found) == 1:
            return found[0]
        if found:
            raise Refusal("group.which")
    raise await refuse_groupless(uow, actor)


async def as_organizer(
    uow: UnitOfWork,
    actor: Actor,
    group_id: GroupId | None = None,
    *,
    lock: bool = False,
    archived: bool = False,
) -> Standing:
    """Return the actor's standing as an organizer; Refusal `group.organizers_only` for a member."""
    standing = await as_member(uow, actor, group_id, lock=lock, archived=archived)
    if not standing.member.organizes:
        raise Refusal("group.organizers_only")
    return standing


async def lock_group(uow: UnitOfWork, group: Group, *, archived: bool = False) -> Group:
    """Lock a group and return it as it is now; Refusal `group.archived` when it ended, unless it may have."""
    groups = uow.groups
    await groups.lock(group.id)
    current = await groups.get(group.guild_id, group.id)
    if current is None:
        raise Refusal("group.unknown")
    if current.state is GroupState.ARCHIVED and not archived:
        raise refuse_archived(current)
    return current


async def at_meeting(
    uow: UnitOfWork,
    actor: Actor,
    meeting_id: MeetingId,
    *,
    organizer: bool = False,
    lock: bool = False,
    members: str = "group.organizers_only",
) -> tuple[Standing, Meeting]:
    """Return the actor's standing in a meeting's group, and the meeting.

    `lock` is as in `as_member`. Refusals: `meeting.unknown` (missing, or of a group that the actor is not
    in), and with `organizer` that for `members`, who may see the button: it says what they can do instead.
    """
    found = await uow.meetings.with_member(guild_of(actor), meeting_id, actor.user_id, lock=lock)
    if found is None:
        raise Refusal("meeting.unknown")
    group, member, meeting = found
    if group.state is GroupState.ARCHIVED:
        raise refuse_archived(group)
    if organizer and not member.organizes:
        raise Refusal(members)
    return Standing(group, member), meeting


async def at_location(
    uow: UnitOfWork, actor: Actor, location_id: LocationId, *, lock: bool = False
) -> tuple[Standing, Location]:
    """Return the actor's standing in a place's group, and the place, retired ones too.

    `lock` is as in `as_member`. Refusal `location.unknown` (missing, or of a group that the actor is not in).
    """
    locations = uow.locations
    group_id = await locations.group_of(guild_of(actor), location_id)
    if group_id is None or await uow.members.get(group_id, actor.user_id) is None:
        raise Refusal("location.unknown")
    standing = await as_member(uow, actor, group_id, lock=lock)
    location = await locations.get(group_id, location_id)
    if location is None:
        raise Refusal("location.unknown")
    return standing, location


def require_active(group: Group) -> None:
    """Raise Refusal `group.paused` when the group does not meet at present."""
    if group.state is not GroupState.ACTIVE:
        raise Refusal("group.paused")


MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CHANNEL_SHARE, SERVER_SHARE = 4, 20
"""How many times what one person may do in a minute goes for a channel, and for a server."""
DAY_SHARE = 20
"""And how many times that in a day, for one person."""


@dataclass(slots=True)
class _Window:
    """Counts of one stretch of time; the next one begins empty, so nothing is kept for long."""

    span: timedelta
    begun: datetime | None = None
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)

    def enter(self, now: datetime) -> Counter[tuple[str, int]]:
        # A clock that was put back begins anew, too: nobody waits for an hour that passed already.
        if self.begun is None or not self.begun <= now < self.begun + self.span:
            self.begun, self.counts = now, Counter()
        return self.counts


class RateLimiter:
    """Counts what is written, in memory: it is about the next minute, not about what was confirmed."""

    def __init__(self, now: Callable[[], datetime], *, a_minute: int) -> None:
        """`a_minute` is how many changes one person may make in a minute."""
        self._now = now
        self._most = a_minute
        self._minute, self._day = _Window(MINUTE), _Window(DAY)

    def take(self, actor: Actor) -> None:
        """Count one change; Refusal `rate_limit.person`, `.day` or `.here` when it is one too many."""
        now = self._now()
        minute, day = self._minute.enter(now), self._day.enter(now)
        person = ("person", int(actor.user_id))
        limits = [
            ("rate_limit.person", minute, person, self._most),
            ("rate_limit.day", day, person, self._most * DAY_SHARE),
        ]
        if actor.guild_id is not None:
            limits.append(
                ("rate_limit.here", minute, ("server", int(actor.guild_id)), self._most * SERVER_SHARE)
            )
        if actor.channel_id is not None:
            channel = ("channel", int(actor.channel_id))
            limits.append(("rate_limit.here", minute, channel, self._most * CHANNEL_SHARE))
        for code, counts, key, most in limits:
            if counts[key] >= most:
                raise Refusal(code)
        for _, counts, key, _ in limits:
            counts[key] += 1
