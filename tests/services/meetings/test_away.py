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
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.locations.arrangements import ArrangementRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from tests.services.builder import ANA, BEN, ORGANIZER, STRANGER, Builder, refused

FIRST_WEEK = DaySpan(date(2026, 1, 5), date(2026, 1, 11))
BOTH_WEEKS = DaySpan(date(2026, 1, 5), date(2026, 1, 18))


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


async def answers(builder: Builder, group: Group) -> list[Answer | None]:
    """Return Ana's answers for the meetings ahead."""
    rolls = [
        await builder.write(lambda tx, each=each: RsvpRepository(tx).get_roll(each))  # type: ignore[misc]  # bound early
        for each in await builder.list_ahead(group)
    ]
    return [roll.find_rsvp(ANA) for roll in rolls]


async def test_away_answers_the_meetings_inside_and_no_other(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.post_card(first)
    view = await builder.away.add(builder.act_as(ANA), FIRST_WEEK)
    assert [each.meeting.id for each in view.meetings] == [first.id]
    assert await answers(builder, group) == [Answer.APOLOGIES, None]
    roll = await builder.write(lambda tx: RsvpRepository(tx).get_roll(first))
    assert roll.given == (Rsvp(ANA, Answer.APOLOGIES, Source.AWAY),)
    assert roll.no_word == (ORGANIZER, BEN)
    assert await builder.is_card_stale(first)


async def test_away_is_honoured_for_meetings_planned_later(builder: Builder, group: Group) -> None:
    await builder.away.add(builder.act_as(ANA), DaySpan(date(2026, 2, 2), date(2026, 2, 8)))
    builder.now += timedelta(days=28)
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    coming = [meeting for meeting in await builder.list_ahead(group) if meeting.starts_at > builder.now]
    assert coming[0].day == date(2026, 2, 5)
    roll = await builder.write(lambda tx: RsvpRepository(tx).get_roll(coming[0]))
    assert roll.find_rsvp(ANA) is Answer.APOLOGIES


async def test_the_later_word_counts(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.GOING)
    await builder.away.add(builder.act_as(ANA), FIRST_WEEK)
    assert (await answers(builder, group))[0] is Answer.APOLOGIES
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.VIRTUAL)
    assert (await answers(builder, group))[0] is Answer.VIRTUAL
    view = await builder.away.list_own(builder.act_as(ANA))
    assert (len(view.spans), view.meetings) == (1, ())


