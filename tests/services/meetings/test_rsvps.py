"""Answers for a meeting."""

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GuildId, MeetingId
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.storage.groups.groups import MemberRepository
from tests.services.builder import ANA, BEN, ORGANIZER, STRANGER, Builder, refused


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


async def test_an_answer_is_shown_and_the_last_one_counts(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.post_card(meeting)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.LATE)
    roll = await builder.get_roll(meeting)
    assert roll.list_members(Answer.LATE) == (ANA,)
    assert roll.list_members(Answer.GOING) == ()
    assert roll.no_word == (ORGANIZER, BEN)
    assert await builder.is_card_stale(meeting)


async def test_the_last_answer_counts_in_whatever_order_they_are_carried_out(
    builder: Builder, group: Group
) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.post_card(meeting)
    first, second = builder.act_as(ANA), builder.act_as(ANA)
    await builder.rsvps.answer(second, meeting.id, Answer.GOING)
    cards = await builder.write(lambda tx: tx.all("SELECT * FROM cards"))
    stood = await builder.rsvps.answer(first, meeting.id, Answer.APOLOGIES)
    assert stood.stands is Answer.GOING
    roll = await builder.get_roll(meeting)
    assert (roll.list_members(Answer.GOING), roll.list_members(Answer.APOLOGIES)) == ((ANA,), ())
    assert await builder.write(lambda tx: tx.all("SELECT * FROM cards")) == cards


async def test_the_same_click_twice_is_carried_out_once(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    actor = builder.act_as(ANA)
    await builder.rsvps.answer(actor, meeting.id, Answer.GOING)
    with pytest.raises(AlreadyHandled):
        await builder.rsvps.answer(actor, meeting.id, Answer.APOLOGIES)
    await builder.rsvps.answer(builder.act_as(BEN), meeting.id, Answer.GOING)
    roll = await builder.get_roll(meeting)
    assert roll.coming == (ANA, BEN)


async def test_who_is_not_a_member_now_changes_nothing(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    async with refused("meeting.unknown"):
        await builder.rsvps.answer(builder.act_as(STRANGER), meeting.id, Answer.GOING)
    async with refused("meeting.unknown"):
        await builder.rsvps.answer(builder.act_as(ANA, guild=GuildId(11)), meeting.id, Answer.GOING)
    async with refused("meeting.unknown"):
        await builder.rsvps.answer(builder.act_as(ANA), MeetingId(meeting.id + 1000), Answer.GOING)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    await builder.write(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=ANA, now=builder.now, reason=None)
    )
    async with refused("meeting.unknown"):
        await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.LATE)
    await builder.rsvps.answer(builder.act_as(BEN), meeting.id, Answer.GOING)
    roll = await builder.get_roll(meeting)
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
    builder: Builder, group: Group, state: MeetingState, code: str
) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.set_meeting_state(meeting, state)
    async with refused(code):
        await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)


async def test_an_open_meeting_still_takes_answers(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.set_meeting_state(meeting, MeetingState.OPEN)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.VIRTUAL)
    roll = await builder.get_roll(meeting)
    assert roll.find_rsvp(ANA) is Answer.VIRTUAL


async def test_a_paused_group_asks_nobody(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.set_group_state(group, GroupState.PAUSED)
    async with refused("group.paused"):
        await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
