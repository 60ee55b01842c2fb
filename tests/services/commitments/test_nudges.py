"""A nudge goes to those who want it and need it, and to nobody twice in a week."""

import asyncio
import random
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from buddybot.domain.commitments.commitments import Visibility
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.preferences import DaySpan, Preferences, QuietHours
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.domain.pings import DuePing, Ping, PingKind, key
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.nudges import REST, ChannelNudge, DirectNudge, NudgePreparer, NudgeService
from buddybot.services.commitments.wording_steps import Draft
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.preferences import PreferenceRepository
from buddybot.storage.meetings.away import AwayRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.builder import GUILD, NEW_YEAR, Builder

ANA, BEN, CHO = 1, 2, 3
NIGHT = QuietHours(time(21), time(8))


class NudgeBuilder(Builder):
    """A group of three that meets in three days; it is noon."""

    group: Group
    meeting_id: MeetingId

    async def add_midweek_group(self) -> None:
        self.now = NEW_YEAR + timedelta(hours=12)
        self.group = await self.add_plain_group(ANA, BEN, CHO)
        self.meeting_id = await self.add_meeting(self.group, self.now + timedelta(days=3))

    async def add_commitment(
        self, user: int, text: str = "two calls", *, done: int = 0, private: bool = False
    ) -> None:
        service = CommitmentService(self.transactions)
        visibility = Visibility.PRIVATE if private else Visibility.GROUP
        own = await service.add(self.act_as(user), Draft(text=text, visibility=visibility), self.group.id)
        await service.progress(self.act_as(user), own.commitment.id, str(done))

    async def set_preferences(self, user: int, **chosen: object) -> None:
        async def script(tx: Tx) -> None:
            await PreferenceRepository(tx).put(Preferences(GUILD, UserId(user), **chosen))  # type: ignore[arg-type]  # the test names fields

        await self.database.write(script)

    async def add_away(self, user: int, first: date, last: date) -> None:
        async def script(tx: Tx) -> None:
            await AwayRepository(tx).add(
                group_id=self.group.id, user_id=UserId(user), days=DaySpan(first, last)
            )

        await self.database.write(script)

    async def add_nudge(
        self,
        group: Group | None = None,
        meeting_id: MeetingId | None = None,
        *,
        recipient: int = 0,
        direct: bool = False,
    ) -> Ping:
        """Plan a nudge that is due now, for the group or for one member."""
        group = group or self.group
        planned = DuePing(
            key=key(
                group.id,
                self.now.date(),
                PingKind.NUDGE,
                UserId(recipient),
                edition=next(self._interactions),
            ),
            guild_id=group.guild_id,
            group_id=group.id,
            meeting_id=meeting_id or self.meeting_id,
            kind=PingKind.NUDGE,
            recipient=UserId(recipient),
            due_at=self.now,
            expires_at=self.now + timedelta(hours=24),
            direct=direct,
        )
        await self.write(lambda tx: OutboxRepository(tx).plan(planned))
        pings = await self.write(lambda tx: OutboxRepository(tx).list_planned(group.id))
        return next(ping for ping in pings if ping.key == planned.key)

    async def prepare_nudge(self, ping: Ping, group: Group | None = None) -> Announcement | None:
        announce = NudgePreparer(quiet=NIGHT)
        return await self.database.write(
            lambda tx: announce(UnitOfWork(tx), ping, group or self.group, self.now)
        )

    async def list_mentioned(self, ping: Ping) -> tuple[int, ...]:
        said = await self.prepare_nudge(ping)
        return () if said is None else said.mentions


@pytest.fixture
async def builder(database: Database) -> NudgeBuilder:
    """A group in the middle of its week."""
    builder = NudgeBuilder(database)
    await builder.add_midweek_group()
    return builder


async def test_the_channel_reads_who_is_meant_and_nothing_of_what_they_said(builder: NudgeBuilder) -> None:
    await builder.add_commitment(BEN, private=True)
    await builder.add_commitment(ANA)
    said = await builder.prepare_nudge(await builder.add_nudge())
    assert said == Announcement(
        content=ChannelNudge(
            group_id=builder.group.id,
            user_ids=(UserId(ANA), UserId(BEN)),
            starts_at=builder.now + timedelta(days=3),
        ),
        language="en",
        mentions=(UserId(ANA), UserId(BEN)),
    )


async def test_nobody_is_nudged_when_everything_is_done(builder: NudgeBuilder) -> None:
    await builder.add_commitment(ANA, done=2)
    ping = await builder.add_nudge()
    assert await builder.prepare_nudge(ping) is None
    assert await builder.read_rows("SELECT * FROM nudges") == []
    await builder.add_commitment(ANA, done=1)
    assert await builder.list_mentioned(ping) == (ANA,)


