"""A report: settled once, corrected with one result, taken in its time and from its member alone."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buddybot.domain.commitments.commitments import Outcome, State, Visibility
from buddybot.domain.ids import CommitmentId, GuildId
from buddybot.services.checkins.checkins import Reported
from buddybot.services.core.unit_of_work import Actor, AlreadyHandled
from buddybot.storage.engine.database import Database, connect
from buddybot.storage.migrations.runner import migrate
from tests.services.checkins.meeting_evenings import ANA, BEN, MEETS, STRANGER, WEEK, Evening, one

EARLY = timedelta(hours=24)


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The group, three days before it meets."""
    return await Evening.prepare(database)


async def test_a_report_settles_what_was_due_and_carries_the_rest(evening: Evening) -> None:
    coffees = await evening.commit(ANA, "4 coffee meetings", target=4)
    notes = await evening.commit(ANA, "Thank-you notes", target=1)
    story = await evening.commit(ANA, "A STAR story", target=1)
    await evening.open()

    reported = await evening.report(
        ANA,
        {coffees: Outcome(done=3), notes: Outcome(done=1), story: Outcome(done=0, drop=True)},
        win="  An interview!  ",
    )

    assert {c.id: (c.state, c.done) for c in reported.settled} == {
        coffees: (State.CARRIED, 3),
        notes: (State.KEPT, 1),
        story: (State.DROPPED, 0),
    }
    copy = one(reported.open)
    assert (copy.text, copy.target, copy.done, copy.weeks_carried) == ("4 coffee meetings", 1, 0, 1)
    assert copy.plan == "if it is Tuesday, then I write to two people"
    assert reported.slots == 2
    assert reported.report.win == "An interview!"
    assert reported.report.blocker is None


async def test_what_is_not_reported_on_stays_open(evening: Evening) -> None:
    due = await evening.commit(ANA)
    await evening.open()
    await evening.report(BEN)

    reported = await evening.report(ANA, {CommitmentId(due + 999): Outcome(done=1)}, win="Slept well")
    await evening.close()

    assert [c.id for c in reported.open] == [due]
    assert (await evening.commitments(ANA))[0]["state"] == "open"


async def test_nobody_settles_the_commitments_of_another(evening: Evening) -> None:
    anas = await evening.commit(ANA)
    await evening.open()

    await evening.report(BEN, {anas: Outcome(done=4)})

    assert (await evening.commitments(ANA))[0]["state"] == "open"


async def test_commitments_made_at_a_meeting_are_due_at_the_next(evening: Evening) -> None:
    await evening.open()
    await evening.report(ANA)
    await evening.checkins.commit(
        evening.home.actor(ANA),
        evening.meeting_id,
        lines=["3 applications", " ", "Two mock interviews"],
        plan="if it is Monday, then I open the list",
        visibility=Visibility.PRIVATE,
    )

    again = await evening.checkins.prepare(evening.home.actor(ANA), meeting_id=evening.meeting_id)
    assert again.due == ()
    evening.home.now = MEETS + WEEK - EARLY
    coming = await evening.checkins.prepare(evening.home.actor(ANA), meeting_id=evening.following_id)
    assert [(d.commitment.text, d.commitment.target, d.commitment.plan) for d in coming.due] == [
        ("3 applications", 3, "if it is Monday, then I open the list"),
        ("Two mock interviews", 2, None),
    ]
    assert {d.commitment.visibility for d in coming.due} == {Visibility.PRIVATE}


async def test_lines_are_kept_once_when_the_second_form_is_sent_twice(evening: Evening) -> None:
    await evening.open()
    await evening.report(ANA)
    for lines in (["3 applications", "a letter"], ["3 applications", "a letter"], ["A  letter", "a letter"]):
        said = await evening.checkins.commit(
            evening.home.actor(ANA),
            evening.meeting_id,
            lines=lines,
            plan=None,
            visibility=Visibility.GROUP,
        )
        assert [item.text for item in said.open] == ["3 applications", "a letter"]


async def test_a_plan_stays_with_the_first_line_when_that_was_said_before(evening: Evening) -> None:
    await evening.open()
    await evening.report(ANA)
    for lines in (["3 applications"], ["3 Applications", "a letter"]):
        said = await evening.checkins.commit(
            evening.home.actor(ANA),
            evening.meeting_id,
            lines=lines,
            plan="if it is Monday, then I open the list",
            visibility=Visibility.GROUP,
        )
    assert [(item.text, item.plan) for item in said.open] == [
        ("3 applications", "if it is Monday, then I open the list"),
        ("a letter", None),
    ]


