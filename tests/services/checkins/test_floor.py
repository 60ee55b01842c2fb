"""Who has the floor when the one who has it goes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer
from buddybot.services.groups.members import MemberService
from buddybot.services.groups.server_leavers import LeaverService
from buddybot.services.privacy.personal_data import PersonalService
from buddybot.storage.engine.database import Database
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, ORGANIZER, Evening


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The group, three days before it meets."""
    return await Evening.prepare(database)


async def next_turn(evening: Evening, begun: int) -> None:
    await evening.turns.next_turn(evening.home.actor(ANA), evening.meeting_id, begun=begun)


async def press(evening: Evening, user: int, answer: Answer) -> None:
    """Press one of the buttons that answer for the meeting."""
    await evening.rsvps.answer(evening.home.actor(user), evening.meeting_id, answer)


async def speaking(evening: Evening, *people: int) -> None:
    """Let people come, open the meeting, and let one after the other speak."""
    for user in (ANA, BEN, CHO):
        await evening.answer(user, Answer.GOING)
    await evening.open()
    for begun in range(len(people)):
        evening.home.now += timedelta(minutes=5)
        await next_turn(evening, begun)
    assert (await evening.view()).round.speaker == people[-1]


async def test_floor_is_free_when_the_speaker_says_that_they_cant_come(evening: Evening) -> None:
    await speaking(evening, ANA, BEN)
    await press(evening, BEN, Answer.APOLOGIES)
    the_round = (await evening.view()).round
    assert (the_round.people, the_round.speaker, the_round.waiting) == ((ANA, CHO), None, (CHO,))

    await press(evening, BEN, Answer.GOING)  # pressed by mistake
    assert (await evening.view()).round.speaker == BEN
    await press(evening, BEN, Answer.APOLOGIES)
    await next_turn(evening, the_round.begun)
    assert (await evening.view()).round.speaker == CHO


async def leave(evening: Evening, user: int) -> None:
    service = MemberService(evening.home.transactions, evening.planner)
    await service.leave(evening.home.actor(user), evening.group.id)


async def be_removed(evening: Evening, user: int) -> None:
    service = MemberService(evening.home.transactions, evening.planner)
    await service.remove(evening.home.actor(ORGANIZER), evening.group.id, UserId(user))


async def leave_server(evening: Evening, user: int) -> None:
    service = LeaverService(evening.home.transactions, evening.planner)
    await service.mark_gone(evening.group.guild_id, UserId(user))


@pytest.mark.parametrize("go", [leave, be_removed, leave_server])
async def test_floor_goes_on_to_the_next_when_the_speaker_goes(
    evening: Evening, go: Callable[[Evening, int], Awaitable[None]]
) -> None:
    await speaking(evening, ANA, BEN)
    before = (await evening.view()).round
    evening.home.now += timedelta(minutes=1)
    await go(evening, BEN)
    after = (await evening.view()).round
    assert (after.people, after.speaker, after.waiting) == ((ANA, CHO), CHO, ())
    assert after.until == evening.now + timedelta(minutes=after.minutes)

    await next_turn(evening, before.begun)  # pressed before the card was another
    assert (await evening.view()).round == after
    await go(evening, CHO)
    after = (await evening.view()).round
    assert (after.people, after.speaker, after.waiting) == ((ANA,), None, ())


async def test_floor_stays_when_a_member_goes_who_has_spoken(evening: Evening) -> None:
    await speaking(evening, ANA, BEN)
    await leave(evening, ANA)
    the_round = (await evening.view()).round
    assert (the_round.people, the_round.speaker, the_round.waiting) == ((BEN, CHO), BEN, (CHO,))


@pytest.mark.parametrize("speaker", [BEN, CHO])
async def test_floor_goes_on_to_the_next_when_the_speaker_is_deleted(evening: Evening, speaker: int) -> None:
    for user in (ANA, BEN, CHO):
        await evening.answer(user, Answer.GOING)
    await evening.open()
    for begun in range((ANA, BEN, CHO).index(speaker) + 1):
        evening.home.now += timedelta(minutes=5)
        await next_turn(evening, begun)
    before = (await evening.view()).round
    assert before.speaker == speaker

    service = PersonalService(evening.home.transactions, evening.planner)
    await service.delete(evening.home.actor(speaker))
    after = (await evening.view()).round
    assert after.speaker == (CHO if speaker == BEN else None), "nobody speaks twice"
    assert after.waiting == ()
    assert speaker not in after.people
    assert await evening.home.rows(f"SELECT 1 FROM turns WHERE user_id = {speaker}") == []

    await next_turn(evening, before.begun)  # pressed before the card was another
    assert (await evening.view()).round == after


async def test_floor_goes_on_when_one_speaker_after_another_is_deleted(evening: Evening) -> None:
    for user in (ANA, BEN, CHO):
        await evening.answer(user, Answer.GOING)
    await evening.open()
    await next_turn(evening, 0)
    service = PersonalService(evening.home.transactions, evening.planner)
    for user, speaker in ((ANA, BEN), (BEN, CHO), (CHO, None)):
        evening.home.now += timedelta(minutes=1)
        await service.delete(evening.home.actor(user))
        assert (await evening.view()).round.speaker == speaker