@pytest.mark.parametrize(
    ("chosen", "at", "meant"),
    [
        ({}, NEW_YEAR + timedelta(hours=12), True),
        ({"nudges": False}, NEW_YEAR + timedelta(hours=12), False),
        ({"direct_messages": True}, NEW_YEAR + timedelta(hours=12), False),
        ({"quiet": QuietHours(time(11), time(13))}, NEW_YEAR + timedelta(hours=12), False),
        ({"quiet": QuietHours(time(13), time(14))}, NEW_YEAR + timedelta(hours=12), True),
        (
            {"quiet": QuietHours(time(13), time(14)), "zone": "Europe/Berlin"},
            NEW_YEAR + timedelta(hours=12),
            False,
        ),
        ({}, NEW_YEAR + timedelta(hours=22), True),
    ],
)
async def test_what_a_person_chose_is_honoured_in_the_channel(
    builder: NudgeBuilder, chosen: dict[str, object], at: datetime, meant: bool
) -> None:
    await builder.add_commitment(ANA)
    await builder.add_commitment(BEN)
    await builder.set_preferences(BEN, **chosen)
    builder.now = at
    assert await builder.list_mentioned(await builder.add_nudge()) == ((ANA, BEN) if meant else (ANA,))


@pytest.mark.parametrize(
    ("days", "zone", "meant"),
    [
        ((date(2026, 1, 1), date(2026, 1, 1)), None, False),
        ((date(2025, 12, 20), date(2026, 1, 5)), None, False),
        ((date(2026, 1, 2), date(2026, 1, 5)), None, True),
        ((date(2025, 12, 20), date(2025, 12, 31)), None, True),
        ((date(2026, 1, 2), date(2026, 1, 2)), "Pacific/Kiritimati", False),
    ],
)
async def test_somebody_away_on_their_own_calendar_is_left_in_peace(
    builder: NudgeBuilder, days: tuple[date, date], zone: str | None, meant: bool
) -> None:
    await builder.add_commitment(BEN)
    await builder.set_preferences(BEN, zone=zone)
    await builder.add_away(BEN, *days)
    assert await builder.list_mentioned(await builder.add_nudge()) == ((BEN,) if meant else ())


async def test_a_direct_nudge_quotes_ones_own_words_private_ones_too(builder: NudgeBuilder) -> None:
    await builder.add_commitment(BEN, "two calls", private=True)
    await builder.add_commitment(BEN, "three letters", done=3)
    await builder.add_commitment(ANA, "not Ben's")
    await builder.set_preferences(BEN, direct_messages=True)
    said = await builder.prepare_nudge(await builder.add_nudge(recipient=BEN, direct=True))
    assert said is not None
    assert isinstance(said.content, DirectNudge)
    assert [(item.text, item.done) for item in said.content.items] == [("two calls", 0), ("three letters", 3)]
    assert (said.content.guild_id, said.content.group_name, said.mentions) == (GUILD, "Rowan", (BEN,))


async def test_a_direct_nudge_needs_the_wish_for_one_and_a_loud_hour(builder: NudgeBuilder) -> None:
    await builder.add_commitment(BEN)
    ping = await builder.add_nudge(recipient=BEN, direct=True)
    assert await builder.prepare_nudge(ping) is None, "direct messages were never asked for"
    await builder.set_preferences(BEN, direct_messages=True)
    builder.now += timedelta(hours=10)
    assert await builder.prepare_nudge(ping) is None, "the bot's own quiet hours hold for direct messages"
    builder.now += timedelta(hours=10)
    assert await builder.list_mentioned(ping) == (BEN,)


async def test_a_direct_nudge_that_has_to_go_to_the_channel_tells_nothing(builder: NudgeBuilder) -> None:
    await builder.add_commitment(BEN, "secret", private=True)
    await builder.set_preferences(BEN, direct_messages=True)
    ping = await builder.add_nudge(recipient=BEN, direct=True)
    await builder.prepare_nudge(ping)
    again = await builder.prepare_nudge(ping._replace(direct=False))
    assert again is not None
    assert isinstance(again.content, ChannelNudge)
    assert again.mentions == (BEN,)


async def test_prepared_again_after_a_crash_it_is_for_the_same_people_and_counted_once(
    builder: NudgeBuilder,
) -> None:
    await builder.add_commitment(ANA)
    ping = await builder.add_nudge()
    assert await builder.list_mentioned(ping) == (ANA,)
    await builder.add_commitment(BEN)
    builder.now += timedelta(minutes=5)
    assert await builder.list_mentioned(ping) == (ANA,), "nobody joins a nudge that may be out already"
    assert [row["user_id"] for row in await builder.read_rows("SELECT * FROM nudges")] == [ANA]


