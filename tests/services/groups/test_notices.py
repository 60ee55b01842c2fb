"""What waits for a person is read behind the answer they got, and not remembered once anything is written."""

from datetime import timedelta

import pytest

from buddybot.domain.ids import GroupId
from buddybot.services.core.unit_of_work import AlreadyHandled, Script, UnitOfWork
from buddybot.services.what_follows import NoticeService
from buddybot.storage.engine.database import Database
from tests.services.club import ANA, ORGANIZER, STRANGER, Club


@pytest.fixture
async def club(database: Database) -> Club:
    """A group of two."""
    club = Club(database)
    group = (await club.group()).group
    await club.join(group.id, ANA)
    return club


@pytest.fixture
def notices(club: Club) -> NoticeService:
    return NoticeService(club.transactions)


def trouble(club: Club, key: str) -> Script[None]:
    """Return a script that leaves a notice to the organizers."""

    async def script(uow: UnitOfWork) -> None:
        await uow.notices.tell(
            GroupId(1), code="ping_missed", key=key, parameters={"kind": "card"}, now=club.now
        )

    return script


async def look(uow: UnitOfWork) -> None:
    await uow.tx.one("SELECT 1 AS one")


async def write_as_another_process(club: Club, script: Script[None]) -> None:
    await club.database.write(lambda tx: script(UnitOfWork(tx)))


async def test_a_notice_waits_for_organizers_alone_when_it_was_left(
    club: Club, notices: NoticeService
) -> None:
    for troubled in (False, True):
        if troubled:
            await club.transactions.write(trouble(club, "a"))
        for user in (ORGANIZER, ANA, STRANGER):
            assert await notices.has_waiting(club.actor(user)) is (troubled and user is ORGANIZER)


async def test_a_notice_of_another_process_waits_when_ten_minutes_have_passed(
    club: Club, notices: NoticeService
) -> None:
    actor = club.actor(ORGANIZER)
    assert not await notices.has_waiting(actor)
    await write_as_another_process(club, trouble(club, "a"))
    assert not await notices.has_waiting(actor)
    club.now += timedelta(minutes=10)
    assert await notices.has_waiting(actor)
    assert await notices.has_waiting(actor)


@pytest.mark.parametrize("by_the_bot", [False, True])
async def test_a_notice_waits_when_the_change_itself_or_the_bot_left_it(
    club: Club, notices: NoticeService, by_the_bot: bool
) -> None:
    actor = club.actor(ORGANIZER)
    await club.transactions.write_for(actor, look if by_the_bot else trouble(club, "a"))
    if by_the_bot:
        assert not await notices.has_waiting(actor)
        await club.transactions.write(trouble(club, "a"))
    assert await notices.has_waiting(actor)


async def test_a_notice_waits_in_no_direct_message_when_it_was_left(
    club: Club, notices: NoticeService
) -> None:
    await club.transactions.write(trouble(club, "a"))
    assert not await notices.has_waiting(club.actor(ORGANIZER, guild=None))


async def test_an_interaction_changes_nothing_when_it_comes_a_second_time(
    club: Club, notices: NoticeService
) -> None:
    for actor in (club.actor(ORGANIZER), club.actor(ORGANIZER, guild=None)):
        await club.transactions.write_for(actor, look)
        with pytest.raises(AlreadyHandled):
            await club.transactions.write_for(actor, trouble(club, "a"))
    assert not await notices.has_waiting(club.actor(ORGANIZER))
