"""The outbox: planning is idempotent, and what was begun is nobody's but the sender's."""

import json
from datetime import timedelta

import pytest

from buddybot.domain.ids import ChannelId, MessageId, UserId
from buddybot.domain.pings import GROUP, PingKind, PingState
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.outbox.sending import Claimed, SendingRepository
from tests.pings.people import ANA, BEN, CHO, NOON, found_group, meet, notices, outbox, ping, plan_ping

LEASE = timedelta(seconds=60)


async def claim(database: Database, *, limit: int = 50, seconds: float = 0) -> list[Claimed]:
    now = NOON + timedelta(seconds=seconds)
    return list(
        await database.write(lambda tx: SendingRepository(tx).claim(limit=limit, now=now, lease=LEASE))
    )


async def recover(database: Database, *, seconds: float = 0) -> list[Claimed]:
    now = NOON + timedelta(seconds=seconds)
    return list(
        await database.write(lambda tx: SendingRepository(tx).recover(limit=50, now=now, lease=LEASE))
    )


async def plan(database: Database, *, kind: PingKind = PingKind.CARD, minutes: float = 0) -> str:
    """Plan one ping of a new group, or of the one there is."""
    group = await database.read(lambda tx: GroupRepository(tx).list_active())
    found = group[0] if group else await found_group(database)
    row = await database.read(lambda tx: tx.one("SELECT id FROM meetings"))
    meeting = row["id"] if row is not None else await meet(database, found)
    return await plan_ping(
        database,
        found,
        meeting,
        kind,
        due=NOON + timedelta(minutes=minutes),
        expires=NOON + timedelta(days=1),
    )


async def test_planning_twice_is_planning_once(database: Database) -> None:
    key = await plan(database)
    first = await ping(database, key)
    assert await plan(database) == key
    assert await outbox(database) == {key: first}


async def test_a_planned_ping_can_be_moved(database: Database) -> None:
    key = await plan(database)
    await plan(database, minutes=30)
    moved = await ping(database, key)
    assert moved.due_at == moved.try_at == NOON + timedelta(minutes=30)


async def test_a_ping_that_was_begun_is_not_planned_anew(database: Database) -> None:
    key = await plan(database)
    await claim(database)
    await plan(database, minutes=30)
    begun = await ping(database, key)
    assert (begun.state, begun.due_at, begun.attempts) == (PingState.SENDING, NOON, 1)


async def test_a_claimed_ping_is_not_claimed_again(database: Database) -> None:
    key = await plan(database)
    assert [each.ping.key for each in await claim(database)] == [key]
    assert await claim(database) == []
    assert await recover(database, seconds=59) == []
    [held] = await recover(database, seconds=60)
    assert (held.recovering, held.ping.attempts) == (True, 2)
    assert await recover(database, seconds=61) == []


async def test_the_queue_is_the_channel_or_the_person(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    await plan_ping(database, group, meeting)
    await plan_ping(database, group, meeting, PingKind.REMINDER, recipient=BEN, direct=True)
    await plan_ping(database, group, meeting, PingKind.NUDGE, recipient=BEN)
    assert {(each.ping.kind, each.queue_id) for each in await claim(database)} == {
        (PingKind.CARD, group.channel_id),
        (PingKind.REMINDER, BEN),
        (PingKind.NUDGE, group.channel_id),
    }


async def test_no_more_than_the_limit_is_claimed(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    for edition in range(5):
        await plan_ping(database, group, meeting, PingKind.CHANGE, edition=edition)
    assert len(await claim(database, limit=3)) == 3
    assert len(await claim(database, limit=3)) == 2


async def test_a_closed_channel_is_left_alone_and_a_person_is_not(database: Database) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    await plan_ping(database, group, meeting)
    personal = await plan_ping(database, group, meeting, PingKind.REMINDER, recipient=BEN, direct=True)
    await database.write(lambda tx: GroupRepository(tx).set_channel_error(group.id, 50013))
    assert [each.ping.key for each in await claim(database)] == [personal]


async def test_putting_back_never_waits_beyond_the_end_of_use(database: Database) -> None:
    await plan(database)
    [held] = await claim(database)
    await database.write(
        lambda tx: SendingRepository(tx).put_back(held.ping, try_at=NOON + timedelta(days=9), error="busy")
    )
    assert (await ping(database, held.ping.key)).try_at == held.ping.expires_at
    assert await database.write(lambda tx: SendingRepository(tx).expire(held.ping.expires_at)) == 1


async def test_a_ping_that_was_planned_anew_is_not_finished_by_who_held_it(database: Database) -> None:
    await plan(database)
    [held] = await claim(database)

    async def late(tx: Tx) -> None:
        sending = SendingRepository(tx)
        await sending.put_back(held.ping, try_at=NOON, error="busy")
        await sending.finish(held.ping, channel_id=ChannelId(8), message_id=MessageId(9), now=NOON)

    await database.write(late)
    assert (await ping(database, held.ping.key)).state is PingState.PLANNED


async def test_a_finished_ping_cannot_be_handed_back(database: Database) -> None:
    await plan(database)
    [held] = await claim(database)

    async def finish(tx: Tx) -> None:
        sending = SendingRepository(tx)
        await sending.finish(held.ping, channel_id=ChannelId(8), message_id=MessageId(9), now=NOON)
        await sending.put_back(held.ping, try_at=NOON, error="stopped")
        await sending.leave_open(held.ping, try_at=NOON, error="stopped")
        await sending.mark_missed(held.ping, NOON)

    await database.write(finish)
    done = await ping(database, held.ping.key)
    assert (done.state, done.channel_id, done.message_id) == (PingState.SENT, 8, 9)
    assert await notices(database) == []


@pytest.mark.parametrize("recipients", [(GROUP,), (ANA, BEN, CHO)])
async def test_a_missed_ping_is_told_without_saying_whom_it_was_for(
    database: Database, recipients: tuple[UserId, ...]
) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    for recipient in recipients:
        await plan_ping(database, group, meeting, PingKind.NUDGE, recipient=recipient)
    expired = NOON + timedelta(days=1)
    count = await database.write(lambda tx: SendingRepository(tx).expire(expired))
    assert count == len(recipients)
    [(code, parameters)] = await notices(database)
    assert code == "ping_missed"
    assert json.loads(parameters) == {"kind": "nudge", "due_at": int(NOON.timestamp()), "why": "late"}


async def test_next_due_sees_what_waits_and_what_is_held(database: Database) -> None:
    async def next_due() -> timedelta | None:
        due = await database.read(lambda tx: SendingRepository(tx).next_due())
        return None if due is None else due - NOON

    assert await next_due() is None
    await plan(database, minutes=30)
    assert await next_due() == timedelta(minutes=30)
    await plan(database, kind=PingKind.CHECKIN)
    assert await next_due() == timedelta(0)
    [held] = await claim(database)
    assert await next_due() == LEASE
    await database.write(
        lambda tx: SendingRepository(tx).leave_open(
            held.ping, try_at=NOON + timedelta(seconds=5), error="lost"
        )
    )
    assert await next_due() == timedelta(seconds=5)
