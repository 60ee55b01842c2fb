"""The schedule of a group, and one meeting outside it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Answer, MeetingKind, MeetingState, Reason
from buddybot.domain.pings import PingKind
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from tests.services.builder import ANA, ORGANIZER, Builder, refused

TUESDAY, FRIDAY = 1, 4
FIRST = date(2026, 1, 8)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


async def days(builder: Builder, group: Group) -> list[date]:
    return [each.day for each in await builder.list_ahead(group)]


async def test_what_is_not_given_stays(builder: Builder, group: Group) -> None:
    view = await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(at=time(20)))
    assert (view.schedule.weekday, view.schedule.time) == (3, time(20))
    assert (view.schedule.every_weeks, view.schedule.duration_minutes) == (1, 75)
    first = (await builder.list_ahead(group))[0]
    assert first.starts_at == datetime(2026, 1, 8, 20, tzinfo=UTC)
    assert view.schedule == (await builder.schedules.show(builder.act_as(ORGANIZER))).schedule


async def test_a_new_time_keeps_the_answers(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.LATE)
    await builder.schedules.change(
        builder.act_as(ORGANIZER), ScheduleChange(at=time(20), duration_minutes=60)
    )
    after = (await builder.list_ahead(group))[0]
    assert (after.id, after.ends_at) == (first.id, datetime(2026, 1, 8, 21, tzinfo=UTC))
    assert (await builder.write(lambda tx: RsvpRepository(tx).get_roll(after))).find_rsvp(ANA) is Answer.LATE


async def test_a_new_weekday_replaces_what_nobody_was_told_of(builder: Builder, group: Group) -> None:
    view = await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    assert await days(builder, group) == [date(2026, 1, 6), date(2026, 1, 13)]
    assert view.kept is None
    first = (await builder.list_ahead(group))[0]
    assert PingKind.CHANGE in await builder.list_planned_kinds(first)


async def test_a_mistyped_weekday_can_be_put_right(builder: Builder, group: Group) -> None:
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=FRIDAY))
    told = (await builder.list_ahead(group))[0]
    for ping in await builder.list_pings(told, PingKind.CHANGE):
        await builder.send_ping(ping)
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    assert await days(builder, group) == [date(2026, 1, 6), date(2026, 1, 13)]


async def test_an_announced_meeting_stays_and_the_new_rhythm_leaves_room_after_it(
    builder: Builder, group: Group
) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.post_card(first)
    view = await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=FRIDAY))
    assert view.kept is not None
    assert view.kept.id == first.id
    assert await days(builder, group) == [FIRST, date(2026, 1, 16), date(2026, 1, 23)]
    assert await builder.reload_meeting(first) == first


async def test_every_second_week_is_counted_from_the_last_meeting(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.post_card(first)
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(every_weeks=2))
    assert (await days(builder, group))[:2] == [FIRST, date(2026, 1, 22)]


async def test_a_time_that_has_passed_today_begins_next_week(builder: Builder, group: Group) -> None:
    builder.now = datetime(2026, 1, 6, 12, tzinfo=UTC)
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=TUESDAY, at=time(11)))
    assert (await days(builder, group))[0] == date(2026, 1, 13)


async def test_a_new_zone_is_the_groups_zone_too(builder: Builder, group: Group) -> None:
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(zone="America/New_York"))
    assert (await builder.list_ahead(group))[0].starts_at == datetime(2026, 1, 9, 0, tzinfo=UTC)
    after = await builder.write(lambda tx: GroupRepository(tx).get(group.guild_id, group.id))
    assert after is not None
    assert after.zone == "America/New_York"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (ScheduleChange(zone="Mars/Olympus"), "zone.unknown"),
        (ScheduleChange(weekday=7), "schedule.weekday"),
        (ScheduleChange(every_weeks=0), "schedule.every_weeks"),
        (ScheduleChange(duration_minutes=5), "schedule.duration"),
    ],
)
async def test_what_no_rhythm_can_be_is_refused(
    builder: Builder, group: Group, change: ScheduleChange, code: str
) -> None:
    before = await builder.list_ahead(group)
    async with refused(code):
        await builder.schedules.change(builder.act_as(ORGANIZER), change)
    assert await builder.list_ahead(group) == before


async def test_a_rhythm_that_falls_onto_an_extra_meeting_is_refused(builder: Builder, group: Group) -> None:
    await builder.schedules.add_extra(
        builder.act_as(ORGANIZER), date(2026, 1, 13), ScheduleChange(at=time(18))
    )
    before = await builder.list_ahead(group)
    async with refused("meeting.collides"):
        await builder.schedules.change(
            builder.act_as(ORGANIZER), ScheduleChange(weekday=TUESDAY, at=time(18, 30))
        )
    assert await builder.list_ahead(group) == before


async def test_an_extra_meeting_stands_beside_the_rhythm(builder: Builder, group: Group) -> None:
    changed = await builder.schedules.add_extra(
        builder.act_as(ORGANIZER), date(2026, 1, 10), ScheduleChange(at=time(10))
    )
    assert (changed.meeting.kind, changed.meeting.duration_minutes) == (MeetingKind.EXTRA, 75)
    assert await days(builder, group) == [FIRST, date(2026, 1, 10), date(2026, 1, 15)]
    assert {PingKind.CARD, PingKind.CHECKIN, PingKind.CHANGE} <= set(
        await builder.list_planned_kinds(changed.meeting)
    )
    async with refused("meeting.collides"):
        await builder.schedules.add_extra(
            builder.act_as(ORGANIZER), date(2026, 1, 10), ScheduleChange(at=time(10, 30))
        )
    async with refused("meeting.day_taken"):
        await builder.schedules.add_extra(
            builder.act_as(ORGANIZER), date(2026, 1, 10), ScheduleChange(at=time(18))
        )
    async with refused("meeting.collides"):
        await builder.schedules.add_extra(builder.act_as(ORGANIZER), FIRST, ScheduleChange())
    async with refused("meeting.past"):
        await builder.schedules.add_extra(builder.act_as(ORGANIZER), date(2026, 1, 1), ScheduleChange())


async def test_an_extra_meeting_on_a_skipped_day_is_that_meeting_after_all(
    builder: Builder, group: Group
) -> None:
    skipped = (await builder.meetings.skip(builder.act_as(ORGANIZER), FIRST, Reason.HOLIDAY)).meeting
    changed = await builder.schedules.add_extra(builder.act_as(ORGANIZER), FIRST, ScheduleChange(at=time(17)))
    assert (changed.meeting.id, changed.meeting.state) == (skipped.id, MeetingState.SCHEDULED)
    assert changed.meeting.starts_at == datetime(2026, 1, 8, 17, tzinfo=UTC)
    builder.now += timedelta(hours=1)
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    assert (await builder.reload_meeting(skipped)).time == time(17)


async def test_only_organizers_see_and_change_the_rhythm(builder: Builder, group: Group) -> None:
    async with refused("group.organizers_only"):
        await builder.schedules.change(builder.act_as(ANA), ScheduleChange(weekday=TUESDAY))
    async with refused("group.organizers_only"):
        await builder.schedules.add_extra(builder.act_as(ANA), date(2026, 1, 10), ScheduleChange())
    async with refused("group.organizers_only"):
        await builder.schedules.show(builder.act_as(ANA))
