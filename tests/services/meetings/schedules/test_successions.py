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
from tests.services.locations.hosts import Hosts
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER
from tests.services.meetings.schedules.succession_house import (
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
def hosts(database: Database) -> Hosts:
    return Hosts(database, now=datetime(2026, 1, 1, 20, tzinfo=UTC))


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    return await tuesdays(hosts)


# -- what was agreed on moves along -----------------------------------------------------------------------


async def swapped(hosts: Hosts, group: Group) -> list[Meeting]:
    """Let Ana and Ben, who host next, swap their turns."""
    await hosts.owned(ANA, BEN)
    await hosts.rather_not(group, ORGANIZER)
    await hosts.replan(group)
    first, second = await hosts.ahead(group)
    turns = await hosts.hosts(group)
    assert set(turns) == {ANA, BEN}
    assert turns[0] is not None
    assert turns[1] is not None
    offer = await hosts.swaps.offer(hosts.actor(turns[0]), first.id, second.id)
    assert offer.swap is not None
    await hosts.swaps.agree(hosts.actor(turns[1]), offer.swap.id)
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
async def test_a_swap_stays_when_the_schedule_changes(hosts: Hosts, group: Group, what: str) -> None:
    agreed = await swapped(hosts, group)
    before = await hosts.hosts(group)
    await change(hosts, **CHANGES[what])
    after = [await hosts.fresh(meeting) for meeting in agreed]
    assert [(await hosts.arrangement(meeting)).host_id for meeting in after] == before
    assert {(await hosts.arrangement(meeting)).basis for meeting in after} == {Basis.SWAPPED}
    [told] = await tell(hosts, group)
    moved = [each for each in told.carried if each.before != each.meeting.starts_at]
    assert [each.host_id for each in moved] == ([] if what == "another length" else before)
    assert told.fallen == ()


async def test_an_offer_can_be_agreed_to_after_the_schedule_changed(hosts: Hosts, group: Group) -> None:
    await hosts.owned(ANA, BEN)
    await hosts.rather_not(group, ORGANIZER)
    await hosts.replan(group)
    first, second = await hosts.ahead(group)
    by, to = await hosts.hosts(group)
    assert by is not None
    assert to is not None
    offer = await hosts.swaps.offer(hosts.actor(by), first.id, second.id)
    assert offer.swap is not None
    await change(hosts, weekday=WEDNESDAY)
    view = await hosts.swaps.agree(hosts.actor(to), offer.swap.id)
    assert view.turn.meeting.day == WEDNESDAYS[0]
    assert await hosts.hosts(group) == [to, by]


async def test_a_question_about_a_swap_is_edited_once_when_the_schedule_changed(
    hosts: Hosts, group: Group
) -> None:
    await hosts.owned(ANA, BEN)
    await hosts.rather_not(group, ORGANIZER)
    await hosts.replan(group)
    first, second = await hosts.ahead(group)
    by, _ = await hosts.hosts(group)
    assert by is not None
    await hosts.swaps.offer(hosts.actor(by), first.id, second.id)
    [question] = await hosts.pings(first, PingKind.SWAP)
    assert (
        await hosts.run(lambda tx: host_swaps.prepare_question(UnitOfWork(tx), question, group, hosts.now))
        is not None
    )
    await hosts.send(question)
    await hosts.run(lambda tx: tx.run("UPDATE outbox SET message_id = 7 WHERE id = :id", id=question.id))
    outdated_messages = OutdatedMessageService(hosts.transactions)
    assert await outdated_messages.moved_swaps() == []
    await change(hosts, weekday=WEDNESDAY)
    [(moved, view)] = await outdated_messages.moved_swaps()
    assert moved.id == question.id
    assert [turn.meeting.day for turn in (view.turn, view.other)] == WEDNESDAYS[:2]
    await outdated_messages.note_followed(view)
    assert await outdated_messages.moved_swaps() == []


async def test_an_assigned_host_an_activity_and_answers_move_along(hosts: Hosts, group: Group) -> None:
    second = (await hosts.ahead(group))[1]
    await hosts.rotation.assign(hosts.actor(ORGANIZER), second.id, host_id=BEN, location_id=None)
    await hosts.run(lambda tx: ActivityRepository(tx).put(second.id, "mock_interviews"))
    await hosts.rsvps.answer(hosts.actor(ANA), second.id, Answer.LATE)
    await change(hosts, weekday=WEDNESDAY)
    after = await hosts.fresh(second)
    assert (after.day, after.activity) == (WEDNESDAYS[1], "mock_interviews")
    arrangement = await hosts.arrangement(after)
    assert (arrangement.host_id, arrangement.basis) == (BEN, Basis.ASSIGNED)
    assert (await hosts.run(lambda tx: RsvpRepository(tx).get_roll(after))).find_rsvp(ANA) is Answer.LATE
    [told] = await tell(hosts, group)
    assert [(each.before, each.meeting.day, each.host_id) for each in told.carried] == [
        (second.starts_at, WEDNESDAYS[1], BEN)
    ]
    assert set(told.people) == {ANA, BEN}


@pytest.mark.parametrize("day", [date(2026, 1, 13), date(2026, 2, 10)])
async def test_a_skipped_day_stays_skipped_in_the_new_schedule(hosts: Hosts, group: Group, day: date) -> None:
    await hosts.meetings.skip(hosts.actor(ORGANIZER), day, Reason.HOLIDAY)
    await tell(hosts, group)
    await change(hosts, weekday=WEDNESDAY)
    assert await slots(hosts, skipped=True) == [day + timedelta(days=1)]
    assert await slots(hosts) == [each for each in WEDNESDAYS if each != day + timedelta(days=1)]
    [told] = await tell(hosts, group)
    assert [(each.meeting.day, each.left_out) for each in told.carried] == [(day + timedelta(days=1), True)]
    await change(hosts, weekday=TUESDAY)
    assert await slots(hosts, skipped=True) == [day]


async def test_each_notice_says_only_what_its_own_change_moved(hosts: Hosts, group: Group) -> None:
    await hosts.meetings.skip(hosts.actor(ORGANIZER), date(2026, 1, 13), Reason.HOLIDAY)
    await tell(hosts, group)
    await change(hosts, weekday=WEDNESDAY)
    await tell(hosts, group)
    hosts.now += timedelta(hours=1)
    await change(hosts, duration_minutes=60)
    [told] = await tell(hosts, group)
    assert told.carried == ()


async def test_a_correction_before_anything_was_said_is_told_once(hosts: Hosts, group: Group) -> None:
    second = (await hosts.ahead(group))[1]
    await hosts.rsvps.answer(hosts.actor(ANA), second.id, Answer.GOING)
    await change(hosts, weekday=SUNDAY)
    hosts.now += timedelta(seconds=20)
    await change(hosts, weekday=WEDNESDAY)
    [told] = await tell(hosts, group)
    assert [(each.before, each.meeting.day) for each in told.carried] == [(second.starts_at, WEDNESDAYS[1])]


# -- what has no place in the new schedule ----------------------------------------------------------------


async def test_those_concerned_are_told_in_one_notice_when_the_new_schedule_has_no_day(
    hosts: Hosts, group: Group
) -> None:
    _, second = await swapped(hosts, group)
    host = (await hosts.arrangement(second)).host_id
    await hosts.run(lambda tx: ActivityRepository(tx).put(second.id, "mock_interviews"))
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), second.id, Answer.APOLOGIES)
    await change(hosts, every_weeks=2)
    assert await slots(hosts) == [date(2026, 1, 6) + timedelta(weeks=2 * week) for week in range(4)]
    [told] = await tell(hosts, group)
    [fallen] = told.fallen
    assert (fallen.meeting.id, fallen.host_id, fallen.activity, fallen.answers) == (
        second.id,
        host,
        "mock_interviews",
        1,
    )
    assert set(fallen.people) == {ORGANIZER, ANA, BEN}
    assert set(told.people) == {ANA, BEN}, "who changed it knows"
    hosts.now += timedelta(hours=1)
    await hosts.replan(group)
    assert await hosts.run(lambda tx: MeetingRepository(tx).get(group.id, second.id)) is None


