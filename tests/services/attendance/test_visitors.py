"""Visitors: noted by a name, at most ten of them, taken back without a trace being lost, counted nowhere."""

import asyncio

import pytest

from buddybot.domain.attendance.attendance import MOST, Visitor, present
from buddybot.domain.ids import MeetingId, VisitorId
from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.attendance.visitors import VisitorRepository
from buddybot.storage.engine.database import Database
from tests.services.checkins.meeting_evenings import ANA, ORGANIZER, Evening


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The meeting is over, and Ana was there."""
    evening = await Evening.prepare(database)
    await evening.open()
    await evening.report(ANA)
    await evening.close()
    return evening


async def come(evening: Evening, name: str) -> None:
    await evening.visitors.add(evening.home.actor(ORGANIZER), evening.meeting_id, name)


async def go(evening: Evening, visitor: int, *, meeting_id: MeetingId | None = None) -> None:
    wanted = evening.meeting_id if meeting_id is None else meeting_id
    await evening.visitors.withdraw(evening.home.actor(ORGANIZER), wanted, VisitorId(visitor))


async def noted(evening: Evening) -> list[Visitor]:
    return list(
        await evening.home.database.read(lambda tx: VisitorRepository(tx).of_meeting(evening.meeting_id))
    )


async def test_a_visitor_is_noted_by_who_and_when_and_counts_in_no_rate(evening: Evening) -> None:
    before = await evening.home.database.read(
        lambda tx: RecordRepository(tx).read(evening.group, now=evening.now)
    )
    await come(evening, " Zoe\u202e  Park ")

    [zoe] = await noted(evening)
    assert (zoe.name, zoe.recorded_by, zoe.recorded_at) == ("Zoe Park", ORGANIZER, evening.now)
    after = await evening.home.database.read(
        lambda tx: RecordRepository(tx).read(evening.group, now=evening.now)
    )
    assert (after.rates, [each.name for each in after.meeting_records[0].visitors]) == (
        before.rates,
        ["Zoe Park"],
    )


async def test_one_who_was_taken_back_leaves_the_list_and_stays_as_a_row(evening: Evening) -> None:
    await come(evening, "Zoe")
    [zoe] = await noted(evening)
    await go(evening, zoe.id)

    [row] = await noted(evening)
    assert (row.name, row.withdrawn_by, row.withdrawn_at) == ("Zoe", ORGANIZER, evening.now)
    assert present([row]) == ()
    assert await evening.refused(go(evening, zoe.id)) == "visitor.unknown"
    await come(evening, "Zoe")
    assert [each.name for each in present(await noted(evening))] == ["Zoe"]


async def test_a_visitor_of_another_meeting_is_not_taken_back(evening: Evening) -> None:
    await come(evening, "Zoe")
    [zoe] = await noted(evening)
    await evening.home.run("UPDATE meetings SET state = 'closed' WHERE id = :id", id=evening.following_id)
    for action in (
        go(evening, zoe.id, meeting_id=evening.following_id),
        go(evening, 999_999),
    ):
        assert await evening.refused(action) == "visitor.unknown"
    assert [each.withdrawn_at for each in await noted(evening)] == [None]


async def test_a_meeting_has_room_for_ten_and_for_each_name_once(evening: Evening) -> None:
    for number in range(MOST):
        await come(evening, f"Visitor {number}")
    assert await evening.refused(come(evening, "One more")) == "visitor.many"
    look = evening.visitors.look(evening.home.actor(ORGANIZER), evening.meeting_id)
    assert await evening.refused(look) == "visitor.many"
    await go(evening, (await noted(evening))[0].id)
    assert await evening.refused(come(evening, "VISITOR 3")) == "visitor.twice"
    await come(evening, "One more")
    assert len(present(await noted(evening))) == MOST


@pytest.mark.parametrize(
    ("name", "code"), [("", "empty"), ("\u200b\u202e", "empty"), ("x" * 81, "long"), ("x" * 9999, "long")]
)
async def test_a_name_is_needed_and_short(evening: Evening, name: str, code: str) -> None:
    assert await evening.refused(come(evening, name)) == f"text.{code}"
    assert await noted(evening) == []


async def test_two_organizers_at_once_and_a_form_sent_twice_note_one_visitor(evening: Evening) -> None:
    await asyncio.gather(come(evening, "Zoe"), come(evening, "Zoe"), return_exceptions=True)
    assert len(await noted(evening)) == 1
    actor = evening.home.actor(ORGANIZER)
    await evening.visitors.add(actor, evening.meeting_id, "Yul")
    with pytest.raises(AlreadyHandled):
        await evening.visitors.add(actor, evening.meeting_id, "Xan")
    assert [each.name for each in await noted(evening)] == ["Zoe", "Yul"]


async def test_who_organizes_nothing_notes_nobody(evening: Evening) -> None:
    add = evening.visitors.add(evening.home.actor(ANA), evening.meeting_id, "Zoe")
    assert await evening.refused(add) == "group.organizers_only"
    await come(evening, "Zoe")
    [zoe] = await noted(evening)
    back = evening.visitors.withdraw(evening.home.actor(ANA), evening.meeting_id, zoe.id)
    assert await evening.refused(back) == "group.organizers_only"
