"""Members who left the server while they are in a group: left out until they are seen there again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from buddybot.domain.groups.groups import Group, GroupState, Member
from buddybot.domain.ids import GuildId, UserId
from buddybot.domain.pings import GROUP, Ping
from buddybot.services.checkins.speaking_turns import follow_answers, pass_floor_of
from buddybot.services.core import Actor, PlanningService, UnitOfWork, bot_transaction, read_transaction
from buddybot.services.core.access import guild_of
from buddybot.services.groups.departure_steps import close_swaps
from buddybot.services.meetings.replan_steps import in_line

LEFT_SERVER = "left_server"


class LeaverService(PlanningService):
    """Use cases of the bot itself, which learns from Discord who is still in a server."""

    @read_transaction
    async def to_ask_about(self, uow: UnitOfWork, ping: Ping) -> Sequence[Member]:
        """Return the members whom a ping may name, longest in the group first."""
        members = uow.members
        if ping.recipient == GROUP:
            return await members.list_current(ping.group_id)
        member = await members.get(ping.group_id, ping.recipient)
        return [] if member is None else [member]

    async def meeting_soon(self, within: timedelta) -> Sequence[tuple[GuildId, Member]]:
        """Return the members of groups that meet within a while, with their guild, the next to meet first."""
        now = self._now()
        return await self._transactions.read(lambda uow: uow.members.meeting_soon(now, now + within))

    @read_transaction
    async def is_marked(self, uow: UnitOfWork, guild_id: GuildId, user_id: UserId) -> bool:
        """Return whether a person is known to have left the server while they were in a group."""
        members = uow.members
        found = [
            await members.get(group.id, user_id) for group in await uow.groups.of_user(guild_id, user_id)
        ]
        return any(member is not None and member.gone_since is not None for member in found)

    @read_transaction
    async def shares_group(self, uow: UnitOfWork, actor: Actor, user_id: UserId) -> bool:
        """Return whether a person is in a group of the actor's here; in any for who manages the server."""
        groups, guild_id = uow.groups, guild_of(actor)
        theirs = {group.id for group in await groups.of_user(guild_id, user_id)}
        mine = {group.id for group in await groups.of_user(guild_id, actor.user_id)}
        return bool(theirs) and (actor.manages_guild or bool(theirs & mine))

    async def mark_gone(self, guild_id: GuildId, user_id: UserId) -> None:
        """Leave a person out of what their groups do, for Discord says that they left the server.

        They stay members; organizers are told once.
        """
        await self._mark(guild_id, user_id, self._now())

    async def mark_back(self, guild_id: GuildId, user_id: UserId) -> None:
        """Let a person who was seen in the server take part again."""
        await self._mark(guild_id, user_id, None)

    @bot_transaction
    async def _mark(
        self, uow: UnitOfWork, guild_id: GuildId, user_id: UserId, since: datetime | None
    ) -> None:
        groups = await uow.groups.of_user(guild_id, user_id)
        for group in sorted(groups, key=lambda each: each.id):  # the order in which groups are locked
            await uow.groups.lock(group.id)
            await self._mark_in(uow, group, user_id, since)

    async def _mark_in(self, uow: UnitOfWork, group: Group, user_id: UserId, since: datetime | None) -> None:
        if not await uow.members.set_gone(group_id=group.id, user_id=user_id, since=since):
            return
        now, key = self._now(), uow.notices.left_server(user_id)
        notices = uow.notices
        if since is None:
            await notices.withdraw(group.id, key)
            if group.role_id is not None:  # Discord took it when they left
                await uow.role_tasks.ask(group.id, user_id, now)
        else:
            await close_swaps(uow, group, user_id, now)
            await pass_floor_of(uow, group.id, user_id, now)
            await notices.tell(group.id, code=LEFT_SERVER, key=key, parameters={"member": user_id}, now=now)
        changed = await uow.groups.get(group.guild_id, group.id)
        if changed is None or changed.state is GroupState.ARCHIVED:
            return
        for meeting in await uow.meetings.list_ahead(group.id):
            await follow_answers(uow, meeting)
        await in_line(uow, self._planner, changed, now)
