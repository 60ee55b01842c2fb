"""What an organizer does with single meetings."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GuildId, MeetingId
from buddybot.domain.meetings.meetings import Answer, MeetingState, Reason
from buddybot.domain.pings import PingKind
from buddybot.services.checkins.checkin_messages import prepare_checkin
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings import meeting_messages
from buddybot.services.meetings.meeting_choices import MeetingChoices
from buddybot.storage.engine.database import Database
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, House, refused

FIRST, SECOND, FOURTH = date(2026, 1, 8), date(2026, 1, 15), date(2026, 1, 29)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    return await house.group()


async def test_a_skipped_meeting_leaves_no_ping_but_the_notice(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    assert PingKind.CARD in await house.planned(meeting)
    changed = await house.meetings.skip(house.actor(ORGANIZER), None, Reason.HOLIDAY)
    assert changed.meeting.id == meeting.id
    assert (changed.meeting.state, changed.meeting.reason) == (MeetingState.SKIPPED, "holiday")
    assert await house.planned(meeting) == [PingKind.CHANGE]
    assert [each.day for each in await house.ahead(group)] == [SECOND, date(2026, 1, 22)]


async def test_a_meeting_that_only_the_schedule_knows_can_be_skipped(house: House, group: Group) -> None:
    changed = await house.meetings.skip(house.actor(ORGANIZER), FOURTH, Reason.HOLIDAY)
    assert (changed.meeting.day, changed.meeting.state) == (FOURTH, MeetingState.SKIPPED)
    house.now += timedelta(days=21)
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    assert FOURTH not in [each.day for each in await house.ahead(group)]
    assert date(2026, 2, 5) in [each.day for each in await house.ahead(group)]


async def test_skipping_again_changes_nothing_and_meeting_after_all_brings_it_back(
    house: House, group: Group
) -> None:
    meeting = (await house.ahead(group))[0]
    await house.meetings.skip(house.actor(ORGANIZER), FIRST, Reason.BELOW_QUORUM)
    again = await house.meetings.skip(house.actor(ORGANIZER), FIRST, Reason.HOLIDAY)
    assert again.again
    assert again.meeting.reason == "few"
    back = await house.meetings.revive(house.actor(ORGANIZER), meeting.id)
    assert (back.meeting.state, back.meeting.reason) == (MeetingState.SCHEDULED, None)
    assert {PingKind.CARD, PingKind.CHECKIN} <= set(await house.planned(meeting))
    assert (await house.meetings.revive(house.actor(ORGANIZER), meeting.id)).again


async def test_the_past_is_not_brought_back(house: House, group: Group) -> None:
    changed = await house.meetings.skip(house.actor(ORGANIZER), FIRST, Reason.OTHER)
    house.now += timedelta(days=4)
    async with refused("meeting.past"):
        await house.meetings.revive(house.actor(ORGANIZER), changed.meeting.id)


async def test_a_move_keeps_the_slot_and_moves_the_pings(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    changed = await house.meetings.move(
        house.actor(ORGANIZER), meeting.id, day=date(2026, 1, 9), at=time(18, 30)
    )
    moved = changed.meeting
    assert moved.starts_at == datetime(2026, 1, 9, 18, 30, tzinfo=UTC)
    assert (moved.slot, moved.day, moved.moves, moved.moved_from) == (
        FIRST,
        date(2026, 1, 9),
        1,
        meeting.starts_at,
    )
    assert moved.ends_at - moved.starts_at == timedelta(minutes=75)
    checkin = (await house.pings(moved, PingKind.CHECKIN))[0]
    assert checkin.due_at == moved.starts_at
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    assert [each.day for each in await house.ahead(group)] == [date(2026, 1, 9), SECOND]


@pytest.mark.parametrize(
    ("day", "at", "code"),
    [
        (None, None, "meeting.move_where"),
        (FIRST, time(19), "meeting.same_time"),
        (date(2026, 1, 4), None, "meeting.past"),
        (date(2026, 3, 12), None, "meeting.too_far"),
        (SECOND, time(20), "meeting.collides"),
        (FOURTH, time(18), "meeting.collides"),
    ],
)
async def test_where_a_meeting_cannot_move(
    house: House, group: Group, day: date | None, at: time | None, code: str
) -> None:
    meeting = (await house.ahead(group))[0]
    async with refused(code):
        await house.meetings.move(house.actor(ORGANIZER), None, day=day, at=at)
    assert await house.fresh(meeting) == meeting
    assert PingKind.CHANGE not in await house.planned(meeting)


async def test_a_meeting_may_move_to_where_a_skipped_one_was(house: House, group: Group) -> None:
    await house.meetings.skip(house.actor(ORGANIZER), SECOND, Reason.OTHER)
    changed = await house.meetings.move(house.actor(ORGANIZER), FIRST, day=SECOND, at=None)
    async with refused("meeting.collides"):
        skipped = [
            slot.meeting for slot in await house.meetings.list_slots(house.actor(ORGANIZER)) if slot.skipped
        ]
        assert skipped[0] is not None
        await house.meetings.revive(house.actor(ORGANIZER), skipped[0].id)
    assert changed.meeting.day == SECOND


@pytest.mark.parametrize("state", [MeetingState.OPEN, MeetingState.CLOSED, MeetingState.SKIPPED])
async def test_only_a_planned_meeting_moves(house: House, group: Group, state: MeetingState) -> None:
    meeting = (await house.ahead(group))[0]
    await house.set_state(meeting, state)
    async with refused("meeting.unknown" if state is MeetingState.CLOSED else "meeting.not_moved"):
        await house.meetings.move(house.actor(ORGANIZER), meeting.id, day=date(2026, 1, 10), at=None)


@pytest.mark.parametrize("state", [MeetingState.SCHEDULED, MeetingState.OPEN])
async def test_a_cancelled_meeting_leaves_no_ping_but_the_notice(
    house: House, group: Group, state: MeetingState
) -> None:
    meeting = (await house.ahead(group))[0]
    await house.set_state(meeting, state)
    changed = await house.meetings.cancel(house.actor(ORGANIZER), meeting.id, Reason.OTHER)
    assert changed.meeting.state is MeetingState.CANCELLED
    assert await house.planned(meeting) == [PingKind.CHANGE]
    assert (await house.meetings.cancel(house.actor(ORGANIZER), meeting.id, Reason.OTHER)).again
    house.now += timedelta(minutes=1)
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    assert FIRST not in [each.day for each in await house.ahead(group)]
    assert await house.planned(meeting) == [PingKind.CHANGE]


async def test_a_closed_meeting_is_not_cancelled(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    await house.set_state(meeting, MeetingState.CLOSED)
    async with refused("meeting.not_cancelled"):
        await house.meetings.cancel(house.actor(ORGANIZER), meeting.id, Reason.OTHER)


async def test_start_opens_now_and_makes_the_check_in_due(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    async with refused("meeting.start_early"):
        await house.meetings.start(house.actor(ORGANIZER), None)
    house.now = meeting.starts_at - timedelta(hours=2)
    changed = await house.meetings.start(house.actor(ORGANIZER), None)
    assert (changed.meeting.state, changed.meeting.opened_at) == (MeetingState.OPEN, house.now)
    assert (await house.pings(meeting, PingKind.CHECKIN))[0].due_at == house.now
    assert PingKind.CARD not in await house.planned(meeting)
    assert (await house.meetings.start(house.actor(ORGANIZER), None)).again


async def test_a_started_check_in_notifies_everyone_who_comes_but_who_started_it(
    house: House, group: Group
) -> None:
    meeting = (await house.ahead(group))[0]
    for user_id in (ORGANIZER, ANA):
        await house.rsvps.answer(house.actor(user_id), meeting.id, Answer.GOING)
    house.now = meeting.starts_at - timedelta(hours=1)
    await house.meetings.start(house.actor(ORGANIZER), None)
    await house.rsvps.answer(house.actor(BEN), meeting.id, Answer.GOING)
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    [ping] = await house.pings(meeting, PingKind.CHECKIN)
    said = await house.run(lambda tx: prepare_checkin(UnitOfWork(tx), ping, group, house.now))
    assert said is not None
    assert set(said.mentions) == {ANA, BEN}


async def test_the_next_meeting_that_has_not_begun_is_moved_while_one_goes_on(
    house: House, group: Group
) -> None:
    first, second = await house.ahead(group)
    house.now = first.starts_at - timedelta(hours=1)
    await house.meetings.start(house.actor(ORGANIZER), first.id)
    moved = await house.meetings.move(house.actor(ORGANIZER), None, day=None, at=time(18))
    assert (moved.meeting.id, moved.meeting.time) == (second.id, time(18))
    choices = MeetingChoices(house.transactions)
    assert second.day + timedelta(days=1) in await choices.days_to_move(house.actor(ORGANIZER), None, None)
    async with refused("meeting.not_moved"):
        await house.meetings.move(house.actor(ORGANIZER), first.id, day=None, at=time(18))


async def test_an_open_meeting_is_found_for_closing(house: House, group: Group) -> None:
    async with refused("meeting.none_open"):
        await house.meetings.find(house.actor(ORGANIZER), None, is_open=True)
    second = (await house.ahead(group))[1]
    await house.set_state(second, MeetingState.OPEN)
    found = await house.meetings.find(house.actor(ORGANIZER), None, is_open=True)
    assert found.meeting.id == second.id
    async with refused("meeting.not_yet"):
        await house.meetings.find(house.actor(ORGANIZER), FOURTH)


async def test_only_organizers_of_the_group_may_change_its_calendar(house: House, group: Group) -> None:
    meeting = (await house.ahead(group))[0]
    meetings = house.meetings
    async with refused("group.organizers_only"):
        await meetings.skip(house.actor(ANA), None, Reason.OTHER)
    async with refused("group.organizers_only"):
        await meetings.move(house.actor(ANA), None, day=SECOND, at=time(8))
    async with refused("group.organizers_only"):
        await meetings.cancel(house.actor(ANA), meeting.id, Reason.OTHER)
    async with refused("group.organizers_only"):
        await meetings.start(house.actor(ANA), None)
    async with refused("group.organizers_only"):
        await meetings.revive(house.actor(ANA), meeting.id)
    await house.group("Elsewhere", guild=GuildId(11))
    abroad = house.actor(ORGANIZER, guild=GuildId(11))
    async with refused("meeting.unknown"):
        await meetings.cancel(abroad, meeting.id, Reason.OTHER)
    async with refused("meeting.unknown"):
        await meetings.move(abroad, meeting.id, day=SECOND, at=time(8))
    async with refused("meeting.unknown"):
        await meetings.revive(abroad, MeetingId(meeting.id + 1000))
    async with refused("meeting.none_on"):
        await meetings.skip(house.actor(ORGANIZER), date(2026, 1, 7), Reason.OTHER)
    assert await house.fresh(meeting) == meeting


async def test_two_groups_keep_their_calendars_apart(house: House, group: Group) -> None:
    other = await house.group("Ash", channel=101)
    await house.meetings.skip(house.actor(ORGANIZER, channel=101), FIRST, Reason.OTHER)
    assert FIRST in [each.day for each in await house.ahead(group)]
    assert FIRST not in [each.day for each in await house.ahead(other)]
    held = await house.run(lambda tx: MeetingRepository(tx).list_since(other.id, FIRST))
    assert held[0].state is MeetingState.SKIPPED


async def test_a_group_is_told_of_so_many_changes_in_a_day_and_a_meeting_can_still_be_called_off(
    house: House, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting_messages, "MOST_CHANGES", 2)
    meeting = (await house.ahead(group))[0]
    await house.meetings.skip(house.actor(ORGANIZER), FIRST, Reason.HOLIDAY)
    await house.meetings.skip(house.actor(ORGANIZER), SECOND, Reason.HOLIDAY)
    async with refused("meeting.changes_many"):
        await house.meetings.skip(house.actor(ORGANIZER), FOURTH, Reason.HOLIDAY)
    async with refused("meeting.changes_many"):
        await house.meetings.revive(house.actor(ORGANIZER), meeting.id)
    ahead = (await house.ahead(group))[0]
    async with refused("meeting.changes_many"):
        await house.meetings.move(house.actor(ORGANIZER), ahead.id, day=None, at=time(20))
    await house.meetings.cancel(house.actor(ORGANIZER), ahead.id, Reason.OTHER)
    house.now += timedelta(days=1, seconds=1)
    await house.meetings.revive(house.actor(ORGANIZER), meeting.id)
