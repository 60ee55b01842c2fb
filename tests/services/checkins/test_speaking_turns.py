"""The round: a fair order, one turn a click, roles that go round, and a place for whoever turns up."""

import itertools
from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.cards import ServerEvent
from buddybot.domain.meetings.meetings import Answer
from buddybot.domain.pings import PingKind
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings.server_event_steps import keep_interests
from buddybot.services.registry import Services
from buddybot.storage.engine.database import Database
from tests.services.builder import RULES
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, MEETS, ORGANIZER, STRANGER, WEEK, Evening


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The group, three days before it meets."""
    return await Evening.prepare(database)


async def next_turn(evening: Evening, begun: int, *, user: int = ANA) -> None:
    await evening.turns.next_turn(evening.home.actor(user), evening.meeting_id, begun=begun)


async def press(evening: Evening, user: int, answer: Answer) -> None:
    """Press one of the buttons that answer for the meeting."""
    await evening.rsvps.answer(evening.home.actor(user), evening.meeting_id, answer)


async def here(evening: Evening, user: int) -> None:
    await evening.turns.mark_present(evening.home.actor(user), evening.meeting_id)


async def test_those_who_come_are_in_the_round_and_those_who_are_late_end_it(evening: Evening) -> None:
    await evening.answer(ORGANIZER, Answer.LATE)
    await evening.answer(ANA, Answer.GOING)
    await evening.answer(BEN, Answer.APOLOGIES)
    await evening.answer(CHO, Answer.VIRTUAL)
    await evening.commit(ANA)

    the_round = (await evening.open()).round

    assert the_round.people == (ANA, CHO, ORGANIZER)
    assert (the_round.speaker, the_round.until, the_round.begun) == (None, None, 0)
    assert the_round.minutes == 6  # of 75 minutes the review takes 18


async def test_each_click_gives_the_floor_to_the_next_once(evening: Evening) -> None:
    for user in (ANA, BEN):
        await evening.answer(user, Answer.GOING)
    await evening.commit(ANA)
    await evening.open()

    await next_turn(evening, 0)
    await next_turn(evening, 0)  # pressed by two people at once
    first = (await evening.view()).round
    assert (first.speaker, first.until, first.waiting) == (ANA, MEETS + timedelta(minutes=9), (BEN,))

    evening.home.now += timedelta(minutes=7)
    await next_turn(evening, 1)
    await next_turn(evening, 2)  # there is nobody left
    last = (await evening.view()).round
    assert (last.speaker, last.until, last.waiting, last.begun) == (
        BEN,
        MEETS + timedelta(minutes=16),
        (),
        2,
    )


async def test_who_turns_up_later_does_not_make_an_earlier_turn_too_long(evening: Evening) -> None:
    for user in (ANA, BEN):
        await evening.answer(user, Answer.GOING)
    await evening.commit(ANA)
    await evening.open()
    await next_turn(evening, 0)
    evening.home.now += timedelta(minutes=8)  # of nine
    for user in (CHO, ORGANIZER):
        await here(evening, user)
    assert (await evening.view()).round.until == MEETS + timedelta(minutes=9), "Ana was told so"
    await next_turn(evening, 1)
    the_round = (await evening.view()).round

    assert the_round.minutes < 6
    assert the_round.until == MEETS + timedelta(minutes=8 + the_round.minutes)
    assert not the_round.ran_long


async def test_whoever_turns_up_unannounced_gets_a_turn(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.answer(CHO, Answer.APOLOGIES)
    await evening.open()

    await here(evening, BEN)
    await here(evening, BEN)
    await here(evening, CHO)

    assert (await evening.view()).round.people == (ANA, BEN, CHO)


async def test_a_report_at_the_meeting_is_a_way_to_turn_up(evening: Evening) -> None:
    await evening.answer(CHO, Answer.APOLOGIES)
    evening.home.now = MEETS - timedelta(hours=2)
    await evening.report(ANA)
    await evening.open()
    await evening.report(BEN)
    await evening.report(CHO)

    view = await evening.view()

    assert view.round.people == (BEN,)
    assert {person.user_id for person in view.people} == {ANA, BEN, CHO}
    assert view.reported == 3


async def test_who_sends_apologies_after_all_has_no_turn(evening: Evening) -> None:
    for user in (ANA, BEN, CHO):
        await evening.answer(user, Answer.GOING)
    await evening.open()
    await evening.answer(ANA, Answer.APOLOGIES)
    await evening.home.leave(evening.group, BEN)

    await next_turn(evening, 0, user=CHO)

    assert (await evening.view()).round.speaker == CHO


@pytest.mark.parametrize("answer", [Answer.GOING, Answer.LATE, Answer.VIRTUAL])
async def test_round_takes_a_member_in_when_they_say_that_they_come_after_it_opened(
    evening: Evening, answer: Answer
) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.answer(BEN, Answer.APOLOGIES)
    await evening.open()

    for user in (BEN, CHO):
        await press(evening, user, answer)
    assert (await evening.view()).round.people == (ANA, BEN, CHO)

    await press(evening, BEN, Answer.APOLOGIES)
    await press(evening, BEN, Answer.APOLOGIES)
    assert (await evening.view()).round.people == (ANA, CHO)

    await press(evening, BEN, answer)
    assert (await evening.view()).round.people == (ANA, BEN, CHO)


async def test_round_takes_a_member_in_when_they_checked_in_early_and_say_late(evening: Evening) -> None:
    evening.home.now = MEETS - timedelta(hours=2)
    await evening.report(BEN)
    await evening.open()
    assert (await evening.view()).round.people == ()

    await press(evening, BEN, Answer.LATE)

    view = await evening.view()
    assert (view.round.people, view.reported) == ((BEN,), 1)
    assert (await evening.meeting()).facilitator_id == BEN


async def test_round_takes_a_joiner_in_when_they_answer_in_mid_meeting(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.open()
    await evening.home.leave(evening.group, BEN)
    assert await evening.refused(press(evening, BEN, Answer.LATE)) == "meeting.unknown"

    await evening.join(STRANGER)
    await press(evening, STRANGER, Answer.VIRTUAL)
    await evening.join(BEN)
    await press(evening, BEN, Answer.LATE)

    assert (await evening.view()).round.people == (ANA, STRANGER, BEN)


async def test_round_takes_a_member_in_when_they_are_interested_in_the_event(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.open()
    event = ServerEvent(
        guild_id=evening.group.guild_id,
        group_id=evening.group.id,
        meeting_id=evening.meeting_id,
        channel_id=None,
        event_id=None,
        state=None,
        shown="",
        wanted="",
    )

    await evening.home.database.write(lambda tx: keep_interests(UnitOfWork(tx), event, [UserId(CHO)]))
    assert (await evening.view()).round.people == (ANA, CHO)

    await evening.home.database.write(lambda tx: keep_interests(UnitOfWork(tx), event, []))
    await press(evening, CHO, Answer.APOLOGIES)
    assert (await evening.view()).round.people == (ANA,)


async def test_round_follows_days_away_when_a_member_changes_their_zone_in_mid_meeting(
    evening: Evening,
) -> None:
    services = Services(evening.home.transactions, evening.planner, RULES)
    next_day = (MEETS + timedelta(days=1)).date()
    await services.away.add(evening.home.actor(ANA), DaySpan(next_day, next_day), evening.group.id)
    for user in (ANA, BEN):
        await evening.home.run(
            "INSERT INTO interests (meeting_id, user_id) VALUES (:meeting, :user)",
            meeting=evening.meeting_id,
            user=user,
        )
    await evening.open()
    assert (await evening.meeting()).facilitator_id == ANA

    await services.preferences.set_zone(evening.home.actor(ANA), "Pacific/Kiritimati")
    assert (await evening.view()).round.people == (BEN,)
    assert (await evening.meeting()).facilitator_id == BEN

    await services.preferences.set_zone(evening.home.actor(ANA), None)
    assert (await evening.view()).round.people == (ANA, BEN)


async def test_roles_go_on_when_their_holders_send_apologies_in_mid_meeting(evening: Evening) -> None:
    for user in (ANA, BEN, CHO):
        await evening.answer(user, Answer.GOING)
    await evening.open()
    before = await evening.meeting()
    assert (before.facilitator_id, before.timekeeper_id, before.lead_id) == (ANA, BEN, CHO)

    await press(evening, ANA, Answer.APOLOGIES)
    after = await evening.meeting()
    assert (after.facilitator_id, after.timekeeper_id, after.lead_id) == (CHO, BEN, BEN)

    await press(evening, ORGANIZER, Answer.LATE)
    await press(evening, BEN, Answer.APOLOGIES)
    after = await evening.meeting()
    assert (after.facilitator_id, after.timekeeper_id, after.lead_id) == (CHO, ORGANIZER, ORGANIZER)

    await press(evening, CHO, Answer.APOLOGIES)
    await press(evening, ORGANIZER, Answer.APOLOGIES)
    after = await evening.meeting()
    assert (after.facilitator_id, after.timekeeper_id, after.lead_id) == (None, None, None)


async def test_the_last_word_counts_when_somebody_is_here_and_answers_otherwise(evening: Evening) -> None:
    await evening.open()
    for user, answer in ((ANA, Answer.APOLOGIES), (BEN, Answer.VIRTUAL), (CHO, Answer.LATE)):
        await here(evening, user)
        await press(evening, user, answer)
    assert (await evening.view()).round.people == (BEN, CHO)
    await here(evening, ANA)
    assert (await evening.view()).round.people == (ANA, BEN, CHO)
    await press(evening, ANA, Answer.APOLOGIES)

    await evening.close()

    assert await evening.ledger() == {
        ORGANIZER: Attendance.UNRECORDED,
        ANA: Attendance.EXCUSED,
        BEN: Attendance.VIRTUAL,
        CHO: Attendance.LATE,
    }


async def test_roles_are_given_to_those_who_come_and_to_the_first_who_turns_up(evening: Evening) -> None:
    await evening.open()
    meeting = await evening.meeting()
    assert (meeting.facilitator_id, meeting.timekeeper_id) == (None, None)

    await here(evening, CHO)
    meeting = await evening.meeting()
    assert (meeting.facilitator_id, meeting.timekeeper_id) == (CHO, CHO)
    await here(evening, ANA)
    await here(evening, BEN)
    meeting = await evening.meeting()
    assert (meeting.facilitator_id, meeting.timekeeper_id) == (CHO, ANA)


async def test_with_nothing_promised_the_round_is_for_what_comes_next(evening: Evening) -> None:
    for user in (ANA, BEN):
        await evening.answer(user, Answer.GOING)

    assert (await evening.open()).round.minutes == 6  # each person's, of what is set aside for commitments

    await evening.commit(ANA)  # while the group meets: it is asked about next time
    assert (await evening.view()).round.minutes == 6


async def test_the_lead_is_somebody_else_as_soon_as_there_are_three(evening: Evening) -> None:
    await evening.open()
    found = []
    for user in (CHO, ANA, BEN, ORGANIZER):
        await here(evening, user)
        meeting = await evening.meeting()
        found.append((meeting.facilitator_id, meeting.timekeeper_id, meeting.lead_id))
    assert found == [(CHO, CHO, CHO), (CHO, ANA, ANA), (CHO, ANA, BEN), (CHO, ANA, BEN)]


async def test_roles_and_the_first_turn_go_round_from_meeting_to_meeting(evening: Evening) -> None:
    facilitators, timekeepers, openers, leads = [], [], [], []
    for week in range(3):
        for user in (ANA, BEN, CHO):
            await evening.answer(user, Answer.GOING)
        evening.home.now = MEETS + week * WEEK
        await evening.home.run(
            "UPDATE meetings SET activity = 'skill-share' WHERE id = :id", id=evening.meeting_id
        )
        await evening.announce(PingKind.CHECKIN)
        meeting = await evening.meeting()
        leads.append(meeting.lead_id)
        facilitators.append(meeting.facilitator_id)
        timekeepers.append(meeting.timekeeper_id)
        openers.append((await evening.view()).round.people[0])
        await evening.close()
        rows = await evening.home.rows("SELECT id FROM meetings WHERE state = 'scheduled' ORDER BY starts_at")
        evening.meeting_id = MeetingId(rows[0]["id"])

    assert set(facilitators) == set(timekeepers) == set(openers) == {ANA, BEN, CHO}
    assert all(before != after for before, after in itertools.pairwise(leads))


async def test_nothing_moves_before_the_meeting_is_open_or_for_strangers(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    for action in (next_turn(evening, 0), here(evening, ANA)):
        assert await evening.refused(action) == "checkin.not_open"
    await evening.open()
    for action in (next_turn(evening, 0, user=STRANGER), here(evening, STRANGER)):
        assert await evening.refused(action) == "meeting.unknown"
    assert (await evening.view()).round.begun == 0
