"""A group with a schedule, and people who act in it, for the tests of its calendar."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import TypeVar

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.ids import ChannelId, GuildId, InteractionId, MessageId, UserId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.meetings.meetings import Meeting, MeetingState, Roll
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.pings.planning.due_pings import Times
from buddybot.pings.planning.planner import Planner
from buddybot.services.core import Actor, Rules, Transactions, UnitOfWork
from buddybot.services.meetings.away import AwayService
from buddybot.services.meetings.meetings import MeetingService
from buddybot.services.meetings.rsvps import RsvpService
from buddybot.services.meetings.schedules import ScheduleService
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.meetings.meetings import MeetingRepository, ScheduleRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from buddybot.storage.outbox.cards import CardRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.ui.framework.texts import Texts

T = TypeVar("T")

GUILD = GuildId(10)
ORGANIZER, ANA, BEN, STRANGER = UserId(1), UserId(2), UserId(3), UserId(9)
THURSDAY = 3
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""A Monday; the group meets on Thursdays at 19:00 in London."""

RULES = Rules(
    check_in_early=timedelta(hours=24),
    close_after=timedelta(hours=12),
    invitation_life=timedelta(days=7),
    code_tries_per_hour=5,
)
TIMES = Times(card_before=timedelta(hours=24), close_after=timedelta(hours=12), nudge_at=time(10), quiet=None)


@dataclass
class House:
    """Services over one database; `now` is what the test says."""

    database: Database
    now: datetime = START
    interactions: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.transactions = Transactions(database=self.database, now=lambda: self.now, changed=lambda: None)
        self.planner = Planner(ahead=2, times=TIMES)
        self.meetings = MeetingService(self.transactions, self.planner)
        self.schedules = ScheduleService(self.transactions, self.planner)
        self.rsvps = RsvpService(self.transactions)
        self.away = AwayService(self.transactions, self.planner)

    def actor(self, user_id: UserId, *, guild: GuildId = GUILD, channel: int = 0) -> Actor:
        """Return an interaction of somebody."""
        return Actor(user_id, guild, ChannelId(channel), InteractionId(next(self.interactions)), "somebody")

    async def run(self, script: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a script in the bot's own name."""
        return await self.transactions.write(lambda uow: script(uow.tx))

    async def group(
        self, name: str = "Rowan", *, guild: GuildId = GUILD, channel: int = 100, zone: str = "Europe/London"
    ) -> Group:
        """Make a group of an organizer, Ana and Ben with a schedule, and plan its meetings."""

        async def script(tx: Tx) -> Group:
            groups = GroupRepository(tx)
            group_id = await groups.add(
                guild_id=guild,
                name=name,
                channel_id=ChannelId(channel),
                zone=zone,
                capacity=6,
                charter="Be kind.",
                language="en",
                created_by=ORGANIZER,
                now=self.now,
            )
            assert group_id is not None
            for user_id, role in ((ORGANIZER, Role.ORGANIZER), (ANA, Role.MEMBER), (BEN, Role.MEMBER)):
                await MemberRepository(tx).add(
                    group_id=group_id, guild_id=guild, user_id=user_id, role=role, now=self.now
                )
            weekly = Schedule(
                weekday=THURSDAY,
                time=time(19),
                zone=zone,
                every_weeks=1,
                anchor=self.now.date(),
                duration_minutes=75,
            )
            await ScheduleRepository(tx).put(group_id, weekly)
            group = await groups.get(guild, group_id)
            assert group is not None
            await self.planner.plan(UnitOfWork(tx), group, self.now)
            return group

        return await self.run(script)

    async def ahead(self, group: Group) -> list[Meeting]:
        """Return the meetings that are scheduled or open."""
        return list(await self.run(lambda tx: MeetingRepository(tx).list_ahead(group.id)))

    async def roll(self, meeting: Meeting) -> Roll:
        """Return how the members answer for a meeting by now."""
        return await self.run(lambda tx: RsvpRepository(tx).get_roll(meeting))

    async def fresh(self, meeting: Meeting) -> Meeting:
        """Return a meeting as it stands in the database."""
        found = await self.run(lambda tx: MeetingRepository(tx).get(meeting.group_id, meeting.id))
        assert found is not None
        return found

    async def pings(self, meeting: Meeting, kind: PingKind | None = None) -> list[Ping]:
        """Return a meeting's pings, of one kind or all."""
        found = await self.run(lambda tx: OutboxRepository(tx).of_meeting(meeting.id))
        return [ping for ping in found if kind is None or ping.kind is kind]

    async def planned(self, meeting: Meeting) -> list[PingKind]:
        """Return the kinds of pings that still wait for their time."""
        return [ping.kind for ping in await self.pings(meeting) if ping.state is PingState.PLANNED]

    async def send(self, ping: Ping) -> None:
        """Settle a ping as sent; a card is remembered as a message."""

        async def script(tx: Tx) -> None:
            await OutboxRepository(tx).settle(ping.id, PingState.SENT, now=self.now)
            if ping.kind is PingKind.CARD and ping.meeting_id is not None:
                await CardRepository(tx).note_preparing(ping.meeting_id, CardKind.MEETING)
                await CardRepository(tx).note_posted(
                    meeting_id=ping.meeting_id,
                    kind=CardKind.MEETING,
                    channel_id=ChannelId(100),
                    message_id=MessageId(5000 + ping.id),
                )

        await self.run(script)

    async def announce(self, meeting: Meeting) -> None:
        """Put a meeting's card up."""
        for ping in await self.pings(meeting, PingKind.CARD):
            await self.send(ping)

    async def set_state(self, meeting: Meeting, state: MeetingState) -> None:
        """Bring a meeting into a state without a word."""
        await self.run(lambda tx: MeetingRepository(tx).set_state(meeting.id, state, now=self.now))

    async def stale(self, meeting: Meeting) -> bool:
        """Return whether a card shows an older state than there is."""
        return bool(await self.run(lambda tx: CardRepository(tx).list_stale(meeting.id)))


@asynccontextmanager
async def refused(code: str) -> AsyncIterator[None]:
    """Expect a Refusal of this code, with a sentence in the locale for it."""
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code
    assert Texts()(f"refusals.{code}", **caught.value.parameters)
