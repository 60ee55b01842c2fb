"""When few have said that they come, the organizers are asked once, at the hour, on both engines."""

from datetime import time, timedelta

import pytest

from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState, QuorumDecision, Reason
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings.quorum import QuorumView
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database, Tx
from tests.services.builder import ANA, BEN, ORGANIZER
from tests.services.meetings.quorum_group import QuorumGroup, add_quorum_group

SIX = timedelta(hours=6)


@pytest.fixture
async def rowan(database: Database) -> QuorumGroup:
    """The organizer, Ana and Ben meet on Thursday; it is Monday, and three are to come."""
    return await add_quorum_group(database)


# -- when it is asked --------------------------------------------------------------------------------


async def test_the_question_is_planned_with_the_settings(rowan: QuorumGroup) -> None:
    assert await rowan.due() == SIX
    await rowan.change(answer_hours=24)
    assert await rowan.due() == timedelta(hours=24)
    await rowan.change(minimum=0)
    assert await rowan.due() is None
    await rowan.change(minimum=2)
    assert await rowan.due() == timedelta(hours=24)


async def test_an_hour_that_is_over_when_it_is_set_is_not_asked_at(rowan: QuorumGroup) -> None:
    rowan.builder.now = rowan.meeting.starts_at - timedelta(hours=10)
    await rowan.change(answer_hours=12)
    assert await rowan.due() is None
    await rowan.change(answer_hours=6)
    assert await rowan.due() == SIX
    rowan.builder.now = rowan.meeting.starts_at - timedelta(hours=3)
    await rowan.change(minimum=2)
    assert await rowan.due() == SIX  # it was set in time, and is asked late by a bot that was down


async def test_the_planner_keeps_what_waits_however_often_it_runs(rowan: QuorumGroup) -> None:
    rowan.builder.now = rowan.meeting.starts_at - timedelta(hours=2)
    before = await rowan.builder.list_pings(rowan.meeting)
    await rowan.builder.write(
        lambda tx: rowan.builder.planner.plan(UnitOfWork(tx), rowan.group, rowan.builder.now)
    )
    assert await rowan.builder.list_pings(rowan.meeting) == before
    assert await rowan.due() == SIX


async def test_a_new_meeting_whose_hour_is_over_is_not_asked_about(rowan: QuorumGroup) -> None:
    rowan.builder.now = rowan.meeting.starts_at - timedelta(days=2, hours=2)
    made = await rowan.builder.schedules.add_extra(
        rowan.builder.act_as(ORGANIZER), rowan.builder.now.date(), ScheduleChange()
    )
    assert PingKind.CHECKIN in await rowan.builder.list_planned_kinds(made.meeting)
    assert PingKind.QUORUM not in await rowan.builder.list_planned_kinds(made.meeting)


async def test_a_move_takes_the_hour_along_and_not_into_the_past(rowan: QuorumGroup) -> None:
    builder, actor = rowan.builder, rowan.builder.act_as
    await builder.meetings.move(actor(ORGANIZER), rowan.meeting.id, day=None, at=time(21))
    assert await rowan.due() == SIX
    assert [ping.state for ping in await builder.list_pings(rowan.meeting, PingKind.QUORUM)] == [
        PingState.CANCELLED,
        PingState.PLANNED,
    ]
    builder.now = (await builder.reload_meeting(rowan.meeting)).starts_at - timedelta(hours=8)
    await builder.meetings.move(actor(ORGANIZER), rowan.meeting.id, day=None, at=time(18))
    assert await rowan.due() is None


@pytest.mark.parametrize("step", ["pause", "skip"])
async def test_what_comes_back_is_asked_about_again(rowan: QuorumGroup, step: str) -> None:
    builder = rowan.builder
    if step == "pause":
        await rowan.groups.pause(builder.act_as(ORGANIZER))
        assert await rowan.due() is None
        await rowan.groups.resume(builder.act_as(ORGANIZER))
    else:
        await builder.meetings.skip(builder.act_as(ORGANIZER), rowan.meeting.id, Reason.OTHER)
        assert await rowan.due() is None
        await builder.meetings.revive(builder.act_as(ORGANIZER), rowan.meeting.id)
    assert await rowan.due() == SIX


# -- what it says -----------------------------------------------------------------------------------


async def test_two_of_three_are_few_and_the_organizer_is_asked(rowan: QuorumGroup) -> None:
    await rowan.answer(ANA)
    await rowan.answer(BEN, answer=Answer.VIRTUAL)
    announcement = await rowan.ask()
    assert announcement is not None
    assert announcement.mentions == (ORGANIZER,)
    view = announcement.content
    assert isinstance(view, QuorumView)
    assert (view.coming, view.open, view.enough, view.organizers) == (2, True, False, (ORGANIZER,))


async def test_three_are_enough_and_an_interest_in_discords_event_counts(rowan: QuorumGroup) -> None:
    await rowan.answer(ANA)
    await rowan.answer(ORGANIZER, answer=Answer.LATE)
    assert await rowan.ask() is not None
    await rowan.builder.write(
        lambda tx: tx.run(
            "INSERT INTO interests (meeting_id, user_id) VALUES (:meeting, :user)",
            meeting=rowan.meeting.id,
            user=BEN,
        )
    )
    assert await rowan.ask() is None


async def test_asking_takes_the_line_off_the_card_also_when_enough_come(rowan: QuorumGroup) -> None:
    await rowan.builder.post_card(rowan.meeting)
    await rowan.answer(ANA, BEN, ORGANIZER)
    await rowan.builder.write(lambda tx: _shown(tx, rowan.meeting))
    assert await rowan.ask() is None
    assert await rowan.builder.is_card_stale(rowan.meeting)


async def test_the_same_is_said_when_a_crash_asks_again(rowan: QuorumGroup) -> None:
    first, second = await rowan.ask(), await rowan.ask()
    assert first is not None
    assert second is not None
    assert first.content == second.content


async def test_what_is_decided_begun_off_or_of_any_number_is_asked_no_more(rowan: QuorumGroup) -> None:
    assert await rowan.ask() is not None
    rowan.builder.now = rowan.meeting.starts_at
    assert await rowan.ask() is None
    rowan.builder.now -= SIX
    await rowan.builder.set_meeting_state(rowan.meeting, MeetingState.SKIPPED)
    assert await rowan.ask() is None
    await rowan.builder.set_meeting_state(rowan.meeting, MeetingState.SCHEDULED)
    await rowan.decide(QuorumDecision.MEET)
    assert await rowan.ask() is None
    second = QuorumGroup(rowan.builder, rowan.group, (await rowan.builder.list_ahead(rowan.group))[1])
    assert await second.ask() is not None
    await rowan.change(minimum=0)
    assert await second.ask() is None


async def _shown(tx: Tx, meeting: Meeting) -> None:
    """Let Discord show what there is."""
    await tx.run("UPDATE cards SET shown = revision WHERE meeting_id = :id", id=meeting.id)
