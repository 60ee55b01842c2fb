"""Reminders that were sent: which can be answered, and which are out of date."""

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import Ping, PingKind
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.storage.outbox.outdated_messages import OutdatedMessageRepository
from tests.services.builder import ANA, BEN, Builder


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


@pytest.fixture
async def first(builder: Builder, group: Group) -> Meeting:
    """The next meeting, of which Ana and Ben were reminded."""
    [meeting, *_] = await builder.list_ahead(group)

    async def script(tx: Tx) -> None:
        for number, user_id in enumerate((ANA, BEN)):
            await tx.run(
                """
                INSERT INTO outbox (key, guild_id, group_id, meeting_id, kind, recipient, channel_id,
                                    message_id, due_at, expires_at, state, direct, attempts, try_at)
                VALUES (:key, :guild, :group, :meeting, 'reminder', :user, 5, :message, 0, 0, 'sent', 1, 1, 0)
                """,
                key=f"test:{number}",
                guild=group.guild_id,
                group=group.id,
                meeting=meeting.id,
                user=user_id,
                message=900 + number,
            )

    await builder.write(script)
    return meeting


async def answerable(builder: Builder, meeting: Meeting) -> list[int]:
    found = await builder.write(lambda tx: OutdatedMessageRepository(tx).reopen(meeting.id, builder.now))
    return [ping.recipient for ping in found]


async def outdated(builder: Builder) -> list[int]:
    found = await builder.write(lambda tx: OutdatedMessageRepository(tx).list_outdated(builder.now, limit=9))
    return [ping.recipient for ping in found]


async def test_reminders_can_be_answered_again_when_their_meeting_is_held_after_all(
    builder: Builder, first: Meeting
) -> None:
    async def retire(tx: Tx) -> None:
        for ping in await OutboxRepository(tx).of_meeting(first.id):
            if ping.kind is PingKind.REMINDER:
                await OutdatedMessageRepository(tx).mark_retired(ping.id, builder.now)

    async def of_ana(tx: Tx) -> Ping | None:
        return await OutdatedMessageRepository(tx).find_reminder(first.id, ANA)

    await builder.write(retire)
    assert await builder.write(of_ana) is None
    assert await answerable(builder, first) == [ANA, BEN]
    assert await builder.write(of_ana) is not None
    builder.now = first.starts_at
    assert await answerable(builder, first) == []


async def test_a_reminder_is_out_of_date_when_its_reader_left_the_group(
    builder: Builder, group: Group, first: Meeting
) -> None:
    assert await outdated(builder) == []
    await builder.write(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=BEN, now=builder.now, reason=None)
    )
    assert await outdated(builder) == [BEN]
    assert await answerable(builder, first) == [ANA]


async def test_reminders_are_out_of_date_and_not_asked_again_when_the_group_rests(
    builder: Builder, group: Group, first: Meeting
) -> None:
    await builder.set_group_state(group, GroupState.PAUSED)
    assert await answerable(builder, first) == []
    assert sorted(await outdated(builder)) == [ANA, BEN]
