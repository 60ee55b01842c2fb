"""Groups: made, shown, changed, paused, woken and archived."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from buddybot.domain import zones
from buddybot.domain.attendance.rates import Rates
from buddybot.domain.attendance.records import Span
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import (
    CHARTER_LIMIT,
    NAME_LIMIT,
    USUAL_ROTATION,
    Group,
    GroupState,
    Member,
    Role,
    Rotation,
    check_answer_hours,
    check_capacity,
    check_minimum,
)
from buddybot.domain.groups.invitations import Invitation
from buddybot.domain.ids import ChannelId, GroupId, GuildId, UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.meetings.schedule import Schedule, local, next_occurrences
from buddybot.domain.text import clean, fingerprint
from buddybot.services.core import (
    Actor,
    PlanningService,
    UnitOfWork,
    access,
    read_transaction,
    write_transaction,
)
from buddybot.services.groups.archiving_steps import archive_group
from buddybot.services.groups.break_messages import plan_break_ping
from buddybot.services.groups.role_tasks import ask_for_role
from buddybot.services.meetings.replan_steps import in_line, note_name

MOST_GROUPS = 25
"""Groups a guild may have at a time, as many as an autocomplete shows."""
MOST_MADE = 10
"""Groups a guild may make in a day."""
RATED = 8
"""Meetings that the rates look back on."""
_LATELY = timedelta(days=14)


class NewSchedule(NamedTuple):
    """When a new group meets, as it was typed and chosen."""

    weekday: int
    time: time
    zone: str
    every_weeks: int = 1
    duration_minutes: int = 75

    def begin_after(self, now: datetime) -> Schedule:
        """Return the schedule whose first meeting is the next such weekday and time after `now`.

        Refusal `zone.unknown`.
        """
        zones.zone(self.zone)
        today = local(now, self.zone).date()
        weekly = self._from(today, every_weeks=1)
        ahead = next_occurrences(weekly, now=now, count=2)
        first = next(each for each in ahead if each.starts_at > now)
        return self._from(first.day, every_weeks=self.every_weeks)

    def _from(self, anchor: date, *, every_weeks: int) -> Schedule:
        return Schedule(
            weekday=self.weekday,
            time=self.time,
            zone=self.zone,
            every_weeks=every_weeks,
            anchor=anchor,
            duration_minutes=self.duration_minutes,
        )


class NewGroup(NamedTuple):
    """What is needed to make a group."""

    name: str
    channel_id: ChannelId
    capacity: int
    charter: str
    language: str
    new_schedule: NewSchedule
    rotation: Rotation = USUAL_ROTATION


class Changes(NamedTuple):
    """What an organizer changes in the settings; None keeps what is."""

    name: str | None = None
    channel_id: ChannelId | None = None
    capacity: int | None = None
    language: str | None = None
    minimum: int | None = None
    answer_hours: int | None = None


class GroupView(NamedTuple):
    """A group as one of its members may see it; invitations and rates are for organizers."""

    group: Group
    schedule: Schedule | None
    next_meeting: Meeting | None
    members: tuple[Member, ...]
    organizes: bool
    invitations: tuple[Invitation, ...] = ()
    declined: tuple[Invitation, ...] = ()
    rates: Rates | None = None


class GuildRights(NamedTuple):
    """What a person is in a guild, for what can be offered to them; `ended` is in archived groups alone."""

    member: bool
    organizer: bool
    manager: bool
    ended: bool = False


class GroupService(PlanningService):
    """Use cases about a group as a whole."""

    async def may_create(self, actor: Actor) -> None:
        """Refuse who neither manages the server nor organizes a group in it."""
        await self._transactions.read(lambda uow: _may_create(uow, actor))

    async def create(self, actor: Actor, new: NewGroup) -> GroupView:
        """Make a group; the actor is its organizer and first member, the first meeting is planned."""
        new = new._replace(
            name=clean(new.name, limit=NAME_LIMIT, field="name"),
            charter=clean(new.charter, limit=CHARTER_LIMIT, field="charter", lines=True),
            capacity=check_capacity(new.capacity),
        )
        now = self._now()
        schedule = new.new_schedule.begin_after(now)
        return await self._create_group(actor, new, schedule, now)

    @write_transaction
    async def _create_group(
        self, uow: UnitOfWork, actor: Actor, new: NewGroup, schedule: Schedule, now: datetime
    ) -> GroupView:
        guild_id = await _may_create(uow, actor)
        await _within_limits(uow, guild_id, now)
        group_id = await uow.groups.add(
            guild_id=guild_id,
            name=new.name,
            channel_id=new.channel_id,
            zone=schedule.zone,
            capacity=new.capacity,
            charter=new.charter,
            language=new.language,
            created_by=actor.user_id,
            now=now,
            rotation=new.rotation,
        )
        if group_id is None:
            raise Refusal("group.name_taken", name=new.name)
        await uow.members.add(
            group_id=group_id, guild_id=guild_id, user_id=actor.user_id, role=Role.ORGANIZER, now=now
        )
        await note_name(uow, actor)
        await uow.schedules.put(group_id, schedule)
        standing = await access.as_organizer(uow, actor, group_id)
        await ask_for_role(uow, group_id, now)
        await in_line(uow, self._planner, standing.group, now)
        return await _view(uow, standing, now)

    @read_transaction
    async def get_group(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> GroupView:
        """Return the group as the actor may see it."""
        return await _view(uow, await access.as_member(uow, actor, group_id), self._now())

    @read_transaction
    async def get_organized(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None
    ) -> GroupView:
        """Return the group to one of its organizers only."""
        return await _view(uow, await access.as_organizer(uow, actor, group_id), self._now())

    async def change(self, actor: Actor, group_id: GroupId, changes: Changes) -> Group:
        """Change what an organizer wants changed; choosing a channel lets the bot try it again."""
        if changes.name is not None:
            changes = changes._replace(name=clean(changes.name, limit=NAME_LIMIT, field="name"))
        if changes.answer_hours is not None:
            check_answer_hours(changes.answer_hours)
        return await self._change_settings(actor, group_id, changes)

    @write_transaction
    async def _change_settings(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId, changes: Changes
    ) -> Group:
        name = changes.name
        if name is not None:
            # No other group of the guild takes the name between the look and the change.
            await uow.guilds.lock(access.guild_of(actor))
        group = (await access.as_organizer(uow, actor, group_id, lock=True)).group
        groups = uow.groups
        await _check_sizes(uow, group, changes)
        kept = await groups.change(
            group,
            name=name,
            channel_id=changes.channel_id,
            capacity=changes.capacity,
            language=changes.language,
            minimum=changes.minimum,
            answer_hours=changes.answer_hours,
        )
        if not kept:
            raise Refusal("group.name_taken", name=name or group.name)
        if name is not None and name != group.name:
            await uow.meetings.entries_changed(group.id)
        await ask_for_role(uow, group.id, self._now())
        if changes.channel_id is not None:
            await groups.set_channel_error(group.id, None)
        await note_name(uow, actor)
        return await in_line(uow, self._planner, group, self._now())

    async def write_charter(
        self, actor: Actor, group_id: GroupId, charter: str, *, opened: str | None = None
    ) -> Group:
        """Put the group's charter into an organizer's words.

        `opened` is the fingerprint of the charter that they had before them. Refusal `group.charter_changed`
        when another organizer has written it anew since.
        """
        text = clean(charter, limit=CHARTER_LIMIT, field="charter", lines=True)
        return await self._put_charter(actor, group_id, text, opened=opened)

    @write_transaction
    async def _put_charter(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId, text: str, *, opened: str | None
    ) -> Group:
        group = (await access.as_organizer(uow, actor, group_id, lock=True)).group
        if opened is not None and group.charter and opened != fingerprint([group.charter]):
            raise Refusal("group.charter_changed")
        await uow.groups.change(group, charter=text, charter_by=actor.user_id)
        return await in_line(uow, self._planner, group, self._now())

    async def pause(self, actor: Actor, group_id: GroupId | None = None) -> GroupView:
        """Let a group rest: everything is kept, nothing is due."""
        return await self._become(actor, group_id, GroupState.PAUSED)

    async def resume(self, actor: Actor, group_id: GroupId | None = None) -> GroupView:
        """Wake a group; its meetings are planned from now on."""
        return await self._become(actor, group_id, GroupState.ACTIVE)

    @write_transaction
    async def _become(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None, state: GroupState
    ) -> GroupView:
        now = self._now()
        standing = await access.as_organizer(uow, actor, group_id, lock=True)
        groups = uow.groups
        await groups.change(standing.group, state=state)
        changed = state is not standing.group.state
        if changed:  # calendars show it as called off, or held
            await uow.meetings.entries_changed(standing.group.id)
        if state is GroupState.ACTIVE:
            await groups.set_channel_error(standing.group.id, None)
        group = await in_line(uow, self._planner, standing.group, now)
        if changed:
            await plan_break_ping(uow, group, by=actor.user_id, now=now)
        return await _view(uow, access.Standing(group, standing.member), now)

    @write_transaction
    async def archive(self, uow: UnitOfWork, actor: Actor, group_id: GroupId) -> Group:
        """End a group: its history stays, its open invitations go, its name is free again."""
        standing = await access.as_organizer(uow, actor, group_id, lock=True)
        return await archive_group(uow, self._planner, standing.group, by=actor.user_id, now=self._now())

    @read_transaction
    async def choices(
        self,
        uow: UnitOfWork,
        actor: Actor,
        *,
        organized: bool = False,
        rescue: bool = False,
        archived: bool = False,
    ) -> Sequence[Group]:
        """Return the groups the actor is in, or organizes, for autocomplete; with `archived` ended ones too.

        `rescue` adds every group to what somebody who manages the server is offered.
        """
        guild_id = access.guild_of(actor)
        if rescue and actor.manages_guild:
            return await uow.groups.of_guild(guild_id)
        mine = await uow.groups.of_user(guild_id, actor.user_id, archived=archived)
        return [group for group in mine if not organized or await _organizes(uow, group.id, actor.user_id)]

    async def find_rights(self, actor: Actor) -> GuildRights:
        """Return what the actor is here; nothing at all outside a guild."""
        if actor.guild_id is None:
            return GuildRights(False, False, False)
        mine = await self.choices(actor)
        organizer = bool(mine) and bool(await self.choices(actor, organized=True))
        ended = not mine and bool(await self.choices(actor, archived=True))
        return GuildRights(bool(mine), organizer, actor.manages_guild, ended)


async def _check_sizes(uow: UnitOfWork, group: Group, changes: Changes) -> None:
    """Refuse a size without room for the members, or for the number that makes a meeting."""
    capacity = group.capacity if changes.capacity is None else changes.capacity
    minimum = group.minimum if changes.minimum is None else changes.minimum
    if changes.capacity is not None:
        members = await uow.members.list_current(group.id)
        check_capacity(capacity, members=len(members), minimum=minimum)
    check_minimum(minimum, capacity=capacity)


async def _organizes(uow: UnitOfWork, group_id: GroupId, user_id: UserId) -> bool:
    member = await uow.members.get(group_id, user_id)
    return member is not None and member.organizes


async def _may_create(uow: UnitOfWork, actor: Actor) -> GuildId:
    guild_id = access.guild_of(actor)
    if actor.manages_guild:
        return guild_id
    for group in await uow.groups.of_user(guild_id, actor.user_id):
        if await _organizes(uow, group.id, actor.user_id):
            return guild_id
    raise Refusal("group.needs_manage_server")


async def _within_limits(uow: UnitOfWork, guild_id: GuildId, now: datetime) -> None:
    guilds = uow.guilds
    await guilds.lock(guild_id)
    live, made = await guilds.count_groups(guild_id, since=now - timedelta(days=1))
    if live >= MOST_GROUPS:
        raise Refusal("group.too_many", most=MOST_GROUPS)
    if made >= MOST_MADE:
        raise Refusal("group.too_fast", most=MOST_MADE)


async def _view(uow: UnitOfWork, standing: access.Standing, now: datetime) -> GroupView:
    group = standing.group
    ahead = await uow.meetings.list_coming(group.id, now)
    organizes = standing.member.organizes
    invitations = uow.invitations
    return GroupView(
        group=group,
        schedule=await uow.schedules.get(group.id),
        next_meeting=ahead[0] if ahead else None,
        members=tuple(await uow.members.list_current(group.id)),
        organizes=organizes,
        invitations=tuple(await invitations.open(group.id, now)) if organizes else (),
        declined=tuple(await invitations.list_declined(group.id, since=now - _LATELY)) if organizes else (),
        rates=await _lately(uow, group, now) if organizes else None,
    )


async def _lately(uow: UnitOfWork, group: Group, now: datetime) -> Rates | None:
    """Return how the last meetings that were held were attended."""
    held = await uow.meetings.list_held(group.id, limit=RATED)
    if not held:
        return None
    return (await uow.records.read(group, now=now, span=Span(first=held[-1].day))).rates
