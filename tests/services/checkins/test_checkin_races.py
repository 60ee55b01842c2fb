"""What is pressed and sent at the same moment of a meeting comes out one after the other, on both engines."""

import asyncio
from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.commitments.commitments import Outcome, Visibility
from buddybot.domain.errors import Refusal
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.services.checkins.checkins import Reported
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.wording_steps import Draft
from buddybot.storage.engine.database import Database
from tests.services.builder import ANA, BEN, CHO, ORGANIZER
from tests.services.meeting_builder import MeetingBuilder, one


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The group, three days before it meets."""
    return await MeetingBuilder.prepare(database)


@pytest.fixture
def commitments(builder: MeetingBuilder) -> CommitmentService:
    """What members change between meetings."""
    return CommitmentService(builder.transactions)


async def commit(builder: MeetingBuilder, user: int, *lines: str) -> Reported:
    return await builder.checkins.commit(
        builder.act_as(user), builder.meeting_id, lines=lines, plan=None, visibility=Visibility.GROUP
    )


async def open_texts(builder: MeetingBuilder, user: int) -> list[str]:
    rows = await builder.read_rows(
        "SELECT text FROM commitments WHERE state = 'open' AND user_id = :user ORDER BY text", user=user
    )
    return [str(row["text"]) for row in rows]


async def test_two_reports_at_once_carry_a_promise_once(builder: MeetingBuilder) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()

    results = await asyncio.gather(
        *(builder.report_checkin(ANA, {due: Outcome(done=done)}, win=str(done)) for done in (0, 1, 2, 3))
    )

    last = (await builder.checkins.get_report(builder.act_as(ANA), builder.meeting_id)).report.win
    [original, copy] = await builder.read_commitments(ANA)
    assert (original["state"], str(original["done"]), str(original["said"])) == ("carried", last, last)
    assert (copy["state"], copy["target"], copy["carried"]) == ("open", 4 - original["done"], 1)
    assert len({one(each.open).id for each in results}) == 1


async def test_a_correction_and_new_promises_at_once_leave_three_at_most(builder: MeetingBuilder) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()
    await builder.report_checkin(ANA, {due: Outcome(done=4)})

    results = await asyncio.gather(
        builder.report_checkin(ANA, {due: Outcome(done=1)}),
        commit(builder, ANA, "a", "b"),
        commit(builder, ANA, "c", "d"),
        return_exceptions=True,
    )

    refused = [each.code for each in results if isinstance(each, Refusal)]
    assert refused in (["checkin.full"], ["checkin.no_room"])
    assert len(await open_texts(builder, ANA)) <= 3


async def test_progress_and_a_report_at_once_lose_nothing_that_was_said(
    builder: MeetingBuilder, commitments: CommitmentService
) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()

    results = await asyncio.gather(
        commitments.progress(builder.act_as(ANA), due, "2"),
        commitments.count_one_more(builder.act_as(ANA), due, expected=0),
        builder.report_checkin(ANA, {due: Outcome(done=3)}),
        return_exceptions=True,
    )

    assert {each.code for each in results if isinstance(each, Refusal)} <= {"commitment.settled"}
    assert sum(isinstance(each, Exception) and not isinstance(each, Refusal) for each in results) == 0
    [original, copy] = await builder.read_commitments(ANA)
    assert (original["state"], original["done"], copy["target"], copy["done"]) == ("carried", 3, 1, 0)


async def test_what_becomes_of_a_copy_while_its_report_is_corrected_is_one_of_the_two(
    builder: MeetingBuilder, commitments: CommitmentService
) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()
    copy = one((await builder.report_checkin(ANA, {due: Outcome(done=1)})).open)

    results = await asyncio.gather(
        builder.report_checkin(ANA, {due: Outcome(done=4)}),
        commitments.swap(builder.act_as(ANA), copy.id, Draft(text="Write to Dana")),
        return_exceptions=True,
    )

    assert isinstance(results[0], Reported)
    taken_back = isinstance(results[1], Refusal) and results[1].code == "commitment.unknown"
    assert await open_texts(builder, ANA) == ([] if taken_back else ["Write to Dana"])
    assert taken_back == isinstance(results[1], Exception)


async def test_a_report_beside_the_close_is_in_the_books_or_refused(builder: MeetingBuilder) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()

    results = await asyncio.gather(
        builder.close_checkin(), builder.report_checkin(ANA, {due: Outcome(done=4)}), return_exceptions=True
    )

    refused = isinstance(results[1], Refusal) and results[1].code == "checkin.closed"
    assert (results[0], refused) == (None, isinstance(results[1], Exception))
    assert (await builder.read_ledger())[ANA] is (Attendance.UNRECORDED if refused else Attendance.PRESENT)
    assert (await builder.read_commitments(ANA))[0]["state"] == ("open" if refused else "kept")


async def test_somebody_who_arrives_beside_the_close_is_there_or_is_told(builder: MeetingBuilder) -> None:
    await builder.open_checkin()

    results = await asyncio.gather(
        builder.turns.mark_present(builder.act_as(ANA), builder.meeting_id),
        builder.close_checkin(),
        builder.turns.mark_present(builder.act_as(ANA), builder.meeting_id),
        return_exceptions=True,
    )

    refused = [each.code for each in results if isinstance(each, Refusal)]
    assert set(refused) <= {"checkin.not_open"}
    expected = Attendance.UNRECORDED if len(refused) == 2 else Attendance.PRESENT
    assert (await builder.read_ledger())[ANA] is expected
    rows = await builder.read_rows("SELECT state FROM attendance WHERE user_id = :user", user=ANA)
    assert len(rows) == 1
    assert (await builder.get_meeting()).state is MeetingState.CLOSED


async def test_the_organizer_and_the_facilitator_close_once(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.open_checkin()
    assert (await builder.get_meeting()).facilitator_id == ANA

    results = await asyncio.gather(
        builder.close_checkin(ORGANIZER), builder.close_checkin(ANA), return_exceptions=True
    )

    assert [each.code for each in results if isinstance(each, Refusal)] == ["checkin.not_open"]
    rows = await builder.read_rows("SELECT COUNT(*) AS entries FROM attendance")
    assert rows == [{"entries": 4}]


async def test_two_who_press_next_turn_at_once_give_one_turn(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN, CHO):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.open_checkin()

    await asyncio.gather(
        *(
            builder.turns.next_turn(builder.act_as(user), builder.meeting_id, begun=0)
            for user in (ANA, BEN, CHO, ORGANIZER)
        )
    )

    view = await builder.view_checkin()
    assert (view.round.begun, view.round.speaker) == (1, view.round.people[0])
    builder.now += timedelta(minutes=6)
    await asyncio.gather(
        *(builder.turns.mark_present(builder.act_as(user), builder.meeting_id) for user in (ORGANIZER, BEN)),
        builder.turns.next_turn(builder.act_as(BEN), builder.meeting_id, begun=1),
    )
    rows = await builder.read_rows("SELECT position FROM turns ORDER BY position")
    assert [row["position"] for row in rows] == [1, 2, 3, 4]
