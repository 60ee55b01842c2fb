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
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, ORGANIZER, Evening, one


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The group, three days before it meets."""
    return await Evening.prepare(database)


@pytest.fixture
def commitments(evening: Evening) -> CommitmentService:
    """What members change between meetings."""
    return CommitmentService(evening.home.transactions)


async def commit(evening: Evening, user: int, *lines: str) -> Reported:
    return await evening.checkins.commit(
        evening.home.actor(user), evening.meeting_id, lines=lines, plan=None, visibility=Visibility.GROUP
    )


async def open_texts(evening: Evening, user: int) -> list[str]:
    rows = await evening.home.rows(
        "SELECT text FROM commitments WHERE state = 'open' AND user_id = :user ORDER BY text", user=user
    )
    return [str(row["text"]) for row in rows]


async def test_two_reports_at_once_carry_a_promise_once(evening: Evening) -> None:
    due = await evening.commit(ANA)
    await evening.open()

    results = await asyncio.gather(
        *(evening.report(ANA, {due: Outcome(done=done)}, win=str(done)) for done in (0, 1, 2, 3))
    )

    last = (await evening.checkins.get_report(evening.home.actor(ANA), evening.meeting_id)).report.win
    [original, copy] = await evening.commitments(ANA)
    assert (original["state"], str(original["done"]), str(original["said"])) == ("carried", last, last)
    assert (copy["state"], copy["target"], copy["carried"]) == ("open", 4 - original["done"], 1)
    assert len({one(each.open).id for each in results}) == 1


async def test_a_correction_and_new_promises_at_once_leave_three_at_most(evening: Evening) -> None:
    due = await evening.commit(ANA)
    await evening.open()
    await evening.report(ANA, {due: Outcome(done=4)})

    results = await asyncio.gather(
        evening.report(ANA, {due: Outcome(done=1)}),
        commit(evening, ANA, "a", "b"),
        commit(evening, ANA, "c", "d"),
        return_exceptions=True,
    )

    refused = [each.code for each in results if isinstance(each, Refusal)]
    assert refused in (["checkin.full"], ["checkin.no_room"])
    assert len(await open_texts(evening, ANA)) <= 3


async def test_progress_and_a_report_at_once_lose_nothing_that_was_said(
    evening: Evening, commitments: CommitmentService
) -> None:
    due = await evening.commit(ANA)
    await evening.open()

    results = await asyncio.gather(
        commitments.progress(evening.home.actor(ANA), due, "2"),
        commitments.count_one_more(evening.home.actor(ANA), due, expected=0),
        evening.report(ANA, {due: Outcome(done=3)}),
        return_exceptions=True,
    )

    assert {each.code for each in results if isinstance(each, Refusal)} <= {"commitment.settled"}
    assert sum(isinstance(each, Exception) and not isinstance(each, Refusal) for each in results) == 0
    [original, copy] = await evening.commitments(ANA)
    assert (original["state"], original["done"], copy["target"], copy["done"]) == ("carried", 3, 1, 0)


async def test_what_becomes_of_a_copy_while_its_report_is_corrected_is_one_of_the_two(
    evening: Evening, commitments: CommitmentService
) -> None:
    due = await evening.commit(ANA)
    await evening.open()
    copy = one((await evening.report(ANA, {due: Outcome(done=1)})).open)

    results = await asyncio.gather(
        evening.report(ANA, {due: Outcome(done=4)}),
        commitments.swap(evening.home.actor(ANA), copy.id, Draft(text="Write to Dana")),
        return_exceptions=True,
    )

    assert isinstance(results[0], Reported)
    taken_back = isinstance(results[1], Refusal) and results[1].code == "commitment.unknown"
    assert await open_texts(evening, ANA) == ([] if taken_back else ["Write to Dana"])
    assert taken_back == isinstance(results[1], Exception)


async def test_a_report_beside_the_close_is_in_the_books_or_refused(evening: Evening) -> None:
    due = await evening.commit(ANA)
    await evening.open()

    results = await asyncio.gather(
        evening.close(), evening.report(ANA, {due: Outcome(done=4)}), return_exceptions=True
    )

    refused = isinstance(results[1], Refusal) and results[1].code == "checkin.closed"
    assert (results[0], refused) == (None, isinstance(results[1], Exception))
    assert (await evening.ledger())[ANA] is (Attendance.UNRECORDED if refused else Attendance.PRESENT)
    assert (await evening.commitments(ANA))[0]["state"] == ("open" if refused else "kept")


async def test_somebody_who_arrives_beside_the_close_is_there_or_is_told(evening: Evening) -> None:
    await evening.open()

    results = await asyncio.gather(
        evening.turns.mark_present(evening.home.actor(ANA), evening.meeting_id),
        evening.close(),
        evening.turns.mark_present(evening.home.actor(ANA), evening.meeting_id),
        return_exceptions=True,
    )

    refused = [each.code for each in results if isinstance(each, Refusal)]
    assert set(refused) <= {"checkin.not_open"}
    expected = Attendance.UNRECORDED if len(refused) == 2 else Attendance.PRESENT
    assert (await evening.ledger())[ANA] is expected
    rows = await evening.home.rows("SELECT state FROM attendance WHERE user_id = :user", user=ANA)
    assert len(rows) == 1
    assert (await evening.meeting()).state is MeetingState.CLOSED


async def test_the_organizer_and_the_facilitator_close_once(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.open()
    assert (await evening.meeting()).facilitator_id == ANA

    results = await asyncio.gather(evening.close(ORGANIZER), evening.close(ANA), return_exceptions=True)

    assert [each.code for each in results if isinstance(each, Refusal)] == ["checkin.not_open"]
    rows = await evening.home.rows("SELECT COUNT(*) AS entries FROM attendance")
    assert rows == [{"entries": 4}]


async def test_two_who_press_next_turn_at_once_give_one_turn(evening: Evening) -> None:
    for user in (ANA, BEN, CHO):
        await evening.answer(user, Answer.GOING)
    await evening.open()

    await asyncio.gather(
        *(
            evening.turns.next_turn(evening.home.actor(user), evening.meeting_id, begun=0)
            for user in (ANA, BEN, CHO, ORGANIZER)
        )
    )

    view = await evening.view()
    assert (view.round.begun, view.round.speaker) == (1, view.round.people[0])
    evening.home.now += timedelta(minutes=6)
    await asyncio.gather(
        *(
            evening.turns.mark_present(evening.home.actor(user), evening.meeting_id)
            for user in (ORGANIZER, BEN)
        ),
        evening.turns.next_turn(evening.home.actor(BEN), evening.meeting_id, begun=1),
    )
    rows = await evening.home.rows("SELECT position FROM turns ORDER BY position")
    assert [row["position"] for row in rows] == [1, 2, 3, 4]
