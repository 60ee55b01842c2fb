"""A process killed between any two steps loses no ping and doubles none."""

from datetime import timedelta

import pytest

from buddybot.domain.groups.preferences import Preferences
from buddybot.domain.pings import PingKind, PingState, nonce
from buddybot.storage.engine.database import Database
from buddybot.storage.outbox.cards import CardRepository
from tests.pings.discords import FakeDiscord, Killer, dispatcher, dm, mortal
from tests.pings.people import BEN, GUILD, Hands, Preparer, found_group, meet, ping, plan_ping, prefer

SENDING_POINTS = 14
"""More than there are between claiming a ping and having noted that it arrived."""


async def one_ping(database: Database, kind: PingKind) -> str:
    group = await found_group(database)
    meeting = await meet(database, group)
    if kind is PingKind.REMINDER:
        await prefer(database, Preferences(GUILD, BEN, direct_messages=True))
        return await plan_ping(database, group, meeting, kind, recipient=BEN, direct=True)
    return await plan_ping(database, group, meeting, kind)


@pytest.mark.parametrize("kind", [PingKind.CARD, PingKind.REMINDER])
@pytest.mark.parametrize("fatal", range(SENDING_POINTS))
async def test_a_ping_killed_at_any_point_arrives_once(
    database: Database, kind: PingKind, fatal: int
) -> None:
    key = await one_ping(database, kind)
    now, killer = Hands(), Killer(fatal)
    discord = FakeDiscord(killer.point)
    preparer = Preparer()
    first = dispatcher(mortal(database, killer), now, discord, preparer)
    await killer.survive(first.run_due())

    now.go(minutes=10)
    discord.forget_nonces()
    healthy = FakeDiscord()
    healthy.messages = discord.messages
    await dispatcher(database, now, healthy, preparer).run_due()

    assert healthy.delivered() == {nonce(key): 1}
    settled = await ping(database, key)
    assert settled.state is PingState.SENT
    assert settled.message_id == healthy.messages[0].id
    assert settled.channel_id == (dm(BEN) if kind is PingKind.REMINDER else healthy.messages[0].channel)
    assert await dispatcher(database, now, healthy, preparer).next_due() is None


@pytest.mark.parametrize("fatal", range(6))
async def test_a_kill_in_the_recovery_itself_changes_nothing(database: Database, fatal: int) -> None:
    key = await one_ping(database, PingKind.CARD)
    now, preparer = Hands(), Preparer()
    after_sending = Killer(5)
    discord = FakeDiscord(after_sending.point)
    await after_sending.survive(dispatcher(mortal(database, after_sending), now, discord, preparer).run_due())
    assert after_sending.passed[-1] == "after send", after_sending.passed

    now.go(minutes=10)
    again = Killer(fatal)
    second = FakeDiscord(again.point)
    second.messages = discord.messages
    await again.survive(dispatcher(mortal(database, again), now, second, preparer).run_due())

    now.go(minutes=10)
    third = FakeDiscord()
    third.messages = second.messages
    await dispatcher(database, now, third, preparer).run_due()
    assert third.delivered() == {nonce(key): 1}
    assert (await ping(database, key)).state is PingState.SENT


async def test_the_points_are_all_tried(database: Database) -> None:
    key = await one_ping(database, PingKind.REMINDER)
    counting = Killer()
    discord = FakeDiscord(counting.point)
    run = dispatcher(mortal(database, counting), Hands(), discord, Preparer()).run_due()
    assert await counting.survive(run)
    assert len(counting.passed) <= SENDING_POINTS
    assert counting.passed.count("after send") == 1
    assert discord.delivered() == {nonce(key): 1}


async def test_a_card_found_in_the_history_is_edited_from_then_on(database: Database) -> None:
    key = await one_ping(database, PingKind.CARD)
    now, preparer, killer = Hands(), Preparer(), Killer(5)
    discord = FakeDiscord(killer.point)
    await killer.survive(dispatcher(mortal(database, killer), now, discord, preparer).run_due())
    now.go(minutes=10)
    healthy = FakeDiscord()
    healthy.messages = discord.messages
    await dispatcher(database, now, healthy, preparer).run_due()

    assert healthy.requests == {"find": 1}
    meeting = (await ping(database, key)).meeting_id
    assert meeting is not None
    [card] = await database.read(lambda tx: CardRepository(tx).list_stale(meeting))
    assert card.message_id == healthy.messages[0].id


async def test_another_sender_leaves_alone_what_is_held(database: Database) -> None:
    key = await one_ping(database, PingKind.CARD)
    now, killer = Hands(), Killer(4)
    discord = FakeDiscord(killer.point)
    await killer.survive(dispatcher(mortal(database, killer), now, discord, Preparer()).run_due())
    healthy = FakeDiscord()
    other = dispatcher(database, now, healthy, Preparer())

    now.go(seconds=30)
    await other.run_due()
    assert healthy.requests == {}
    assert await other.next_due() == now.at + timedelta(seconds=30)
    now.go(seconds=30)
    await other.run_due()
    assert (await ping(database, key)).state is PingState.SENT
