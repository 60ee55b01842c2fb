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
from tests.services.builder import ANA, BEN, ORGANIZER, THURSDAY, Builder

FIRST = datetime(2026, 1, 8, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)
TUESDAY = 1
Key = tuple[date, MeetingKind]


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


async def take(builder: Builder, group: Group) -> CalendarView:
    return await CalendarFeed(builder.transactions).view(builder.act_as(ANA), group.id)


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


async def test_the_old_days_are_cancelled_when_the_weekday_changes(builder: Builder, group: Group) -> None:
    before = await take(builder, group)
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    after = await take(builder, group)
    check_follows(after, before)
    assert set(alive(after)).isdisjoint(alive(before))
    assert set(keyed(before)) <= set(keyed(after))
    assert len([day for day in after.days if day.called_off]) >= len(before.days) - 2  # two were planned
    assert alive(after)[:2] == [date(2026, 1, 6), date(2026, 1, 13)]
    again = await take(builder, group)
    assert again.days == after.days


async def test_every_second_day_is_cancelled_when_the_interval_doubles(
    builder: Builder, group: Group
) -> None:
    before = await take(builder, group)
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(every_weeks=2))
    after = await take(builder, group)
    check_follows(after, before)
    assert set(alive(after)) < set(alive(before))
    assert {day.slot for day in after.days if day.called_off} == set(alive(before)) - set(alive(after))


async def test_a_day_that_comes_back_counts_on_when_it_was_cancelled(builder: Builder, group: Group) -> None:
    files = [await take(builder, group)]
    for weekday in (TUESDAY, THURSDAY, TUESDAY, THURSDAY):
        await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=weekday))
        files.append(await take(builder, group))
        for earlier in files[:-1]:
            check_follows(files[-1], earlier)


async def test_a_day_counts_on_when_an_extra_meeting_had_its_place_for_a_while(
    builder: Builder, group: Group
) -> None:
    day = date(2026, 2, 12)
    noon = ScheduleChange(at=time(12))
    files = [await take(builder, group)]
    extra = await builder.schedules.add_extra(builder.act_as(ORGANIZER), day, noon)
    await builder.schedules.change(builder.act_as(ORGANIZER), noon)  # they meet at noon that day already
    files.append(await take(builder, group))
    assert keyed(files[-1])[day, MeetingKind.REGULAR].called_off
    await builder.meetings.cancel(builder.act_as(ORGANIZER), extra.meeting.id, Reason.OTHER)
    files.append(await take(builder, group))
    assert not keyed(files[-1])[day, MeetingKind.REGULAR].called_off
    check_follows(files[2], files[1])
    check_follows(files[2], files[0])


async def test_all_that_lay_ahead_is_cancelled_when_the_group_is_archived(
    builder: Builder, group: Group
) -> None:
    before = await take(builder, group)
    await GroupService(builder.transactions, builder.planner).archive(builder.act_as(ORGANIZER), group.id)
    after = await take(builder, group)
    check_follows(after, before)
    assert alive(after) == []
    assert set(keyed(after)) == set(keyed(before))


async def test_a_group_without_a_rhythm_any_more_cancels_its_days(builder: Builder, group: Group) -> None:
    before = await take(builder, group)
    await builder.write(lambda tx: tx.run("DELETE FROM schedules"))
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    after = await take(builder, group)
    check_follows(after, before)
    assert alive(after) == []


async def test_nothing_is_cancelled_that_no_file_held(builder: Builder, group: Group) -> None:
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    assert not [day for day in (await take(builder, group)).days if day.called_off]


async def test_days_that_have_passed_are_forgotten_and_not_cancelled(builder: Builder, group: Group) -> None:
    await take(builder, group)
    builder.now = FIRST + 20 * WEEK
    later = await take(builder, group)
    assert not [day for day in later.days if day.called_off]
    rows = await builder.write(lambda tx: tx.all("SELECT starts_at FROM calendar_entries"))
    assert len(rows) == len([day for day in later.days if day.starts_at > builder.now])


async def test_the_files_of_two_members_cancel_what_either_held(builder: Builder, group: Group) -> None:
    await take(builder, group)
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    file = await CalendarFeed(builder.transactions).view(builder.act_as(BEN))
    assert date(2026, 1, 22) in [day.slot for day in file.days if day.called_off]


async def change(builder: Builder, group: Group, dice: random.Random) -> None:
    """Let an organizer change something, or time pass."""
    ahead, actor = await builder.list_ahead(group), builder.act_as(ORGANIZER)
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
            await builder.schedules.change(actor, wanted)
        case "skip" if ahead:
            await builder.meetings.skip(actor, dice.choice(ahead).id, Reason.HOLIDAY)
        case "revive":
            slots = await builder.meetings.list_slots(actor, group.id)
            skipped = [slot.meeting.id for slot in slots if slot.meeting is not None and slot.skipped]
            if skipped:
                await builder.meetings.revive(builder.act_as(ORGANIZER), dice.choice(skipped))
        case "extra":
            await builder.schedules.add_extra(
                actor, builder.now.date() + timedelta(days=dice.randrange(30)), wanted
            )
        case "cancel" if ahead:
            await builder.meetings.cancel(actor, dice.choice(ahead).id, Reason.OTHER)
        case "move" if ahead:
            day = ahead[-1].day + timedelta(days=1)
            await builder.meetings.move(actor, ahead[-1].id, day=day, at=time(7, dice.randrange(60)))
        case "pause":
            groups = GroupService(builder.transactions, builder.planner)
            await groups.pause(actor, group.id)
            await take(builder, group)
            await groups.resume(builder.act_as(ORGANIZER), group.id)
        case _:
            builder.now += timedelta(days=dice.randrange(1, 9))
            await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))


@pytest.mark.parametrize("seed", range(6))
async def test_every_file_follows_from_all_before_it_whatever_changes_in_between(
    builder: Builder, group: Group, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  # no secret, and the same each time
    files = [await take(builder, group)]
    for _ in range(12):
        with suppress(Refusal):  # two meetings at once, say
            await change(builder, group, dice)
        files.append(await take(builder, group))
        for earlier in files[:-1]:
            check_follows(files[-1], earlier)
