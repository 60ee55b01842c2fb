"""Answers for a meeting."""

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GuildId, MeetingId
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, STRANGER, House, refused


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    return await house.group()


async def test_an_answer_is_shown_and_the_last_one_counts(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    await house.announce(meeting)
    await house.rsvps.answer(house.actor(ANA), meeting.id, Answer.GOING)
    await house.rsvps.answer(house.actor(ANA), meeting.id, Answer.LATE)
    roll = await house.roll(meeting)
    assert roll.list_members(Answer.LATE) == (ANA,)
    assert roll.list_members(Answer.GOING) == ()
    assert roll.no_word == (ORGANIZER, BEN)
    assert await house.stale(meeting)


async def test_the_last_answer_counts_in_whatever_order_they_are_carried_out(
    house: House, group: Group
) -> None:
    meeting = (await house.ahead(group))[0]
    await house.announce(meeting)
    first, second = house.actor(ANA), house.actor(ANA)
    await house.rsvps.answer(second, meeting.id, Answer.GOING)
    cards = await house.run(lambda tx: tx.all("SELECT * FROM cards"))
    stood = await house.rsvps.answer(first, meeting.id, Answer.APOLOGIES)
    assert stood.stands is Answer.GOING
    roll = await house.roll(meeting)
    assert (roll.list_members(Answer.GOING), roll.list_members(Answer.APOLOGIES)) == ((ANA,), ())
    assert await house.run(lambda tx: tx.all("SELECT * FROM cards")) == cards


async def test_the_same_click_twice_is_carried_out_once(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    actor = house.actor(ANA)
    await house.rsvps.answer(actor, meeting.id, Answer.GOING)
    with pytest.raises(AlreadyHandled):
        await house.rsvps.answer(actor, meeting.id, Answer.APOLOGIES)
    await house.rsvps.answer(house.actor(BEN), meeting.id, Answer.GOING)
    roll = await house.roll(meeting)
    assert roll.coming == (ANA, BEN)


async def test_who_is_not_a_member_now_changes_nothing(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    async with refused("meeting.unknown"):
        await house.rsvps.answer(house.actor(STRANGER), meeting.id, Answer.GOING)
    async with refused("meeting.unknown"):
        await house.rsvps.answer(house.actor(ANA, guild=GuildId(11)), meeting.id, Answer.GOING)
    async with refused("meeting.unknown"):
        await house.rsvps.answer(house.actor(ANA), MeetingId(meeting.id + 1000), Answer.GOING)
    await house.rsvps.answer(house.actor(ANA), meeting.id, Answer.GOING)
    await house.run(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=ANA, now=house.now, reason=None)
    )
    async with refused("meeting.unknown"):
        await house.rsvps.answer(house.actor(ANA), meeting.id, Answer.LATE)
    await house.rsvps.answer(house.actor(BEN), meeting.id, Answer.GOING)
    roll = await house.roll(meeting)
    assert roll.coming == (BEN,)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (MeetingState.CLOSED, "rsvp.over"),
        (MeetingState.SKIPPED, "rsvp.not_held"),
        (MeetingState.CANCELLED, "rsvp.not_held"),
    ],
)
async def test_no_answer_for_what_does_not_take_place(
    house: House, group: Group, state: MeetingState, code: str
) -> None:
    meeting = (await house.ahead(group))[0]
    await house.set_state(meeting, state)
    async with refused(code):
        await house.rsvps.answer(house.actor(ANA), meeting.id, Answer.GOING)


async def test_an_open_meeting_still_takes_answers(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    await house.set_state(meeting, MeetingState.OPEN)
    await house.rsvps.answer(house.actor(ANA), meeting.id, Answer.VIRTUAL)
    roll = await house.roll(meeting)
    assert roll.find_rsvp(ANA) is Answer.VIRTUAL


async def test_a_paused_group_asks_nobody(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    await house.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.PAUSED))
    async with refused("group.paused"):
        await house.rsvps.answer(house.actor(ANA), meeting.id, Answer.GOING)