async def test_days_away_leave_an_answer_that_was_given_after_them(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    before, after = builder.act_as(ANA), builder.act_as(ANA)
    await builder.rsvps.answer(after, first.id, Answer.GOING)
    await builder.away.add(before, FIRST_WEEK)
    assert (await answers(builder, group))[0] is Answer.GOING


async def test_taking_days_back_takes_the_answers_back(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    view = await builder.away.add(builder.act_as(ANA), BOTH_WEEKS)
    assert await answers(builder, group) == [Answer.APOLOGIES, Answer.APOLOGIES]
    await builder.post_card(first)
    await builder.away.remove(builder.act_as(BEN), view.spans[0].id)
    assert await answers(builder, group) == [Answer.APOLOGIES, Answer.APOLOGIES]
    assert not await builder.is_card_stale(first)
    after = await builder.away.remove(builder.act_as(ANA), view.spans[0].id)
    assert after.spans == ()
    assert await answers(builder, group) == [None, None]
    assert await builder.is_card_stale(first)
    await builder.away.remove(builder.act_as(ANA), view.spans[0].id)


async def test_without_a_group_it_is_all_groups_here_and_with_one_only_that(
    builder: Builder, group: Group
) -> None:
    other = await builder.add_group("Ash", channel=101)
    view = await builder.away.add(builder.act_as(ANA), FIRST_WEEK)
    assert {span.group_id for span in view.spans} == {group.id, other.id}
    await builder.away.add(builder.act_as(BEN), FIRST_WEEK, other.id)
    assert {span.group_id for span in (await builder.away.list_own(builder.act_as(BEN))).spans} == {other.id}


async def test_the_same_days_twice_are_noted_once(builder: Builder, group: Group) -> None:
    await builder.away.add(builder.act_as(ANA), FIRST_WEEK)
    assert len((await builder.away.add(builder.act_as(ANA), FIRST_WEEK)).spans) == 1


async def test_what_cannot_be_is_refused(builder: Builder, group: Group) -> None:
    today = builder.now.date()
    async with refused("away.order"):
        DaySpan(date(2026, 1, 8), date(2026, 1, 7))
    async with refused("away.past"):
        await builder.away.add(builder.act_as(ANA), DaySpan(date(2025, 12, 1), today - timedelta(days=1)))
    async with refused("away.long"):
        await builder.away.add(builder.act_as(ANA), DaySpan(today, today + timedelta(days=LONGEST)))
    async with refused("away.far"):
        far = today + timedelta(days=2 * LONGEST + 1)
        await builder.away.add(builder.act_as(ANA), DaySpan(far, far))
    async with refused("group.none"):
        await builder.away.add(builder.act_as(STRANGER), FIRST_WEEK)
    await builder.away.add(builder.act_as(ANA), DaySpan(today, today + timedelta(days=LONGEST - 1)))
    for shift in range(1, MOST):
        await builder.away.add(builder.act_as(ANA), DaySpan(today, today + timedelta(days=shift)))
    async with refused("away.many"):
        await builder.away.add(builder.act_as(ANA), DaySpan(today, today + timedelta(days=100)))
    assert len((await builder.away.list_own(builder.act_as(ANA))).spans) == MOST


async def test_days_that_are_over_are_not_listed(builder: Builder, group: Group) -> None:
    await builder.away.add(builder.act_as(ANA), FIRST_WEEK)
    builder.now += timedelta(days=10)
    assert (await builder.away.list_own(builder.act_as(ANA))).spans == ()


# -- what it means for the others --------------------------------------------------------------


async def hosting(builder: Builder, group: Group, minimum: int = 0) -> UserId:
    """Let the group take turns at hosting; return who hosts the first meeting."""

    async def script(tx: Tx) -> UserId:
        await GroupRepository(tx).change(group, rotation=Rotation.TURNS, minimum=minimum)
        for meeting in await MeetingRepository(tx).list_ahead(group.id):
            arrangement = await ArrangementRepository(tx).get(meeting.id)
            assert arrangement is not None
            await ArrangementRepository(tx).put(arrangement._replace(basis=Basis.OPEN))
        await builder.planner.plan(UnitOfWork(tx), group, builder.now)
        first = (await MeetingRepository(tx).list_ahead(group.id))[0]
        await ArrangementRepository(tx).mark_announced([first.id])
        arrangement = await ArrangementRepository(tx).get(first.id)
        assert arrangement is not None
        assert arrangement.host_id is not None
        return arrangement.host_id

    return await builder.write(script)


async def test_a_host_who_is_away_hands_on_and_reads_to_whom(builder: Builder, group: Group) -> None:
    host = await hosting(builder, group)
    [missed] = (await builder.away.add(builder.act_as(host), FIRST_WEEK)).meetings
    assert missed.hosted
    assert missed.host_id not in (host, None)
    [again] = (await builder.away.list_own(builder.act_as(host))).meetings
    assert (again.hosted, again.host_id) == (False, missed.host_id)


async def test_in_the_last_day_a_turn_is_not_handed_on_and_the_host_reads_that(
    builder: Builder, group: Group
) -> None:
    host = await hosting(builder, group)
    builder.now = (await builder.list_ahead(group))[0].starts_at - timedelta(hours=20)
    [missed] = (await builder.away.add(builder.act_as(host), FIRST_WEEK)).meetings
    assert (missed.hosted, missed.host_id) == (True, None)


async def test_who_is_no_host_reads_nothing_of_hosting(builder: Builder, group: Group) -> None:
    host = await hosting(builder, group)
    guest = next(user for user in (ORGANIZER, ANA, BEN) if user != host)
    [missed] = (await builder.away.add(builder.act_as(guest), FIRST_WEEK)).meetings
    assert (missed.hosted, missed.host_id) == (False, host)


async def test_when_too_few_can_come_at_all_the_organizers_will_be_asked(
    builder: Builder, group: Group
) -> None:
    await hosting(builder, group, minimum=2)
    [missed] = (await builder.away.add(builder.act_as(ANA), FIRST_WEEK)).meetings
    assert not missed.asks
    first = (await builder.list_ahead(group))[0]
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.APOLOGIES)
    [missed] = (await builder.away.list_own(builder.act_as(ANA))).meetings
    assert missed.asks
    await builder.write(lambda tx: MeetingRepository(tx).set_quorum_decision(first.id, QuorumDecision.MEET))
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    [missed] = (await builder.away.list_own(builder.act_as(ANA))).meetings
    assert not missed.asks


async def test_taking_days_back_says_what_is_open_again(builder: Builder, group: Group) -> None:
    host = await hosting(builder, group)
    first, second = await builder.list_ahead(group)
    view = await builder.away.add(builder.act_as(host), BOTH_WEEKS)
    assert view.freed == ()
    again = await builder.away.add(builder.act_as(host), FIRST_WEEK)
    both = next(span.id for span in again.spans if span.days == BOTH_WEEKS)
    after = await builder.away.remove(builder.act_as(host), both)
    assert [each.meeting.id for each in after.freed] == [second.id]
    assert [each.meeting.id for each in after.meetings] == [first.id]
    last = await builder.away.remove(builder.act_as(host), after.spans[0].id)
    # What was announced stays with whom it was handed to.
    assert [(each.meeting.id, each.hosts) for each in last.freed] == [(first.id, False)]
    assert (await builder.away.remove(builder.act_as(host), both)).freed == ()


async def test_a_turn_that_nobody_was_told_of_comes_back_with_the_days(
    builder: Builder, group: Group
) -> None:
    host = await hosting(builder, group)
    first = (await builder.list_ahead(group))[0]
    await builder.write(lambda tx: tx.run("UPDATE venues SET announced = 0"))
    view = await builder.away.add(builder.act_as(host), FIRST_WEEK)
    assert view.meetings[0].host_id != host
    after = await builder.away.remove(builder.act_as(host), view.spans[0].id)
    assert [(each.meeting.id, each.hosts) for each in after.freed] == [(first.id, True)]


async def test_a_turn_behind_an_extra_meeting_is_handed_on_when_its_host_is_away(
    builder: Builder, group: Group
) -> None:
    await hosting(builder, group)
    later = (await builder.list_ahead(group))[1]
    await builder.write(lambda tx: ArrangementRepository(tx).mark_announced([later.id]))
    arrangement = await builder.write(lambda tx: ArrangementRepository(tx).get(later.id))
    assert arrangement is not None
    assert arrangement.host_id is not None
    await builder.schedules.add_extra(builder.act_as(ORGANIZER), date(2026, 1, 9), ScheduleChange())
    [missed] = (
        await builder.away.add(builder.act_as(arrangement.host_id), DaySpan(later.day, later.day))
    ).meetings
    assert missed.hosted
    assert missed.host_id not in (None, arrangement.host_id)
