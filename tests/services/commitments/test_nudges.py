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
from buddybot.domain.ids import GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.domain.pings import Ping, PingKind
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.nudges import REST, ChannelNudge, DirectNudge, NudgePreparer, NudgeService
from buddybot.services.commitments.wording_steps import Draft
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.preferences import PreferenceRepository
from buddybot.storage.meetings.away import AwayRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.homes import GUILD, START, Home

ANA, BEN, CHO = 1, 2, 3
NIGHT = QuietHours(time(21), time(8))


class Scene(Home):
    """A home in which a group of three meets in three days and it is noon."""

    group_: Group
    meeting_: MeetingId

    async def settle_in(self) -> None:
        self.now = START + timedelta(hours=12)
        self.group_ = await self.group(ANA, BEN, CHO)
        self.meeting_ = await self.meeting(self.group_, self.now + timedelta(days=3))

    async def promise(
        self, user: int, text: str = "two calls", *, done: int = 0, private: bool = False
    ) -> None:
        service = CommitmentService(self.transactions)
        visibility = Visibility.PRIVATE if private else Visibility.GROUP
        own = await service.add(self.actor(user), Draft(text=text, visibility=visibility), self.group_.id)
        await service.progress(self.actor(user), own.commitment.id, str(done))

    async def prefer(self, user: int, **chosen: object) -> None:
        async def script(tx: Tx) -> None:
            await PreferenceRepository(tx).put(Preferences(GUILD, UserId(user), **chosen))  # type: ignore[arg-type]  # the test names fields

        await self.database.write(script)

    async def away(self, user: int, first: date, last: date) -> None:
        async def script(tx: Tx) -> None:
            await AwayRepository(tx).add(
                group_id=self.group_.id, user_id=UserId(user), days=DaySpan(first, last)
            )

        await self.database.write(script)

    async def nudge(self, *, recipient: int = 0, direct: bool = False) -> Ping:
        return await self.ping(self.group_, self.meeting_, PingKind.NUDGE, recipient=recipient, direct=direct)

    async def say(self, ping: Ping, group: Group | None = None) -> Announcement | None:
        announce = NudgePreparer(quiet=NIGHT)
        return await self.database.write(
            lambda tx: announce(UnitOfWork(tx), ping, group or self.group_, self.now)
        )

    async def meant(self, ping: Ping) -> tuple[int, ...]:
        said = await self.say(ping)
        return () if said is None else said.mentions


@pytest.fixture
async def scene(database: Database) -> Scene:
    """A group in the middle of its week."""
    scene = Scene(database)
    await scene.settle_in()
    return scene


async def test_the_channel_reads_who_is_meant_and_nothing_of_what_they_said(scene: Scene) -> None:
    await scene.promise(BEN, private=True)
    await scene.promise(ANA)
    said = await scene.say(await scene.nudge())
    assert said == Announcement(
        content=ChannelNudge(
            group_id=scene.group_.id,
            user_ids=(UserId(ANA), UserId(BEN)),
            starts_at=scene.now + timedelta(days=3),
        ),
        language="en",
        mentions=(UserId(ANA), UserId(BEN)),
    )


async def test_nobody_is_nudged_when_everything_is_done(scene: Scene) -> None:
    await scene.promise(ANA, done=2)
    ping = await scene.nudge()
    assert await scene.say(ping) is None
    assert await scene.rows("SELECT * FROM nudges") == []
    await scene.promise(ANA, done=1)
    assert await scene.meant(ping) == (ANA,)


