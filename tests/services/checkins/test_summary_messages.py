"""The check-in from its opening to the summary: once, in own words, and without anybody's failure."""

from datetime import timedelta

import pytest

from buddybot.domain.commitments.commitments import Outcome, Visibility
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.domain.pings import PingKind
from buddybot.services.checkins.summary_messages import SummaryView
from buddybot.storage.engine.database import Database
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, MEETS, ORGANIZER, WEEK, Evening


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The group, three days before it meets."""
    return await Evening.prepare(database)


async def test_the_check_in_opens_once_and_notifies_those_who_come(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.answer(BEN, Answer.APOLOGIES)
    await evening.answer(CHO, Answer.VIRTUAL)
    await evening.open()
    opened = await evening.meeting()

    evening.home.now += timedelta(minutes=5)
    again = await evening.announce(PingKind.CHECKIN)

    assert again is not None
    assert set(again.mentions) == {ANA, CHO}
    assert await evening.meeting() == opened
    assert opened.state is MeetingState.OPEN
    assert opened.opened_at == MEETS


async def test_a_cancelled_meeting_is_not_opened(evening: Evening) -> None:
    evening.home.now = MEETS
    await evening.home.run("UPDATE meetings SET state = 'cancelled' WHERE id = :id", id=evening.meeting_id)

    assert await evening.announce(PingKind.CHECKIN) is None
    assert await evening.announce(PingKind.SUMMARY) is None
    assert (await evening.meeting()).opened_at is None


async def test_the_card_quotes_the_own_words_and_hides_the_private_ones(evening: Evening) -> None:
    shown = await evening.commit(ANA, "4 coffee meetings")
    hidden = await evening.commit(ANA, "Call the doctor", target=1, visibility=Visibility.PRIVATE)
    dropped = await evening.commit(ANA, "A workshop", target=1)
    await evening.answer(ANA, Answer.GOING)

    before = (await evening.open()).people
    assert [(q.text, q.done) for q in before[0].quotes] == [("4 coffee meetings", None), ("A workshop", None)]
    assert (before[0].reported, before[0].private) == (False, 1)

    await evening.report(
        ANA,
        {shown: Outcome(done=3), hidden: Outcome(done=1), dropped: Outcome(done=0, drop=True)},
        blocker="Nobody answers",
    )
    view = await evening.view()
    assert [(q.text, q.done, q.target) for q in view.people[0].quotes] == [("4 coffee meetings", 3, 4)]
    assert (view.people[0].private, view.people[0].blocker, view.reported) == (1, "Nobody answers", 1)
    assert "doctor" not in repr(view)


async def test_a_closed_card_stays_as_it_was_whoever_leaves_and_comes_back(evening: Evening) -> None:
    for user in (ANA, BEN, CHO):
        await evening.answer(user, Answer.GOING)
    await evening.open()
    for user in (ANA, BEN, CHO):
        await evening.report(user)
    first = (await evening.view()).people[0].user_id
    await evening.close()
    before = await evening.view()

    await evening.home.leave(evening.group, first)
    assert (await evening.view()).people == before.people
    await evening.join(first)
    assert (await evening.view()).people == before.people


async def test_an_organizer_or_the_facilitator_closes(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.answer(BEN, Answer.GOING)
    assert await evening.refused(evening.close()) == "checkin.not_open"
    await evening.open()
    assert (await evening.meeting()).facilitator_id == ANA

    assert await evening.refused(evening.close(BEN)) == "checkin.close_who"
    assert await evening.refused(evening.checkins.closing(evening.home.actor(BEN), evening.meeting_id)) == (
        "checkin.close_who"
    )
    await evening.close(ANA)
    assert (await evening.meeting()).state is MeetingState.CLOSED
    assert await evening.refused(evening.close(ORGANIZER)) == "checkin.not_open"


async def test_closing_makes_the_summary_due_at_once(evening: Evening) -> None:
    await evening.open()
    evening.home.now = MEETS + timedelta(minutes=50)
    await evening.close()

    rows = await evening.home.rows(
        "SELECT due_at FROM outbox WHERE meeting_id = :id AND kind = 'summary'", id=evening.meeting_id
    )
    assert [row["due_at"] for row in rows] == [int(evening.now.timestamp())]


async def test_the_summary_tells_what_went_well_and_nothing_else(evening: Evening) -> None:
    kept = await evening.commit(ANA, "Four coffees")
    private = await evening.commit(ANA, "See a therapist", target=1, visibility=Visibility.PRIVATE)
    begun = await evening.commit(BEN, "4 applications")
    nothing = await evening.commit(BEN, "The cover letter", target=1)
    silent = await evening.commit(CHO, "A thing that nobody did", target=1)
    await evening.open()
    await evening.report(ANA, {kept: Outcome(done=4), private: Outcome(done=1)}, win="An interview")
    await evening.report(
        BEN, {begun: Outcome(done=3), nothing: Outcome(done=0)}, blocker="Not for the summary"
    )
    await evening.close()

    announcement = await evening.announce(PingKind.SUMMARY)

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
    assert (await evening.home.rows("SELECT state FROM commitments WHERE id = :id", id=silent))[0] == {
        "state": "open"
    }


async def test_a_meeting_nobody_closed_is_closed_by_its_summary(evening: Evening) -> None:
    await evening.open()
    await evening.report(ANA)
    evening.home.now = MEETS + timedelta(hours=14)

    assert await evening.announce(PingKind.SUMMARY) is not None
    closed = await evening.meeting()
    assert await evening.announce(PingKind.SUMMARY) is not None

    assert closed.state is MeetingState.CLOSED
    assert await evening.meeting() == closed


@pytest.mark.parametrize("opened", [True, False])
async def test_a_meeting_nobody_came_to_closes_without_a_word(evening: Evening, opened: bool) -> None:
    if opened:
        await evening.open()
    evening.home.now = MEETS + timedelta(hours=14)

    assert await evening.announce(PingKind.SUMMARY) is None
    assert (await evening.meeting()).state is MeetingState.CLOSED
    assert set((await evening.ledger()).values()) == {"unrecorded"}
