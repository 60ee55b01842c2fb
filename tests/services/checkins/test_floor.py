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
from tests.services.builder import ANA, BEN, CHO, ORGANIZER
from tests.services.meeting_builder import MeetingBuilder


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The group, three days before it meets."""
    return await MeetingBuilder.prepare(database)


async def next_turn(builder: MeetingBuilder, begun: int) -> None:
    await builder.turns.next_turn(builder.act_as(ANA), builder.meeting_id, begun=begun)


async def press(builder: MeetingBuilder, user: int, answer: Answer) -> None:
    """Press one of the buttons that answer for the meeting."""
    await builder.rsvps.answer(builder.act_as(user), builder.meeting_id, answer)


async def speaking(builder: MeetingBuilder, *people: int) -> None:
    """Let people come, open the meeting, and let one after the other speak."""
    for user in (ANA, BEN, CHO):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.open_checkin()
    for begun in range(len(people)):
        builder.now += timedelta(minutes=5)
        await next_turn(builder, begun)
    assert (await builder.view_checkin()).round.speaker == people[-1]


async def test_floor_is_free_when_the_speaker_says_that_they_cant_come(builder: MeetingBuilder) -> None:
    await speaking(builder, ANA, BEN)
    await press(builder, BEN, Answer.APOLOGIES)
    the_round = (await builder.view_checkin()).round
    assert (the_round.people, the_round.speaker, the_round.waiting) == ((ANA, CHO), None, (CHO,))

    await press(builder, BEN, Answer.GOING)  # pressed by mistake
    assert (await builder.view_checkin()).round.speaker == BEN
    await press(builder, BEN, Answer.APOLOGIES)
    await next_turn(builder, the_round.begun)
    assert (await builder.view_checkin()).round.speaker == CHO


async def leave(builder: MeetingBuilder, user: int) -> None:
    service = MemberService(builder.transactions, builder.planner)
    await service.leave(builder.act_as(user), builder.group.id)


async def be_removed(builder: MeetingBuilder, user: int) -> None:
    service = MemberService(builder.transactions, builder.planner)
    await service.remove(builder.act_as(ORGANIZER), builder.group.id, UserId(user))


async def leave_server(builder: MeetingBuilder, user: int) -> None:
    service = LeaverService(builder.transactions, builder.planner)
    await service.mark_gone(builder.group.guild_id, UserId(user))


@pytest.mark.parametrize("go", [leave, be_removed, leave_server])
async def test_floor_goes_on_to_the_next_when_the_speaker_goes(
    builder: MeetingBuilder, go: Callable[[MeetingBuilder, int], Awaitable[None]]
) -> None:
    await speaking(builder, ANA, BEN)
    before = (await builder.view_checkin()).round
    builder.now += timedelta(minutes=1)
    await go(builder, BEN)
    after = (await builder.view_checkin()).round
    assert (after.people, after.speaker, after.waiting) == ((ANA, CHO), CHO, ())
    assert after.until == builder.now + timedelta(minutes=after.minutes)

    await next_turn(builder, before.begun)  # pressed before the card was another
    assert (await builder.view_checkin()).round == after
    await go(builder, CHO)
    after = (await builder.view_checkin()).round
    assert (after.people, after.speaker, after.waiting) == ((ANA,), None, ())


async def test_floor_stays_when_a_member_goes_who_has_spoken(builder: MeetingBuilder) -> None:
    await speaking(builder, ANA, BEN)
    await leave(builder, ANA)
    the_round = (await builder.view_checkin()).round
    assert (the_round.people, the_round.speaker, the_round.waiting) == ((BEN, CHO), BEN, (CHO,))


@pytest.mark.parametrize("speaker", [BEN, CHO])
async def test_floor_goes_on_to_the_next_when_the_speaker_is_deleted(
    builder: MeetingBuilder, speaker: int
) -> None:
    for user in (ANA, BEN, CHO):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.open_checkin()
    for begun in range((ANA, BEN, CHO).index(speaker) + 1):
        builder.now += timedelta(minutes=5)
        await next_turn(builder, begun)
    before = (await builder.view_checkin()).round
    assert before.speaker == speaker

    service = PersonalService(builder.transactions, builder.planner)
    await service.delete(builder.act_as(speaker))
    after = (await builder.view_checkin()).round
    assert after.speaker == (CHO if speaker == BEN else None), "nobody speaks twice"
    assert after.waiting == ()
    assert speaker not in after.people
    assert await builder.read_rows(f"SELECT 1 FROM turns WHERE user_id = {speaker}") == []

    await next_turn(builder, before.begun)  # pressed before the card was another
    assert (await builder.view_checkin()).round == after


async def test_floor_goes_on_when_one_speaker_after_another_is_deleted(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN, CHO):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.open_checkin()
    await next_turn(builder, 0)
    service = PersonalService(builder.transactions, builder.planner)
    for user, speaker in ((ANA, BEN), (BEN, CHO), (CHO, None)):
        builder.now += timedelta(minutes=1)
        await service.delete(builder.act_as(user))
        assert (await builder.view_checkin()).round.speaker == speaker
