"""Reminders that were sent: which can be answered, and which are out of date."""

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import Ping, PingKind
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.storage.outbox.outdated_messages import OutdatedMessageRepository
from tests.services.meetings.calendar_house import ANA, BEN, House


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    return await house.group()


@pytest.fixture
async def first(house: House, group: Group) -> Meeting:
    """The next meeting, of which Ana and Ben were reminded."""
    [meeting, *_] = await house.ahead(group)

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

    await house.run(script)
    return meeting


async def answerable(house: House, meeting: Meeting) -> list[int]:
    found = await house.run(lambda tx: OutdatedMessageRepository(tx).reopen(meeting.id, house.now))
    return [ping.recipient for ping in found]


async def outdated(house: House) -> list[int]:
    found = await house.run(lambda tx: OutdatedMessageRepository(tx).list_outdated(house.now, limit=9))
    return [ping.recipient for ping in found]


async def test_reminders_can_be_answered_again_when_their_meeting_is_held_after_all(
    house: House, first: Meeting
) -> None:
    async def retire(tx: Tx) -> None:
        for ping in await OutboxRepository(tx).of_meeting(first.id):
            if ping.kind is PingKind.REMINDER:
                await OutdatedMessageRepository(tx).mark_retired(ping.id, house.now)

    async def of_ana(tx: Tx) -> Ping | None:
        return await OutdatedMessageRepository(tx).find_reminder(first.id, ANA)

    await house.run(retire)
    assert await house.run(of_ana) is None
    assert await answerable(house, first) == [ANA, BEN]
    assert await house.run(of_ana) is not None
    house.now = first.starts_at
    assert await answerable(house, first) == []


async def test_a_reminder_is_out_of_date_when_its_reader_left_the_group(
    house: House, group: Group, first: Meeting
) -> None:
    assert await outdated(house) == []
    await house.run(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=BEN, now=house.now, reason=None)
    )
    assert await outdated(house) == [BEN]
    assert await answerable(house, first) == [ANA]


async def test_reminders_are_out_of_date_and_not_asked_again_when_the_group_rests(
    house: House, group: Group, first: Meeting
) -> None:
    await house.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.PAUSED))
    assert await answerable(house, first) == []
    assert sorted(await outdated(house)) == [ANA, BEN]
