"""What an earlier calendar file held is cancelled in the next one when the group no longer meets then."""

import random
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import MeetingKind, Reason
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.groups.groups import GroupService
from buddybot.services.meetings.calendar_feed import CalendarDay, CalendarFeed, CalendarView
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, THURSDAY, House

FIRST = datetime(2026, 1, 8, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)
TUESDAY = 1
Key = tuple[date, MeetingKind]


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    return await house.group()


async def take(house: House, group: Group) -> CalendarView:
    return await CalendarFeed(house.transactions).view(house.actor(ANA), group.id)


def keyed(view: CalendarView) -> dict[Key, CalendarDay]:
    found = {(day.slot, day.kind): day for day in view.days}
    assert len(found) == len(view.days)
    return found


def check_follows(later: CalendarView, earlier: CalendarView) -> None:
    """Nothing ahead that the earlier file held is left as it was when it is not so any more."""
    after = keyed(later)
    for key, old in keyed(earlier).items():
        if old.starts_at <= later.now:
            continue
        assert key in after, key
        new = after[key]
        assert new.sequence >= old.sequence
        if (new.starts_at, new.ends_at, new.called_off) != (old.starts_at, old.ends_at, old.called_off):
            assert new.sequence > old.sequence


def alive(view: CalendarView) -> list[date]:
    return [day.starts_at.date() for day in view.days if not day.called_off]


async def test_the_old_days_are_cancelled_when_the_weekday_changes(house: House, group: Group) -> None:
    before = await take(house, group)
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    after = await take(house, group)
    check_follows(after, before)
    assert set(alive(after)).isdisjoint(alive(before))
    assert set(keyed(before)) <= set(keyed(after))
    assert len([day for day in after.days if day.called_off]) >= len(before.days) - 2  # two were planned
    assert alive(after)[:2] == [date(2026, 1, 6), date(2026, 1, 13)]
    again = await take(house, group)
    assert again.days == after.days


async def test_every_second_day_is_cancelled_when_the_interval_doubles(house: House, group: Group) -> None:
    before = await take(house, group)
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(every_weeks=2))
    after = await take(house, group)
    check_follows(after, before)
    assert set(alive(after)) < set(alive(before))
    assert {day.slot for day in after.days if day.called_off} == set(alive(before)) - set(alive(after))


async def test_a_day_that_comes_back_counts_on_when_it_was_cancelled(house: House, group: Group) -> None:
    files = [await take(house, group)]
    for weekday in (TUESDAY, THURSDAY, TUESDAY, THURSDAY):
        await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=weekday))
        files.append(await take(house, group))
        for earlier in files[:-1]:
            check_follows(files[-1], earlier)


async def test_a_day_counts_on_when_an_extra_meeting_had_its_place_for_a_while(
    house: House, group: Group
) -> None:
    day = date(2026, 2, 12)
    noon = ScheduleChange(at=time(12))
    files = [await take(house, group)]
    extra = await house.schedules.add_extra(house.actor(ORGANIZER), day, noon)
    await house.schedules.change(house.actor(ORGANIZER), noon)  # they meet at noon that day already
    files.append(await take(house, group))
    assert keyed(files[-1])[day, MeetingKind.REGULAR].called_off
    await house.meetings.cancel(house.actor(ORGANIZER), extra.meeting.id, Reason.OTHER)
    files.append(await take(house, group))
    assert not keyed(files[-1])[day, MeetingKind.REGULAR].called_off
    check_follows(files[2], files[1])
    check_follows(files[2], files[0])


async def test_all_that_lay_ahead_is_cancelled_when_the_group_is_archived(house: House, group: Group) -> None:
    before = await take(house, group)
    await GroupService(house.transactions, house.planner).archive(house.actor(ORGANIZER), group.id)
    after = await take(house, group)
    check_follows(after, before)
    assert alive(after) == []
    assert set(keyed(after)) == set(keyed(before))


async def test_a_group_without_a_rhythm_any_more_cancels_its_days(house: House, group: Group) -> None:
    before = await take(house, group)
    await house.run(lambda tx: tx.run("DELETE FROM schedules"))
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    after = await take(house, group)
    check_follows(after, before)
    assert alive(after) == []


async def test_nothing_is_cancelled_that_no_file_held(house: House, group: Group) -> None:
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    assert not [day for day in (await take(house, group)).days if day.called_off]


async def test_days_that_have_passed_are_forgotten_and_not_cancelled(house: House, group: Group) -> None:
    await take(house, group)
    house.now = FIRST + 20 * WEEK
    later = await take(house, group)
    assert not [day for day in later.days if day.called_off]
    rows = await house.run(lambda tx: tx.all("SELECT starts_at FROM calendar_entries"))
    assert len(rows) == len([day for day in later.days if day.starts_at > house.now])


async def test_the_files_of_two_members_cancel_what_either_held(house: House, group: Group) -> None:
    await take(house, group)
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    file = await CalendarFeed(house.transactions).view(house.actor(BEN))
    assert date(2026, 1, 22) in [day.slot for day in file.days if day.called_off]


async def change(house: House, group: Group, dice: random.Random) -> None:
    """Let an organizer change something, or time pass."""
    ahead, actor = await house.ahead(group), house.actor(ORGANIZER)
    wanted = dice.choice(
        [
            ScheduleChange(weekday=dice.randrange(7)),
            ScheduleChange(every_weeks=dice.choice([1, 2, 3])),
            ScheduleChange(at=time(dice.randrange(8, 22))),
            ScheduleChange(zone=dice.choice(["Europe/Berlin", "Asia/Tokyo", "America/Vancouver"])),
        ]
    )
    what = ["schedule", "schedule", "schedule", "skip", "revive", "extra", "cancel", "move", "pause", "wait"]
    match dice.choice(what):
        case "schedule":
            await house.schedules.change(actor, wanted)
        case "skip" if ahead:
            await house.meetings.skip(actor, dice.choice(ahead).id, Reason.HOLIDAY)
        case "revive":
            slots = await house.meetings.list_slots(actor, group.id)
            skipped = [slot.meeting.id for slot in slots if slot.meeting is not None and slot.skipped]
            if skipped:
                await house.meetings.revive(house.actor(ORGANIZER), dice.choice(skipped))
        case "extra":
            await house.schedules.add_extra(
                actor, house.now.date() + timedelta(days=dice.randrange(30)), wanted
            )
        case "cancel" if ahead:
            await house.meetings.cancel(actor, dice.choice(ahead).id, Reason.OTHER)
        case "move" if ahead:
            day = ahead[-1].day + timedelta(days=1)
            await house.meetings.move(actor, ahead[-1].id, day=day, at=time(7, dice.randrange(60)))
        case "pause":
            groups = GroupService(house.transactions, house.planner)
            await groups.pause(actor, group.id)
            await take(house, group)
            await groups.resume(house.actor(ORGANIZER), group.id)
        case _:
            house.now += timedelta(days=dice.randrange(1, 9))
            await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))


@pytest.mark.parametrize("seed", range(6))
async def test_every_file_follows_from_all_before_it_whatever_changes_in_between(
    house: House, group: Group, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  # no secret, and the same each time
    files = [await take(house, group)]
    for _ in range(12):
        with suppress(Refusal):  # two meetings at once, say
            await change(house, group, dice)
        files.append(await take(house, group))
        for earlier in files[:-1]:
            check_follows(files[-1], earlier)
