"""A stored zone that is not known here stops nothing but new meetings, and another can always be chosen."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.schedule import local
from buddybot.domain.pings import PingKind
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.groups.groups import NewSchedule
from buddybot.services.meetings.calendar_feed import CalendarFeed
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Tx
from tests.services.builder import ANA, ORGANIZER, Builder, refused

LOST = "Mars/Olympus_Mons"
FIRST = datetime(2026, 1, 8, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)
WHAT = ("groups", "schedules", "meetings")


async def lose_zone(builder: Builder, *tables: str) -> None:
    async def script(tx: Tx) -> None:
        for table in tables:
            await tx.run(f"UPDATE {table} SET zone = :zone", zone=LOST)

    await builder.write(script)


async def lost_group(builder: Builder, *tables: str) -> Group:
    """A group in London whose rows name a zone that nobody knows; its first meeting is announced."""
    group = await builder.add_group()
    await builder.post_card((await builder.list_ahead(group))[0])
    await lose_zone(builder, *(tables or WHAT))
    return group


@pytest.mark.parametrize("tables", [WHAT, ("schedules",), ("meetings",), ("groups",)])
async def test_planned_meetings_stay_at_their_instants_when_the_zone_is_lost(
    builder: Builder, tables: tuple[str, ...]
) -> None:
    group = await lost_group(builder, *tables)
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    ahead = await builder.list_ahead(group)
    assert [meeting.starts_at for meeting in ahead] == [FIRST, FIRST + WEEK]
    assert set(await builder.list_planned_kinds(ahead[1])) == {
        PingKind.CARD,
        PingKind.NUDGE,
        PingKind.CHECKIN,
        PingKind.SUMMARY,
    }


async def test_no_meeting_is_made_by_guess_when_the_zone_is_lost(builder: Builder) -> None:
    group = await lost_group(builder)
    builder.now = FIRST + 3 * WEEK
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    assert [meeting.starts_at for meeting in await builder.list_ahead(group)] == []


async def test_a_new_zone_is_taken_and_what_was_announced_stays_when_the_zone_was_lost(
    builder: Builder,
) -> None:
    group = await lost_group(builder)
    view = await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(zone="Europe/Berlin"))
    assert (view.group.zone, view.schedule.zone) == ("Europe/Berlin", "Europe/Berlin")
    first, second = await builder.list_ahead(group)
    assert (first.zone, first.day, first.time) == ("Europe/Berlin", date(2026, 1, 8), time(20))
    assert first.starts_at == FIRST
    assert (second.zone, second.time) == ("Europe/Berlin", time(19))
    assert second.starts_at == FIRST + WEEK - timedelta(hours=1)
    moved = await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=None, at=time(21))
    assert local(moved.meeting.starts_at, "Europe/Berlin").time() == time(21)


async def test_what_needs_the_zone_is_refused_with_the_way_out_when_it_is_lost(builder: Builder) -> None:
    group = await lost_group(builder)
    organizer = builder.act_as(ORGANIZER)
    async with refused("schedule.zone_lost"):
        await builder.schedules.change(organizer, ScheduleChange(weekday=1))
    async with refused("schedule.zone_lost"):
        await builder.schedules.add_extra(organizer, date(2026, 1, 10), ScheduleChange())
    first = (await builder.list_ahead(group))[0]
    async with refused("schedule.zone_lost"):
        await builder.meetings.move(organizer, first.id, day=date(2026, 1, 9), at=None)


def test_a_new_group_is_refused_when_its_zone_is_not_known() -> None:
    with pytest.raises(Refusal, match=r"zone\.unknown"):
        NewSchedule(weekday=1, time=time(19), zone=LOST).begin_after(FIRST)


async def test_the_calendar_file_opens_when_the_zone_is_lost(builder: Builder) -> None:
    await lost_group(builder)
    view = await CalendarFeed(builder.transactions).view(builder.act_as(ANA))
    assert [day.starts_at for day in view.days] == [FIRST, FIRST + WEEK]
