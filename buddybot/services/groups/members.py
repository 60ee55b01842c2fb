"""Who goes, who is let go, and who may run a group: always with the door left open."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState, Member, Role
from buddybot.domain.groups.preferences import LeaveReason
from buddybot.domain.ids import GroupId, UserId
from buddybot.services.checkins.speaking_turns import pass_floor_of
from buddybot.services.core import (
    Actor,
    PlanningService,
    UnitOfWork,
    access,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.unit_of_work import Planner
from buddybot.services.groups.archiving_steps import archive_group
from buddybot.services.groups.departure_steps import OwnLocations, clear_up, list_own_locations
from buddybot.services.health import member_signals
from buddybot.services.meetings.replan_steps import in_line
from buddybot.storage.engine.transaction import epoch

REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaving means now: who would run the group, and whether it ends with the last member.

    `locations` are what the member offered, and what becomes of them is asked.
    """

    group: Group
    heir: UserId | None
    last: bool
    locations: OwnLocations = field(default_factory=OwnLocations)


class LettingGo(NamedTuple):
    """A member whom an organizer may let go, and the places that they offered."""

    group: Group
    member: Member
    locations: OwnLocations


class Departed(NamedTuple):
    """Somebody is no longer in the group; what they did is kept."""

    group: Group
    user_id: UserId
    heir: UserId | None = None
    reason: LeaveReason | None = None

    @property
    def ended(self) -> bool:
        """Whether the group was archived because nobody is left in it."""
        return self.group.state is GroupState.ARCHIVED


