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
from tests.services.checkins.meeting_evenings import Evening
from tests.services.locations.hosts import CHO, EVERYBODY, Hosts
from tests.services.locations.town import both, rule
from tests.services.meetings.calendar_house import ANA


@pytest.fixture
def hosts(database: Database) -> Hosts:
    """The town of these stories."""
    return Hosts(database)


async def forget(town: Hosts) -> None:
    """Let Ana have everything about her deleted."""
    await PersonalService(town.transactions, town.planner).delete(town.actor(ANA))


@pytest.mark.parametrize("left_before", [False, True])
async def test_they_are_told_that_they_do_not_meet_at_a_deleted_place(
    hosts: Hosts, left_before: bool
) -> None:
    group = await hosts.group()
    _, library, first = await both(hosts, group)
    if left_before:
        await hosts.leave(group, ANA)
    await forget(hosts)
    assert await hosts.at(group) == [library, library]
    assert await hosts.notices(first) == [PingState.PLANNED]
    news = await hosts.news(group, first)
    assert news is not None
    assert isinstance(news.content, LocationChanges)
    before = news.content.changes[0].before
    assert (before.location, before.host_id) == (None, None)


async def test_they_are_told_too_where_it_was_the_only_place(hosts: Hosts) -> None:
    group = await hosts.group()
    await rule(hosts, group, Rotation.FIXED)
    await hosts.offer(by=ANA)
    first = (await hosts.ahead(group))[0]
    await hosts.tell(first)
    await forget(hosts)
    assert await hosts.at(group) == [None, None]
    assert await hosts.news(group, first) is not None


async def test_absences_of_one_who_had_found_work_do_not_begin_to_count(hosts: Hosts) -> None:
    group = await hosts.rotating()
    await hosts.join(group, CHO)
    for came in ((*EVERYBODY, CHO), (*EVERYBODY,)):
        await hosts.hold(group, (await hosts.ahead(group))[0], came)
    await MemberService(hosts.transactions, hosts.planner).leave(
        hosts.actor(CHO), group.id, LeaveReason.FOUND_WORK
    )
    hosts.now += timedelta(days=1)

    async def tallies() -> list[object]:
        past = await hosts.run(lambda tx: HistoryRepository(tx).of_group(group.id, until=hosts.now))
        return [(each.tally.roster, each.tally.present) for each in past]

    before = await tallies()
    assert before == [(4, 4), (3, 3)]
    await PersonalService(hosts.transactions, hosts.planner).delete(hosts.actor(CHO))
    assert await tallies() == before


async def test_an_entry_from_outside_of_a_membership_does_not_begin_to_count(hosts: Hosts) -> None:
    group = await hosts.rotating()
    meeting = (await hosts.ahead(group))[0]
    await hosts.hold(group, meeting)
    await hosts.join(group, CHO)
    await hosts.correct(meeting, CHO, Attendance.PRESENT)

    async def rates() -> object:
        return (await hosts.run(lambda tx: RecordRepository(tx).read(group, now=hosts.now))).rates

    before = await rates()
    await PersonalService(hosts.transactions, hosts.planner).delete(hosts.actor(CHO))
    assert await rates() == before


async def test_who_comes_late_still_gets_into_the_round(database: Database) -> None:
    evening = await Evening.prepare(database)
    await evening.open()
    for user in (1, 2, 3):
        await evening.turns.mark_present(evening.home.actor(user), evening.meeting_id)
    await PersonalService(evening.home.transactions, evening.planner).delete(evening.home.actor(2))
    await evening.turns.mark_present(evening.home.actor(4), evening.meeting_id)
    rows = await evening.home.rows("SELECT user_id FROM turns ORDER BY position")
    assert [row["user_id"] for row in rows] == [1, 3, 4]