async def test_what_nobody_agreed_on_is_dropped_without_a_word(hosts: Hosts, group: Group) -> None:
    second = (await hosts.ahead(group))[1]
    await change(hosts, every_weeks=2)
    [told] = await tell(hosts, group)
    assert (told.carried, told.fallen, told.people) == ((), (), ())
    assert await hosts.run(lambda tx: MeetingRepository(tx).get(group.id, second.id)) is None


async def test_what_fell_away_is_told_though_the_schedule_changes_again_at_once(
    hosts: Hosts, group: Group
) -> None:
    second = (await hosts.ahead(group))[1]
    await hosts.rsvps.answer(hosts.actor(ANA), second.id, Answer.GOING)
    await change(hosts, every_weeks=2)
    hosts.now += timedelta(seconds=30)
    await change(hosts, weekday=WEDNESDAY)
    [told] = await tell(hosts, group)
    assert [each.meeting.id for each in told.fallen] == [second.id]
    assert told.people == (ANA,)


async def test_a_day_is_met_on_again_when_the_schedule_gives_it_again(hosts: Hosts, group: Group) -> None:
    second = (await hosts.ahead(group))[1]
    await hosts.rsvps.answer(hosts.actor(ANA), second.id, Answer.GOING)
    await change(hosts, every_weeks=2)
    hosts.now += timedelta(seconds=30)
    await change(hosts, every_weeks=1)
    assert (await slots(hosts))[:3] == [date(2026, 1, 6), date(2026, 1, 13), date(2026, 1, 20)]
    [told] = await tell(hosts, group)
    assert [each.meeting.id for each in told.fallen] == [second.id]
    await hosts.replan(group)
    assert (await slots(hosts))[:3] == [date(2026, 1, 6), date(2026, 1, 13), date(2026, 1, 20)]


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
    hosts: Hosts, group: Group, wanted: dict[str, object], day: date, at: time
) -> None:
    skipped = (await hosts.meetings.skip(hosts.actor(ORGANIZER), date(2026, 1, 13), Reason.HOLIDAY)).meeting
    await tell(hosts, group)
    await change(hosts, **wanted)
    await tell(hosts, group)
    hosts.now += timedelta(hours=1)
    revived = (await hosts.meetings.revive(hosts.actor(ORGANIZER), skipped.id)).meeting
    assert (revived.state, revived.day, revived.time) == (MeetingState.SCHEDULED, day, at)
    assert revived == await hosts.fresh(skipped)
    [told] = await tell(hosts, group)
    assert told.meeting.starts_at == revived.starts_at
    await hosts.replan(group)
    assert await hosts.fresh(skipped) == revived


