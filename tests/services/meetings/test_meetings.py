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
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import ANA, BEN, ORGANIZER, Builder, refused

FIRST, SECOND, FOURTH = date(2026, 1, 8), date(2026, 1, 15), date(2026, 1, 29)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


async def test_a_skipped_meeting_leaves_no_ping_but_the_notice(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    assert PingKind.CARD in await builder.list_planned_kinds(meeting)
    changed = await builder.meetings.skip(builder.act_as(ORGANIZER), None, Reason.HOLIDAY)
    assert changed.meeting.id == meeting.id
    assert (changed.meeting.state, changed.meeting.reason) == (MeetingState.SKIPPED, "holiday")
    assert await builder.list_planned_kinds(meeting) == [PingKind.CHANGE]
    assert [each.day for each in await builder.list_ahead(group)] == [SECOND, date(2026, 1, 22)]


async def test_a_meeting_that_only_the_schedule_knows_can_be_skipped(builder: Builder, group: Group) -> None:
    changed = await builder.meetings.skip(builder.act_as(ORGANIZER), FOURTH, Reason.HOLIDAY)
    assert (changed.meeting.day, changed.meeting.state) == (FOURTH, MeetingState.SKIPPED)
    builder.now += timedelta(days=21)
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    assert FOURTH not in [each.day for each in await builder.list_ahead(group)]
    assert date(2026, 2, 5) in [each.day for each in await builder.list_ahead(group)]


async def test_skipping_again_changes_nothing_and_meeting_after_all_brings_it_back(
    builder: Builder, group: Group
) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.meetings.skip(builder.act_as(ORGANIZER), FIRST, Reason.BELOW_QUORUM)
    again = await builder.meetings.skip(builder.act_as(ORGANIZER), FIRST, Reason.HOLIDAY)
    assert again.again
    assert again.meeting.reason == "few"
    back = await builder.meetings.revive(builder.act_as(ORGANIZER), meeting.id)
    assert (back.meeting.state, back.meeting.reason) == (MeetingState.SCHEDULED, None)
    assert {PingKind.CARD, PingKind.CHECKIN} <= set(await builder.list_planned_kinds(meeting))
    assert (await builder.meetings.revive(builder.act_as(ORGANIZER), meeting.id)).again


async def test_the_past_is_not_brought_back(builder: Builder, group: Group) -> None:
    changed = await builder.meetings.skip(builder.act_as(ORGANIZER), FIRST, Reason.OTHER)
    builder.now += timedelta(days=4)
    async with refused("meeting.past"):
        await builder.meetings.revive(builder.act_as(ORGANIZER), changed.meeting.id)


async def test_a_move_keeps_the_slot_and_moves_the_pings(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    changed = await builder.meetings.move(
        builder.act_as(ORGANIZER), meeting.id, day=date(2026, 1, 9), at=time(18, 30)
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
    checkin = (await builder.list_pings(moved, PingKind.CHECKIN))[0]
    assert checkin.due_at == moved.starts_at
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    assert [each.day for each in await builder.list_ahead(group)] == [date(2026, 1, 9), SECOND]


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
    builder: Builder, group: Group, day: date | None, at: time | None, code: str
) -> None:
    meeting = (await builder.list_ahead(group))[0]
    async with refused(code):
        await builder.meetings.move(builder.act_as(ORGANIZER), None, day=day, at=at)
    assert await builder.reload_meeting(meeting) == meeting
    assert PingKind.CHANGE not in await builder.list_planned_kinds(meeting)


async def test_a_meeting_may_move_to_where_a_skipped_one_was(builder: Builder, group: Group) -> None:
    await builder.meetings.skip(builder.act_as(ORGANIZER), SECOND, Reason.OTHER)
    changed = await builder.meetings.move(builder.act_as(ORGANIZER), FIRST, day=SECOND, at=None)
    async with refused("meeting.collides"):
        skipped = [
            slot.meeting
            for slot in await builder.meetings.list_slots(builder.act_as(ORGANIZER))
            if slot.skipped
        ]
        assert skipped[0] is not None
        await builder.meetings.revive(builder.act_as(ORGANIZER), skipped[0].id)
    assert changed.meeting.day == SECOND


@pytest.mark.parametrize("state", [MeetingState.OPEN, MeetingState.CLOSED, MeetingState.SKIPPED])
async def test_only_a_planned_meeting_moves(builder: Builder, group: Group, state: MeetingState) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.set_meeting_state(meeting, state)
    async with refused("meeting.unknown" if state is MeetingState.CLOSED else "meeting.not_moved"):
        await builder.meetings.move(builder.act_as(ORGANIZER), meeting.id, day=date(2026, 1, 10), at=None)


@pytest.mark.parametrize("state", [MeetingState.SCHEDULED, MeetingState.OPEN])
async def test_a_cancelled_meeting_leaves_no_ping_but_the_notice(
    builder: Builder, group: Group, state: MeetingState
) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.set_meeting_state(meeting, state)
    changed = await builder.meetings.cancel(builder.act_as(ORGANIZER), meeting.id, Reason.OTHER)
    assert changed.meeting.state is MeetingState.CANCELLED
    assert await builder.list_planned_kinds(meeting) == [PingKind.CHANGE]
    assert (await builder.meetings.cancel(builder.act_as(ORGANIZER), meeting.id, Reason.OTHER)).again
    builder.now += timedelta(minutes=1)
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    assert FIRST not in [each.day for each in await builder.list_ahead(group)]
    assert await builder.list_planned_kinds(meeting) == [PingKind.CHANGE]


async def test_a_closed_meeting_is_not_cancelled(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    await builder.set_meeting_state(meeting, MeetingState.CLOSED)
    async with refused("meeting.not_cancelled"):
        await builder.meetings.cancel(builder.act_as(ORGANIZER), meeting.id, Reason.OTHER)


async def test_start_opens_now_and_makes_the_check_in_due(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    async with refused("meeting.start_early"):
        await builder.meetings.start(builder.act_as(ORGANIZER), None)
    builder.now = meeting.starts_at - timedelta(hours=2)
    changed = await builder.meetings.start(builder.act_as(ORGANIZER), None)
    assert (changed.meeting.state, changed.meeting.opened_at) == (MeetingState.OPEN, builder.now)
    assert (await builder.list_pings(meeting, PingKind.CHECKIN))[0].due_at == builder.now
    assert PingKind.CARD not in await builder.list_planned_kinds(meeting)
    assert (await builder.meetings.start(builder.act_as(ORGANIZER), None)).again


async def test_a_started_check_in_notifies_everyone_who_comes_but_who_started_it(
    builder: Builder, group: Group
) -> None:
    meeting = (await builder.list_ahead(group))[0]
    for user_id in (ORGANIZER, ANA):
        await builder.rsvps.answer(builder.act_as(user_id), meeting.id, Answer.GOING)
    builder.now = meeting.starts_at - timedelta(hours=1)
    await builder.meetings.start(builder.act_as(ORGANIZER), None)
    await builder.rsvps.answer(builder.act_as(BEN), meeting.id, Answer.GOING)
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    [ping] = await builder.list_pings(meeting, PingKind.CHECKIN)
    said = await builder.write(lambda tx: prepare_checkin(UnitOfWork(tx), ping, group, builder.now))
    assert said is not None
    assert set(said.mentions) == {ANA, BEN}


async def test_the_next_meeting_that_has_not_begun_is_moved_while_one_goes_on(
    builder: Builder, group: Group
) -> None:
    first, second = await builder.list_ahead(group)
    builder.now = first.starts_at - timedelta(hours=1)
    await builder.meetings.start(builder.act_as(ORGANIZER), first.id)
    moved = await builder.meetings.move(builder.act_as(ORGANIZER), None, day=None, at=time(18))
    assert (moved.meeting.id, moved.meeting.time) == (second.id, time(18))
    choices = MeetingChoices(builder.transactions)
    assert second.day + timedelta(days=1) in await choices.days_to_move(builder.act_as(ORGANIZER), None, None)
    async with refused("meeting.not_moved"):
        await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=None, at=time(18))


async def test_an_open_meeting_is_found_for_closing(builder: Builder, group: Group) -> None:
    async with refused("meeting.none_open"):
        await builder.meetings.find(builder.act_as(ORGANIZER), None, is_open=True)
    second = (await builder.list_ahead(group))[1]
    await builder.set_meeting_state(second, MeetingState.OPEN)
    found = await builder.meetings.find(builder.act_as(ORGANIZER), None, is_open=True)
    assert found.meeting.id == second.id
    async with refused("meeting.not_yet"):
        await builder.meetings.find(builder.act_as(ORGANIZER), FOURTH)


async def test_only_organizers_of_the_group_may_change_its_calendar(builder: Builder, group: Group) -> None:
    meeting = (await builder.list_ahead(group))[0]
    meetings = builder.meetings
    async with refused("group.organizers_only"):
        await meetings.skip(builder.act_as(ANA), None, Reason.OTHER)
    async with refused("group.organizers_only"):
        await meetings.move(builder.act_as(ANA), None, day=SECOND, at=time(8))
    async with refused("group.organizers_only"):
        await meetings.cancel(builder.act_as(ANA), meeting.id, Reason.OTHER)
    async with refused("group.organizers_only"):
        await meetings.start(builder.act_as(ANA), None)
    async with refused("group.organizers_only"):
        await meetings.revive(builder.act_as(ANA), meeting.id)
    await builder.add_group("Elsewhere", guild=GuildId(11))
    abroad = builder.act_as(ORGANIZER, guild=GuildId(11))
    async with refused("meeting.unknown"):
        await meetings.cancel(abroad, meeting.id, Reason.OTHER)
    async with refused("meeting.unknown"):
        await meetings.move(abroad, meeting.id, day=SECOND, at=time(8))
    async with refused("meeting.unknown"):
        await meetings.revive(abroad, MeetingId(meeting.id + 1000))
    async with refused("meeting.none_on"):
        await meetings.skip(builder.act_as(ORGANIZER), date(2026, 1, 7), Reason.OTHER)
    assert await builder.reload_meeting(meeting) == meeting


async def test_two_groups_keep_their_calendars_apart(builder: Builder, group: Group) -> None:
    other = await builder.add_group("Ash", channel=101)
    await builder.meetings.skip(builder.act_as(ORGANIZER, channel=101), FIRST, Reason.OTHER)
    assert FIRST in [each.day for each in await builder.list_ahead(group)]
    assert FIRST not in [each.day for each in await builder.list_ahead(other)]
    held = await builder.write(lambda tx: MeetingRepository(tx).list_since(other.id, FIRST))
    assert held[0].state is MeetingState.SKIPPED


async def test_a_group_is_told_of_so_many_changes_in_a_day_and_a_meeting_can_still_be_called_off(
    builder: Builder, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting_messages, "MOST_CHANGES", 2)
    meeting = (await builder.list_ahead(group))[0]
    await builder.meetings.skip(builder.act_as(ORGANIZER), FIRST, Reason.HOLIDAY)
    await builder.meetings.skip(builder.act_as(ORGANIZER), SECOND, Reason.HOLIDAY)
    async with refused("meeting.changes_many"):
        await builder.meetings.skip(builder.act_as(ORGANIZER), FOURTH, Reason.HOLIDAY)
    async with refused("meeting.changes_many"):
        await builder.meetings.revive(builder.act_as(ORGANIZER), meeting.id)
    ahead = (await builder.list_ahead(group))[0]
    async with refused("meeting.changes_many"):
        await builder.meetings.move(builder.act_as(ORGANIZER), ahead.id, day=None, at=time(20))
    await builder.meetings.cancel(builder.act_as(ORGANIZER), ahead.id, Reason.OTHER)
    builder.now += timedelta(days=1, seconds=1)
    await builder.meetings.revive(builder.act_as(ORGANIZER), meeting.id)
