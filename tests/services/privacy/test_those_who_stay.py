"""What a deletion leaves to those who stay: they are told, the round goes on, and past figures stand."""

from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.groups import Rotation
from buddybot.domain.groups.preferences import LeaveReason
from buddybot.domain.pings import PingState
from buddybot.services.groups.members import MemberService
from buddybot.services.meetings.location_messages import LocationChanges
from buddybot.services.privacy.personal_data import PersonalService
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Database
from buddybot.storage.health.meeting_history import HistoryRepository
from tests.services.builder import ANA, CHO, EVERYBODY, Builder
from tests.services.locations.hosting import add_two_locations, list_notice_states, post_cards, prepare_notice
from tests.services.meeting_builder import MeetingBuilder


async def forget(builder: Builder) -> None:
    """Let Ana have everything about her deleted."""
    await PersonalService(builder.transactions, builder.planner).delete(builder.act_as(ANA))


@pytest.mark.parametrize("left_before", [False, True])
async def test_they_are_told_that_they_do_not_meet_at_a_deleted_place(
    builder: Builder, left_before: bool
) -> None:
    group = await builder.add_group()
    _, library, first = await add_two_locations(builder, group)
    if left_before:
        await builder.remove_member(group, ANA)
    await forget(builder)
    assert await builder.list_location_ids(group) == [library, library]
    assert await list_notice_states(builder, first) == [PingState.PLANNED]
    news = await prepare_notice(builder, group, first)
    assert news is not None
    assert isinstance(news.content, LocationChanges)
    before = news.content.changes[0].before
    assert (before.location, before.host_id) == (None, None)


async def test_they_are_told_too_where_it_was_the_only_place(builder: Builder) -> None:
    group = await builder.add_group()
    await builder.set_rotation(group, Rotation.FIXED)
    await builder.add_location(by=ANA)
    first = (await builder.list_ahead(group))[0]
    await post_cards(builder, first)
    await forget(builder)
    assert await builder.list_location_ids(group) == [None, None]
    assert await prepare_notice(builder, group, first) is not None


async def test_absences_of_one_who_had_found_work_do_not_begin_to_count(builder: Builder) -> None:
    group = await builder.add_rotating_group()
    await builder.add_member(group, CHO)
    for came in ((*EVERYBODY, CHO), (*EVERYBODY,)):
        await builder.hold_meeting(group, (await builder.list_ahead(group))[0], came)
    await MemberService(builder.transactions, builder.planner).leave(
        builder.act_as(CHO), group.id, LeaveReason.FOUND_WORK
    )
    builder.now += timedelta(days=1)

    async def tallies() -> list[object]:
        past = await builder.write(lambda tx: HistoryRepository(tx).of_group(group.id, until=builder.now))
        return [(each.tally.roster, each.tally.present) for each in past]

    before = await tallies()
    assert before == [(4, 4), (3, 3)]
    await PersonalService(builder.transactions, builder.planner).delete(builder.act_as(CHO))
    assert await tallies() == before


async def test_an_entry_from_outside_of_a_membership_does_not_begin_to_count(builder: Builder) -> None:
    group = await builder.add_rotating_group()
    meeting = (await builder.list_ahead(group))[0]
    await builder.hold_meeting(group, meeting)
    await builder.add_member(group, CHO)
    await builder.record_attendance(meeting, CHO, Attendance.PRESENT)

    async def rates() -> object:
        return (await builder.write(lambda tx: RecordRepository(tx).read(group, now=builder.now))).rates

    before = await rates()
    await PersonalService(builder.transactions, builder.planner).delete(builder.act_as(CHO))
    assert await rates() == before


async def test_who_comes_late_still_gets_into_the_round(database: Database) -> None:
    builder = await MeetingBuilder.prepare(database)
    await builder.open_checkin()
    for user in (1, 2, 3):
        await builder.turns.mark_present(builder.act_as(user), builder.meeting_id)
    await PersonalService(builder.transactions, builder.planner).delete(builder.act_as(2))
    await builder.turns.mark_present(builder.act_as(4), builder.meeting_id)
    rows = await builder.read_rows("SELECT user_id FROM turns ORDER BY position")
    assert [row["user_id"] for row in rows] == [1, 3, 4]
