"""What waits for a person is asked along with what they do, and not believed for longer than that."""

from collections.abc import Awaitable, Callable

import pytest

from buddybot.domain.ids import GroupId
from buddybot.services.meeting_views import MeetingViews
from buddybot.services.work import AlreadyHandled
from buddybot.storage.database import Database, Tx
from buddybot.storage.notices import NoticeRepository
from tests.services.calendar_house import RULES
from tests.services.club import ANA, ORGANIZER, STRANGER, Club


@pytest.fixture
async def club(database: Database) -> Club:
    """A group of two."""
    club = Club(database)
    group = (await club.group()).group
    await club.join(group.id, ANA)
    return club


def trouble(club: Club, key: str) -> Callable[[Tx], Awaitable[None]]:
    """Return a script that leaves a notice to the organizers."""

    async def script(tx: Tx) -> None:
        await NoticeRepository(tx).tell(
            GroupId(1), code="ping_missed", key=key, parameters={"kind": "card"}, now=club.now
        )

    return script


async def look(tx: Tx) -> None:
    await tx.one("SELECT 1 AS one")


@pytest.mark.parametrize("tells", [True, False])
async def test_a_change_asks_along(club: Club, tells: bool) -> None:
    for troubled in (False, True):
        if troubled:
            await club.database.write(trouble(club, "a"))
        for user in (ORGANIZER, ANA, STRANGER):
            actor = club.actor(user)
            await club.work.write(actor, look, tells=tells)
            assert club.work.known_to_wait(actor.interaction_id) is (troubled and user is ORGANIZER)


async def test_what_is_next_asks_along(club: Club) -> None:
    views = MeetingViews(club.work, RULES)
    for troubled in (False, True):
        if troubled:
            await club.database.write(trouble(club, "a"))
        for user in (ORGANIZER, ANA):
            actor = club.actor(user)
            await views.next(actor)
            assert club.work.known_to_wait(actor.interaction_id) is (troubled and user is ORGANIZER)


async def test_what_the_change_itself_leaves_waits_already(club: Club) -> None:
    actor = club.actor(ORGANIZER)
    await club.work.write(actor, trouble(club, "a"))
    assert club.work.known_to_wait(actor.interaction_id)


@pytest.mark.parametrize("tells", [True, False])
async def test_a_second_time_changes_nothing_however_it_is_asked(club: Club, tells: bool) -> None:
    for actor in (club.actor(ORGANIZER), club.actor(ORGANIZER, guild=None)):
        await club.work.write(actor, look, tells=tells)
        with pytest.raises(AlreadyHandled):
            await club.work.write(actor, trouble(club, "a"), tells=tells)
    assert not await club.work.waits(club.actor(ORGANIZER))


async def test_what_the_bot_wrote_meanwhile_is_asked_for_again(club: Club) -> None:
    actor = club.actor(ORGANIZER)
    await club.work.write(actor, look)
    await club.work.write(None, trouble(club, "a"))
    assert await club.work.waits(actor)


async def test_it_is_known_once_and_then_asked_for(club: Club) -> None:
    actor = club.actor(ORGANIZER)
    await club.work.write(actor, look)
    assert not await club.work.waits(actor)
    await club.database.write(trouble(club, "a"))  # as another process would
    assert await club.work.waits(actor)


async def test_who_was_refused_or_writes_directly_is_asked_for(club: Club) -> None:
    await club.database.write(trouble(club, "a"))
    assert await club.work.waits(club.actor(ORGANIZER))
    assert not await club.work.waits(club.actor(ORGANIZER, guild=None))


async def test_answers_that_fail_leave_no_more_than_a_little_behind(club: Club) -> None:
    for _ in range(1_100):
        await club.work.write(club.actor(ANA), look)
    assert len(club.work._afterwards._known) <= 1_000