@pytest.mark.parametrize(
    ("chosen", "at", "meant"),
    [
        ({}, START + timedelta(hours=12), True),
        ({"nudges": False}, START + timedelta(hours=12), False),
        ({"direct_messages": True}, START + timedelta(hours=12), False),
        ({"quiet": QuietHours(time(11), time(13))}, START + timedelta(hours=12), False),
        ({"quiet": QuietHours(time(13), time(14))}, START + timedelta(hours=12), True),
        (
            {"quiet": QuietHours(time(13), time(14)), "zone": "Europe/Berlin"},
            START + timedelta(hours=12),
            False,
        ),
        ({}, START + timedelta(hours=22), True),
    ],
)
async def test_what_a_person_chose_is_honoured_in_the_channel(
    scene: Scene, chosen: dict[str, object], at: datetime, meant: bool
) -> None:
    await scene.promise(ANA)
    await scene.promise(BEN)
    await scene.prefer(BEN, **chosen)
    scene.now = at
    assert await scene.meant(await scene.nudge()) == ((ANA, BEN) if meant else (ANA,))


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
    scene: Scene, days: tuple[date, date], zone: str | None, meant: bool
) -> None:
    await scene.promise(BEN)
    await scene.prefer(BEN, zone=zone)
    await scene.away(BEN, *days)
    assert await scene.meant(await scene.nudge()) == ((BEN,) if meant else ())


async def test_a_direct_nudge_quotes_ones_own_words_private_ones_too(scene: Scene) -> None:
    await scene.promise(BEN, "two calls", private=True)
    await scene.promise(BEN, "three letters", done=3)
    await scene.promise(ANA, "not Ben's")
    await scene.prefer(BEN, direct_messages=True)
    said = await scene.say(await scene.nudge(recipient=BEN, direct=True))
    assert said is not None
    assert isinstance(said.content, DirectNudge)
    assert [(item.text, item.done) for item in said.content.items] == [("two calls", 0), ("three letters", 3)]
    assert (said.content.guild_id, said.content.group_name, said.mentions) == (GUILD, "Rowan", (BEN,))


async def test_a_direct_nudge_needs_the_wish_for_one_and_a_loud_hour(scene: Scene) -> None:
    await scene.promise(BEN)
    ping = await scene.nudge(recipient=BEN, direct=True)
    assert await scene.say(ping) is None, "direct messages were never asked for"
    await scene.prefer(BEN, direct_messages=True)
    scene.now += timedelta(hours=10)
    assert await scene.say(ping) is None, "the bot's own quiet hours hold for direct messages"
    scene.now += timedelta(hours=10)
    assert await scene.meant(ping) == (BEN,)


async def test_a_direct_nudge_that_has_to_go_to_the_channel_tells_nothing(scene: Scene) -> None:
    await scene.promise(BEN, "secret", private=True)
    await scene.prefer(BEN, direct_messages=True)
    ping = await scene.nudge(recipient=BEN, direct=True)
    await scene.say(ping)
    again = await scene.say(ping._replace(direct=False))
    assert again is not None
    assert isinstance(again.content, ChannelNudge)
    assert again.mentions == (BEN,)


async def test_prepared_again_after_a_crash_it_is_for_the_same_people_and_counted_once(scene: Scene) -> None:
    await scene.promise(ANA)
    ping = await scene.nudge()
    assert await scene.meant(ping) == (ANA,)
    await scene.promise(BEN)
    scene.now += timedelta(minutes=5)
    assert await scene.meant(ping) == (ANA,), "nobody joins a nudge that may be out already"
    assert [row["user_id"] for row in await scene.rows("SELECT * FROM nudges")] == [ANA]


async def test_prepared_again_it_leaves_out_who_is_done_by_now(scene: Scene) -> None:
    await scene.promise(ANA)
    await scene.promise(BEN)
    ping = await scene.nudge()
    assert await scene.meant(ping) == (ANA, BEN)
    service = CommitmentService(scene.transactions)
    [(item, _)] = (await service.list_own(scene.actor(ANA))).items
    await service.progress(scene.actor(ANA), item.id, "2")
    assert await scene.meant(ping) == (BEN,)


