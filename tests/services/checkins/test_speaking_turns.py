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
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, RULES, STRANGER, get_refusal
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The group, three days before it meets."""
    return await MeetingBuilder.prepare(database)


async def next_turn(builder: MeetingBuilder, begun: int, *, user: int = ANA) -> None:
    await builder.turns.next_turn(builder.act_as(user), builder.meeting_id, begun=begun)


async def press(builder: MeetingBuilder, user: int, answer: Answer) -> None:
    """Press one of the buttons that answer for the meeting."""
    await builder.rsvps.answer(builder.act_as(user), builder.meeting_id, answer)


async def here(builder: MeetingBuilder, user: int) -> None:
    await builder.turns.mark_present(builder.act_as(user), builder.meeting_id)


async def test_those_who_come_are_in_the_round_and_those_who_are_late_end_it(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ORGANIZER, Answer.LATE)
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.set_rsvp(BEN, Answer.APOLOGIES)
    await builder.set_rsvp(CHO, Answer.VIRTUAL)
    await builder.add_commitment(ANA)

    the_round = (await builder.open_checkin()).round

    assert the_round.people == (ANA, CHO, ORGANIZER)
    assert (the_round.speaker, the_round.until, the_round.begun) == (None, None, 0)
    assert the_round.minutes == 6  # of 75 minutes the review takes 18


async def test_each_click_gives_the_floor_to_the_next_once(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.add_commitment(ANA)
    await builder.open_checkin()

    await next_turn(builder, 0)
    await next_turn(builder, 0)  # pressed by two people at once
    first = (await builder.view_checkin()).round
    assert (first.speaker, first.until, first.waiting) == (ANA, MEETS + timedelta(minutes=9), (BEN,))

    builder.now += timedelta(minutes=7)
    await next_turn(builder, 1)
    await next_turn(builder, 2)  # there is nobody left
    last = (await builder.view_checkin()).round
    assert (last.speaker, last.until, last.waiting, last.begun) == (
        BEN,
        MEETS + timedelta(minutes=16),
        (),
        2,
    )


async def test_who_turns_up_later_does_not_make_an_earlier_turn_too_long(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.add_commitment(ANA)
    await builder.open_checkin()
    await next_turn(builder, 0)
    builder.now += timedelta(minutes=8)  # of nine
    for user in (CHO, ORGANIZER):
        await here(builder, user)
    assert (await builder.view_checkin()).round.until == MEETS + timedelta(minutes=9), "Ana was told so"
    await next_turn(builder, 1)
    the_round = (await builder.view_checkin()).round

    assert the_round.minutes < 6
    assert the_round.until == MEETS + timedelta(minutes=8 + the_round.minutes)
    assert not the_round.ran_long


async def test_whoever_turns_up_unannounced_gets_a_turn(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.set_rsvp(CHO, Answer.APOLOGIES)
    await builder.open_checkin()

    await here(builder, BEN)
    await here(builder, BEN)
    await here(builder, CHO)

    assert (await builder.view_checkin()).round.people == (ANA, BEN, CHO)


async def test_a_report_at_the_meeting_is_a_way_to_turn_up(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(CHO, Answer.APOLOGIES)
    builder.now = MEETS - timedelta(hours=2)
    await builder.report_checkin(ANA)
    await builder.open_checkin()
    await builder.report_checkin(BEN)
    await builder.report_checkin(CHO)

    view = await builder.view_checkin()

    assert view.round.people == (BEN,)
    assert {person.user_id for person in view.people} == {ANA, BEN, CHO}
    assert view.reported == 3


async def test_who_sends_apologies_after_all_has_no_turn(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN, CHO):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.open_checkin()
    await builder.set_rsvp(ANA, Answer.APOLOGIES)
    await builder.remove_member(builder.group, BEN)

    await next_turn(builder, 0, user=CHO)

    assert (await builder.view_checkin()).round.speaker == CHO


@pytest.mark.parametrize("answer", [Answer.GOING, Answer.LATE, Answer.VIRTUAL])
async def test_round_takes_a_member_in_when_they_say_that_they_come_after_it_opened(
    builder: MeetingBuilder, answer: Answer
) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.set_rsvp(BEN, Answer.APOLOGIES)
    await builder.open_checkin()

    for user in (BEN, CHO):
        await press(builder, user, answer)
    assert (await builder.view_checkin()).round.people == (ANA, BEN, CHO)

    await press(builder, BEN, Answer.APOLOGIES)
    await press(builder, BEN, Answer.APOLOGIES)
    assert (await builder.view_checkin()).round.people == (ANA, CHO)

    await press(builder, BEN, answer)
    assert (await builder.view_checkin()).round.people == (ANA, BEN, CHO)


async def test_round_takes_a_member_in_when_they_checked_in_early_and_say_late(
    builder: MeetingBuilder,
) -> None:
    builder.now = MEETS - timedelta(hours=2)
    await builder.report_checkin(BEN)
    await builder.open_checkin()
    assert (await builder.view_checkin()).round.people == ()

    await press(builder, BEN, Answer.LATE)

    view = await builder.view_checkin()
    assert (view.round.people, view.reported) == ((BEN,), 1)
    assert (await builder.get_meeting()).facilitator_id == BEN


async def test_round_takes_a_joiner_in_when_they_answer_in_mid_meeting(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.open_checkin()
    await builder.remove_member(builder.group, BEN)
    assert await get_refusal(press(builder, BEN, Answer.LATE)) == "meeting.unknown"

    await builder.join_group(STRANGER)
    await press(builder, STRANGER, Answer.VIRTUAL)
    await builder.join_group(BEN)
    await press(builder, BEN, Answer.LATE)

    assert (await builder.view_checkin()).round.people == (ANA, STRANGER, BEN)


async def test_round_takes_a_member_in_when_they_are_interested_in_the_event(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.open_checkin()
    event = ServerEvent(
        guild_id=builder.group.guild_id,
        group_id=builder.group.id,
        meeting_id=builder.meeting_id,
        channel_id=None,
        event_id=None,
        state=None,
        shown="",
        wanted="",
    )

    await builder.database.write(lambda tx: keep_interests(UnitOfWork(tx), event, [UserId(CHO)]))
    assert (await builder.view_checkin()).round.people == (ANA, CHO)

    await builder.database.write(lambda tx: keep_interests(UnitOfWork(tx), event, []))
    await press(builder, CHO, Answer.APOLOGIES)
    assert (await builder.view_checkin()).round.people == (ANA,)


async def test_round_follows_days_away_when_a_member_changes_their_zone_in_mid_meeting(
    builder: MeetingBuilder,
) -> None:
    services = Services(builder.transactions, builder.planner, RULES)
    next_day = (MEETS + timedelta(days=1)).date()
    await services.away.add(builder.act_as(ANA), DaySpan(next_day, next_day), builder.group.id)
    for user in (ANA, BEN):
        await builder.change_rows(
            "INSERT INTO interests (meeting_id, user_id) VALUES (:meeting, :user)",
            meeting=builder.meeting_id,
            user=user,
        )
    await builder.open_checkin()
    assert (await builder.get_meeting()).facilitator_id == ANA

    await services.preferences.set_zone(builder.act_as(ANA), "Pacific/Kiritimati")
    assert (await builder.view_checkin()).round.people == (BEN,)
    assert (await builder.get_meeting()).facilitator_id == BEN

    await services.preferences.set_zone(builder.act_as(ANA), None)
    assert (await builder.view_checkin()).round.people == (ANA, BEN)


async def test_roles_go_on_when_their_holders_send_apologies_in_mid_meeting(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN, CHO):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.open_checkin()
    before = await builder.get_meeting()
    assert (before.facilitator_id, before.timekeeper_id, before.lead_id) == (ANA, BEN, CHO)

    await press(builder, ANA, Answer.APOLOGIES)
    after = await builder.get_meeting()
    assert (after.facilitator_id, after.timekeeper_id, after.lead_id) == (CHO, BEN, BEN)

    await press(builder, ORGANIZER, Answer.LATE)
    await press(builder, BEN, Answer.APOLOGIES)
    after = await builder.get_meeting()
    assert (after.facilitator_id, after.timekeeper_id, after.lead_id) == (CHO, ORGANIZER, ORGANIZER)

    await press(builder, CHO, Answer.APOLOGIES)
    await press(builder, ORGANIZER, Answer.APOLOGIES)
    after = await builder.get_meeting()
    assert (after.facilitator_id, after.timekeeper_id, after.lead_id) == (None, None, None)


async def test_the_last_word_counts_when_somebody_is_here_and_answers_otherwise(
    builder: MeetingBuilder,
) -> None:
    await builder.open_checkin()
    for user, answer in ((ANA, Answer.APOLOGIES), (BEN, Answer.VIRTUAL), (CHO, Answer.LATE)):
        await here(builder, user)
        await press(builder, user, answer)
    assert (await builder.view_checkin()).round.people == (BEN, CHO)
    await here(builder, ANA)
    assert (await builder.view_checkin()).round.people == (ANA, BEN, CHO)
    await press(builder, ANA, Answer.APOLOGIES)

    await builder.close_checkin()

    assert await builder.read_ledger() == {
        ORGANIZER: Attendance.UNRECORDED,
        ANA: Attendance.EXCUSED,
        BEN: Attendance.VIRTUAL,
        CHO: Attendance.LATE,
    }


async def test_roles_are_given_to_those_who_come_and_to_the_first_who_turns_up(
    builder: MeetingBuilder,
) -> None:
    await builder.open_checkin()
    meeting = await builder.get_meeting()
    assert (meeting.facilitator_id, meeting.timekeeper_id) == (None, None)

    await here(builder, CHO)
    meeting = await builder.get_meeting()
    assert (meeting.facilitator_id, meeting.timekeeper_id) == (CHO, CHO)
    await here(builder, ANA)
    await here(builder, BEN)
    meeting = await builder.get_meeting()
    assert (meeting.facilitator_id, meeting.timekeeper_id) == (CHO, ANA)


async def test_with_nothing_promised_the_round_is_for_what_comes_next(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN):
        await builder.set_rsvp(user, Answer.GOING)

    assert (
        await builder.open_checkin()
    ).round.minutes == 6  # each person's, of what is set aside for commitments

    await builder.add_commitment(ANA)  # while the group meets: it is asked about next time
    assert (await builder.view_checkin()).round.minutes == 6


async def test_the_lead_is_somebody_else_as_soon_as_there_are_three(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    found = []
    for user in (CHO, ANA, BEN, ORGANIZER):
        await here(builder, user)
        meeting = await builder.get_meeting()
        found.append((meeting.facilitator_id, meeting.timekeeper_id, meeting.lead_id))
    assert found == [(CHO, CHO, CHO), (CHO, ANA, ANA), (CHO, ANA, BEN), (CHO, ANA, BEN)]


async def test_roles_and_the_first_turn_go_round_from_meeting_to_meeting(builder: MeetingBuilder) -> None:
    facilitators, timekeepers, openers, leads = [], [], [], []
    for week in range(3):
        for user in (ANA, BEN, CHO):
            await builder.set_rsvp(user, Answer.GOING)
        builder.now = MEETS + week * WEEK
        await builder.change_rows(
            "UPDATE meetings SET activity = 'skill-share' WHERE id = :id", id=builder.meeting_id
        )
        await builder.prepare_ping(PingKind.CHECKIN)
        meeting = await builder.get_meeting()
        leads.append(meeting.lead_id)
        facilitators.append(meeting.facilitator_id)
        timekeepers.append(meeting.timekeeper_id)
        openers.append((await builder.view_checkin()).round.people[0])
        await builder.close_checkin()
        rows = await builder.read_rows("SELECT id FROM meetings WHERE state = 'scheduled' ORDER BY starts_at")
        builder.meeting_id = MeetingId(rows[0]["id"])

    assert set(facilitators) == set(timekeepers) == set(openers) == {ANA, BEN, CHO}
    assert all(before != after for before, after in itertools.pairwise(leads))


async def test_nothing_moves_before_the_meeting_is_open_or_for_strangers(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    for action in (next_turn(builder, 0), here(builder, ANA)):
        assert await get_refusal(action) == "checkin.not_open"
    await builder.open_checkin()
    for action in (next_turn(builder, 0, user=STRANGER), here(builder, STRANGER)):
        assert await get_refusal(action) == "meeting.unknown"
    assert (await builder.view_checkin()).round.begun == 0
