"""The order in which pings leave, and how the dispatcher starts and stops."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from buddybot.domain.ids import ChannelId
from buddybot.domain.pings import PingKind, PingState, nonce
from buddybot.pings.dispatch.delivery_worker import DeliveryOutcome
from buddybot.pings.dispatch.message_gateway import Unclear
from buddybot.storage.engine.database import Database
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.pings.discords import FakeDiscord, Rings, dispatcher
from tests.pings.people import NOON, Hands, Preparer, found_group, meet, notices, outbox, ping, plan_ping


class Stuck:
    """Holds every request to one place until it is let go."""

    def __init__(self, place: str, times: int = 1) -> None:
        self._place = place
        self._times = times
        self.reached = asyncio.Event()
        self.release = asyncio.Event()

    async def __call__(self, name: str) -> None:
        if name == self._place and self._times > 0:
            self._times -= 1
            self.reached.set()
            await self.release.wait()


async def eventually(true: Callable[[], bool]) -> None:
    """Let the others run until it is true; fail after ten seconds."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  # what is waited for has no event: it is what others do
            await asyncio.sleep(0)


async def test_the_earliest_deadline_goes_first(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    hours = [7, 2, 9, 4, 1, 8, 3]
    keys = {
        hour: await plan_ping(
            database, group, meeting, PingKind.CHANGE, edition=hour, expires=NOON + timedelta(hours=hour)
        )
        for hour in hours
    }
    discord = FakeDiscord()
    await dispatcher(database, Hands(), discord, Preparer(), width=1).run_due()
    assert [sent.nonce for sent in discord.messages] == [nonce(keys[hour]) for hour in sorted(hours)]


async def test_nothing_leaves_before_its_time_and_everything_that_is_due_does(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    for edition in range(120):
        await plan_ping(database, group, meeting, PingKind.CHANGE, edition=edition)
    later = await plan_ping(database, group, meeting, due=NOON + timedelta(seconds=1))
    now, discord = Hands(), FakeDiscord()
    sender = dispatcher(database, now, discord, Preparer())
    assert await sender.run_due() == {DeliveryOutcome.SENT: 120}
    assert await sender.next_due() == NOON + timedelta(seconds=1)
    now.go(seconds=1)
    assert await sender.run_due() == {DeliveryOutcome.SENT: 1}
    assert (await ping(database, later)).state is PingState.SENT
    assert set(discord.delivered().values()) == {1}
    assert len(discord.messages) == 121


async def test_one_place_gets_its_messages_one_after_the_other(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    keys = [
        await plan_ping(database, group, meeting, kind)
        for kind in (PingKind.CARD, PingKind.CHECKIN, PingKind.SUMMARY)
    ]
    stuck = Stuck("before send")
    discord = FakeDiscord(stuck)
    running = asyncio.create_task(dispatcher(database, Hands(), discord, Preparer()).run_due())
    await stuck.reached.wait()
    assert discord.requests == {"send": 1}
    stuck.release.set()
    await running
    assert [sent.nonce for sent in discord.messages] == [nonce(key) for key in keys]


async def test_a_place_that_hangs_holds_up_no_other(database: Database) -> None:
    stuck = Stuck("before send")
    discord = FakeDiscord(stuck)
    sender = dispatcher(database, Hands(), discord, Preparer(), width=2)
    for number in range(6):
        group = await found_group(database, name=f"group {number}", channel=ChannelId(900 + number))
        await plan_ping(database, group, await meet(database, group))
    running = asyncio.create_task(sender.run_due())
    await stuck.reached.wait()
    await eventually(lambda: len(discord.messages) == 5)

    late = await found_group(database, name="late", channel=ChannelId(990))
    key = await plan_ping(database, late, await meet(database, late))
    await sender.ring()
    await eventually(lambda: len(discord.messages) == 6)
    assert discord.messages[-1].nonce == nonce(key)
    assert not running.done()
    stuck.release.set()
    assert await running == {DeliveryOutcome.SENT: 7}


async def test_an_expired_ping_is_missed_and_told_once(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    key = await plan_ping(database, group, meeting, expires=NOON + timedelta(hours=1))
    now, discord = Hands(NOON + timedelta(hours=1)), FakeDiscord()
    sender = dispatcher(database, now, discord, Preparer())
    assert await sender.run_due() == {DeliveryOutcome.MISSED: 1}
    assert await sender.run_due() == {}
    assert (await ping(database, key)).state is PingState.MISSED
    assert [code for code, _ in await notices(database)] == ["ping_missed"]
    assert discord.requests == {}


async def test_a_cancelled_ping_stays_here(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    key = await plan_ping(database, group, meeting)
    found = await ping(database, key)
    await database.write(lambda tx: OutboxRepository(tx).cancel(found.id, NOON))
    discord = FakeDiscord()
    assert await dispatcher(database, Hands(), discord, Preparer()).run_due() == {}
    assert discord.requests == {}


@pytest.mark.parametrize("place", ["before send", "after send"])
async def test_stopping_hands_back_what_hangs_and_what_waits(database: Database, place: str) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    hanging = await plan_ping(database, group, meeting)
    waiting = await plan_ping(database, group, meeting, PingKind.CHECKIN)
    stuck = Stuck(place)
    discord = FakeDiscord(stuck)
    now = Hands()
    sender = dispatcher(database, now, discord, Preparer(), grace=0.05)
    sender.start()
    await stuck.reached.wait()
    await sender.stop()

    assert (await ping(database, hanging)).state is PingState.SENDING
    assert (await ping(database, waiting)).state is PingState.PLANNED
    healthy = FakeDiscord()
    healthy.messages = discord.messages
    again = dispatcher(database, now, healthy, Preparer())
    assert await again.next_due() == NOON
    assert await again.run_due() == {DeliveryOutcome.SENT: 2}
    assert healthy.delivered() == {nonce(hanging): 1, nonce(waiting): 1}


async def test_stopping_lets_what_is_under_way_come_to_its_end(database: Database) -> None:
    group = await found_group(database)
    key = await plan_ping(database, group, await meet(database, group))
    stuck = Stuck("after send")
    sender = dispatcher(database, Hands(), FakeDiscord(stuck), Preparer(), grace=5)
    sender.start()
    await stuck.reached.wait()
    stopping = asyncio.create_task(sender.stop())
    await asyncio.sleep(0)
    stuck.release.set()
    await stopping
    assert (await ping(database, key)).state is PingState.SENT


async def test_a_stopped_dispatcher_begins_nothing(database: Database) -> None:
    group = await found_group(database)
    discord = FakeDiscord()
    sender = dispatcher(database, Hands(), discord, Preparer())
    sender.start()
    await sender.stop()
    await plan_ping(database, group, await meet(database, group))
    await sender.ring()
    assert await sender.run_due() == {}
    assert discord.requests == {}


async def test_a_started_dispatcher_works_when_it_is_rung_and_says_when_to_ring_next(
    database: Database,
) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    first = await plan_ping(database, group, meeting)
    await plan_ping(database, group, meeting, PingKind.CHECKIN, due=NOON + timedelta(minutes=3))
    clock, discord = Rings(), FakeDiscord()
    sender = dispatcher(database, Hands(), discord, Preparer(), clock=clock)
    sender.start()
    await eventually(lambda: bool(clock.at))
    assert clock.at == [NOON + timedelta(minutes=3)]
    assert (await ping(database, first)).state is PingState.SENT

    urgent = await plan_ping(database, group, meeting, PingKind.SUMMARY)
    await sender.ring()
    await eventually(lambda: len(discord.messages) == 2)
    await sender.stop()
    assert (await ping(database, urgent)).state is PingState.SENT


async def test_two_dispatchers_at_once_send_each_ping_once(database: Database) -> None:
    for number in range(10):
        group = await found_group(database, name=f"group {number}", channel=ChannelId(900 + number))
        meeting = await meet(database, group)
        for edition in range(6):
            await plan_ping(database, group, meeting, PingKind.CHANGE, edition=edition)
    now, discord = Hands(), FakeDiscord()
    discord.faults.add("send", *[Unclear("reset")] * 10, late=True)
    both = [dispatcher(database, now, discord, Preparer()) for _ in range(2)]
    await asyncio.gather(*(each.run_due() for each in both))
    now.go(minutes=5)
    discord.forget_nonces()
    await asyncio.gather(*(each.run_due() for each in both))
    assert set(discord.delivered().values()) == {1}
    assert len(discord.messages) == 60
    assert {each.state for each in (await outbox(database)).values()} == {PingState.SENT}
