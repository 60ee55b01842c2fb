"""A new schedule leaves a meeting on the day to which it was moved, and gives that day no second one."""

from datetime import UTC, date, datetime, time

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Answer, Meeting, Reason
from buddybot.storage.engine.database import Database
from tests.services.builder import ANA, ORGANIZER, Builder
from tests.services.meetings.schedules.moved_schedules import WEDNESDAY, change, tell, tuesdays

THIRD = date(2026, 1, 20)
ONTO = date(2026, 1, 21)
"""The Wednesday to which the meeting of Tuesday 13 January was moved."""


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database, now=datetime(2026, 1, 1, 20, tzinfo=UTC))


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await tuesdays(builder)


async def moved(builder: Builder, group: Group, day: date = ONTO, at: time | None = None) -> Meeting:
    """Move the second meeting to a day, have the third planned, and let the group hear of it."""
    third = (await builder.meetings.skip(builder.act_as(ORGANIZER), THIRD, Reason.OTHER)).meeting
    await builder.meetings.revive(builder.act_as(ORGANIZER), third.id)
    second = (await builder.list_ahead(group))[1]
    assert second.day == date(2026, 1, 13)
    changed = await builder.meetings.move(builder.act_as(ORGANIZER), second.id, day=day, at=at)
    await builder.replan_group(group)
    await tell(builder, group)
    return changed.meeting


async def days(builder: Builder, group: Group) -> list[tuple[int, str]]:
    return [(each.id, each.day.isoformat()) for each in await builder.list_ahead(group)]


async def test_a_moved_meeting_keeps_its_day_when_the_schedule_comes_to_have_it(
    builder: Builder, group: Group
) -> None:
    meeting = await moved(builder, group)
    await change(builder, weekday=WEDNESDAY)
    assert [day for _, day in await days(builder, group)] == ["2026-01-07", "2026-01-21"]
    assert (meeting.id, "2026-01-21") in await days(builder, group)
    [view] = await tell(builder, group)
    assert [each.id for each in view.instead] == [meeting.id]
    assert view.fallen == ()
    before = await days(builder, group)
    await builder.replan_group(group)
    assert await days(builder, group) == before
    assert await tell(builder, group) == []


async def test_what_was_agreed_on_for_the_day_is_told_when_a_moved_meeting_has_it(
    builder: Builder, group: Group
) -> None:
    meeting = await moved(builder, group)
    third = next(each for each in await builder.list_ahead(group) if each.day == THIRD)
    await builder.rsvps.answer(builder.act_as(ANA), third.id, Answer.GOING)
    await change(builder, weekday=WEDNESDAY)
    [view] = await tell(builder, group)
    assert [(each.meeting.id, each.people) for each in view.fallen] == [(third.id, (ANA,))]
    assert [each.id for each in view.instead] == [meeting.id]


async def test_a_new_time_leaves_a_moved_meeting_alone_when_it_would_overlap(
    builder: Builder, group: Group
) -> None:
    meeting = await moved(builder, group, date(2026, 1, 20), time(12))
    await change(builder, at=time(12, 30))
    found = await days(builder, group)
    assert [day for _, day in found] == ["2026-01-06", "2026-01-20"]
    assert found[1][0] == meeting.id
    await builder.replan_group(group)
    assert await days(builder, group) == found
