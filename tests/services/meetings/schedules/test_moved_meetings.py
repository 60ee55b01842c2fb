"""A meeting that was moved far ahead hides no week before it when the schedule changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import MeetingState, Reason
from buddybot.services.groups.groups import GroupService
from buddybot.services.meetings.change_views import What
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database
from tests.services.builder import ORGANIZER, Builder
from tests.services.meetings.schedules.moved_schedules import (
    MONDAY,
    MOVED,
    THURSDAY,
    WEDNESDAY,
    WEDNESDAYS,
    change,
    move,
    slots,
    tell,
    tuesdays,
)


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database, now=datetime(2026, 1, 1, 20, tzinfo=UTC))


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await tuesdays(builder)


async def test_a_meeting_moved_far_ahead_hides_no_week_when_the_weekday_changes(
    builder: Builder, group: Group
) -> None:
    moved = await move(builder, date(2026, 2, 24), MOVED)
    await tell(builder, group)
    await change(builder, weekday=WEDNESDAY)
    assert await slots(builder) == [*WEDNESDAYS]
    assert (await builder.reload_meeting(moved)).day == MOVED
    assert [each.day for each in await builder.list_ahead(group)] == [*WEDNESDAYS[:2], MOVED]
    [told] = await tell(builder, group)
    assert (told.what, told.meeting.day) == (What.MEETS, WEDNESDAYS[0])


@pytest.mark.parametrize("to", [date(2026, 2, 23), date(2026, 2, 26), date(2026, 2, 28)])
@pytest.mark.parametrize("weekday", [MONDAY, WEDNESDAY, THURSDAY])
async def test_a_moved_meeting_is_that_of_its_week_when_the_weekday_changes(
    builder: Builder, group: Group, to: date, weekday: int
) -> None:
    await move(builder, date(2026, 2, 24), to, time(12))
    await change(builder, weekday=weekday)
    shown = await slots(builder)
    assert to in shown
    assert [day.isocalendar().week for day in shown] == list(range(2, 2 + len(shown)))


@pytest.mark.parametrize("weekday", [MONDAY, WEDNESDAY, THURSDAY])
async def test_a_meeting_at_another_hour_hides_no_week_when_the_weekday_changes(
    builder: Builder, group: Group, weekday: int
) -> None:
    await move(builder, date(2026, 2, 24), None, time(12))
    await change(builder, weekday=weekday)
    shown = await slots(builder)
    assert date(2026, 2, 24) in shown
    assert [day.isocalendar().week for day in shown] == list(range(2, 2 + len(shown)))


@pytest.mark.parametrize("weekday", [MONDAY, 1, THURSDAY])
async def test_a_moved_meeting_hides_no_week_when_the_schedule_changes_again(
    builder: Builder, group: Group, weekday: int
) -> None:
    await move(builder, date(2026, 2, 24), MOVED)
    await change(builder, weekday=WEDNESDAY)
    builder.now = datetime(2026, 1, 2, 15, tzinfo=UTC)
    await change(builder, weekday=weekday)
    shown = await slots(builder)
    assert MOVED in shown
    assert [day.isocalendar().week for day in shown] == list(range(2, 2 + len(shown)))
    await change(builder, every_weeks=2)
    assert [day.isocalendar().week for day in (await slots(builder))[:5]] == [2, 4, 6, 8, 9]


async def test_two_moved_meetings_hide_no_week_when_the_weekday_changes(
    builder: Builder, group: Group
) -> None:
    await move(builder, date(2026, 2, 10), date(2026, 2, 11))
    await move(builder, date(2026, 2, 24), MOVED)
    await change(builder, weekday=WEDNESDAY)
    assert await slots(builder) == WEDNESDAYS


@pytest.mark.parametrize("state", ["skipped", "cancelled"])
async def test_a_moved_meeting_that_is_called_off_hides_its_own_week_only(
    builder: Builder, group: Group, state: str
) -> None:
    moved = await move(builder, date(2026, 2, 24), MOVED)
    if state == "skipped":
        await builder.meetings.skip(builder.act_as(ORGANIZER), moved.id, Reason.HOLIDAY)
    else:
        await builder.meetings.cancel(builder.act_as(ORGANIZER), moved.id, Reason.HOLIDAY)
    await change(builder, weekday=WEDNESDAY)
    assert await slots(builder) == WEDNESDAYS[:-1]


async def test_an_extra_meeting_far_ahead_hides_no_week(builder: Builder, group: Group) -> None:
    await builder.schedules.add_extra(builder.act_as(ORGANIZER), date(2026, 2, 20), ScheduleChange())
    await change(builder, weekday=WEDNESDAY)
    assert await slots(builder) == sorted([*WEDNESDAYS, date(2026, 2, 20)])


async def test_an_extra_meeting_that_was_held_hides_no_day_of_the_new_schedule(
    builder: Builder, group: Group
) -> None:
    extra = await builder.schedules.add_extra(builder.act_as(ORGANIZER), date(2026, 1, 5), ScheduleChange())
    builder.now = datetime(2026, 1, 5, 21, tzinfo=UTC)
    await builder.set_meeting_state(extra.meeting, MeetingState.OPEN)
    await builder.set_meeting_state(extra.meeting, MeetingState.CLOSED)
    await change(builder, weekday=WEDNESDAY)
    assert (await slots(builder))[0] == WEDNESDAYS[0]


async def test_a_meeting_that_was_announced_and_moved_far_ahead_hides_no_week(
    builder: Builder, group: Group
) -> None:
    first = (await builder.list_ahead(group))[0]
    builder.now = datetime(2026, 1, 5, 20, tzinfo=UTC)
    await builder.post_card(first)
    await move(builder, date(2026, 1, 6), date(2026, 1, 30))
    await change(builder, weekday=WEDNESDAY)
    assert (await slots(builder))[:4] == [
        *(date(2026, 1, 14), date(2026, 1, 21), date(2026, 1, 28)),
        date(2026, 1, 30),
    ]


async def test_a_meeting_that_was_brought_forward_and_held_is_not_held_again(
    builder: Builder, group: Group
) -> None:
    moved = await move(builder, date(2026, 1, 20), date(2026, 1, 2))
    builder.now = datetime(2026, 1, 2, 21, tzinfo=UTC)
    await builder.set_meeting_state(moved, MeetingState.OPEN)
    await builder.set_meeting_state(moved, MeetingState.CLOSED)
    await change(builder, weekday=WEDNESDAY)
    assert (await slots(builder))[:3] == [WEDNESDAYS[0], WEDNESDAYS[1], WEDNESDAYS[3]]


async def test_a_moved_meeting_stays_when_the_interval_changes(builder: Builder, group: Group) -> None:
    await move(builder, date(2026, 2, 24), MOVED)
    await change(builder, every_weeks=2)
    assert await slots(builder) == [
        *(date(2026, 1, 6), date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 17)),
        MOVED,
    ]
    await change(builder, every_weeks=1)
    assert (await slots(builder))[:8] == [
        *(date(2026, 1, 6) + timedelta(weeks=week) for week in range(7)),
        MOVED,
    ]


async def test_every_second_week_keeps_its_weeks_when_the_weekday_changes(
    builder: Builder, group: Group
) -> None:
    await change(builder, every_weeks=2)
    await builder.meetings.skip(builder.act_as(ORGANIZER), date(2026, 1, 6), Reason.HOLIDAY)
    builder.now = datetime(2026, 1, 8, tzinfo=UTC)
    await change(builder, weekday=WEDNESDAY)
    assert (await slots(builder))[:2] == [date(2026, 1, 21), date(2026, 2, 4)]


async def test_a_meeting_moved_far_ahead_hides_no_week_after_a_break(builder: Builder, group: Group) -> None:
    await move(builder, date(2026, 2, 24), MOVED)
    groups = GroupService(builder.transactions, builder.planner)
    await groups.pause(builder.act_as(ORGANIZER))
    builder.now = datetime(2026, 1, 9, tzinfo=UTC)
    await groups.resume(builder.act_as(ORGANIZER))
    await change(builder, weekday=WEDNESDAY, zone="Europe/Berlin")
    assert (await slots(builder))[:7] == WEDNESDAYS[1:]


async def test_a_meeting_that_was_moved_back_follows_the_new_schedule(builder: Builder, group: Group) -> None:
    moved = await move(builder, date(2026, 1, 13), date(2026, 1, 15))
    await move(builder, date(2026, 1, 15), date(2026, 1, 13))
    await change(builder, weekday=WEDNESDAY)
    assert (await builder.reload_meeting(moved)).day == WEDNESDAYS[1]
    assert await slots(builder) == WEDNESDAYS


async def test_a_day_with_a_moved_meeting_gets_no_second_one_at_the_same_time(
    builder: Builder, group: Group
) -> None:
    await move(builder, date(2026, 2, 17), MOVED)
    await change(builder, weekday=WEDNESDAY)
    assert await slots(builder) == [*WEDNESDAYS[:6], MOVED]
    builder.now = datetime(2026, 2, 12, tzinfo=UTC)
    await builder.replan_group(group)
    ahead = [each.day for each in await builder.list_ahead(group) if each.starts_at > builder.now]
    assert ahead.count(MOVED) == 1
