"""The check-in from its opening to the summary: once, in own words, and without anybody's failure."""

from datetime import timedelta

import pytest

from buddybot.domain.commitments.commitments import Outcome, Visibility
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.domain.pings import PingKind
from buddybot.services.checkins.summary_messages import SummaryView
from buddybot.storage.engine.database import Database
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, get_refusal
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The group, three days before it meets."""
    return await MeetingBuilder.prepare(database)


async def test_the_check_in_opens_once_and_notifies_those_who_come(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.set_rsvp(BEN, Answer.APOLOGIES)
    await builder.set_rsvp(CHO, Answer.VIRTUAL)
    await builder.open_checkin()
    opened = await builder.get_meeting()

    builder.now += timedelta(minutes=5)
    again = await builder.prepare_ping(PingKind.CHECKIN)

    assert again is not None
    assert set(again.mentions) == {ANA, CHO}
    assert await builder.get_meeting() == opened
    assert opened.state is MeetingState.OPEN
    assert opened.opened_at == MEETS


async def test_a_cancelled_meeting_is_not_opened(builder: MeetingBuilder) -> None:
    builder.now = MEETS
    await builder.change_rows("UPDATE meetings SET state = 'cancelled' WHERE id = :id", id=builder.meeting_id)

    assert await builder.prepare_ping(PingKind.CHECKIN) is None
    assert await builder.prepare_ping(PingKind.SUMMARY) is None
    assert (await builder.get_meeting()).opened_at is None


async def test_the_card_quotes_the_own_words_and_hides_the_private_ones(builder: MeetingBuilder) -> None:
    shown = await builder.add_commitment(ANA, "4 coffee meetings")
    hidden = await builder.add_commitment(ANA, "Call the doctor", target=1, visibility=Visibility.PRIVATE)
    dropped = await builder.add_commitment(ANA, "A workshop", target=1)
    await builder.set_rsvp(ANA, Answer.GOING)

    before = (await builder.open_checkin()).people
    assert [(q.text, q.done) for q in before[0].quotes] == [("4 coffee meetings", None), ("A workshop", None)]
    assert (before[0].reported, before[0].private) == (False, 1)

    await builder.report_checkin(
        ANA,
        {shown: Outcome(done=3), hidden: Outcome(done=1), dropped: Outcome(done=0, drop=True)},
        blocker="Nobody answers",
    )
    view = await builder.view_checkin()
    assert [(q.text, q.done, q.target) for q in view.people[0].quotes] == [("4 coffee meetings", 3, 4)]
    assert (view.people[0].private, view.people[0].blocker, view.reported) == (1, "Nobody answers", 1)
    assert "doctor" not in repr(view)


async def test_a_closed_card_stays_as_it_was_whoever_leaves_and_comes_back(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN, CHO):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.open_checkin()
    for user in (ANA, BEN, CHO):
        await builder.report_checkin(user)
    first = (await builder.view_checkin()).people[0].user_id
    await builder.close_checkin()
    before = await builder.view_checkin()

    await builder.remove_member(builder.group, first)
    assert (await builder.view_checkin()).people == before.people
    await builder.join_group(first)
    assert (await builder.view_checkin()).people == before.people


async def test_an_organizer_or_the_facilitator_closes(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.set_rsvp(BEN, Answer.GOING)
    assert await get_refusal(builder.close_checkin()) == "checkin.not_open"
    await builder.open_checkin()
    assert (await builder.get_meeting()).facilitator_id == ANA

    assert await get_refusal(builder.close_checkin(BEN)) == "checkin.close_who"
    assert await get_refusal(builder.checkins.closing(builder.act_as(BEN), builder.meeting_id)) == (
        "checkin.close_who"
    )
    await builder.close_checkin(ANA)
    assert (await builder.get_meeting()).state is MeetingState.CLOSED
    assert await get_refusal(builder.close_checkin(ORGANIZER)) == "checkin.not_open"


async def test_closing_makes_the_summary_due_at_once(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    builder.now = MEETS + timedelta(minutes=50)
    await builder.close_checkin()

    rows = await builder.read_rows(
        "SELECT due_at FROM outbox WHERE meeting_id = :id AND kind = 'summary'", id=builder.meeting_id
    )
    assert [row["due_at"] for row in rows] == [int(builder.now.timestamp())]


async def test_the_summary_tells_what_went_well_and_nothing_else(builder: MeetingBuilder) -> None:
    kept = await builder.add_commitment(ANA, "Four coffees")
    private = await builder.add_commitment(ANA, "See a therapist", target=1, visibility=Visibility.PRIVATE)
    begun = await builder.add_commitment(BEN, "4 applications")
    nothing = await builder.add_commitment(BEN, "The cover letter", target=1)
    silent = await builder.add_commitment(CHO, "A thing that nobody did", target=1)
    await builder.open_checkin()
    await builder.report_checkin(ANA, {kept: Outcome(done=4), private: Outcome(done=1)}, win="An interview")
    await builder.report_checkin(
        BEN, {begun: Outcome(done=3), nothing: Outcome(done=0)}, blocker="Not for the summary"
    )
    await builder.close_checkin()

    announcement = await builder.prepare_ping(PingKind.SUMMARY)

    assert announcement is not None
    assert announcement.mentions == ()
    view = announcement.content
    assert isinstance(view, SummaryView)
    assert view.wins == ((UserId(ANA), "An interview"),)
    assert [c.id for c in view.kept] == [kept]
    assert [(c.id, c.done) for c in view.begun] == [(begun, 3)]
    assert view.kept_in_all == 2
    assert view.following[0][0].starts_at == MEETS + WEEK
    for hidden in ("therapist", "cover letter", "nobody did", "Not for the summary"):
        assert hidden not in repr(view)
    assert (await builder.read_rows("SELECT state FROM commitments WHERE id = :id", id=silent))[0] == {
        "state": "open"
    }


async def test_a_meeting_nobody_closed_is_closed_by_its_summary(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    builder.now = MEETS + timedelta(hours=14)

    assert await builder.prepare_ping(PingKind.SUMMARY) is not None
    closed = await builder.get_meeting()
    assert await builder.prepare_ping(PingKind.SUMMARY) is not None

    assert closed.state is MeetingState.CLOSED
    assert await builder.get_meeting() == closed


@pytest.mark.parametrize("opened", [True, False])
async def test_a_meeting_nobody_came_to_closes_without_a_word(builder: MeetingBuilder, opened: bool) -> None:
    if opened:
        await builder.open_checkin()
    builder.now = MEETS + timedelta(hours=14)

    assert await builder.prepare_ping(PingKind.SUMMARY) is None
    assert (await builder.get_meeting()).state is MeetingState.CLOSED
    assert set((await builder.read_ledger()).values()) == {"unrecorded"}
