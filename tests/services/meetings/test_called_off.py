"""A meeting called off, moved or left open: what was said is heard, and what is open is due next."""

from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import LINGER, Attendance
from buddybot.domain.commitments.commitments import Outcome, Visibility
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer
from buddybot.domain.pings import PingKind
from buddybot.services.checkins.summary_messages import SummaryView
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.wording_steps import Changes, Draft
from buddybot.storage.engine.database import Database
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, MEETS, WEEK, Evening, one


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The group, three days before it meets."""
    return await Evening.prepare(database)


@pytest.fixture
def commitments(evening: Evening) -> CommitmentService:
    """What members change between meetings."""
    return CommitmentService(evening.home.transactions)


async def early(evening: Evening) -> None:
    """Ana reports three hours early: one commitment kept, one begun, another made, a win and a blocker."""
    coffees = await evening.commit(ANA, "4 coffee meetings")
    note = await evening.commit(ANA, "Thank-you note", target=1)
    evening.home.now = MEETS - timedelta(hours=3)
    said = {coffees: Outcome(done=1), note: Outcome(done=1)}
    await evening.report(ANA, said, win="An interview", blocker="No quiet room")
    await evening.checkins.commit(
        evening.home.actor(ANA), evening.meeting_id, lines=["A CV"], plan=None, visibility=Visibility.GROUP
    )


@pytest.mark.parametrize("state", ["skipped", "cancelled"])
async def test_what_was_said_for_a_meeting_that_was_called_off_is_heard_at_the_next(
    evening: Evening, state: str
) -> None:
    await early(evening)
    first, evening.meeting_id = evening.meeting_id, evening.following_id
    await evening.home.run(f"UPDATE meetings SET state = '{state}' WHERE id = :id", id=first)
    evening.home.now = MEETS + WEEK

    asked = await evening.checkins.prepare(evening.home.actor(ANA))
    assert asked.meeting.id == evening.meeting_id
    assert [(d.commitment.text, d.commitment.target, d.outcome) for d in asked.due] == [
        ("4 coffee meetings", 3, None),
        ("A CV", 1, None),
    ]
    assert asked.unheard is not None
    assert (asked.unheard.win, asked.unheard.blocker) == ("An interview", "No quiet room")
    assert (await evening.checkins.prepare(evening.home.actor(BEN))).unheard is None

    await evening.announce(PingKind.CHECKIN)
    await evening.report(ANA, win="An interview, and another")
    assert (await evening.checkins.prepare(evening.home.actor(ANA))).unheard is None
    await evening.close()
    announcement = await evening.announce(PingKind.SUMMARY)
    assert announcement is not None
    view = announcement.content
    assert isinstance(view, SummaryView)
    assert [(c.user_id, c.text) for c in view.kept] == [(UserId(ANA), "Thank-you note")]
    assert (view.kept_in_all, view.begun) == (1, ())


async def test_what_a_meeting_has_heard_is_not_told_at_the_next_one_again(evening: Evening) -> None:
    await early(evening)
    await evening.open()
    await evening.close()
    evening.meeting_id = evening.following_id
    evening.home.now = MEETS + WEEK

    assert (await evening.checkins.prepare(evening.home.actor(ANA))).unheard is None
    await evening.announce(PingKind.CHECKIN)
    await evening.report(ANA)
    await evening.close()
    announcement = await evening.announce(PingKind.SUMMARY)
    assert announcement is not None
    assert isinstance(announcement.content, SummaryView)
    assert announcement.content.kept == ()


async def test_an_early_report_is_corrected_also_after_the_meeting_was_moved_away(evening: Evening) -> None:
    await early(evening)
    await evening.home.run(
        "UPDATE meetings SET starts_at = starts_at + 432000, ends_at = ends_at + 432000 WHERE id = :id",
        id=evening.meeting_id,
    )
    coffees = (await evening.checkins.prepare(evening.home.actor(ANA), meeting_id=evening.meeting_id)).due[0]

    reported = await evening.report(ANA, {coffees.commitment.id: Outcome(done=4)})

    assert [c.text for c in reported.open] == ["A CV"]
    assert await evening.refused(evening.report(BEN)) == "checkin.too_early"


@pytest.mark.parametrize("opened", [True, False])
async def test_what_is_said_while_the_group_meets_is_for_the_next_meeting(
    evening: Evening, commitments: CommitmentService, opened: bool
) -> None:
    if opened:
        await evening.open()
    evening.home.now = MEETS + timedelta(minutes=10)

    own = await commitments.add(evening.home.actor(ANA), Draft(text="2 calls"))

    assert own.due == MEETS + WEEK
    assert (await evening.checkins.prepare(evening.home.actor(ANA))).due == ()


@pytest.mark.parametrize("morning", [True, False])
async def test_a_report_long_after_the_meeting_does_not_show_that_somebody_was_there(
    evening: Evening, morning: bool
) -> None:
    await evening.open()
    await evening.report(BEN)
    meeting = await evening.meeting()
    evening.home.now = meeting.ends_at + LINGER + timedelta(seconds=int(morning))
    await evening.report(ANA, win="I write this in bed")
    evening.home.now = MEETS + timedelta(hours=11)
    await evening.report(BEN, win="Corrected in bed")
    await evening.close()

    ledger = await evening.ledger()
    assert ledger[ANA] is (Attendance.UNRECORDED if morning else Attendance.PRESENT)
    assert ledger[BEN] is Attendance.PRESENT


async def test_who_makes_a_carried_promise_private_hides_it_on_the_cards_of_earlier_meetings_too(
    evening: Evening, commitments: CommitmentService
) -> None:
    due = await evening.commit(ANA, "See a therapist")
    await evening.open()
    copy = one((await evening.report(ANA, {due: Outcome(done=1)})).open)
    assert "therapist" in repr(await evening.view())

    changes = Changes(visibility=Visibility.PRIVATE)
    own = await commitments.edit(evening.home.actor(ANA), copy.id, changes)

    assert evening.meeting_id in own.touched
    assert "therapist" not in repr(await evening.view())
    assert (await evening.view()).people[0].private == 1
    await evening.close()
    announcement = await evening.announce(PingKind.SUMMARY)
    assert announcement is not None
    assert "therapist" not in repr(announcement.content)

    await evening.report(ANA, {due: Outcome(done=4)})
    back = one((await evening.report(ANA, {due: Outcome(done=2)})).open)
    assert back.visibility is Visibility.PRIVATE
    await commitments.edit(evening.home.actor(ANA), back.id, Changes(visibility=Visibility.GROUP))
    assert "therapist" not in repr(await evening.view()), "what was hidden is not shown by surprise"


async def test_a_card_of_a_meeting_that_is_over_shows_nobody_as_silent(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.answer(BEN, Answer.GOING)
    await evening.open()
    await evening.report(BEN)
    assert [(each.user_id, each.reported) for each in (await evening.view()).people] == [
        (ANA, False),
        (BEN, True),
    ]

    await evening.close()

    assert [each.user_id for each in (await evening.view()).people] == [BEN]


async def test_a_facilitator_is_not_told_who_is_unrecorded(evening: Evening) -> None:
    await evening.open()
    await evening.home.run(
        "UPDATE meetings SET facilitator_id = :cho WHERE id = :id", cho=CHO, id=evening.meeting_id
    )

    closing = await evening.checkins.close(evening.home.actor(CHO), evening.meeting_id)

    assert closing.unrecorded == ()
    assert set((await evening.ledger()).values()) == {Attendance.UNRECORDED}