async def test_a_nudge_without_a_meeting_to_come_is_not_sent(scene: Scene) -> None:
    await scene.promise(ANA)
    ping = await scene.nudge()

    async def cancel(tx: Tx) -> None:
        await MeetingRepository(tx).set_state(scene.meeting_, MeetingState.CANCELLED, now=scene.now)

    assert await scene.say(ping, scene.group_._replace(state=GroupState.PAUSED)) is None
    scene.now += timedelta(days=3)
    assert await scene.say(ping) is None, "the meeting has begun"
    scene.now -= timedelta(days=3)
    await scene.database.write(cancel)
    assert await scene.say(ping) is None


async def test_who_has_left_is_not_nudged(scene: Scene) -> None:
    await scene.promise(ANA)
    await scene.leave(scene.group_, ANA)
    assert await scene.say(await scene.nudge()) is None


async def test_one_group_nudges_nobody_whom_another_nudged_this_week(scene: Scene) -> None:
    await scene.promise(BEN)
    assert await scene.meant(await scene.nudge()) == (BEN,)
    other = await another(scene, guild=2, members=(BEN,))
    ping = await nudge_of(scene, other)
    scene.now += REST - timedelta(seconds=1)
    assert await scene.say(ping, other) is None
    scene.now += timedelta(seconds=1)
    said = await scene.say(ping, other)
    assert said is not None
    assert said.mentions == (BEN,)


async def another(scene: Scene, *, guild: int, members: tuple[int, ...]) -> Group:
    group = await scene.group(*members, name=f"Alder {guild}", guild=guild, channel=guild)
    service = CommitmentService(scene.transactions)
    for member in members:
        await service.add(scene.actor(member, guild=guild), Draft(text="five letters"), group.id)
    return group


async def nudge_of(scene: Scene, group: Group) -> Ping:
    found = await scene.rows("SELECT id FROM meetings WHERE group_id = :id", id=group.id)
    meeting = found[0]["id"] if found else await scene.meeting(group, START + timedelta(days=365))
    return await scene.ping(group, MeetingId(meeting), PingKind.NUDGE)


async def test_groups_that_nudge_at_the_same_moment_share_a_person_once(scene: Scene) -> None:
    crowd = tuple(range(20, 26))
    groups = [await another(scene, guild=number, members=crowd) for number in range(2, 8)]
    pings = [await nudge_of(scene, group) for group in groups]
    said = await asyncio.gather(*(scene.say(ping, group) for ping, group in zip(pings, groups, strict=True)))
    meant = [user for each in said if each is not None for user in each.mentions]
    assert sorted(meant) == list(crowd)
    rows = await scene.rows("SELECT user_id FROM nudges ORDER BY user_id")
    assert [row["user_id"] for row in rows] == list(crowd)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_nobody_is_nudged_twice_in_a_week(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # repeatable, nothing secret
    groups = [
        await another(scene, guild=number, members=tuple(chance.sample(range(20, 28), 4)))
        for number in range(2, 6)
    ]
    told: dict[int, list[datetime]] = defaultdict(list)
    for _ in range(30):
        scene.now += timedelta(hours=chance.randrange(0, 40))
        chosen = chance.sample(groups, chance.randint(1, 4))
        pings = [await nudge_of(scene, group) for group in chosen]
        again = chance.random() < 0.3  # a crash after the first preparation
        for _ in range(1 + again):
            said = await asyncio.gather(*map(scene.say, pings, chosen))
        for each in filter(None, said):
            for user in each.mentions:
                told[user].append(scene.now)
    assert len(told) >= 6, "the test nudges people at all"
    for moments in told.values():
        assert all(later - earlier >= REST for earlier, later in pairwise(moments))


async def test_the_buttons_of_a_direct_nudge_show_how_things_stand(scene: Scene) -> None:
    await scene.promise(BEN, "two calls", done=1)
    shown = await NudgeService(scene.transactions).prepare_direct(
        scene.actor(BEN, guild=GuildId(1)), scene.group_.id
    )
    assert [(item.text, item.done) for item in shown.items] == [("two calls", 1)]
    assert shown.starts_at == datetime(2026, 1, 4, 12, tzinfo=UTC)
