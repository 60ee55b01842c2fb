"""Time away answers where the member did not."""

from datetime import date, timedelta

import pytest

from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import UserId
from buddybot.domain.locations.rotation import Basis
from buddybot.domain.meetings.meetings import Answer, QuorumDecision, Rsvp, Source
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings.away import LONGEST, MOST
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.locations.arrangements import ArrangementRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, STRANGER, House, refused

FIRST_WEEK = DaySpan(date(2026, 1, 5), date(2026, 1, 11))
BOTH_WEEKS = DaySpan(date(2026, 1, 5), date(2026, 1, 18))


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    return await house.group()


async def answers(house: House, group: Group) -> list[Answer | None]:
    """Return Ana's answers for the meetings ahead."""
    rolls = [
        await house.run(lambda tx, each=each: RsvpRepository(tx).get_roll(each))  # type: ignore[misc]  # bound early
        for each in await house.ahead(group)
    ]
    return [roll.find_rsvp(ANA) for roll in rolls]


async def test_away_answers_the_meetings_inside_and_no_other(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    await house.announce(first)
    view = await house.away.add(house.actor(ANA), FIRST_WEEK)
    assert [each.meeting.id for each in view.meetings] == [first.id]
    assert await answers(house, group) == [Answer.APOLOGIES, None]
    roll = await house.run(lambda tx: RsvpRepository(tx).get_roll(first))
    assert roll.given == (Rsvp(ANA, Answer.APOLOGIES, Source.AWAY),)
    assert roll.no_word == (ORGANIZER, BEN)
    assert await house.stale(first)


async def test_away_is_honoured_for_meetings_planned_later(house: House, group: Group) -> None:
    await house.away.add(house.actor(ANA), DaySpan(date(2026, 2, 2), date(2026, 2, 8)))
    house.now += timedelta(days=28)
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    coming = [meeting for meeting in await house.ahead(group) if meeting.starts_at > house.now]
    assert coming[0].day == date(2026, 2, 5)
    roll = await house.run(lambda tx: RsvpRepository(tx).get_roll(coming[0]))
    assert roll.find_rsvp(ANA) is Answer.APOLOGIES


async def test_the_later_word_counts(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    await house.rsvps.answer(house.actor(ANA), first.id, Answer.GOING)
    await house.away.add(house.actor(ANA), FIRST_WEEK)
    assert (await answers(house, group))[0] is Answer.APOLOGIES
    await house.rsvps.answer(house.actor(ANA), first.id, Answer.VIRTUAL)
    assert (await answers(house, group))[0] is Answer.VIRTUAL
    view = await house.away.list_own(house.actor(ANA))
    assert (len(view.spans), view.meetings) == (1, ())


async def test_days_away_leave_an_answer_that_was_given_after_them(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    before, after = house.actor(ANA), house.actor(ANA)
    await house.rsvps.answer(after, first.id, Answer.GOING)
    await house.away.add(before, FIRST_WEEK)
    assert (await answers(house, group))[0] is Answer.GOING


async def test_taking_days_back_takes_the_answers_back(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    view = await house.away.add(house.actor(ANA), BOTH_WEEKS)
    assert await answers(house, group) == [Answer.APOLOGIES, Answer.APOLOGIES]
    await house.announce(first)
    await house.away.remove(house.actor(BEN), view.spans[0].id)
    assert await answers(house, group) == [Answer.APOLOGIES, Answer.APOLOGIES]
    assert not await house.stale(first)
    after = await house.away.remove(house.actor(ANA), view.spans[0].id)
    assert after.spans == ()
    assert await answers(house, group) == [None, None]
    assert await house.stale(first)
    await house.away.remove(house.actor(ANA), view.spans[0].id)


async def test_without_a_group_it_is_all_groups_here_and_with_one_only_that(
    house: House, group: Group
) -> None:
    other = await house.group("Ash", channel=101)
    view = await house.away.add(house.actor(ANA), FIRST_WEEK)
    assert {span.group_id for span in view.spans} == {group.id, other.id}
    await house.away.add(house.actor(BEN), FIRST_WEEK, other.id)
    assert {span.group_id for span in (await house.away.list_own(house.actor(BEN))).spans} == {other.id}


async def test_the_same_days_twice_are_noted_once(house: House, group: Group) -> None:
    await house.away.add(house.actor(ANA), FIRST_WEEK)
    assert len((await house.away.add(house.actor(ANA), FIRST_WEEK)).spans) == 1


async def test_what_cannot_be_is_refused(house: House, group: Group) -> None:
    today = house.now.date()
    async with refused("away.order"):
        DaySpan(date(2026, 1, 8), date(2026, 1, 7))
    async with refused("away.past"):
        await house.away.add(house.actor(ANA), DaySpan(date(2025, 12, 1), today - timedelta(days=1)))
    async with refused("away.long"):
        await house.away.add(house.actor(ANA), DaySpan(today, today + timedelta(days=LONGEST)))
    async with refused("away.far"):
        far = today + timedelta(days=2 * LONGEST + 1)
        await house.away.add(house.actor(ANA), DaySpan(far, far))
    async with refused("group.none"):
        await house.away.add(house.actor(STRANGER), FIRST_WEEK)
    await house.away.add(house.actor(ANA), DaySpan(today, today + timedelta(days=LONGEST - 1)))
    for shift in range(1, MOST):
        await house.away.add(house.actor(ANA), DaySpan(today, today + timedelta(days=shift)))
    async with refused("away.many"):
        await house.away.add(house.actor(ANA), DaySpan(today, today + timedelta(days=100)))
    assert len((await house.away.list_own(house.actor(ANA))).spans) == MOST


async def test_days_that_are_over_are_not_listed(house: House, group: Group) -> None:
    await house.away.add(house.actor(ANA), FIRST_WEEK)
    house.now += timedelta(days=10)
    assert (await house.away.list_own(house.actor(ANA))).spans == ()


# -- what it means for the others --------------------------------------------------------------


async def hosting(house: House, group: Group, minimum: int = 0) -> UserId:
    """Let the group take turns at hosting; return who hosts the first meeting."""

    async def script(tx: Tx) -> UserId:
        await GroupRepository(tx).change(group, rotation=Rotation.TURNS, minimum=minimum)
        for meeting in await MeetingRepository(tx).list_ahead(group.id):
            arrangement = await ArrangementRepository(tx).get(meeting.id)
            assert arrangement is not None
            await ArrangementRepository(tx).put(arrangement._replace(basis=Basis.OPEN))
        await house.planner.plan(UnitOfWork(tx), group, house.now)
        first = (await MeetingRepository(tx).list_ahead(group.id))[0]
        await ArrangementRepository(tx).mark_announced([first.id])
        arrangement = await ArrangementRepository(tx).get(first.id)
        assert arrangement is not None
        assert arrangement.host_id is not None
        return arrangement.host_id

    return await house.run(script)


async def test_a_host_who_is_away_hands_on_and_reads_to_whom(house: House, group: Group) -> None:
    host = await hosting(house, group)
    [missed] = (await house.away.add(house.actor(host), FIRST_WEEK)).meetings
    assert missed.hosted
    assert missed.host_id not in (host, None)
    [again] = (await house.away.list_own(house.actor(host))).meetings
    assert (again.hosted, again.host_id) == (False, missed.host_id)


async def test_in_the_last_day_a_turn_is_not_handed_on_and_the_host_reads_that(
    house: House, group: Group
) -> None:
    host = await hosting(house, group)
    house.now = (await house.ahead(group))[0].starts_at - timedelta(hours=20)
    [missed] = (await house.away.add(house.actor(host), FIRST_WEEK)).meetings
    assert (missed.hosted, missed.host_id) == (True, None)


async def test_who_is_no_host_reads_nothing_of_hosting(house: House, group: Group) -> None:
    host = await hosting(house, group)
    guest = next(user for user in (ORGANIZER, ANA, BEN) if user != host)
    [missed] = (await house.away.add(house.actor(guest), FIRST_WEEK)).meetings
    assert (missed.hosted, missed.host_id) == (False, host)


async def test_when_too_few_can_come_at_all_the_organizers_will_be_asked(house: House, group: Group) -> None:
    await hosting(house, group, minimum=2)
    [missed] = (await house.away.add(house.actor(ANA), FIRST_WEEK)).meetings
    assert not missed.asks
    first = (await house.ahead(group))[0]
    await house.rsvps.answer(house.actor(ORGANIZER), first.id, Answer.APOLOGIES)
    [missed] = (await house.away.list_own(house.actor(ANA))).meetings
    assert missed.asks
    await house.run(lambda tx: MeetingRepository(tx).set_quorum_decision(first.id, QuorumDecision.MEET))
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    [missed] = (await house.away.list_own(house.actor(ANA))).meetings
    assert not missed.asks


async def test_taking_days_back_says_what_is_open_again(house: House, group: Group) -> None:
    host = await hosting(house, group)
    first, second = await house.ahead(group)
    view = await house.away.add(house.actor(host), BOTH_WEEKS)
    assert view.freed == ()
    again = await house.away.add(house.actor(host), FIRST_WEEK)
    both = next(span.id for span in again.spans if span.days == BOTH_WEEKS)
    after = await house.away.remove(house.actor(host), both)
    assert [each.meeting.id for each in after.freed] == [second.id]
    assert [each.meeting.id for each in after.meetings] == [first.id]
    last = await house.away.remove(house.actor(host), after.spans[0].id)
    # What was announced stays with whom it was handed to.
    assert [(each.meeting.id, each.hosts) for each in last.freed] == [(first.id, False)]
    assert (await house.away.remove(house.actor(host), both)).freed == ()


async def test_a_turn_that_nobody_was_told_of_comes_back_with_the_days(house: House, group: Group) -> None:
    host = await hosting(house, group)
    first = (await house.ahead(group))[0]
    await house.run(lambda tx: tx.run("UPDATE venues SET announced = 0"))
    view = await house.away.add(house.actor(host), FIRST_WEEK)
    assert view.meetings[0].host_id != host
    after = await house.away.remove(house.actor(host), view.spans[0].id)
    assert [(each.meeting.id, each.hosts) for each in after.freed] == [(first.id, True)]


async def test_a_turn_behind_an_extra_meeting_is_handed_on_when_its_host_is_away(
    house: House, group: Group
) -> None:
    await hosting(house, group)
    later = (await house.ahead(group))[1]
    await house.run(lambda tx: ArrangementRepository(tx).mark_announced([later.id]))
    arrangement = await house.run(lambda tx: ArrangementRepository(tx).get(later.id))
    assert arrangement is not None
    assert arrangement.host_id is not None
    await house.schedules.add_extra(house.actor(ORGANIZER), date(2026, 1, 9), ScheduleChange())
    [missed] = (
        await house.away.add(house.actor(arrangement.host_id), DaySpan(later.day, later.day))
    ).meetings
    assert missed.hosted
    assert missed.host_id not in (None, arrangement.host_id)
