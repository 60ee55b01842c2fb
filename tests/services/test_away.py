"""Time away answers where the member did not."""

from datetime import date, timedelta

import pytest

from buddybot.domain.groups import Group
from buddybot.domain.quiet import DaySpan
from buddybot.domain.rsvps import Answer, Rsvp, Source
from buddybot.services.away import LONGEST, MOST
from buddybot.storage.database import Database
from buddybot.storage.rsvps import RsvpRepository
from tests.services.calendar_house import ANA, BEN, ORGANIZER, STRANGER, House, refused

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
        await house.run(lambda tx, each=each: RsvpRepository(tx).roll(each))  # type: ignore[misc]  # bound early
        for each in await house.ahead(group)
    ]
    return [roll.of(ANA) for roll in rolls]


async def test_away_answers_the_meetings_inside_and_no_other(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    await house.announce(first)
    view = await house.away.add(house.actor(ANA), FIRST_WEEK)
    assert [meeting.id for _, meeting in view.meetings] == [first.id]
    assert await answers(house, group) == [Answer.APOLOGIES, None]
    roll = await house.run(lambda tx: RsvpRepository(tx).roll(first))
    assert roll.given == (Rsvp(ANA, Answer.APOLOGIES, Source.AWAY),)
    assert roll.no_word == (ORGANIZER, BEN)
    assert await house.stale(first)


async def test_away_is_honoured_for_meetings_planned_later(house: House, group: Group) -> None:
    await house.away.add(house.actor(ANA), DaySpan(date(2026, 2, 2), date(2026, 2, 8)))
    house.now += timedelta(days=28)
    await house.run(lambda tx: house.planner.plan(tx, group, house.now))
    coming = [meeting for meeting in await house.ahead(group) if meeting.starts_at > house.now]
    assert coming[0].day == date(2026, 2, 5)
    roll = await house.run(lambda tx: RsvpRepository(tx).roll(coming[0]))
    assert roll.of(ANA) is Answer.APOLOGIES


async def test_the_later_word_counts(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    await house.rsvps.answer(house.actor(ANA), first.id, Answer.GOING)
    await house.away.add(house.actor(ANA), FIRST_WEEK)
    assert (await answers(house, group))[0] is Answer.APOLOGIES
    await house.rsvps.answer(house.actor(ANA), first.id, Answer.VIRTUAL)
    assert (await answers(house, group))[0] is Answer.VIRTUAL
    view = await house.away.mine(house.actor(ANA))
    assert (len(view.spans), view.meetings) == (1, ())


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
    assert {span.group_id for span in (await house.away.mine(house.actor(BEN))).spans} == {other.id}


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
    assert len((await house.away.mine(house.actor(ANA))).spans) == MOST


async def test_days_that_are_over_are_not_listed(house: House, group: Group) -> None:
    await house.away.add(house.actor(ANA), FIRST_WEEK)
    house.now += timedelta(days=10)
    assert (await house.away.mine(house.actor(ANA))).spans == ()