async def test_prepared_again_it_leaves_out_who_is_done_by_now(builder: NudgeBuilder) -> None:
    await builder.add_commitment(ANA)
    await builder.add_commitment(BEN)
    ping = await builder.add_nudge()
    assert await builder.list_mentioned(ping) == (ANA, BEN)
    service = CommitmentService(builder.transactions)
    [(item, _)] = (await service.list_own(builder.act_as(ANA))).items
    await service.progress(builder.act_as(ANA), item.id, "2")
    assert await builder.list_mentioned(ping) == (BEN,)


async def test_a_nudge_without_a_meeting_to_come_is_not_sent(builder: NudgeBuilder) -> None:
    await builder.add_commitment(ANA)
    ping = await builder.add_nudge()

    async def cancel(tx: Tx) -> None:
        await MeetingRepository(tx).set_state(builder.meeting_id, MeetingState.CANCELLED, now=builder.now)

    assert await builder.prepare_nudge(ping, builder.group._replace(state=GroupState.PAUSED)) is None
    builder.now += timedelta(days=3)
    assert await builder.prepare_nudge(ping) is None, "the meeting has begun"
    builder.now -= timedelta(days=3)
    await builder.database.write(cancel)
    assert await builder.prepare_nudge(ping) is None


async def test_who_has_left_is_not_nudged(builder: NudgeBuilder) -> None:
    await builder.add_commitment(ANA)
    await builder.remove_member(builder.group, ANA)
    assert await builder.prepare_nudge(await builder.add_nudge()) is None


async def test_one_group_nudges_nobody_whom_another_nudged_this_week(builder: NudgeBuilder) -> None:
    await builder.add_commitment(BEN)
    assert await builder.list_mentioned(await builder.add_nudge()) == (BEN,)
    other = await another(builder, guild=2, members=(BEN,))
    ping = await nudge_of(builder, other)
    builder.now += REST - timedelta(seconds=1)
    assert await builder.prepare_nudge(ping, other) is None
    builder.now += timedelta(seconds=1)
    said = await builder.prepare_nudge(ping, other)
    assert said is not None
    assert said.mentions == (BEN,)


async def another(builder: NudgeBuilder, *, guild: int, members: tuple[int, ...]) -> Group:
    group = await builder.add_plain_group(*members, name=f"Alder {guild}", guild=guild, channel=guild)
    service = CommitmentService(builder.transactions)
    for member in members:
        await service.add(builder.act_as(member, guild=guild), Draft(text="five letters"), group.id)
    return group


async def nudge_of(builder: NudgeBuilder, group: Group) -> Ping:
    found = await builder.read_rows("SELECT id FROM meetings WHERE group_id = :id", id=group.id)
    meeting = found[0]["id"] if found else await builder.add_meeting(group, NEW_YEAR + timedelta(days=365))
    return await builder.add_nudge(group, MeetingId(meeting))


async def test_groups_that_nudge_at_the_same_moment_share_a_person_once(builder: NudgeBuilder) -> None:
    crowd = tuple(range(20, 26))
    groups = [await another(builder, guild=number, members=crowd) for number in range(2, 8)]
    pings = [await nudge_of(builder, group) for group in groups]
    said = await asyncio.gather(
        *(builder.prepare_nudge(ping, group) for ping, group in zip(pings, groups, strict=True))
    )
    meant = [user for each in said if each is not None for user in each.mentions]
    assert sorted(meant) == list(crowd)
    rows = await builder.read_rows("SELECT user_id FROM nudges ORDER BY user_id")
    assert [row["user_id"] for row in rows] == list(crowd)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_nobody_is_nudged_twice_in_a_week(builder: NudgeBuilder, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # repeatable, nothing secret
    groups = [
        await another(builder, guild=number, members=tuple(chance.sample(range(20, 28), 4)))
        for number in range(2, 6)
    ]
    told: dict[int, list[datetime]] = defaultdict(list)
    for _ in range(30):
        builder.now += timedelta(hours=chance.randrange(0, 40))
        chosen = chance.sample(groups, chance.randint(1, 4))
        pings = [await nudge_of(builder, group) for group in chosen]
        again = chance.random() < 0.3  # a crash after the first preparation
        for _ in range(1 + again):
            said = await asyncio.gather(*map(builder.prepare_nudge, pings, chosen))
        for each in filter(None, said):
            for user in each.mentions:
                told[user].append(builder.now)
    assert len(told) >= 6, "the test nudges people at all"
    for moments in told.values():
        assert all(later - earlier >= REST for earlier, later in pairwise(moments))


async def test_the_buttons_of_a_direct_nudge_show_how_things_stand(builder: NudgeBuilder) -> None:
    await builder.add_commitment(BEN, "two calls", done=1)
    shown = await NudgeService(builder.transactions).prepare_direct(
        builder.act_as(BEN, guild=GUILD), builder.group.id
    )
    assert [(item.text, item.done) for item in shown.items] == [("two calls", 1)]
    assert shown.starts_at == datetime(2026, 1, 4, 12, tzinfo=UTC)