class MemberService(PlanningService):
    """Use cases about one member of a group."""

    @read_transaction
    async def leaving(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> Leaving:
        """Return what would follow if the actor left."""
        standing = await access.as_member(uow, actor, group_id)
        return await leaving(uow, standing)

    @write_transaction
    async def leave(
        self,
        uow: UnitOfWork,
        actor: Actor,
        group_id: GroupId,
        reason: LeaveReason | None = None,
        *,
        keep_public: bool = False,
    ) -> Departed:
        """End the actor's membership; the only organizer hands over to the longest member.

        Their places are retired; with `keep_public` the public ones are the group's from now on.
        """
        now = self._now()
        # Behind the lock: two who leave at once must not both count on the other.
        standing = await access.as_member(uow, actor, group_id, lock=True)
        return await depart(uow, self._planner, standing, now, reason, keep_public=keep_public)

    @read_transaction
    async def find(
        self, uow: UnitOfWork, actor: Actor, user_id: UserId, group_id: GroupId | None = None
    ) -> LettingGo:
        """Return a member of the group and what they offered, to its organizer."""
        standing = await access.as_organizer(uow, actor, group_id)
        member = await _other(uow, standing, user_id)
        return LettingGo(standing.group, member, await list_own_locations(uow, standing.group, user_id))

    @write_transaction
    async def remove(self, uow: UnitOfWork, actor: Actor, group_id: GroupId, user_id: UserId) -> Departed:
        """End somebody's membership quietly; an invitation brings them back with their history.

        Their home is retired at once; public places stay with the group.
        """
        now = self._now()
        standing = await access.as_organizer(uow, actor, group_id, lock=True)
        await _other(uow, standing, user_id)
        await clear_up(uow, standing.group, user_id, keep_public=True, now=now)
        await uow.members.end(group_id=group_id, user_id=user_id, now=now, reason=REMOVED)
        await pass_floor_of(uow, group_id, user_id, now)
        await member_signals.forget_member(uow, group_id, user_id)
        if standing.group.role_id is not None:
            await uow.role_tasks.ask(group_id, user_id, now)
        group = await in_line(uow, self._planner, standing.group, now, by=actor.user_id)
        return Departed(group, user_id)

    @write_transaction
    async def transfer(
        self, uow: UnitOfWork, actor: Actor, user_id: UserId, *, keep: bool, group_id: GroupId | None = None
    ) -> Group:
        """Make another member an organizer, and the actor an ordinary member unless they `keep` it.

        Who manages the server may do it for a group that they are not in, so that a group whose
        organizer disappeared is not lost; they get no look into it by that.
        """
        group = await access.lock_group(uow, await self._transferable(uow, actor, group_id))
        members = uow.members
        mine = await members.get(group.id, actor.user_id)
        if not actor.manages_guild and (mine is None or not mine.organizes):
            raise Refusal("group.organizers_only")
        chosen = await members.get(group.id, user_id)
        if chosen is None:
            raise Refusal("member.unknown")
        if chosen.gone_since is not None:
            raise Refusal("member.left_server")
        await members.set_role(group_id=group.id, user_id=user_id, role=Role.ORGANIZER)
        if not keep and mine is not None and user_id != actor.user_id:
            await members.set_role(group_id=group.id, user_id=actor.user_id, role=Role.MEMBER)
        return await in_line(uow, self._planner, group, self._now())

    async def _transferable(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None) -> Group:
        if not actor.manages_guild or group_id is None:
            standing = await access.as_member(uow, actor, group_id)
            if not standing.member.organizes and not actor.manages_guild:
                raise Refusal("group.organizers_only")
            return standing.group
        group = await uow.groups.get(access.guild_of(actor), group_id)
        if group is None or group.state is GroupState.ARCHIVED:
            raise Refusal("group.unknown")
        return group

    @read_transaction
    async def choices(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None, *, rescue: bool = False
    ) -> list[Member]:
        """Return the members of a group that the actor is in, or may rescue, for autocomplete."""
        if rescue:
            group = await self._transferable(uow, actor, group_id)
        else:
            group = (await access.as_member(uow, actor, group_id)).group
        return list(await uow.members.list_current(group.id))


async def depart(
    uow: UnitOfWork,
    planner: Planner,
    standing: access.Standing,
    now: datetime,
    reason: LeaveReason | None = None,
    *,
    keep_public: bool = False,
) -> Departed:
    """End a membership of a group that is locked; the only organizer hands over to the longest member."""
    group, user_id = standing.group, standing.member.user_id
    follows = await leaving(uow, standing)
    members = uow.members
    if follows.heir is not None:
        await members.set_role(group_id=group.id, user_id=follows.heir, role=Role.ORGANIZER)
        await uow.notices.tell(
            group.id, code="heir", key=f"heir:{follows.heir}:{epoch(now)}", parameters={}, now=now
        )
    why = None if reason is None else reason.value
    await clear_up(uow, group, user_id, keep_public=keep_public, now=now)
    await members.end(group_id=group.id, user_id=user_id, now=now, reason=why)
    await pass_floor_of(uow, group.id, user_id, now)
    await member_signals.forget_member(uow, group.id, user_id)
    if follows.last:
        group = await archive_group(uow, planner, group, by=user_id, now=now)
    else:
        if group.role_id is not None:
            await uow.role_tasks.ask(group.id, user_id, now)
        group = await in_line(uow, planner, group, now)
    return Departed(group, user_id, follows.heir, reason)


async def leaving(uow: UnitOfWork, standing: access.Standing) -> Leaving:
    """Return what would follow if a member left."""
    others = [
        member
        for member in await uow.members.list_current(standing.group.id)
        if member.user_id != standing.member.user_id
    ]
    left_behind = any(member.organizes and member.gone_since is None for member in others)
    orphaned = standing.member.organizes and not left_behind
    here = [member for member in others if member.gone_since is None]
    heir = (here or others)[0].user_id if orphaned and others else None
    locations = await list_own_locations(uow, standing.group, standing.member.user_id)
    return Leaving(standing.group, heir, last=not others, locations=locations)


async def _other(uow: UnitOfWork, standing: access.Standing, user_id: UserId) -> Member:
    if user_id == standing.member.user_id:
        raise Refusal("member.yourself")
    member = await uow.members.get(standing.group.id, user_id)
    if member is None:
        raise Refusal("member.unknown")
    return member