@pytest.mark.parametrize(
    ("wanted", "day"),
    [({"weekday": WEDNESDAY}, date(2026, 1, 14)), ({"every_weeks": 2}, date(2026, 1, 13))],
)
async def test_a_skipped_day_can_be_met_on_at_another_hour_in_the_new_schedule(
    hosts: Hosts, group: Group, wanted: dict[str, object], day: date
) -> None:
    skipped = (await hosts.meetings.skip(hosts.actor(ORGANIZER), date(2026, 1, 13), Reason.HOLIDAY)).meeting
    await change(hosts, **wanted)
    held = await hosts.schedules.add_extra(hosts.actor(ORGANIZER), day, ScheduleChange(at=time(17)))
    assert held.meeting.id == skipped.id
    assert (held.meeting.kind, held.meeting.day, held.meeting.time) == (MeetingKind.REGULAR, day, time(17))
    await hosts.replan(group)
    assert await hosts.fresh(skipped) == held.meeting


async def test_a_nudged_meeting_moves_along_and_nobody_is_nudged_for_it_again(
    hosts: Hosts, group: Group
) -> None:
    first = (await hosts.ahead(group))[0]
    hosts.now = datetime(2026, 1, 3, 11, tzinfo=UTC)
    [nudge] = await hosts.pings(first, PingKind.NUDGE)
    await hosts.send(nudge)
    await change(hosts, weekday=THURSDAY)
    assert (await hosts.fresh(first)).day == date(2026, 1, 8)
    assert PingKind.NUDGE not in await hosts.planned(first)
    assert {PingKind.CARD, PingKind.CHECKIN} <= set(await hosts.planned(first))
