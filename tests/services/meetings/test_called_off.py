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
from tests.services.builder import ANA, BEN, CHO, get_refusal
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder, one


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The group, three days before it meets."""
    return await MeetingBuilder.prepare(database)


@pytest.fixture
def commitments(builder: MeetingBuilder) -> CommitmentService:
    """What members change between meetings."""
    return CommitmentService(builder.transactions)


async def early(builder: MeetingBuilder) -> None:
    """Ana reports three hours early: one commitment kept, one begun, another made, a win and a blocker."""
    coffees = await builder.add_commitment(ANA, "4 coffee meetings")
    note = await builder.add_commitment(ANA, "Thank-you note", target=1)
    builder.now = MEETS - timedelta(hours=3)
    said = {coffees: Outcome(done=1), note: Outcome(done=1)}
    await builder.report_checkin(ANA, said, win="An interview", blocker="No quiet room")
    await builder.checkins.commit(
        builder.act_as(ANA), builder.meeting_id, lines=["A CV"], plan=None, visibility=Visibility.GROUP
    )


@pytest.mark.parametrize("state", ["skipped", "cancelled"])
async def test_what_was_said_for_a_meeting_that_was_called_off_is_heard_at_the_next(
    builder: MeetingBuilder, state: str
) -> None:
    await early(builder)
    first, builder.meeting_id = builder.meeting_id, builder.following_id
    await builder.change_rows(f"UPDATE meetings SET state = '{state}' WHERE id = :id", id=first)
    builder.now = MEETS + WEEK

    asked = await builder.checkins.prepare(builder.act_as(ANA))
    assert asked.meeting.id == builder.meeting_id
    assert [(d.commitment.text, d.commitment.target, d.outcome) for d in asked.due] == [
        ("4 coffee meetings", 3, None),
        ("A CV", 1, None),
    ]
    assert asked.unheard is not None
    assert (asked.unheard.win, asked.unheard.blocker) == ("An interview", "No quiet room")
    assert (await builder.checkins.prepare(builder.act_as(BEN))).unheard is None

    await builder.prepare_ping(PingKind.CHECKIN)
    await builder.report_checkin(ANA, win="An interview, and another")
    assert (await builder.checkins.prepare(builder.act_as(ANA))).unheard is None
    await builder.close_checkin()
    announcement = await builder.prepare_ping(PingKind.SUMMARY)
    assert announcement is not None
    view = announcement.content
    assert isinstance(view, SummaryView)
    assert [(c.user_id, c.text) for c in view.kept] == [(UserId(ANA), "Thank-you note")]
    assert (view.kept_in_all, view.begun) == (1, ())


async def test_what_a_meeting_has_heard_is_not_told_at_the_next_one_again(builder: MeetingBuilder) -> None:
    await early(builder)
    await builder.open_checkin()
    await builder.close_checkin()
    builder.meeting_id = builder.following_id
    builder.now = MEETS + WEEK

    assert (await builder.checkins.prepare(builder.act_as(ANA))).unheard is None
    await builder.prepare_ping(PingKind.CHECKIN)
    await builder.report_checkin(ANA)
    await builder.close_checkin()
    announcement = await builder.prepare_ping(PingKind.SUMMARY)
    assert announcement is not None
    assert isinstance(announcement.content, SummaryView)
    assert announcement.content.kept == ()


async def test_an_early_report_is_corrected_also_after_the_meeting_was_moved_away(
    builder: MeetingBuilder,
) -> None:
    await early(builder)
    await builder.change_rows(
        "UPDATE meetings SET starts_at = starts_at + 432000, ends_at = ends_at + 432000 WHERE id = :id",
        id=builder.meeting_id,
    )
    coffees = (await builder.checkins.prepare(builder.act_as(ANA), meeting_id=builder.meeting_id)).due[0]

    reported = await builder.report_checkin(ANA, {coffees.commitment.id: Outcome(done=4)})

    assert [c.text for c in reported.open] == ["A CV"]
    assert await get_refusal(builder.report_checkin(BEN)) == "checkin.too_early"


@pytest.mark.parametrize("opened", [True, False])
async def test_what_is_said_while_the_group_meets_is_for_the_next_meeting(
    builder: MeetingBuilder, commitments: CommitmentService, opened: bool
) -> None:
    if opened:
        await builder.open_checkin()
    builder.now = MEETS + timedelta(minutes=10)

    own = await commitments.add(builder.act_as(ANA), Draft(text="2 calls"))

    assert own.due == MEETS + WEEK
    assert (await builder.checkins.prepare(builder.act_as(ANA))).due == ()


@pytest.mark.parametrize("morning", [True, False])
async def test_a_report_long_after_the_meeting_does_not_show_that_somebody_was_there(
    builder: MeetingBuilder, morning: bool
) -> None:
    await builder.open_checkin()
    await builder.report_checkin(BEN)
    meeting = await builder.get_meeting()
    builder.now = meeting.ends_at + LINGER + timedelta(seconds=int(morning))
    await builder.report_checkin(ANA, win="I write this in bed")
    builder.now = MEETS + timedelta(hours=11)
    await builder.report_checkin(BEN, win="Corrected in bed")
    await builder.close_checkin()

    ledger = await builder.read_ledger()
    assert ledger[ANA] is (Attendance.UNRECORDED if morning else Attendance.PRESENT)
    assert ledger[BEN] is Attendance.PRESENT


async def test_who_makes_a_carried_promise_private_hides_it_on_the_cards_of_earlier_meetings_too(
    builder: MeetingBuilder, commitments: CommitmentService
) -> None:
    due = await builder.add_commitment(ANA, "See a therapist")
    await builder.open_checkin()
    copy = one((await builder.report_checkin(ANA, {due: Outcome(done=1)})).open)
    assert "therapist" in repr(await builder.view_checkin())

    changes = Changes(visibility=Visibility.PRIVATE)
    own = await commitments.edit(builder.act_as(ANA), copy.id, changes)

    assert builder.meeting_id in own.touched
    assert "therapist" not in repr(await builder.view_checkin())
    assert (await builder.view_checkin()).people[0].private == 1
    await builder.close_checkin()
    announcement = await builder.prepare_ping(PingKind.SUMMARY)
    assert announcement is not None
    assert "therapist" not in repr(announcement.content)

    await builder.report_checkin(ANA, {due: Outcome(done=4)})
    back = one((await builder.report_checkin(ANA, {due: Outcome(done=2)})).open)
    assert back.visibility is Visibility.PRIVATE
    await commitments.edit(builder.act_as(ANA), back.id, Changes(visibility=Visibility.GROUP))
    assert "therapist" not in repr(await builder.view_checkin()), "what was hidden is not shown by surprise"


async def test_a_card_of_a_meeting_that_is_over_shows_nobody_as_silent(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.set_rsvp(BEN, Answer.GOING)
    await builder.open_checkin()
    await builder.report_checkin(BEN)
    assert [(each.user_id, each.reported) for each in (await builder.view_checkin()).people] == [
        (ANA, False),
        (BEN, True),
    ]

    await builder.close_checkin()

    assert [each.user_id for each in (await builder.view_checkin()).people] == [BEN]


async def test_a_facilitator_is_not_told_who_is_unrecorded(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.change_rows(
        "UPDATE meetings SET facilitator_id = :cho WHERE id = :id", cho=CHO, id=builder.meeting_id
    )

    closing = await builder.checkins.close(builder.act_as(CHO), builder.meeting_id)

    assert closing.unrecorded == ()
    assert set((await builder.read_ledger()).values()) == {Attendance.UNRECORDED}
