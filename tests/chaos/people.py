"""The groups of the world that is killed, and what their members do meanwhile."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from buddybot.domain.groups.groups import Role
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, MeetingId, UserId
from buddybot.domain.pings import GROUP, DuePing, PingKind, key
from buddybot.pings.planning.due_pings import Times
from buddybot.pings.planning.planner import Planner
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.services.groups.groups import GroupService, NewGroup, NewSchedule
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.chaos.clock import Clock, after
from tests.discord_server.remote import Remote
from tests.discord_server.shapes import GUILD

ANA, BEN = UserId(11), UserId(12)
GROUPS = 10
CHANNELS = tuple(range(800, 800 + GROUPS))
PATIENCE = 0.5
"""Seconds until somebody who got no answer tries again."""
_TIMES = Times(
    card_before=timedelta(hours=24), close_after=timedelta(hours=12), nudge_at=time(10), quiet=None
)


@dataclass(frozen=True)
class Circle:
    """A group with its next meeting."""

    group: GroupId
    meeting: MeetingId
    channel: int


async def found(database: Database, clock: Clock) -> Sequence[Circle]:
    """Ana's and Ben's groups, which meet in 22 hours: their cards are due now, and they can check in."""
    transactions = Transactions(database=database, now=clock, changed=lambda: None)
    groups = GroupService(transactions, Planner(ahead=2, times=_TIMES))
    starts = clock() + timedelta(hours=22)
    new_schedule = NewSchedule(
        weekday=starts.weekday(), time=starts.time().replace(second=0, microsecond=0), zone="UTC"
    )
    for number, channel in enumerate(CHANNELS):
        new = NewGroup(
            name=f"Rowan {number}",
            channel_id=ChannelId(channel),
            capacity=6,
            charter="Be kind.",
            language="en",
            new_schedule=new_schedule,
        )
        ana = Actor(
            user_id=ANA,
            guild_id=GuildId(GUILD),
            channel_id=ChannelId(channel),
            interaction_id=InteractionId(1 + number),
            display_name="Ana",
            manages_guild=True,
        )
        await groups.create(ana, new)

    async def script(tx: Tx) -> list[Circle]:
        circles = []
        for row in await tx.all("SELECT id, channel_id FROM groups ORDER BY id"):
            group = GroupId(row["id"])
            await MemberRepository(tx).add(
                group_id=group, guild_id=GuildId(GUILD), user_id=BEN, role=Role.MEMBER, now=clock()
            )
            first = await tx.one(
                "SELECT id FROM meetings WHERE group_id = :group ORDER BY starts_at LIMIT 1", group=group
            )
            assert first is not None
            circles.append(Circle(group, MeetingId(first["id"]), row["channel_id"]))
        return circles

    return await database.write(script)


async def plan_changes(
    database: Database, clock: Clock, circles: Sequence[Circle], first: int, most: int
) -> int:
    """Plan notices of changes for each group, until so many wait; return how many more that were."""

    async def script(tx: Tx) -> int:
        row = await tx.one(
            "SELECT COUNT(*) AS waiting FROM outbox WHERE state = 'planned' AND kind = 'change'"
        )
        assert row is not None
        more = range(first, first + max(0, most - row["waiting"]))
        for number in more:
            circle = circles[number % len(circles)]
            due = DuePing(
                key=key(circle.group, clock().date(), PingKind.CHANGE, GROUP, edition=number),
                guild_id=GuildId(GUILD),
                group_id=circle.group,
                meeting_id=circle.meeting,
                kind=PingKind.CHANGE,
                recipient=GROUP,
                due_at=clock(),
                expires_at=clock() + timedelta(days=99),
                direct=False,
            )
            await OutboxRepository(tx).plan(due)
        return len(more)

    return await database.write(script)


@dataclass
class Busy:
    """Somebody who does the same again and again, and remembers what was confirmed."""

    discord: Remote
    circle: Circle
    chance: random.Random
    said: int = 0
    confirmed: list[tuple[int, int]] = field(default_factory=list)
    """The interaction, and the number of what it said."""

    async def act(self) -> bool:
        """Do it once more; never enough."""
        self.said += 1
        token, words = await self._ask()
        if await self.discord.answered(token, words, PATIENCE):
            self.confirmed.append((int(token.rsplit("-", 1)[1]), self.said))
        return False

    async def _ask(self) -> tuple[str, str]:
        raise NotImplementedError

    async def kept(self, tx: Tx) -> bool:
        """Whether the last that was confirmed, or something said after it, is on disk."""
        raise NotImplementedError


class Reporter(Busy):
    """Checks in, and corrects what they said."""

    async def _ask(self) -> tuple[str, str]:
        win = f"win {self.said:06}"
        fields = {"win": win, "blocker": ""}
        custom_id = f"checkin_report:{self.circle.meeting}"
        return await self.discord.submit(custom_id, fields, ANA, self.circle.channel), win

    async def kept(self, tx: Tx) -> bool:
        """See above."""
        row = await tx.one(
            "SELECT win FROM checkins WHERE meeting_id = :meeting AND user_id = :user",
            meeting=self.circle.meeting,
            user=ANA,
        )
        last = self.confirmed[-1][1] if self.confirmed else 0
        return last == 0 or (row is not None and int(row["win"].split()[1]) >= last)


@dataclass
class Host(Busy):
    """Would host, and would not; each time the rule settles anew whose turn it is."""

    card: int | None = None
    """The message that is clicked."""

    async def _ask(self) -> tuple[str, str]:
        custom_id = f"host_willing:{self.circle.group}:{self.said % 2}"
        while self.card is None:
            await after(0.2)
            delivered = await self.discord.delivered()
            self.card = next((number for number, where, _ in delivered if where == self.circle.channel), None)
        return await self.discord.click(custom_id, BEN, self.card, self.circle.channel), '{"type": 7,'

    async def kept(self, tx: Tx) -> bool:
        """See above."""
        row = await tx.one(
            "SELECT hosts FROM memberships WHERE group_id = :group AND user_id = :user",
            group=self.circle.group,
            user=BEN,
        )
        last = self.confirmed[-1][1] if self.confirmed else 0
        return row is not None and (last != self.said or row["hosts"] == last % 2)


class Exporter(Busy):
    """Takes a copy of their own data, which their groups' log notes."""

    async def _ask(self) -> tuple[str, str]:
        return await self.discord.type("me export", BEN, self.circle.channel), "my-data.json"

    async def kept(self, tx: Tx) -> bool:
        """See above; one whose answer was lost has its line too."""
        row = await tx.one(
            "SELECT COUNT(*) AS n FROM audit WHERE group_id = :group AND action = 'own_export'",
            group=self.circle.group,
        )
        return row is not None and len(self.confirmed) <= row["n"] <= self.said


async def remembered(tx: Tx, busy: Busy) -> list[str]:
    """What was confirmed to somebody and has left no trace."""
    missing = []
    for number, said in busy.confirmed:
        row: Any = await tx.one("SELECT 1 FROM interactions WHERE interaction_id = :number", number=number)
        if row is None:
            missing.append(f"{type(busy).__name__} {said}, interaction {number}")
    if not await busy.kept(tx):
        missing.append(f"{type(busy).__name__} of group {busy.circle.group}: the last word")
    return missing