async def test_no_more_than_three_stay_open(evening: Evening) -> None:
    first = await evening.commit(ANA, "one", target=1)
    await evening.open()

    async def write(*lines: str) -> object:
        return await evening.checkins.commit(
            evening.home.actor(ANA),
            evening.meeting_id,
            lines=lines,
            plan=None,
            visibility=Visibility.GROUP,
        )

    assert await evening.refused(write("a letter")) == "checkin.first"
    await evening.report(ANA, {first: Outcome(done=1)})
    assert await evening.refused(write(" ", "")) == "checkin.nothing_written"
    assert await evening.refused(write("a", "b", "c", "d")) == "checkin.full"
    await write("a", "b", "c")
    assert await evening.refused(write("d")) == "checkin.full"
    assert await evening.refused(evening.report(ANA, {first: Outcome(done=0)})) == "checkin.no_room"
    assert [row["state"] for row in await evening.commitments(ANA)] == ["open", "open", "open", "kept"]


async def test_a_correction_of_carried_to_kept_takes_the_copy_back(evening: Evening) -> None:
    due = await evening.commit(ANA)
    await evening.open()
    await evening.report(ANA, {due: Outcome(done=1)}, win="A call")

    reported = await evening.report(ANA, {due: Outcome(done=4)}, win="Two calls")

    assert one(reported.settled).state is State.KEPT
    assert reported.open == ()
    assert reported.report.win == "Two calls"
    assert len(await evening.commitments(ANA)) == 1


async def test_a_copy_that_was_worked_on_is_kept_in_the_books(evening: Evening) -> None:
    due = await evening.commit(ANA)
    await evening.open()
    copy = one((await evening.report(ANA, {due: Outcome(done=1)})).open)
    await evening.home.run("UPDATE commitments SET done = 2 WHERE id = :id", id=copy.id)

    assert one((await evening.report(ANA, {due: Outcome(done=3)})).open).target == 2
    assert (await evening.report(ANA, {due: Outcome(done=4)})).open == ()
    back = one((await evening.report(ANA, {due: Outcome(done=1)})).open)

    assert (back.id, back.target, back.done, back.state) == (copy.id, 3, 2, State.OPEN)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("state = 'dropped'", {"state": "dropped", "target": 3}),
        ("target = 2, weeks_carried = 0", {"state": "open", "target": 2}),
        ("text = 'Write to Dana'", {"state": "open", "target": 3}),
    ],
)
async def test_what_its_owner_made_of_the_copy_stays_when_the_report_says_the_same(
    evening: Evening, change: str, expected: dict[str, object]
) -> None:
    due = await evening.commit(ANA)
    await evening.open()
    copy = one((await evening.report(ANA, {due: Outcome(done=1)})).open)
    await evening.home.run(f"UPDATE commitments SET {change} WHERE id = :id", id=copy.id)

    await evening.report(ANA, {due: Outcome(done=1)}, blocker="No time")

    rows = await evening.home.rows("SELECT state, target FROM commitments WHERE id = :id", id=copy.id)
    assert rows == [expected]


async def test_a_copy_dropped_by_its_owner_is_not_revived_by_a_correction(evening: Evening) -> None:
    due = await evening.commit(ANA)
    await evening.open()
    copy = one((await evening.report(ANA, {due: Outcome(done=1)})).open)
    await evening.home.run("UPDATE commitments SET state = 'dropped' WHERE id = :id", id=copy.id)

    assert (await evening.report(ANA, {due: Outcome(done=2)})).open == ()


outcome = st.builds(Outcome, done=st.integers(0, 5), drop=st.booleans())


@given(first=st.lists(outcome, min_size=1, max_size=4), last=outcome)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_however_often_it_is_corrected_the_last_report_counts(
    first: list[Outcome], last: Outcome
) -> None:
    results = []
    for history in ([last], [*first, last]):
        database = await connect("sqlite://:memory:")
        try:
            await migrate(database)
            evening = await Evening.prepare(database)
            due = await evening.commit(ANA)
            await evening.open()
            for said in history:
                await evening.report(ANA, {due: said})
            results.append(await evening.commitments(ANA))
        finally:
            await database.close()
    assert results[0] == results[1]


