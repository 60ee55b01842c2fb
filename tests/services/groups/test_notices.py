"""What waits for a person is read behind the answer they got, and never remembered."""

from collections.abc import Awaitable, Callable

import pytest

from buddybot.domain.ids import GroupId
from buddybot.services.core.unit_of_work import AlreadyHandled, Script
from buddybot.services.groups.notices import NoticeService
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.outbox.notices import NoticeRepository
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


def trouble(club: Club, key: str) -> Callable[[Tx], Awaitable[None]]:
    """Return a script that leaves a notice to the organizers."""

    async def script(tx: Tx) -> None:
        await NoticeRepository(tx).tell(
            GroupId(1), code="ping_missed", key=key, parameters={"kind": "card"}, now=club.now
        )

    return script


def inside(script: Callable[[Tx], Awaitable[None]]) -> Script[None]:
    """Return a script as services run it."""
    return lambda uow: script(uow.tx)


async def look(tx: Tx) -> None:
    await tx.one("SELECT 1 AS one")


async def test_a_notice_waits_for_organizers_alone_when_it_was_left(
    club: Club, notices: NoticeService
) -> None:
    for troubled in (False, True):
        if troubled:
            await club.database.write(trouble(club, "a"))  # as another process would
        for user in (ORGANIZER, ANA, STRANGER):
            assert await notices.waits(club.actor(user)) is (troubled and user is ORGANIZER)


@pytest.mark.parametrize("by_the_bot", [False, True])
async def test_a_notice_waits_when_the_change_itself_or_the_bot_left_it(
    club: Club, notices: NoticeService, by_the_bot: bool
) -> None:
    actor = club.actor(ORGANIZER)
    await club.transactions.write_for(actor, inside(look if by_the_bot else trouble(club, "a")))
    if by_the_bot:
        assert not await notices.waits(actor)
        await club.transactions.write(inside(trouble(club, "a")))
    assert await notices.waits(actor)


async def test_a_notice_waits_in_no_direct_message_when_it_was_left(
    club: Club, notices: NoticeService
) -> None:
    await club.database.write(trouble(club, "a"))
    assert not await notices.waits(club.actor(ORGANIZER, guild=None))


async def test_an_interaction_changes_nothing_when_it_comes_a_second_time(
    club: Club, notices: NoticeService
) -> None:
    for actor in (club.actor(ORGANIZER), club.actor(ORGANIZER, guild=None)):
        await club.transactions.write_for(actor, inside(look))
        with pytest.raises(AlreadyHandled):
            await club.transactions.write_for(actor, inside(trouble(club, "a")))
    assert not await notices.waits(club.actor(ORGANIZER))
