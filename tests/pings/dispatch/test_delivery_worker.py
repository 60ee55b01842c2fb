"""What becomes of a ping for everything that Discord may answer."""

from datetime import UTC, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import Preferences, QuietHours
from buddybot.domain.ids import MeetingId
from buddybot.domain.pings import PingKind, PingState, nonce
from buddybot.pings.dispatch.delivery_worker import DIRECT_PAUSE, DeliveryOutcome
from buddybot.pings.dispatch.message_gateway import Busy, Refused, Unauthorized, Unclear, Unreachable
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.groups.guilds import GuildRepository
from buddybot.storage.outbox.channel_health import ChannelHealthRepository
from tests.pings.discords import FakeDiscord, dispatcher, dm
from tests.pings.people import (
    ANA,
    BEN,
    CHANNEL,
    GUILD,
    NOON,
    Hands,
    Preparer,
    found_group,
    meet,
    notices,
    ping,
    plan_ping,
    prefer,
)


@pytest.fixture
async def group(database: Database) -> Group:
    return await found_group(database)


@pytest.fixture
async def meeting(database: Database, group: Group) -> MeetingId:
    return await meet(database, group)


@pytest.fixture
def now() -> Hands:
    return Hands()


@pytest.fixture
def discord() -> FakeDiscord:
    return FakeDiscord()


async def reread(database: Database, group: Group) -> Group:
    found = await database.read(lambda tx: GroupRepository(tx).get(GUILD, group.id))
    assert found is not None
    return found


async def take_direct_messages(database: Database) -> None:
    await prefer(database, Preferences(GUILD, BEN, direct_messages=True))


async def test_what_arrived_although_the_answer_was_lost_is_not_sent_again(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    discord.faults.add("send", Unclear("status 503"), late=True)
    sender = dispatcher(database, now, discord, Preparer())
    assert await sender.run_due() == {DeliveryOutcome.LATER: 1}
    assert (await ping(database, key)).state is PingState.SENDING

    assert await sender.next_due() == now.at + timedelta(seconds=5)
    now.go(seconds=5)
    discord.forget_nonces()
    assert await sender.run_due() == {DeliveryOutcome.SENT: 1}
    assert discord.requests == {"send": 1, "find": 1}
    assert discord.looked_since[0] < NOON - timedelta(hours=12)


async def test_a_lost_answer_is_looked_for_with_growing_patience_until_the_ping_expires(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting, expires=NOON + timedelta(hours=2))
    discord.faults.add("send", Unclear("reset"))
    discord.faults.add("find", *[Unclear("status 503")] * 100)
    sender = dispatcher(database, now, discord, Preparer())
    waits = []
    while (due := await sender.next_due()) is not None:
        waits.append((due - now.at).total_seconds())
        now.at = due
        await sender.run_due()
    assert waits == [0, 5, 30, 120, 600, 1800, 1800, 1800, 1800]
    assert (await ping(database, key)).state is PingState.MISSED
    assert [code for code, _ in await notices(database)] == ["ping_missed"]
    assert discord.messages == []


async def test_what_never_left_is_planned_again(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    discord.faults.add("send", Unreachable("no route"))
    sender = dispatcher(database, now, discord, Preparer())
    await sender.run_due()
    waiting = await ping(database, key)
    assert (waiting.state, waiting.channel_id) == (PingState.PLANNED, None)
    now.go(seconds=5)
    await sender.run_due()
    assert discord.requests == {"send": 2}
    assert discord.delivered() == {nonce(key): 1}


async def test_a_long_429_is_waited_out(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    discord.faults.add("send", Busy(700.5))
    sender = dispatcher(database, now, discord, Preparer())
    await sender.run_due()
    assert (await ping(database, key)).state is PingState.PLANNED
    assert await sender.next_due() == now.at + timedelta(seconds=700)
    now.go(seconds=700)
    assert await sender.run_due() == {DeliveryOutcome.SENT: 1}


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50001), (403, 50013), (403, 20022)])
async def test_a_channel_that_refuses_is_asked_once_and_the_organizer_told_once(
    database: Database,
    group: Group,
    meeting: MeetingId,
    now: Hands,
    discord: FakeDiscord,
    status: int,
    code: int,
) -> None:
    key = await plan_ping(database, group, meeting)
    other = await plan_ping(database, group, meeting, PingKind.CHECKIN)
    discord.closed[CHANNEL] = Refused(status=status, code=code)
    sender = dispatcher(database, now, discord, Preparer())
    await sender.run_due()
    now.go(hours=1)
    await sender.run_due()
    assert discord.requests == {"send": 1}
    assert (await reread(database, group)).route_error == code
    assert [each for each, _ in await notices(database)] == ["route_closed"]
    assert {(await ping(database, each)).state for each in (key, other)} == {PingState.PLANNED}
    assert await sender.next_due() is None


