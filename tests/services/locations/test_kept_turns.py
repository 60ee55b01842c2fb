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
from buddybot.storage.engine.database import Database
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.locations.hosts import EVERYBODY, Hosts
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    """Rowan, of the organizer, Ana and Ben, who host in turn."""
    return await hosts.rotating()


@pytest.mark.parametrize("comes_back", [True, False])
async def test_what_counts_is_kept_of_who_came_and_left_before_the_close(
    hosts: Hosts, group: Group, comes_back: bool
) -> None:
    homes = await hosts.owned(ORGANIZER)
    for user_id, minutes in ((ANA, 40), (BEN, 15)):
        await hosts.locations.travel_to(hosts.actor(user_id), homes[ORGANIZER], minutes)
    first, _ = await hosts.told_of(group)
    assert (await hosts.arrangement(first)).settled == Settled(homes[ORGANIZER], ORGANIZER)
    hosts.now = first.starts_at
    await hosts.set_state(first, MeetingState.OPEN)
    for user_id in EVERYBODY:
        await hosts.correct(first, user_id, Attendance.PRESENT)
    members = MemberService(hosts.transactions, hosts.planner)
    hosts.now += timedelta(minutes=30)
    await members.remove(hosts.actor(ORGANIZER), group.id, ANA)
    await members.transfer(hosts.actor(ORGANIZER), BEN, keep=False, group_id=group.id)
    await members.leave(hosts.actor(ORGANIZER), group.id)  # and the home where they are goes with them
    if comes_back:
        await hosts.join(group, ANA)
    hosts.now += timedelta(minutes=30)
    await hosts.close(group, first)

    [held] = await hosts.history(group)
    assert held.attendees == held.willing == frozenset(EVERYBODY)
    assert (held.host_id, held.minutes) == (ORGANIZER, {ANA: 40, BEN: 15})


async def test_the_same_person_is_next_when_their_meeting_passed_in_a_break(
    hosts: Hosts, group: Group
) -> None:
    first, second = await hosts.told_of(group)
    groups = GroupService(hosts.transactions, hosts.planner)
    await groups.pause(hosts.actor(ORGANIZER), group.id)
    [told_of_break] = await hosts.run(lambda tx: OutboxRepository(tx).list_waiting(group.id, PingKind.BREAK))
    await hosts.send(told_of_break)
    hosts.now = first.ends_at + timedelta(hours=1)
    await hosts.replan(await hosts.current(group))
    await groups.resume(hosts.actor(ORGANIZER), group.id)
    assert await hosts.hosts(group) == [ORGANIZER, ANA]
    # The message that the group meets again says so, too.
    assert await hosts.notices(second) == [PingState.PLANNED]
    assert await hosts.place_news(await hosts.current(group)) == []
    told = await hosts.break_news(await hosts.current(group))
    [change] = told.places
    assert (change.before.host_id, change.now.host_id) == (ANA, ORGANIZER)
    assert told.arrangement == ArrangementView(None, ORGANIZER)
