"""A database with groups, people and meetings in it, for tests of services without Discord."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from buddybot.domain.groups.groups import Group, GroupState, Role
from buddybot.domain.ids import ChannelId, GuildId, InteractionId, MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingKind
from buddybot.domain.pings import GROUP, DuePing, Ping, PingKind, key
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.outbox.outbox import OutboxRepository

START = datetime(2026, 1, 1, tzinfo=UTC)
GUILD = GuildId(1)


@dataclass
class Home:
    """One database and the clock of those who live in it."""

    database: Database
    now: datetime = START
    _numbers: "count[int]" = field(default_factory=lambda: count(1000))

    @property
    def transactions(self) -> Transactions:
        """The unit of work of services in this home."""
        return Transactions(database=self.database, now=lambda: self.now, changed=lambda: None)

    def actor(self, user: int, *, guild: int | None = GUILD, channel: int = 10) -> Actor:
        """Return a person with a fresh interaction."""
        return Actor(
            user_id=UserId(user),
            guild_id=None if guild is None else GuildId(guild),
            channel_id=ChannelId(channel),
            interaction_id=InteractionId(next(self._numbers)),
            display_name=f"Person {user}",
        )

    async def group(
        self, *members: int, name: str = "Rowan", guild: int = GUILD, channel: int = 10, zone: str = "UTC"
    ) -> Group:
        """Make a group of these people, the first of whom organizes it."""

        async def script(tx: Tx) -> Group:
            groups = GroupRepository(tx)
            made = await groups.add(
                guild_id=GuildId(guild),
                name=name,
                channel_id=ChannelId(channel),
                zone=zone,
                capacity=10,
                charter="Be kind.",
                language="en",
                created_by=UserId(members[0]),
                now=self.now,
            )
            assert made is not None
            for position, user in enumerate(members):
                await MemberRepository(tx).add(
                    group_id=made,
                    guild_id=GuildId(guild),
                    user_id=UserId(user),
                    role=Role.MEMBER if position else Role.ORGANIZER,
                    now=self.now,
                )
            group = await groups.get(GuildId(guild), made)
            assert group is not None
            return group

        return await self.database.write(script)

    async def meeting(self, group: Group, starts_at: datetime) -> MeetingId:
        """Schedule a meeting of 75 minutes."""

        async def script(tx: Tx) -> MeetingId:
            made = await MeetingRepository(tx).add(
                group_id=group.id,
                guild_id=group.guild_id,
                slot=starts_at.date(),
                kind=MeetingKind.REGULAR,
                at=starts_at.time(),
                zone="UTC",
                duration_minutes=75,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=75),
            )
            assert made is not None
            return made

        return await self.database.write(script)

    async def ping(
        self,
        group: Group,
        meeting: MeetingId,
        kind: PingKind,
        *,
        recipient: int = GROUP,
        direct: bool = False,
    ) -> Ping:
        """Plan a ping that is due now."""

        async def script(tx: Tx) -> Ping:
            named = key(group.id, self.now.date(), kind, UserId(recipient), edition=next(self._numbers))
            await OutboxRepository(tx).plan(
                DuePing(
                    key=named,
                    guild_id=group.guild_id,
                    group_id=group.id,
                    meeting_id=meeting,
                    kind=kind,
                    recipient=UserId(recipient),
                    due_at=self.now,
                    expires_at=self.now + timedelta(hours=24),
                    direct=direct,
                )
            )
            pings = await OutboxRepository(tx).list_planned(group.id)
            return next(ping for ping in pings if ping.key == named)

        return await self.database.write(script)

    async def leave(self, group: Group, user: int) -> None:
        """End a person's membership."""

        async def script(tx: Tx) -> None:
            await MemberRepository(tx).end(group_id=group.id, user_id=UserId(user), now=self.now, reason=None)

        await self.database.write(script)

    async def become(self, group: Group, state: GroupState) -> None:
        """Pause, wake or archive a group."""

        async def script(tx: Tx) -> None:
            assert await GroupRepository(tx).change(group, state=state)

        await self.database.write(script)

    async def run(self, sql: str, **parameters: Any) -> None:
        """Change rows directly, for what has no use case in the test's feature."""

        async def script(tx: Tx) -> None:
            await tx.run(sql, **parameters)

        await self.database.write(script)

    async def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return what a statement selects."""

        async def script(tx: Tx) -> list[dict[str, Any]]:
            return [dict(row) for row in await tx.all(sql, **parameters)]

        return await self.database.read(script)
