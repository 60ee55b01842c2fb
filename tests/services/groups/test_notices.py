"""What waits for a person is read behind the answer they got, and not remembered once anything is written."""

from datetime import timedelta

import pytest

from buddybot.domain.ids import GroupId
from buddybot.services.core.unit_of_work import AlreadyHandled, Script, UnitOfWork
from buddybot.services.what_follows import NoticeService
from buddybot.storage.engine.database import Database
from tests.services.builder import ANA, ORGANIZER, STRANGER, Builder


@pytest.fixture
async def builder(database: Database) -> Builder:
    """A group of two."""
    builder = Builder(database)
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA)
    return builder


@pytest.fixture
def notices(builder: Builder) -> NoticeService:
    return NoticeService(builder.transactions)


def trouble(builder: Builder, key: str) -> Script[None]:
    """Return a script that leaves a notice to the organizers."""

    async def script(uow: UnitOfWork) -> None:
        await uow.notices.tell(
            GroupId(1), code="ping_missed", key=key, parameters={"kind": "card"}, now=builder.now
        )

    return script


async def look(uow: UnitOfWork) -> None:
    await uow.tx.one("SELECT 1 AS one")


async def write_as_another_process(builder: Builder, script: Script[None]) -> None:
    await builder.database.write(lambda tx: script(UnitOfWork(tx)))


async def test_a_notice_waits_for_organizers_alone_when_it_was_left(
    builder: Builder, notices: NoticeService
) -> None:
    for troubled in (False, True):
        if troubled:
            await builder.transactions.write(trouble(builder, "a"))
        for user in (ORGANIZER, ANA, STRANGER):
            assert await notices.has_waiting(builder.act_as(user)) is (troubled and user is ORGANIZER)


async def test_a_notice_of_another_process_waits_when_ten_minutes_have_passed(
    builder: Builder, notices: NoticeService
) -> None:
    actor = builder.act_as(ORGANIZER)
    assert not await notices.has_waiting(actor)
    await write_as_another_process(builder, trouble(builder, "a"))
    assert not await notices.has_waiting(actor)
    builder.now += timedelta(minutes=10)
    assert await notices.has_waiting(actor)
    assert await notices.has_waiting(actor)


@pytest.mark.parametrize("by_the_bot", [False, True])
async def test_a_notice_waits_when_the_change_itself_or_the_bot_left_it(
    builder: Builder, notices: NoticeService, by_the_bot: bool
) -> None:
    actor = builder.act_as(ORGANIZER)
    await builder.transactions.write_for(actor, look if by_the_bot else trouble(builder, "a"))
    if by_the_bot:
        assert not await notices.has_waiting(actor)
        await builder.transactions.write(trouble(builder, "a"))
    assert await notices.has_waiting(actor)


async def test_a_notice_waits_in_no_direct_message_when_it_was_left(
    builder: Builder, notices: NoticeService
) -> None:
    await builder.transactions.write(trouble(builder, "a"))
    assert not await notices.has_waiting(builder.act_as(ORGANIZER, guild=None))


async def test_an_interaction_changes_nothing_when_it_comes_a_second_time(
    builder: Builder, notices: NoticeService
) -> None:
    for actor in (builder.act_as(ORGANIZER), builder.act_as(ORGANIZER, guild=None)):
        await builder.transactions.write_for(actor, look)
        with pytest.raises(AlreadyHandled):
            await builder.transactions.write_for(actor, trouble(builder, "a"))
    assert not await notices.has_waiting(builder.act_as(ORGANIZER))
