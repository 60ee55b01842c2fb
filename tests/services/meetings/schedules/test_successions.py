"""What people agreed on survives a change of schedule, or those concerned are told that it does not."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.locations.rotation import Basis
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingKind, MeetingState, Reason
from buddybot.domain.pings import PingKind
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import host_swaps
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.services.outdated_messages import OutdatedMessageService
from buddybot.storage.checkins.activities import ActivityRepository
from buddybot.storage.engine.database import Database
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from tests.services.builder import ANA, BEN, ORGANIZER, Builder
from tests.services.locations.hosting import decline_hosting
from tests.services.meetings.schedules.moved_schedules import (
    MONDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    WEDNESDAYS,
    change,
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


# -- what was agreed on moves along -----------------------------------------------------------------------


async def swapped(builder: Builder, group: Group) -> list[Meeting]:
    """Let Ana and Ben, who host next, swap their turns."""
    await builder.add_homes(ANA, BEN)
    await decline_hosting(builder, group, ORGANIZER)
    await builder.replan_group(group)
    first, second = await builder.list_ahead(group)
    turns = await builder.list_hosts(group)
    assert set(turns) == {ANA, BEN}
    assert turns[0] is not None
    assert turns[1] is not None
    offer = await builder.swaps.offer(builder.act_as(turns[0]), first.id, second.id)
    assert offer.swap is not None
    await builder.swaps.agree(builder.act_as(turns[1]), offer.swap.id)
    return [first, second]


CHANGES: Mapping[str, dict[str, object]] = {
    "another weekday": {"weekday": WEDNESDAY},
    "an earlier weekday": {"weekday": MONDAY},
    "another time": {"at": time(20)},
    "another length": {"duration_minutes": 60},
    "another zone": {"zone": "Europe/Berlin"},
    "weekday and time": {"weekday": SUNDAY, "at": time(9)},
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_swap_stays_when_the_schedule_changes(builder: Builder, group: Group, what: str) -> None:
    agreed = await swapped(builder, group)
    before = await builder.list_hosts(group)
    await change(builder, **CHANGES[what])
    after = [await builder.reload_meeting(meeting) for meeting in agreed]
    assert [(await builder.get_arrangement(meeting)).host_id for meeting in after] == before
    assert {(await builder.get_arrangement(meeting)).basis for meeting in after} == {Basis.SWAPPED}
    [told] = await tell(builder, group)
    moved = [each for each in told.carried if each.before != each.meeting.starts_at]
    assert [each.host_id for each in moved] == ([] if what == "another length" else before)
    assert told.fallen == ()


async def test_an_offer_can_be_agreed_to_after_the_schedule_changed(builder: Builder, group: Group) -> None:
    await builder.add_homes(ANA, BEN)
    await decline_hosting(builder, group, ORGANIZER)
    await builder.replan_group(group)
    first, second = await builder.list_ahead(group)
    by, to = await builder.list_hosts(group)
    assert by is not None
    assert to is not None
    offer = await builder.swaps.offer(builder.act_as(by), first.id, second.id)
    assert offer.swap is not None
    await change(builder, weekday=WEDNESDAY)
    view = await builder.swaps.agree(builder.act_as(to), offer.swap.id)
    assert view.turn.meeting.day == WEDNESDAYS[0]
    assert await builder.list_hosts(group) == [to, by]


async def test_a_question_about_a_swap_is_edited_once_when_the_schedule_changed(
    builder: Builder, group: Group
) -> None:
    await builder.add_homes(ANA, BEN)
    await decline_hosting(builder, group, ORGANIZER)
    await builder.replan_group(group)
    first, second = await builder.list_ahead(group)
    by, _ = await builder.list_hosts(group)
    assert by is not None
    await builder.swaps.offer(builder.act_as(by), first.id, second.id)
    [question] = await builder.list_pings(first, PingKind.SWAP)
    assert (
        await builder.write(
            lambda tx: host_swaps.prepare_question(UnitOfWork(tx), question, group, builder.now)
        )
        is not None
    )
    await builder.send_ping(question)
    await builder.write(lambda tx: tx.run("UPDATE outbox SET message_id = 7 WHERE id = :id", id=question.id))
    outdated_messages = OutdatedMessageService(builder.transactions)
    assert await outdated_messages.moved_swaps() == []
    await change(builder, weekday=WEDNESDAY)
    [(moved, view)] = await outdated_messages.moved_swaps()
    assert moved.id == question.id
    assert [turn.meeting.day for turn in (view.turn, view.other)] == WEDNESDAYS[:2]
    await outdated_messages.note_followed(view)
    assert await outdated_messages.moved_swaps() == []


async def test_an_assigned_host_an_activity_and_answers_move_along(builder: Builder, group: Group) -> None:
    second = (await builder.list_ahead(group))[1]
    await builder.rotation.assign(builder.act_as(ORGANIZER), second.id, host_id=BEN, location_id=None)
    await builder.write(lambda tx: ActivityRepository(tx).put(second.id, "mock_interviews"))
    await builder.rsvps.answer(builder.act_as(ANA), second.id, Answer.LATE)
    await change(builder, weekday=WEDNESDAY)
    after = await builder.reload_meeting(second)
    assert (after.day, after.activity) == (WEDNESDAYS[1], "mock_interviews")
    arrangement = await builder.get_arrangement(after)
    assert (arrangement.host_id, arrangement.basis) == (BEN, Basis.ASSIGNED)
    assert (await builder.write(lambda tx: RsvpRepository(tx).get_roll(after))).find_rsvp(ANA) is Answer.LATE
    [told] = await tell(builder, group)
    assert [(each.before, each.meeting.day, each.host_id) for each in told.carried] == [
        (second.starts_at, WEDNESDAYS[1], BEN)
    ]
    assert set(told.people) == {ANA, BEN}


@pytest.mark.parametrize("day", [date(2026, 1, 13), date(2026, 2, 10)])
async def test_a_skipped_day_stays_skipped_in_the_new_schedule(
    builder: Builder, group: Group, day: date
) -> None:
    await builder.meetings.skip(builder.act_as(ORGANIZER), day, Reason.HOLIDAY)
    await tell(builder, group)
    await change(builder, weekday=WEDNESDAY)
    assert await slots(builder, skipped=True) == [day + timedelta(days=1)]
    assert await slots(builder) == [each for each in WEDNESDAYS if each != day + timedelta(days=1)]
    [told] = await tell(builder, group)
    assert [(each.meeting.day, each.left_out) for each in told.carried] == [(day + timedelta(days=1), True)]
    await change(builder, weekday=TUESDAY)
    assert await slots(builder, skipped=True) == [day]


async def test_each_notice_says_only_what_its_own_change_moved(builder: Builder, group: Group) -> None:
    await builder.meetings.skip(builder.act_as(ORGANIZER), date(2026, 1, 13), Reason.HOLIDAY)
    await tell(builder, group)
    await change(builder, weekday=WEDNESDAY)
    await tell(builder, group)
    builder.now += timedelta(hours=1)
    await change(builder, duration_minutes=60)
    [told] = await tell(builder, group)
    assert told.carried == ()


async def test_a_correction_before_anything_was_said_is_told_once(builder: Builder, group: Group) -> None:
    second = (await builder.list_ahead(group))[1]
    await builder.rsvps.answer(builder.act_as(ANA), second.id, Answer.GOING)
    await change(builder, weekday=SUNDAY)
    builder.now += timedelta(seconds=20)
    await change(builder, weekday=WEDNESDAY)
    [told] = await tell(builder, group)
    assert [(each.before, each.meeting.day) for each in told.carried] == [(second.starts_at, WEDNESDAYS[1])]


# -- what has no place in the new schedule ----------------------------------------------------------------


async def test_those_concerned_are_told_in_one_notice_when_the_new_schedule_has_no_day(
    builder: Builder, group: Group
) -> None:
    _, second = await swapped(builder, group)
    host = (await builder.get_arrangement(second)).host_id
    await builder.write(lambda tx: ActivityRepository(tx).put(second.id, "mock_interviews"))
    await builder.rsvps.answer(builder.act_as(ORGANIZER), second.id, Answer.APOLOGIES)
    await change(builder, every_weeks=2)
    assert await slots(builder) == [date(2026, 1, 6) + timedelta(weeks=2 * week) for week in range(4)]
    [told] = await tell(builder, group)
    [fallen] = told.fallen
    assert (fallen.meeting.id, fallen.host_id, fallen.activity, fallen.answers) == (
        second.id,
        host,
        "mock_interviews",
        1,
    )
    assert set(fallen.people) == {ORGANIZER, ANA, BEN}
    assert set(told.people) == {ANA, BEN}, "who changed it knows"
    builder.now += timedelta(hours=1)
    await builder.replan_group(group)
    assert await builder.write(lambda tx: MeetingRepository(tx).get(group.id, second.id)) is None


async def test_what_nobody_agreed_on_is_dropped_without_a_word(builder: Builder, group: Group) -> None:
    second = (await builder.list_ahead(group))[1]
    await change(builder, every_weeks=2)
    [told] = await tell(builder, group)
    assert (told.carried, told.fallen, told.people) == ((), (), ())
    assert await builder.write(lambda tx: MeetingRepository(tx).get(group.id, second.id)) is None


async def test_what_fell_away_is_told_though_the_schedule_changes_again_at_once(
    builder: Builder, group: Group
) -> None:
    second = (await builder.list_ahead(group))[1]
    await builder.rsvps.answer(builder.act_as(ANA), second.id, Answer.GOING)
    await change(builder, every_weeks=2)
    builder.now += timedelta(seconds=30)
    await change(builder, weekday=WEDNESDAY)
    [told] = await tell(builder, group)
    assert [each.meeting.id for each in told.fallen] == [second.id]
    assert told.people == (ANA,)


async def test_a_day_is_met_on_again_when_the_schedule_gives_it_again(builder: Builder, group: Group) -> None:
    second = (await builder.list_ahead(group))[1]
    await builder.rsvps.answer(builder.act_as(ANA), second.id, Answer.GOING)
    await change(builder, every_weeks=2)
    builder.now += timedelta(seconds=30)
    await change(builder, every_weeks=1)
    assert (await slots(builder))[:3] == [date(2026, 1, 6), date(2026, 1, 13), date(2026, 1, 20)]
    [told] = await tell(builder, group)
    assert [each.meeting.id for each in told.fallen] == [second.id]
    await builder.replan_group(group)
    assert (await slots(builder))[:3] == [date(2026, 1, 6), date(2026, 1, 13), date(2026, 1, 20)]


# -- meeting after all ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "day", "at"),
    [
        ({"weekday": WEDNESDAY}, date(2026, 1, 14), time(19)),
        ({"weekday": MONDAY, "at": time(18)}, date(2026, 1, 12), time(18)),
        ({"at": time(20, 30)}, date(2026, 1, 13), time(20, 30)),
        ({"every_weeks": 2}, date(2026, 1, 13), time(19)),
        ({"zone": "America/New_York"}, date(2026, 1, 13), time(19)),
    ],
)
async def test_a_skipped_meeting_can_be_held_after_all_in_the_new_schedule(
    builder: Builder, group: Group, wanted: dict[str, object], day: date, at: time
) -> None:
    skipped = (
        await builder.meetings.skip(builder.act_as(ORGANIZER), date(2026, 1, 13), Reason.HOLIDAY)
    ).meeting
    await tell(builder, group)
    await change(builder, **wanted)
    await tell(builder, group)
    builder.now += timedelta(hours=1)
    revived = (await builder.meetings.revive(builder.act_as(ORGANIZER), skipped.id)).meeting
    assert (revived.state, revived.day, revived.time) == (MeetingState.SCHEDULED, day, at)
    assert revived == await builder.reload_meeting(skipped)
    [told] = await tell(builder, group)
    assert told.meeting.starts_at == revived.starts_at
    await builder.replan_group(group)
    assert await builder.reload_meeting(skipped) == revived


@pytest.mark.parametrize(
    ("wanted", "day"),
    [({"weekday": WEDNESDAY}, date(2026, 1, 14)), ({"every_weeks": 2}, date(2026, 1, 13))],
)
async def test_a_skipped_day_can_be_met_on_at_another_hour_in_the_new_schedule(
    builder: Builder, group: Group, wanted: dict[str, object], day: date
) -> None:
    skipped = (
        await builder.meetings.skip(builder.act_as(ORGANIZER), date(2026, 1, 13), Reason.HOLIDAY)
    ).meeting
    await change(builder, **wanted)
    held = await builder.schedules.add_extra(builder.act_as(ORGANIZER), day, ScheduleChange(at=time(17)))
    assert held.meeting.id == skipped.id
    assert (held.meeting.kind, held.meeting.day, held.meeting.time) == (MeetingKind.REGULAR, day, time(17))
    await builder.replan_group(group)
    assert await builder.reload_meeting(skipped) == held.meeting


async def test_a_nudged_meeting_moves_along_and_nobody_is_nudged_for_it_again(
    builder: Builder, group: Group
) -> None:
    first = (await builder.list_ahead(group))[0]
    builder.now = datetime(2026, 1, 3, 11, tzinfo=UTC)
    [nudge] = await builder.list_pings(first, PingKind.NUDGE)
    await builder.send_ping(nudge)
    await change(builder, weekday=THURSDAY)
    assert (await builder.reload_meeting(first)).day == date(2026, 1, 8)
    assert PingKind.NUDGE not in await builder.list_planned_kinds(first)
    assert {PingKind.CARD, PingKind.CHECKIN} <= set(await builder.list_planned_kinds(first))
