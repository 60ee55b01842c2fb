"""A new schedule leaves a meeting on the day to which it was moved, and gives that day no second one."""

from datetime import UTC, date, datetime, time

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Answer, Meeting, Reason
from buddybot.storage.engine.database import Database
from tests.services.locations.hosts import Hosts
from tests.services.meetings.calendar_house import ANA, ORGANIZER
from tests.services.meetings.schedules.succession_house import WEDNESDAY, change, tell, tuesdays

THIRD = date(2026, 1, 20)
ONTO = date(2026, 1, 21)
"""The Wednesday to which the meeting of Tuesday 13 January was moved."""


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database, now=datetime(2026, 1, 1, 20, tzinfo=UTC))


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    return await tuesdays(hosts)


async def moved(hosts: Hosts, group: Group, day: date = ONTO, at: time | None = None) -> Meeting:
    """Move the second meeting to a day, have the third planned, and let the group hear of it."""
    third = (await hosts.meetings.skip(hosts.actor(ORGANIZER), THIRD, Reason.OTHER)).meeting
    await hosts.meetings.revive(hosts.actor(ORGANIZER), third.id)
    second = (await hosts.ahead(group))[1]
    assert second.day == date(2026, 1, 13)
    changed = await hosts.meetings.move(hosts.actor(ORGANIZER), second.id, day=day, at=at)
    await hosts.replan(group)
    await tell(hosts, group)
    return changed.meeting


async def days(hosts: Hosts, group: Group) -> list[tuple[int, str]]:
    return [(each.id, each.day.isoformat()) for each in await hosts.ahead(group)]


async def test_a_moved_meeting_keeps_its_day_when_the_schedule_comes_to_have_it(
    hosts: Hosts, group: Group
) -> None:
    meeting = await moved(hosts, group)
    await change(hosts, weekday=WEDNESDAY)
    assert [day for _, day in await days(hosts, group)] == ["2026-01-07", "2026-01-21"]
    assert (meeting.id, "2026-01-21") in await days(hosts, group)
    [view] = await tell(hosts, group)
    assert [each.id for each in view.instead] == [meeting.id]
    assert view.fallen == ()
    before = await days(hosts, group)
    await hosts.replan(group)
    assert await days(hosts, group) == before
    assert await tell(hosts, group) == []


async def test_what_was_agreed_on_for_the_day_is_told_when_a_moved_meeting_has_it(
    hosts: Hosts, group: Group
) -> None:
    meeting = await moved(hosts, group)
    third = next(each for each in await hosts.ahead(group) if each.day == THIRD)
    await hosts.rsvps.answer(hosts.actor(ANA), third.id, Answer.GOING)
    await change(hosts, weekday=WEDNESDAY)
    [view] = await tell(hosts, group)
    assert [(each.meeting.id, each.people) for each in view.fallen] == [(third.id, (ANA,))]
    assert [each.id for each in view.instead] == [meeting.id]


async def test_a_new_time_leaves_a_moved_meeting_alone_when_it_would_overlap(
    hosts: Hosts, group: Group
) -> None:
    meeting = await moved(hosts, group, date(2026, 1, 20), time(12))
    await change(hosts, at=time(12, 30))
    found = await days(hosts, group)
    assert [day for _, day in found] == ["2026-01-06", "2026-01-20"]
    assert found[1][0] == meeting.id
    await hosts.replan(group)
    assert await days(hosts, group) == found