async def test_the_last_form_counts_in_whatever_order_they_are_carried_out(evening: Evening) -> None:
    due = await evening.commit(ANA)
    await evening.open()
    first, second = evening.home.actor(ANA), evening.home.actor(ANA)

    async def send(actor: Actor, done: int, win: str) -> Reported:
        said = {due: Outcome(done=done)}
        return await evening.checkins.report(actor, evening.meeting_id, outcomes=said, win=win, blocker=None)

    latest = await send(second, 4, "An offer")
    kept = await evening.commitments(ANA)
    again = await send(first, 1, "A call")
    assert (again.report, again.offers) == (latest.report, ())
    assert latest.report.win == "An offer"
    assert await evening.commitments(ANA) == kept


async def test_a_commitment_carried_for_the_third_time_is_offered_help(evening: Evening) -> None:
    tired = await evening.commit(ANA, "The cover letter", target=1, weeks=2)
    fresh = await evening.commit(ANA, "A phone call", target=1, weeks=1)
    await evening.open()

    reported = await evening.report(ANA, {tired: Outcome(done=0), fresh: Outcome(done=0)})

    assert [(c.text, c.weeks_carried) for c in reported.offers] == [("The cover letter", 3)]
    assert len(reported.open) == 2


async def test_a_check_in_may_be_written_from_a_day_before_to_the_close(evening: Evening) -> None:
    actor = evening.home.actor

    evening.home.now = MEETS - EARLY - timedelta(seconds=1)
    assert await evening.refused(evening.report(ANA)) == "checkin.too_early"
    assert await evening.refused(evening.checkins.prepare(actor(ANA))) == "checkin.too_early"
    evening.home.now = MEETS - EARLY
    assert (await evening.checkins.prepare(actor(ANA))).meeting.id == evening.meeting_id
    await evening.report(ANA, win="Early")
    await evening.open()
    await evening.close()
    assert await evening.refused(evening.report(BEN)) == "checkin.closed"

    evening.home.now = MEETS + timedelta(days=2)
    assert (await evening.checkins.prepare(actor(ANA))).meeting.id == evening.meeting_id
    assert await evening.refused(evening.checkins.prepare(actor(BEN))) == "checkin.too_early"
    assert (await evening.report(ANA, win="Late")).report.win == "Late"
    evening.home.now = MEETS + WEEK - EARLY
    assert await evening.refused(evening.report(ANA)) == "checkin.correction_over"
    assert (await evening.checkins.prepare(actor(ANA))).meeting.id == evening.following_id


async def test_a_skipped_meeting_takes_no_check_in(evening: Evening) -> None:
    await evening.home.run("UPDATE meetings SET state = 'skipped' WHERE id = :id", id=evening.meeting_id)
    evening.home.now = MEETS

    assert await evening.refused(evening.report(ANA)) == "checkin.not_held"


async def test_without_any_meeting_there_is_nothing_to_check_in_to(evening: Evening) -> None:
    await evening.home.run("DELETE FROM meetings")

    assert await evening.refused(evening.checkins.prepare(evening.home.actor(ANA))) == "checkin.no_meeting"


async def test_strangers_and_other_guilds_get_the_same_answer(evening: Evening) -> None:
    await evening.open()
    foreign = evening.home.actor(ANA)._replace(guild_id=GuildId(77))

    for actor in (evening.home.actor(STRANGER), foreign):
        for action in (
            evening.checkins.prepare(actor, meeting_id=evening.meeting_id),
            evening.checkins.get_report(actor, evening.meeting_id),
            evening.checkins.report(actor, evening.meeting_id, outcomes={}, win=None, blocker=None),
            evening.checkins.commit(
                actor, evening.meeting_id, lines=["a"], plan=None, visibility=Visibility.GROUP
            ),
            evening.checkins.closing(actor, evening.meeting_id),
            evening.checkins.close(actor, evening.meeting_id),
        ):
            assert await evening.refused(action) == "meeting.unknown"


async def test_a_form_sent_twice_is_carried_out_once(evening: Evening) -> None:
    await evening.open()
    actor = evening.home.actor(ANA)
    await evening.checkins.report(actor, evening.meeting_id, outcomes={}, win="First", blocker=None)

    with pytest.raises(AlreadyHandled):
        await evening.checkins.report(actor, evening.meeting_id, outcomes={}, win="Again", blocker=None)

    reported = await evening.checkins.get_report(evening.home.actor(ANA), evening.meeting_id)
    assert reported.report.win == "First"
