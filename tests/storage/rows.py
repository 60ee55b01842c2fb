"""Rows written straight into the tables: the builder of this layer, on which those of the others stand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.ids import ChannelId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingKind
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.meetings.meetings import MeetingRepository

GUILD, CHANNEL = GuildId(10), ChannelId(100)


async def add_group(
    tx: Tx,
    members: Sequence[int],
    *,
    now: datetime,
    name: str = "Rowan",
    guild: int = GUILD,
    channel: int = CHANNEL,
    zone: str = "UTC",
    capacity: int = 6,
) -> Group:
    """Add a group without a schedule; the first of its members organizes it."""
    groups = GroupRepository(tx)
    group_id = await groups.add(
        guild_id=GuildId(guild),
        name=name,
        channel_id=ChannelId(channel),
        zone=zone,
        capacity=capacity,
        charter="Be kind.",
        language="en",
        created_by=UserId(members[0]),
        now=now,
    )
    assert group_id is not None
    group = await groups.get(GuildId(guild), group_id)
    assert group is not None
    for position, user in enumerate(members):
        await add_member(tx, group, user, now=now, role=Role.MEMBER if position else Role.ORGANIZER)
    return group


async def add_member(tx: Tx, group: Group, user: int, *, now: datetime, role: Role = Role.MEMBER) -> None:
    """Let a person be a member from now on."""
    await MemberRepository(tx).add(
        group_id=group.id, guild_id=group.guild_id, user_id=UserId(user), role=role, now=now
    )


async def add_meeting(
    tx: Tx, group: Group, starts_at: datetime, *, kind: MeetingKind = MeetingKind.REGULAR, zone: str = "UTC"
) -> MeetingId:
    """Add a scheduled meeting of 75 minutes; `starts_at` is in the zone that is named."""
    meeting_id = await MeetingRepository(tx).add(
        group_id=group.id,
        guild_id=group.guild_id,
        slot=starts_at.date(),
        kind=kind,
        at=starts_at.time(),
        zone=zone,
        duration_minutes=75,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=75),
    )
    assert meeting_id is not None
    return meeting_id
