"""A sender that was away for longer than its lease: what another did meanwhile stays done."""

import asyncio
from datetime import datetime, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.pings.dispatch.delivery_worker import DeliveryOutcome
from buddybot.pings.dispatch.message_gateway import Unclear, Unreachable
from buddybot.pings.dispatch.send_rate import Pacer
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.outbox.cards import CardRepository
from tests.pings.discords import FakeDiscord, dispatcher
from tests.pings.dispatch.test_dispatcher import Stuck
from tests.pings.people import Hands, Preparer, found_group, meet, outbox, ping, plan_ping

LEASE = timedelta(seconds=60)


async def test_what_waited_in_a_sender_that_slept_is_not_sent_by_it(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    for kind in (PingKind.CARD, PingKind.CHECKIN):
        await plan_ping(database, group, meeting, kind)
    stuck, now = Stuck("before send"), Hands()
    discord = FakeDiscord(stuck)
    sleeping = asyncio.create_task(dispatcher(database, now, discord, Preparer(), lease=LEASE).run_due())
    await stuck.reached.wait()
    now.go(seconds=61)
    assert await dispatcher(database, now, discord, Preparer(), lease=LEASE).run_due() == {
        DeliveryOutcome.SENT: 2
    }

    discord.forget_nonces()
    discord.faults.add("send", Unclear("asleep"))
    stuck.release.set()
    await sleeping
    assert len(discord.messages) == 2
    assert {each.state for each in (await outbox(database)).values()} == {PingState.SENT}


async def test_a_sender_that_slept_does_not_plan_anew_what_another_is_sending(database: Database) -> None:
    group = await found_group(database)
    key = await plan_ping(database, group, await meet(database, group))
    first, second, now = Stuck("before send"), Stuck("before send"), Hands()
    asleep, awake = FakeDiscord(first), FakeDiscord(second)
    sleeping = asyncio.create_task(dispatcher(database, now, asleep, Preparer(), lease=LEASE).run_due())
    await first.reached.wait()
    now.go(seconds=61)
    working = asyncio.create_task(dispatcher(database, now, awake, Preparer(), lease=LEASE).run_due())
    await second.reached.wait()

    asleep.faults.add("send", Unreachable("no network"))
    first.release.set()
    await sleeping
    assert (await ping(database, key)).state is PingState.SENDING
    second.release.set()
    await working
    assert (await ping(database, key)).state is PingState.SENT
    assert (len(asleep.messages), len(awake.messages)) == (0, 1)


async def test_what_arrived_is_noted_though_another_holds_it_by_now(database: Database) -> None:
    """Else it would be looked for in the history when the other's lease ends, and read as under way."""
    group = await found_group(database)
    key = await plan_ping(database, group, await meet(database, group))
    first, second, now = Stuck("before send"), Stuck("before find"), Hands()
    slow = FakeDiscord(first)
    slept = asyncio.create_task(dispatcher(database, now, slow, Preparer(), lease=LEASE).run_due())
    await first.reached.wait()
    now.go(seconds=61)
    other = FakeDiscord(second)
    looking = asyncio.create_task(dispatcher(database, now, other, Preparer(), lease=LEASE).run_due())
    await second.reached.wait()
    first.release.set()
    assert await slept == {DeliveryOutcome.SENT: 1}
    assert (await ping(database, key)).state is PingState.SENT

    second.release.set()
    assert await looking == {DeliveryOutcome.TAKEN_OVER: 1}
    assert (len(slow.messages), len(other.messages)) == (1, 0)
    assert (await ping(database, key)).state is PingState.SENT


async def test_a_card_that_another_sent_meanwhile_is_not_taken_for_newer_than_it_is(
    database: Database,
) -> None:
    """Somebody answers after it was made; who was about to send it once more leaves that to be edited in."""
    group = await found_group(database)
    meeting = await meet(database, group)
    await plan_ping(database, group, meeting)
    card, now = Preparer(), Hands()
    first, second = Stuck("before send"), Stuck("after find")
    discord, other = FakeDiscord(first), FakeDiscord(second)
    slept = asyncio.create_task(dispatcher(database, now, discord, card, lease=LEASE).run_due())
    await first.reached.wait()
    now.go(seconds=61)
    looking = asyncio.create_task(dispatcher(database, now, other, card, lease=LEASE).run_due())
    await second.reached.wait()
    await database.write(lambda tx: CardRepository(tx).touch(meeting))
    first.release.set()
    assert await slept == {DeliveryOutcome.SENT: 1}
    second.release.set()
    assert await looking == {DeliveryOutcome.TAKEN_OVER: 1}
    stale = await database.read(lambda tx: CardRepository(tx).list_stale(meeting))
    assert [each.revision - each.shown for each in stale] == [1]


async def test_a_queue_that_takes_longer_than_the_lease_is_worked_off_once(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    for kind in (PingKind.CARD, PingKind.CHECKIN, PingKind.SUMMARY):
        await plan_ping(database, group, meeting, kind)
    stuck, now = Stuck("before send"), Hands()
    discord = FakeDiscord(stuck)
    sender = dispatcher(database, now, discord, Preparer(), lease=LEASE)
    working = asyncio.create_task(sender.run_due())
    await stuck.reached.wait()
    now.go(seconds=61)
    await sender.ring()
    async with asyncio.timeout(10):
        attempts: set[int] = set()
        while attempts != {2}:
            attempts = {each.attempts for each in (await outbox(database)).values()}
    stuck.release.set()
    assert (await working)[DeliveryOutcome.SENT] == 3
    assert set(discord.delivered().values()) == {1}
    assert {each.state for each in (await outbox(database)).values()} == {PingState.SENT}


async def test_a_change_while_a_card_is_made_is_not_taken_for_shown(database: Database) -> None:
    """The card is made of what is there; who answers at that moment waits, and it is edited then."""
    if database.engine == "sqlite":
        pytest.skip("there a script has the database to itself")
    group = await found_group(database)
    meeting = await meet(database, group)
    await plan_ping(database, group, meeting)
    answers: list[asyncio.Task[None]] = []

    async def answer(tx: Tx) -> None:
        await GroupRepository(tx).lock(group.id)
        await CardRepository(tx).touch(meeting)

    async def announce(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement:
        said = await said_so_far(uow.tx, meeting)
        answers.append(asyncio.create_task(database.write(answer)))
        await asyncio.wait(answers, timeout=0.2)  # it must not get through, so there is nothing to wait for
        return Announcement(content=said, language="en")

    await database.write(lambda tx: CardRepository(tx).note_preparing(meeting, CardKind.MEETING))
    sender = dispatcher(database, Hands(), FakeDiscord(), announce)
    await sender.run_due()
    await asyncio.gather(*answers)
    stale = await database.read(lambda tx: CardRepository(tx).list_stale(meeting))
    assert [card.revision - card.shown for card in stale] == [1]


async def said_so_far(tx: Tx, meeting: MeetingId) -> str:
    row = await tx.one("SELECT revision FROM cards WHERE meeting_id = :meeting", meeting=meeting)
    assert row is not None
    return str(row["revision"])


async def test_a_sender_that_sleeps_just_before_it_sends_looks_again_first(database: Database) -> None:
    group = await found_group(database)
    key = await plan_ping(database, group, await meet(database, group))
    now, discord = Hands(), FakeDiscord()

    async def sleep(_seconds: float) -> None:
        now.go(hours=8)
        await dispatcher(database, now, discord, Preparer(), lease=LEASE).run_due()
        discord.forget_nonces()

    pacer = Pacer(1.0, clock=lambda: 0.0, sleep=sleep)
    await pacer.wait_turn()
    asleep = dispatcher(database, now, discord, Preparer(), lease=LEASE, pacer=pacer)
    assert await asleep.run_due() == {DeliveryOutcome.LATER: 1}
    assert len(discord.messages) == 1
    assert (await ping(database, key)).state is PingState.SENT
