"""Groups' roles in Discord: what is to be settled, as the rows have it now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.role_tasks import ITSELF, RoleTask, deserves_role
from buddybot.domain.ids import GroupId, GuildId, RoleId, UserId
from buddybot.services.core import Service, UnitOfWork, bot_transaction, read_transaction

BEFORE_DELETION = timedelta(minutes=5)
"""How long a deletion may follow after the roles were taken."""
MOST = 50
"""Tasks that one look takes up; the next goes on."""


class RoleWish(NamedTuple):
    """A task with what is wanted: `deserved` is whether its person is to have the role."""

    task: RoleTask
    group: Group
    deserved: bool


class RoleTaskService(Service):
    """Only the bot itself carries this out."""

    async def list_due(self, group_id: GroupId | None = None) -> Sequence[RoleTask]:
        """Return what can be tried now, of one group or of all."""
        now = self._now()
        return await self._transactions.read(lambda uow: uow.role_tasks.list_due(now, group_id, limit=MOST))

    @read_transaction
    async def find_wish(self, uow: UnitOfWork, task: RoleTask) -> RoleWish | None:
        """Return what a task wants by now; None when its group was purged."""
        group = await uow.groups.get(task.guild_id, task.group_id)
        if group is None:
            return None
        member = await uow.members.get(group.id, task.user_id)
        return RoleWish(task, group, deserves_role(group, member))

    async def mark_done(self, task: RoleTask) -> None:
        """Note that Discord shows it; of somebody whose data was deleted no byte stays."""
        await self._transactions.write(lambda uow: uow.role_tasks.mark_done(task))
        self._transactions.note_deletion(whole=False)

    async def postpone_task(self, task: RoleTask, *, refused: bool) -> None:
        """Leave it for a later look."""
        now = self._now()
        await self._transactions.write(lambda uow: uow.role_tasks.postpone_task(task, now, refused=refused))

    async def give_up(self) -> None:
        """Drop what could not be done in a week; of people who are in no group no byte stays."""
        now = self._now()
        if await self._transactions.read(lambda uow: uow.role_tasks.are_hopeless(now)):
            await self._transactions.write(lambda uow: uow.role_tasks.give_up(now))
            self._transactions.note_deletion(whole=False)

    @bot_transaction
    async def prepare_removal(self, uow: UnitOfWork, user_id: UserId) -> Sequence[Group]:
        """Return the groups whose role a person has to lose before their data is deleted.

        If the deletion does not follow, they get the role again in a while.
        """
        later = self._now() + BEFORE_DELETION
        found = []
        for key in await uow.role_tasks.held_by(user_id):
            await uow.groups.lock(key[1])
            group = await uow.groups.get(*key)
            if group is not None:
                await uow.role_tasks.ask(group.id, user_id, later)
                found.append(group)
        return found

    @bot_transaction
    async def claim(self, uow: UnitOfWork, group: Group) -> tuple[bool, datetime | None]:
        """Hold the making of a group's role; and return since when one may have been made unnoted."""
        tasks = uow.role_tasks
        begun = await tasks.begun_at(group.id)
        return await tasks.claim(group.id, self._now()), begun

    async def release(self, group: Group) -> None:
        """Let the role be made by anyone: it surely was not."""
        await self._transactions.write(lambda uow: uow.role_tasks.release(group.id))

    @bot_transaction
    async def note_made(self, uow: UnitOfWork, group: Group, role_id: RoleId) -> bool:
        """Note a group's role and let its members get it; False where the group ended meanwhile."""
        tasks = uow.role_tasks
        await uow.groups.lock(group.id)
        if not await tasks.note_made(group.id, role_id):
            return False
        await tasks.ask_for_members(group.id, self._now())
        return True

    async def forget_role(self, group: Group, role_id: RoleId) -> None:
        """Forget a role that Discord does not know any more."""
        await self._transactions.write(lambda uow: uow.role_tasks.forget_role(group.id, role_id))

    async def list_taken(self, guild_id: GuildId) -> frozenset[RoleId]:
        """Return the roles of a guild's groups."""
        return await self._transactions.read(lambda uow: uow.role_tasks.list_taken(guild_id))


async def ask_for_role(uow: UnitOfWork, group_id: GroupId, now: datetime) -> None:
    """Let the group's role itself follow the rows: its name, and whether there is one."""
    await uow.role_tasks.ask(group_id, ITSELF, now)
