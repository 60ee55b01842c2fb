"""Groups in the making, for the tests of who is in them: services over one database, and two servers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from itertools import count
from typing import Any

from buddybot.domain.groups.groups import Member
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, UserId
from buddybot.pings.planning.planner import Planner
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.services.groups.groups import GroupService, GroupView, NewGroup, NewSchedule
from buddybot.services.groups.guilds import GuildService
from buddybot.services.groups.invitations import InvitationService
from buddybot.services.groups.members import MemberService
from buddybot.services.groups.preferences import PreferenceService
from buddybot.storage.engine.database import Database, Tx
from tests.services.meetings.calendar_house import RULES, TIMES

HERE, THERE = GuildId(10), GuildId(20)
ORGANIZER, ANA, BEN, CHO, STRANGER = (UserId(number) for number in (1, 2, 3, 4, 9))
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""A Thursday."""


@dataclass
class Club:
    """Services over one database; `now` is what the test says."""

    database: Database
    now: datetime = START
    interactions: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.transactions = Transactions(database=self.database, now=lambda: self.now, changed=lambda: None)
        planner = Planner(ahead=2, times=TIMES)
        self.guilds = GuildService(self.transactions, planner)
        self.groups = GroupService(self.transactions, planner)
        self.members = MemberService(self.transactions, planner)
        self.invitations = InvitationService(self.transactions, planner, RULES)
        self.preferences = PreferenceService(self.transactions, planner)

    def actor(
        self, user_id: UserId, *, guild: GuildId | None = HERE, manages: bool = False, channel: int = 0
    ) -> Actor:
        """Return an interaction of somebody."""
        return Actor(
            user_id=user_id,
            guild_id=guild,
            channel_id=ChannelId(channel),
            interaction_id=InteractionId(next(self.interactions)),
            display_name=f"Person {user_id}",
            manages_guild=manages,
        )

    async def group(
        self, name: str = "Rowan", *, guild: GuildId = HERE, organizer: UserId = ORGANIZER, **changes: Any
    ) -> GroupView:
        """Set a group up that meets on Thursdays at 19:00 in London."""
        return await self.groups.create(
            self.actor(organizer, guild=guild, manages=True), new_group(name, **changes)
        )

    async def join(
        self, group_id: GroupId, *user_ids: UserId, guild: GuildId = HERE, by: UserId = ORGANIZER
    ) -> None:
        """Invite people, who accept."""
        for user_id in user_ids:
            offer = await self.invitations.invite(self.actor(by, guild=guild), user_id, group_id)
            await self.invitations.accept(self.actor(user_id, guild=guild), offer.invitation.id)

    async def current(self, group_id: GroupId) -> list[Member]:
        """Return who is in a group."""
        return list(await self.transactions.read(lambda uow: uow.members.list_current(group_id)))

    async def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return what a statement selects."""

        async def script(tx: Tx) -> list[dict[str, Any]]:
            return [dict(row) for row in await tx.all(sql, **parameters)]

        return await self.transactions.read(lambda uow: script(uow.tx))


def new_group(name: str = "Rowan", **changes: Any) -> NewGroup:
    """Return what a set-up asks for."""
    new_schedule = NewSchedule(
        weekday=changes.pop("weekday", 3),
        time=changes.pop("time", time(19)),
        zone=changes.pop("zone", "Europe/London"),
        every_weeks=changes.pop("every_weeks", 1),
    )
    given: dict[str, Any] = {
        "channel_id": ChannelId(100),
        "capacity": 6,
        "charter": "Be kind.",
        "language": "en",
        **changes,
    }
    return NewGroup(name=name, new_schedule=new_schedule, **given)
