"""What people may ask about themselves: a copy of everything, and its deletion."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain import zones
from buddybot.domain.groups.audit import Action
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GroupId, GuildId, MeetingId, UserId
from buddybot.services.checkins.speaking_turns import hand_floor_on
from buddybot.services.core import (
    Actor,
    PlanningService,
    UnitOfWork,
    bot_transaction,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import Standing
from buddybot.services.groups.members import Departed, Leaving, depart, leaving
from buddybot.services.meetings.replan_steps import in_line
from buddybot.storage.engine.transaction import epoch
from buddybot.storage.privacy.personal_data import Copy, Holdings


class OwnCopy(NamedTuple):
    """Everything about a person; `zone` is the one they chose, or that of a group of theirs."""

    sections: Copy
    zone: str
    taken_at: datetime


class Deletion(NamedTuple):
    """What a deletion would do: which groups are left, and how many rows of which kind go."""

    leaving: tuple[Leaving, ...]
    holdings: Holdings


class Erased(NamedTuple):
    """A deletion that was carried out; `complete` once no byte of it is left in the database's own files.

    `roles` are groups whose role Discord still shows: until it is taken, their rows keep the person's id.
    """

    departed: tuple[Departed, ...]
    complete: bool
    roles: tuple[Group, ...] = ()


Left = tuple[Sequence[Departed], Sequence[Group]]
"""The groups that a deleted person left, and those whose role Discord still shows."""


class PersonalService(PlanningService):
    """About the asking person alone, in every server that the bot serves."""

    async def copy_for_operator(self, user_id: UserId) -> OwnCopy:
        """Return the same of somebody who asked the host for it."""
        return await self._transactions.write(lambda uow: self._make_copy(uow, user_id))

    @write_transaction(saves=False)
    async def copy(self, uow: UnitOfWork, actor: Actor) -> OwnCopy:
        """Return all that is stored of the actor; their groups' logs note that a copy was taken."""
        return await self._make_copy(uow, actor.user_id)

    async def _make_copy(self, uow: UnitOfWork, user_id: UserId) -> OwnCopy:
        now, personal = self._now(), uow.personal
        for key in await personal.groups_of(user_id):
            await uow.audit.log(*key, Action.OWN_EXPORT, actor_id=None, now=now)
        return OwnCopy(
            await personal.copy(user_id), zones.pick_known_zone(*await personal.zones(user_id)), now
        )

    @read_transaction
    async def deletion(self, uow: UnitOfWork, user_id: UserId) -> Deletion:
        """Return what would go if the person's data were deleted."""
        personal = uow.personal
        standings = [await _find_standing(uow, *key, user_id) for key in await personal.groups_of(user_id)]
        follows = [await leaving(uow, standing) for standing in standings if standing is not None]
        return Deletion(tuple(follows), await personal.count_holdings(user_id))

    async def delete(self, actor: Actor, taken: Collection[GroupId] = ()) -> Erased:
        """Take the actor out of every group and delete all that is stored of them.

        What remains are counts of meetings that were held, and a line in each group's log that names nobody;
        and a task for each role in Discord that was not `taken` before.
        """
        return await self._clear_files(*await self._delete_own(actor, taken))

    async def erase(self, user_id: UserId) -> Erased:
        """Do the same for somebody who asked the host; the bot takes their roles when it runs."""
        return await self._clear_files(*await self._delete_asked(user_id))

    @write_transaction
    async def _delete_own(self, uow: UnitOfWork, actor: Actor, taken: Collection[GroupId]) -> Left:
        return await self._delete(uow, actor.user_id, Action.OWN_DELETION, taken)

    @bot_transaction
    async def _delete_asked(self, uow: UnitOfWork, user_id: UserId) -> Left:
        return await self._delete(uow, user_id, Action.OPERATOR_DELETION, ())

    async def _delete(
        self, uow: UnitOfWork, user_id: UserId, action: Action, taken: Collection[GroupId]
    ) -> Left:
        erasure, now = uow.erasure, self._now()
        await erasure.lock_person(user_id)
        known = await uow.personal.groups_of(user_id)
        for _, group_id in known:
            await uow.groups.lock(group_id)
        await erasure.prepare(user_id, now)
        holding = [key for key in await uow.role_tasks.held_by(user_id) if key[1] not in taken]
        standings = [await _find_standing(uow, *key, user_id) for key in known]
        spoke_at = await uow.turns.vacate_floor(user_id)
        departed = [
            await depart(uow, self._planner, standing, now) for standing in standings if standing is not None
        ]
        await self._in_line(uow, known, now)  # while it is known where they were to meet
        await _tell_of_charters(uow, user_id, now)
        await erasure.forget_person(user_id)
        await self._in_line(uow, known, now)
        await _hand_floors_on(uow, known, spoke_at, now)
        for key in known:
            await uow.audit.log(*key, action, actor_id=None, now=now)
        return departed, await _leave_roles(uow, holding, user_id, now)

    async def _clear_files(self, departed: Sequence[Departed], roles: Sequence[Group]) -> Erased:
        self._transactions.note_deletion()
        return Erased(tuple(departed), complete=await self._transactions.scrub(), roles=tuple(roles))

    async def _in_line(
        self, uow: UnitOfWork, known: Sequence[tuple[GuildId, GroupId]], now: datetime
    ) -> None:
        for key in known:
            group = await uow.groups.get(*key)
            if group is not None and group.state is not GroupState.ARCHIVED:
                await in_line(uow, self._planner, group, now)


async def _hand_floors_on(
    uow: UnitOfWork, known: Sequence[tuple[GuildId, GroupId]], meetings: Sequence[MeetingId], now: datetime
) -> None:
    """Let the round go on where the person had the floor."""
    for meeting_id in meetings:
        for _, group_id in known:
            meeting = await uow.meetings.get(group_id, meeting_id)
            if meeting is not None:
                await hand_floor_on(uow, meeting, now)


async def _leave_roles(
    uow: UnitOfWork, holding: Sequence[tuple[GuildId, GroupId]], user_id: UserId, now: datetime
) -> Sequence[Group]:
    """Let the roles be taken that a person has still; return their groups. An archived group's goes whole."""
    left = []
    for key in holding:
        group = await uow.groups.get(*key)
        if group is not None and group.state is not GroupState.ARCHIVED:
            await uow.role_tasks.ask(group.id, user_id, now)
            left.append(group)
    return left


async def _tell_of_charters(uow: UnitOfWork, user_id: UserId, now: datetime) -> None:
    """Tell the organizers of each group whose charter goes with its author's data."""
    for group_id in await uow.personal.charters_of(user_id):
        await uow.notices.tell(group_id, code="charter", key=f"charter:{epoch(now)}", parameters={}, now=now)


async def _find_standing(
    uow: UnitOfWork, guild_id: GuildId, group_id: GroupId, user_id: UserId
) -> Standing | None:
    """Their place in a group that they are in now and that is not archived."""
    group = await uow.groups.get(guild_id, group_id)
    member = await uow.members.get(group_id, user_id)
    if group is None or member is None or group.state is GroupState.ARCHIVED:
        return None
    return Standing(group, member)
