"""Members who left the server while they are in a group: left out until they are seen there again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from buddybot.domain.groups import Group, GroupState, Member
from buddybot.domain.ids import GuildId, UserId
from buddybot.domain.pings import GROUP, Ping
from buddybot.services.access import guild_of
from buddybot.services.actor import Actor
from buddybot.services.departures import close_swaps
from buddybot.services.turns import follow_answers
from buddybot.services.upkeep import in_line
from buddybot.services.work import Planner, Work
from buddybot.storage.database import Tx
from buddybot.storage.groups import GroupRepository, MemberRepository
from buddybot.storage.meetings import MeetingRepository
from buddybot.storage.notices import NoticeRepository, left_server
from buddybot.storage.role_tasks import RoleTaskRepository

LEFT_SERVER = "left_server"


class LeaverService:
    """Use cases of the bot itself, which learns from Discord who is still in a server."""

    def __init__(self, work: Work, planner: Planner) -> None:
        self._work = work
        self._planner = planner

    async def to_ask_about(self, ping: Ping) -> Sequence[Member]:
        """Return the members whom a ping may name, longest in the group first."""

        async def script(tx: Tx) -> Sequence[Member]:
            members = MemberRepository(tx)
            if ping.recipient == GROUP:
                return await members.current(ping.group_id)
            member = await members.get(ping.group_id, ping.recipient)
            return [] if member is None else [member]

        return await self._work.read(script)

    async def meeting_soon(self, within: timedelta) -> Sequence[tuple[GuildId, Member]]:
        """Return the members of groups that meet within a while, with their guild, the next to meet first."""
        now = self._work.now()
        return await self._work.read(lambda tx: MemberRepository(tx).meeting_soon(now, now + within))

    async def is_marked(self, guild_id: GuildId, user_id: UserId) -> bool:
        """Return whether a person is known to have left the server while they were in a group."""

        async def script(tx: Tx) -> bool:
            members = MemberRepository(tx)
            found = [
                await members.get(group.id, user_id)
                for group in await GroupRepository(tx).of_user(guild_id, user_id)
            ]
            return any(member is not None and member.gone_since is not None for member in found)

        return await self._work.read(script)

    async def shares_group(self, actor: Actor, user_id: UserId) -> bool:
        """Return whether a person is in a group of the actor's here; in any for who manages the server."""

        async def script(tx: Tx) -> bool:
            groups, guild_id = GroupRepository(tx), guild_of(actor)
            theirs = {group.id for group in await groups.of_user(guild_id, user_id)}
            mine = {group.id for group in await groups.of_user(guild_id, actor.user_id)}
            return bool(theirs) and (actor.manages_guild or bool(theirs & mine))

        return await self._work.read(script)

    async def mark_gone(self, guild_id: GuildId, user_id: UserId) -> None:
        """Leave a person out of what their groups do, for Discord says that they left the server.

        They stay members; organizers are told once.
        """
        await self._mark(guild_id, user_id, self._work.now())

    async def mark_back(self, guild_id: GuildId, user_id: UserId) -> None:
        """Let a person who was seen in the server take part again."""
        await self._mark(guild_id, user_id, None)

    async def _mark(self, guild_id: GuildId, user_id: UserId, since: datetime | None) -> None:
        async def script(tx: Tx) -> None:
            groups = await GroupRepository(tx).of_user(guild_id, user_id)
            for group in sorted(groups, key=lambda each: each.id):  # the order in which groups are locked
                await GroupRepository(tx).lock(group.id)
                await self._mark_in(tx, group, user_id, since)

        await self._work.write(None, script)

    async def _mark_in(self, tx: Tx, group: Group, user_id: UserId, since: datetime | None) -> None:
        if not await MemberRepository(tx).set_gone(group_id=group.id, user_id=user_id, since=since):
            return
        now, key = self._work.now(), left_server(user_id)
        notices = NoticeRepository(tx)
        if since is None:
            await notices.withdraw(group.id, key)
            if group.role_id is not None:  # Discord took it when they left
                await RoleTaskRepository(tx).ask(group.id, user_id, now)
        else:
            await close_swaps(tx, group, user_id, now)
            await notices.tell(group.id, code=LEFT_SERVER, key=key, parameters={"member": user_id}, now=now)
        changed = await GroupRepository(tx).get(group.guild_id, group.id)
        if changed is None or changed.state is GroupState.ARCHIVED:
            return
        for meeting in await MeetingRepository(tx).ahead(group.id):
            await follow_answers(tx, meeting)
        await in_line(tx, self._planner, changed, now)
