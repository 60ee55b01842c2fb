"""Visitors: noted by a name, at most ten of them, taken back without a trace being lost, counted nowhere."""

import asyncio

import pytest

from buddybot.domain.attendance.attendance import MOST, Visitor, present
from buddybot.domain.ids import MeetingId, VisitorId
from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.storage.attendance.attendance import VisitorRepository
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Database
from tests.services.builder import ANA, ORGANIZER, get_refusal
from tests.services.meeting_builder import MeetingBuilder


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The meeting is over, and Ana was there."""
    builder = await MeetingBuilder.prepare(database)
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    await builder.close_checkin()
    return builder


async def come(builder: MeetingBuilder, name: str) -> None:
    await builder.visitors.add(builder.act_as(ORGANIZER), builder.meeting_id, name)


async def go(builder: MeetingBuilder, visitor: int, *, meeting_id: MeetingId | None = None) -> None:
    wanted = builder.meeting_id if meeting_id is None else meeting_id
    await builder.visitors.withdraw(builder.act_as(ORGANIZER), wanted, VisitorId(visitor))


async def noted(builder: MeetingBuilder) -> list[Visitor]:
    return list(await builder.database.read(lambda tx: VisitorRepository(tx).of_meeting(builder.meeting_id)))


async def test_a_visitor_is_noted_by_who_and_when_and_counts_in_no_rate(builder: MeetingBuilder) -> None:
    before = await builder.database.read(lambda tx: RecordRepository(tx).read(builder.group, now=builder.now))
    await come(builder, " Zoe\u202e  Park ")

    [zoe] = await noted(builder)
    assert (zoe.name, zoe.recorded_by, zoe.recorded_at) == ("Zoe Park", ORGANIZER, builder.now)
    after = await builder.database.read(lambda tx: RecordRepository(tx).read(builder.group, now=builder.now))
    assert (after.rates, [each.name for each in after.meeting_records[0].visitors]) == (
        before.rates,
        ["Zoe Park"],
    )


async def test_one_who_was_taken_back_leaves_the_list_and_stays_as_a_row(builder: MeetingBuilder) -> None:
    await come(builder, "Zoe")
    [zoe] = await noted(builder)
    await go(builder, zoe.id)

    [row] = await noted(builder)
    assert (row.name, row.withdrawn_by, row.withdrawn_at) == ("Zoe", ORGANIZER, builder.now)
    assert present([row]) == ()
    assert await get_refusal(go(builder, zoe.id)) == "visitor.unknown"
    await come(builder, "Zoe")
    assert [each.name for each in present(await noted(builder))] == ["Zoe"]


async def test_a_visitor_of_another_meeting_is_not_taken_back(builder: MeetingBuilder) -> None:
    await come(builder, "Zoe")
    [zoe] = await noted(builder)
    await builder.change_rows("UPDATE meetings SET state = 'closed' WHERE id = :id", id=builder.following_id)
    for action in (
        go(builder, zoe.id, meeting_id=builder.following_id),
        go(builder, 999_999),
    ):
        assert await get_refusal(action) == "visitor.unknown"
    assert [each.withdrawn_at for each in await noted(builder)] == [None]


async def test_a_meeting_has_room_for_ten_and_for_each_name_once(builder: MeetingBuilder) -> None:
    for number in range(MOST):
        await come(builder, f"Visitor {number}")
    assert await get_refusal(come(builder, "One more")) == "visitor.many"
    look = builder.visitors.look(builder.act_as(ORGANIZER), builder.meeting_id)
    assert await get_refusal(look) == "visitor.many"
    await go(builder, (await noted(builder))[0].id)
    assert await get_refusal(come(builder, "VISITOR 3")) == "visitor.twice"
    await come(builder, "One more")
    assert len(present(await noted(builder))) == MOST


@pytest.mark.parametrize(
    ("name", "code"), [("", "empty"), ("\u200b\u202e", "empty"), ("x" * 81, "long"), ("x" * 9999, "long")]
)
async def test_a_name_is_needed_and_short(builder: MeetingBuilder, name: str, code: str) -> None:
    assert await get_refusal(come(builder, name)) == f"text.{code}"
    assert await noted(builder) == []


async def test_two_organizers_at_once_and_a_form_sent_twice_note_one_visitor(builder: MeetingBuilder) -> None:
    await asyncio.gather(come(builder, "Zoe"), come(builder, "Zoe"), return_exceptions=True)
    assert len(await noted(builder)) == 1
    actor = builder.act_as(ORGANIZER)
    await builder.visitors.add(actor, builder.meeting_id, "Yul")
    with pytest.raises(AlreadyHandled):
        await builder.visitors.add(actor, builder.meeting_id, "Xan")
    assert [each.name for each in await noted(builder)] == ["Zoe", "Yul"]


async def test_who_organizes_nothing_notes_nobody(builder: MeetingBuilder) -> None:
    add = builder.visitors.add(builder.act_as(ANA), builder.meeting_id, "Zoe")
    assert await get_refusal(add) == "group.organizers_only"
    await come(builder, "Zoe")
    [zoe] = await noted(builder)
    back = builder.visitors.withdraw(builder.act_as(ANA), builder.meeting_id, zoe.id)
    assert await get_refusal(back) == "group.organizers_only"
