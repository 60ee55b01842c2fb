"""The schedule of a group, and one meeting outside it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Answer, MeetingKind, MeetingState, Reason
from buddybot.domain.pings import PingKind
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from tests.services.meetings.calendar_house import ANA, ORGANIZER, House, refused

TUESDAY, FRIDAY = 1, 4
FIRST = date(2026, 1, 8)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    return await house.group()


async def days(house: House, group: Group) -> list[date]:
    return [each.day for each in await house.ahead(group)]


async def test_what_is_not_given_stays(house: House, group: Group) -> None:
    view = await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(at=time(20)))
    assert (view.schedule.weekday, view.schedule.time) == (3, time(20))
    assert (view.schedule.every_weeks, view.schedule.duration_minutes) == (1, 75)
    first = (await house.ahead(group))[0]
    assert first.starts_at == datetime(2026, 1, 8, 20, tzinfo=UTC)
    assert view.schedule == (await house.schedules.show(house.actor(ORGANIZER))).schedule


async def test_a_new_time_keeps_the_answers(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    await house.rsvps.answer(house.actor(ANA), first.id, Answer.LATE)
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(at=time(20), duration_minutes=60))
    after = (await house.ahead(group))[0]
    assert (after.id, after.ends_at) == (first.id, datetime(2026, 1, 8, 21, tzinfo=UTC))
    assert (await house.run(lambda tx: RsvpRepository(tx).get_roll(after))).find_rsvp(ANA) is Answer.LATE


async def test_a_new_weekday_replaces_what_nobody_was_told_of(house: House, group: Group) -> None:
    view = await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    assert await days(house, group) == [date(2026, 1, 6), date(2026, 1, 13)]
    assert view.kept is None
    first = (await house.ahead(group))[0]
    assert PingKind.CHANGE in await house.planned(first)


async def test_a_mistyped_weekday_can_be_put_right(house: House, group: Group) -> None:
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=FRIDAY))
    told = (await house.ahead(group))[0]
    for ping in await house.pings(told, PingKind.CHANGE):
        await house.send(ping)
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    assert await days(house, group) == [date(2026, 1, 6), date(2026, 1, 13)]


async def test_an_announced_meeting_stays_and_the_new_rhythm_leaves_room_after_it(
    house: House, group: Group
) -> None:
    first = (await house.ahead(group))[0]
    await house.announce(first)
    view = await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=FRIDAY))
    assert view.kept is not None
    assert view.kept.id == first.id
    assert await days(house, group) == [FIRST, date(2026, 1, 16), date(2026, 1, 23)]
    assert await house.fresh(first) == first


async def test_every_second_week_is_counted_from_the_last_meeting(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    await house.announce(first)
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(every_weeks=2))
    assert (await days(house, group))[:2] == [FIRST, date(2026, 1, 22)]


async def test_a_time_that_has_passed_today_begins_next_week(house: House, group: Group) -> None:
    house.now = datetime(2026, 1, 6, 12, tzinfo=UTC)
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=TUESDAY, at=time(11)))
    assert (await days(house, group))[0] == date(2026, 1, 13)


async def test_a_new_zone_is_the_groups_zone_too(house: House, group: Group) -> None:
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(zone="America/New_York"))
    assert (await house.ahead(group))[0].starts_at == datetime(2026, 1, 9, 0, tzinfo=UTC)
    after = await house.run(lambda tx: GroupRepository(tx).get(group.guild_id, group.id))
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
    house: House, group: Group, change: ScheduleChange, code: str
) -> None:
    before = await house.ahead(group)
    async with refused(code):
        await house.schedules.change(house.actor(ORGANIZER), change)
    assert await house.ahead(group) == before


async def test_a_rhythm_that_falls_onto_an_extra_meeting_is_refused(house: House, group: Group) -> None:
    await house.schedules.add_extra(house.actor(ORGANIZER), date(2026, 1, 13), ScheduleChange(at=time(18)))
    before = await house.ahead(group)
    async with refused("meeting.collides"):
        await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=TUESDAY, at=time(18, 30)))
    assert await house.ahead(group) == before


async def test_an_extra_meeting_stands_beside_the_rhythm(house: House, group: Group) -> None:
    changed = await house.schedules.add_extra(
        house.actor(ORGANIZER), date(2026, 1, 10), ScheduleChange(at=time(10))
    )
    assert (changed.meeting.kind, changed.meeting.duration_minutes) == (MeetingKind.EXTRA, 75)
    assert await days(house, group) == [FIRST, date(2026, 1, 10), date(2026, 1, 15)]
    assert {PingKind.CARD, PingKind.CHECKIN, PingKind.CHANGE} <= set(await house.planned(changed.meeting))
    async with refused("meeting.collides"):
        await house.schedules.add_extra(
            house.actor(ORGANIZER), date(2026, 1, 10), ScheduleChange(at=time(10, 30))
        )
    async with refused("meeting.day_taken"):
        await house.schedules.add_extra(
            house.actor(ORGANIZER), date(2026, 1, 10), ScheduleChange(at=time(18))
        )
    async with refused("meeting.collides"):
        await house.schedules.add_extra(house.actor(ORGANIZER), FIRST, ScheduleChange())
    async with refused("meeting.past"):
        await house.schedules.add_extra(house.actor(ORGANIZER), date(2026, 1, 1), ScheduleChange())


async def test_an_extra_meeting_on_a_skipped_day_is_that_meeting_after_all(
    house: House, group: Group
) -> None:
    skipped = (await house.meetings.skip(house.actor(ORGANIZER), FIRST, Reason.HOLIDAY)).meeting
    changed = await house.schedules.add_extra(house.actor(ORGANIZER), FIRST, ScheduleChange(at=time(17)))
    assert (changed.meeting.id, changed.meeting.state) == (skipped.id, MeetingState.SCHEDULED)
    assert changed.meeting.starts_at == datetime(2026, 1, 8, 17, tzinfo=UTC)
    house.now += timedelta(hours=1)
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    assert (await house.fresh(skipped)).time == time(17)


async def test_only_organizers_see_and_change_the_rhythm(house: House, group: Group) -> None:
    async with refused("group.organizers_only"):
        await house.schedules.change(house.actor(ANA), ScheduleChange(weekday=TUESDAY))
    async with refused("group.organizers_only"):
        await house.schedules.add_extra(house.actor(ANA), date(2026, 1, 10), ScheduleChange())
    async with refused("group.organizers_only"):
        await house.schedules.show(house.actor(ANA))