async def test_a_channel_that_is_mended_in_time_still_gets_its_card(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    discord.closed[CHANNEL] = Refused(status=403, code=50013)
    sender = dispatcher(database, now, discord, Preparer())
    await sender.run_due()
    now.go(hours=1)
    assert await database.write(lambda tx: ChannelHealthRepository(tx).reopen_wanted(now())) == 1
    await sender.run_due()
    assert discord.requests == {"send": 2}
    assert [each for each, _ in await notices(database)] == ["route_closed"]

    del discord.closed[CHANNEL]
    await database.write(lambda tx: ChannelHealthRepository(tx).reopen(GUILD, now()))
    await sender.run_due()
    assert (await ping(database, key)).state is PingState.SENT
    assert (await reread(database, group)).route_error is None
    assert await notices(database) == []


async def test_a_channel_that_is_not_mended_in_time_misses_its_card(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    discord.closed[CHANNEL] = Refused(status=404, code=10003)
    sender = dispatcher(database, now, discord, Preparer())
    await sender.run_due()
    now.go(days=1)
    assert await sender.run_due() == {DeliveryOutcome.MISSED: 1}
    assert (await ping(database, key)).state is PingState.MISSED
    assert [code for code, _ in await notices(database)] == ["route_closed", "ping_missed"]
    assert '"why": "route"' in (await notices(database))[1][1]


@pytest.mark.parametrize("code", [50007, 50278])
@pytest.mark.parametrize("kind", [PingKind.NUDGE, PingKind.REMINDER])
async def test_closed_direct_messages_fall_back_to_the_channel_at_once(
    database: Database,
    group: Group,
    meeting: MeetingId,
    now: Hands,
    discord: FakeDiscord,
    kind: PingKind,
    code: int,
) -> None:
    await take_direct_messages(database)
    key = await plan_ping(database, group, meeting, kind, recipient=BEN, direct=True)
    discord.closed[dm(BEN)] = Refused(status=403, code=code)
    preparer = Preparer(mentions=(BEN,))
    await dispatcher(database, now, discord, preparer).run_due()
    assert preparer.asked == [(key, True), (key, False)]
    [sent] = discord.messages
    assert (sent.channel, sent.announcement.mentions) == (CHANNEL, (BEN,))
    assert (await reread(database, group)).route_error is None


async def test_opening_too_many_direct_messages_lets_all_of_them_wait(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    await take_direct_messages(database)
    await prefer(database, Preferences(GUILD, ANA, direct_messages=True))
    first = await plan_ping(database, group, meeting, PingKind.REMINDER, recipient=BEN, direct=True)
    later = NOON + timedelta(minutes=5)
    second = await plan_ping(
        database, group, meeting, PingKind.REMINDER, recipient=ANA, direct=True, due=later
    )
    discord.faults.add("direct", Refused(status=400, code=40003))
    sender = dispatcher(database, now, discord, Preparer())
    await sender.run_due()
    assert {(await ping(database, key)).try_at for key in (first, second)} == {NOON + DIRECT_PAUSE}
    now.go(minutes=10)
    assert await sender.run_due() == {DeliveryOutcome.SENT: 2}


@pytest.mark.parametrize("code", [10007, 10013, 50033])
async def test_a_person_whom_discord_does_not_know_any_more_gets_nothing(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord, code: int
) -> None:
    await take_direct_messages(database)
    key = await plan_ping(database, group, meeting, PingKind.REMINDER, recipient=BEN, direct=True)
    discord.faults.add("direct", Refused(status=404, code=code))
    assert await dispatcher(database, now, discord, Preparer()).run_due() == {DeliveryOutcome.SUPPRESSED: 1}
    assert (await ping(database, key)).state is PingState.SUPPRESSED


async def test_consent_withdrawn_a_moment_ago_holds(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting, PingKind.REMINDER, recipient=BEN, direct=True)
    preparer = Preparer()
    await dispatcher(database, now, discord, preparer).run_due()
    assert (await ping(database, key)).state is PingState.SUPPRESSED
    assert preparer.asked == []
    assert discord.requests == {}


async def test_a_member_who_left_gets_nothing_personal(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting, PingKind.NUDGE, recipient=BEN)
    await database.write(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=BEN, now=NOON, reason=None)
    )
    await dispatcher(database, now, discord, Preparer()).run_due()
    assert (await ping(database, key)).state is PingState.SUPPRESSED


async def test_a_late_direct_message_still_waits_for_the_end_of_the_quiet_hours(
    database: Database, group: Group, meeting: MeetingId, discord: FakeDiscord
) -> None:
    await take_direct_messages(database)
    key = await plan_ping(
        database,
        group,
        meeting,
        PingKind.REMINDER,
        recipient=BEN,
        direct=True,
        expires=NOON + timedelta(days=2),
    )
    now = Hands(datetime(2026, 3, 2, 21, 30, tzinfo=UTC))
    sender = dispatcher(database, now, discord, Preparer(), quiet=QuietHours(time(22), time(8)))
    await sender.run_due()
    assert discord.requests == {}
    assert (await ping(database, key)).state is PingState.PLANNED
    morning = await sender.next_due()
    assert morning == datetime(2026, 3, 3, 7, tzinfo=UTC)
    now.at = morning
    assert await sender.run_due() == {DeliveryOutcome.SENT: 1}


async def test_quiet_hours_until_it_is_useless_suppress_it(
    database: Database, group: Group, meeting: MeetingId, discord: FakeDiscord
) -> None:
    await take_direct_messages(database)
    key = await plan_ping(database, group, meeting, PingKind.REMINDER, recipient=BEN, direct=True)
    now = Hands(NOON + timedelta(hours=23))
    sender = dispatcher(database, now, discord, Preparer(), quiet=QuietHours(time(9), time(18)))
    await sender.run_due()
    assert (await ping(database, key)).state is PingState.SUPPRESSED
    assert await notices(database) == []


async def test_what_is_not_needed_any_more_is_suppressed(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    assert await dispatcher(database, now, discord, Preparer(silent=True)).run_due() == {
        DeliveryOutcome.SUPPRESSED: 1
    }
    assert (await ping(database, key)).state is PingState.SUPPRESSED


async def test_a_repeat_of_a_message_that_somebody_deleted_counts_as_delivered(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    discord.faults.add("send", Refused(status=404, code=10008))
    assert await dispatcher(database, now, discord, Preparer()).run_due() == {DeliveryOutcome.SENT: 1}
    assert (await ping(database, key)).state is PingState.SENT
    assert (await reread(database, group)).route_error is None


async def test_an_unreadable_history_costs_one_repeat_with_the_same_nonce_at_most(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    discord.faults.add("send", Unclear("reset"), late=True)
    discord.faults.add("find", Refused(status=403, code=50013))
    sender = dispatcher(database, now, discord, Preparer())
    await sender.run_due()
    now.go(minutes=1)
    await sender.run_due()
    assert discord.requests == {"send": 2, "find": 1}
    assert discord.delivered() == {nonce(key): 1}
    assert (await ping(database, key)).state is PingState.SENT


async def test_a_fault_in_a_feature_is_tried_again_and_holds_up_no_other(
    database: Database,
    group: Group,
    meeting: MeetingId,
    now: Hands,
    discord: FakeDiscord,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = await plan_ping(database, group, meeting, expires=NOON + timedelta(hours=1))
    sound = await plan_ping(database, group, meeting, PingKind.CHECKIN)
    preparer = Preparer(stumbles={broken})
    sender = dispatcher(database, now, discord, preparer)
    assert await sender.run_due() == {DeliveryOutcome.LATER: 1, DeliveryOutcome.SENT: 1}
    assert (await ping(database, sound)).state is PingState.SENT
    waiting = await ping(database, broken)
    assert (waiting.state, waiting.attempts, waiting.try_at) == (
        PingState.PLANNED,
        1,
        NOON + timedelta(seconds=5),
    )
    assert "reference" in caplog.text
    preparer.stumbles.clear()
    now.go(seconds=5)
    assert await sender.run_due() == {DeliveryOutcome.SENT: 1}


async def test_a_token_that_is_not_taken_stops_everything(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    keys = [
        await plan_ping(database, group, meeting, kind)
        for kind in (PingKind.CARD, PingKind.CHECKIN, PingKind.SUMMARY)
    ]
    discord.faults.add("send", Unauthorized())
    told: list[str] = []
    sender = dispatcher(database, now, discord, Preparer(), unauthorized=lambda: told.append("stop"))
    await sender.run_due()
    await sender.run_due()
    assert told == ["stop"]
    assert discord.requests == {"send": 1}
    assert {(await ping(database, key)).state for key in keys} == {PingState.PLANNED}


async def test_a_ping_of_a_guild_that_is_gone_waits_and_is_missed(
    database: Database, group: Group, meeting: MeetingId, now: Hands, discord: FakeDiscord
) -> None:
    key = await plan_ping(database, group, meeting)
    await database.write(lambda tx: GuildRepository(tx).mark_gone(GUILD, NOON))
    sender = dispatcher(database, now, discord, Preparer())
    assert await sender.run_due() == {}
    assert await sender.next_due() is None
    now.go(days=1)
    await sender.run_due()
    assert (await ping(database, key)).state is PingState.MISSED
