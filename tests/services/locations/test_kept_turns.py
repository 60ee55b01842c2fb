"""Turns and ways are kept of who left before the close, and the next turn over a break."""

from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.groups import Group
from buddybot.domain.locations.rotation import Settled
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.groups.groups import GroupService
from buddybot.services.groups.members import MemberService
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.builder import ANA, BEN, EVERYBODY, ORGANIZER, Builder
from tests.services.locations.hosting import (
    list_history,
    list_notice_states,
    prepare_break_notice,
    prepare_notices,
)


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, of the organizer, Ana and Ben, who host in turn."""
    return await builder.add_rotating_group()


@pytest.mark.parametrize("comes_back", [True, False])
async def test_what_counts_is_kept_of_who_came_and_left_before_the_close(
    builder: Builder, group: Group, comes_back: bool
) -> None:
    homes = await builder.add_homes(ORGANIZER)
    for user_id, minutes in ((ANA, 40), (BEN, 15)):
        await builder.locations.travel_to(builder.act_as(user_id), homes[ORGANIZER], minutes)
    first, _ = await builder.announce_ahead(group)
    assert (await builder.get_arrangement(first)).settled == Settled(homes[ORGANIZER], ORGANIZER)
    builder.now = first.starts_at
    await builder.set_meeting_state(first, MeetingState.OPEN)
    for user_id in EVERYBODY:
        await builder.record_attendance(first, user_id, Attendance.PRESENT)
    members = MemberService(builder.transactions, builder.planner)
    builder.now += timedelta(minutes=30)
    await members.remove(builder.act_as(ORGANIZER), group.id, ANA)
    await members.transfer(builder.act_as(ORGANIZER), BEN, keep=False, group_id=group.id)
    await members.leave(builder.act_as(ORGANIZER), group.id)  # and the home where they are goes with them
    if comes_back:
        await builder.add_member(group, ANA)
    builder.now += timedelta(minutes=30)
    await builder.close_meeting(group, first)

    [held] = await list_history(builder, group)
    assert held.attendees == held.willing == frozenset(EVERYBODY)
    assert (held.host_id, held.minutes) == (ORGANIZER, {ANA: 40, BEN: 15})


async def test_the_same_person_is_next_when_their_meeting_passed_in_a_break(
    builder: Builder, group: Group
) -> None:
    first, second = await builder.announce_ahead(group)
    groups = GroupService(builder.transactions, builder.planner)
    await groups.pause(builder.act_as(ORGANIZER), group.id)
    [told_of_break] = await builder.write(
        lambda tx: OutboxRepository(tx).list_waiting(group.id, PingKind.BREAK)
    )
    await builder.send_ping(told_of_break)
    builder.now = first.ends_at + timedelta(hours=1)
    await builder.replan_group(await builder.reload_group(group))
    await groups.resume(builder.act_as(ORGANIZER), group.id)
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]
    # The message that the group meets again says so, too.
    assert await list_notice_states(builder, second) == [PingState.PLANNED]
    assert await prepare_notices(builder, await builder.reload_group(group)) == []
    told = await prepare_break_notice(builder, await builder.reload_group(group))
    [change] = told.location_changes
    assert (change.before.host_id, change.now.host_id) == (ANA, ORGANIZER)
    assert told.arrangement == ArrangementView(None, ORGANIZER)
