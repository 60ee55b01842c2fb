"""When Discord was away and is back: what waits is not left waiting, and nobody hammers on a closed door."""

from buddybot.domain.pings import PingKind, PingState, nonce
from buddybot.pings.dispatch.message_gateway import Unclear, Unreachable
from buddybot.storage.engine.database import Database
from tests.pings.discords import FakeDiscord, dispatcher
from tests.pings.people import Hands, Preparer, found_group, meet, notices, outbox, plan_ping

KINDS = (PingKind.CARD, PingKind.CHECKIN, PingKind.SUMMARY)
FOR_LONG = 500


async def three(database: Database) -> list[str]:
    group = await found_group(database)
    meeting = await meet(database, group)
    return [await plan_ping(database, group, meeting, kind) for kind in KINDS]


async def test_after_an_hour_without_discord_everything_arrives_within_a_minute(database: Database) -> None:
    keys = await three(database)
    now, discord = Hands(), FakeDiscord()
    sender = dispatcher(database, now, discord, Preparer())
    discord.faults.add("send", *[Unreachable("no network")] * FOR_LONG)
    for _ in range(60):
        await sender.tick()
        await sender.run_due()
        now.go(minutes=1)
    assert discord.delivered() == {}
    assert discord.requests["send"] <= 60 + 5 * len(keys)

    discord.faults.before.clear()
    await sender.tick()
    await sender.run_due()
    assert discord.delivered() == {nonce(key): 1 for key in keys}
    assert {ping.state for ping in (await outbox(database)).values()} == {PingState.SENT}
    assert await notices(database) == []


async def test_one_that_discord_never_answers_is_tried_once_a_minute_at_most(database: Database) -> None:
    await three(database)
    now, discord = Hands(), FakeDiscord()
    sender = dispatcher(database, now, discord, Preparer())
    discord.faults.add("send", *[Unclear("status 500")] * FOR_LONG)
    for _ in range(10):
        await sender.tick()
        await sender.run_due()
    assert discord.requests["send"] <= len(KINDS) + 10


async def test_a_restart_tries_again_at_once(database: Database) -> None:
    keys = await three(database)
    now, discord = Hands(), FakeDiscord()
    discord.faults.add("send", *[Unreachable("no network")] * 3 * 5)
    sender = dispatcher(database, now, discord, Preparer())
    for _ in range(5):
        await sender.run_due()
        now.go(minutes=30)
    now.go(minutes=-29)
    discord.faults.before.clear()
    await dispatcher(database, now, discord, Preparer()).run_due()
    assert discord.delivered() == {nonce(key): 1 for key in keys}
