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
from tests.services.builder import ANA, BEN, STRANGER, get_refusal
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder, one

EARLY = timedelta(hours=24)


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The group, three days before it meets."""
    return await MeetingBuilder.prepare(database)


async def test_a_report_settles_what_was_due_and_carries_the_rest(builder: MeetingBuilder) -> None:
    coffees = await builder.add_commitment(ANA, "4 coffee meetings", target=4)
    notes = await builder.add_commitment(ANA, "Thank-you notes", target=1)
    story = await builder.add_commitment(ANA, "A STAR story", target=1)
    await builder.open_checkin()

    reported = await builder.report_checkin(
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


async def test_what_is_not_reported_on_stays_open(builder: MeetingBuilder) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()
    await builder.report_checkin(BEN)

    reported = await builder.report_checkin(ANA, {CommitmentId(due + 999): Outcome(done=1)}, win="Slept well")
    await builder.close_checkin()

    assert [c.id for c in reported.open] == [due]
    assert (await builder.read_commitments(ANA))[0]["state"] == "open"


async def test_nobody_settles_the_commitments_of_another(builder: MeetingBuilder) -> None:
    anas = await builder.add_commitment(ANA)
    await builder.open_checkin()

    await builder.report_checkin(BEN, {anas: Outcome(done=4)})

    assert (await builder.read_commitments(ANA))[0]["state"] == "open"


async def test_commitments_made_at_a_meeting_are_due_at_the_next(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    await builder.checkins.commit(
        builder.act_as(ANA),
        builder.meeting_id,
        lines=["3 applications", " ", "Two mock interviews"],
        plan="if it is Monday, then I open the list",
        visibility=Visibility.PRIVATE,
    )

    again = await builder.checkins.prepare(builder.act_as(ANA), meeting_id=builder.meeting_id)
    assert again.due == ()
    builder.now = MEETS + WEEK - EARLY
    coming = await builder.checkins.prepare(builder.act_as(ANA), meeting_id=builder.following_id)
    assert [(d.commitment.text, d.commitment.target, d.commitment.plan) for d in coming.due] == [
        ("3 applications", 3, "if it is Monday, then I open the list"),
        ("Two mock interviews", 2, None),
    ]
    assert {d.commitment.visibility for d in coming.due} == {Visibility.PRIVATE}


async def test_lines_are_kept_once_when_the_second_form_is_sent_twice(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    for lines in (["3 applications", "a letter"], ["3 applications", "a letter"], ["A  letter", "a letter"]):
        said = await builder.checkins.commit(
            builder.act_as(ANA),
            builder.meeting_id,
            lines=lines,
            plan=None,
            visibility=Visibility.GROUP,
        )
        assert [item.text for item in said.open] == ["3 applications", "a letter"]


async def test_a_plan_stays_with_the_first_line_when_that_was_said_before(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    for lines in (["3 applications"], ["3 Applications", "a letter"]):
        said = await builder.checkins.commit(
            builder.act_as(ANA),
            builder.meeting_id,
            lines=lines,
            plan="if it is Monday, then I open the list",
            visibility=Visibility.GROUP,
        )
    assert [(item.text, item.plan) for item in said.open] == [
        ("3 applications", "if it is Monday, then I open the list"),
        ("a letter", None),
    ]


async def test_no_more_than_three_stay_open(builder: MeetingBuilder) -> None:
    first = await builder.add_commitment(ANA, "one", target=1)
    await builder.open_checkin()

    async def write(*lines: str) -> object:
        return await builder.checkins.commit(
            builder.act_as(ANA),
            builder.meeting_id,
            lines=lines,
            plan=None,
            visibility=Visibility.GROUP,
        )

    assert await get_refusal(write("a letter")) == "checkin.first"
    await builder.report_checkin(ANA, {first: Outcome(done=1)})
    assert await get_refusal(write(" ", "")) == "checkin.nothing_written"
    assert await get_refusal(write("a", "b", "c", "d")) == "checkin.full"
    await write("a", "b", "c")
    assert await get_refusal(write("d")) == "checkin.full"
    assert await get_refusal(builder.report_checkin(ANA, {first: Outcome(done=0)})) == "checkin.no_room"
    assert [row["state"] for row in await builder.read_commitments(ANA)] == ["open", "open", "open", "kept"]


async def test_a_correction_of_carried_to_kept_takes_the_copy_back(builder: MeetingBuilder) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()
    await builder.report_checkin(ANA, {due: Outcome(done=1)}, win="A call")

    reported = await builder.report_checkin(ANA, {due: Outcome(done=4)}, win="Two calls")

    assert one(reported.settled).state is State.KEPT
    assert reported.open == ()
    assert reported.report.win == "Two calls"
    assert len(await builder.read_commitments(ANA)) == 1


async def test_a_copy_that_was_worked_on_is_kept_in_the_books(builder: MeetingBuilder) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()
    copy = one((await builder.report_checkin(ANA, {due: Outcome(done=1)})).open)
    await builder.change_rows("UPDATE commitments SET done = 2 WHERE id = :id", id=copy.id)

    assert one((await builder.report_checkin(ANA, {due: Outcome(done=3)})).open).target == 2
    assert (await builder.report_checkin(ANA, {due: Outcome(done=4)})).open == ()
    back = one((await builder.report_checkin(ANA, {due: Outcome(done=1)})).open)

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
    builder: MeetingBuilder, change: str, expected: dict[str, object]
) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()
    copy = one((await builder.report_checkin(ANA, {due: Outcome(done=1)})).open)
    await builder.change_rows(f"UPDATE commitments SET {change} WHERE id = :id", id=copy.id)

    await builder.report_checkin(ANA, {due: Outcome(done=1)}, blocker="No time")

    rows = await builder.read_rows("SELECT state, target FROM commitments WHERE id = :id", id=copy.id)
    assert rows == [expected]


async def test_a_copy_dropped_by_its_owner_is_not_revived_by_a_correction(builder: MeetingBuilder) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()
    copy = one((await builder.report_checkin(ANA, {due: Outcome(done=1)})).open)
    await builder.change_rows("UPDATE commitments SET state = 'dropped' WHERE id = :id", id=copy.id)

    assert (await builder.report_checkin(ANA, {due: Outcome(done=2)})).open == ()


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
            builder = await MeetingBuilder.prepare(database)
            due = await builder.add_commitment(ANA)
            await builder.open_checkin()
            for said in history:
                await builder.report_checkin(ANA, {due: said})
            results.append(await builder.read_commitments(ANA))
        finally:
            await database.close()
    assert results[0] == results[1]


async def test_the_last_form_counts_in_whatever_order_they_are_carried_out(builder: MeetingBuilder) -> None:
    due = await builder.add_commitment(ANA)
    await builder.open_checkin()
    first, second = builder.act_as(ANA), builder.act_as(ANA)

    async def send(actor: Actor, done: int, win: str) -> Reported:
        said = {due: Outcome(done=done)}
        return await builder.checkins.report(actor, builder.meeting_id, outcomes=said, win=win, blocker=None)

    latest = await send(second, 4, "An offer")
    kept = await builder.read_commitments(ANA)
    again = await send(first, 1, "A call")
    assert (again.report, again.offers) == (latest.report, ())
    assert latest.report.win == "An offer"
    assert await builder.read_commitments(ANA) == kept


async def test_a_commitment_carried_for_the_third_time_is_offered_help(builder: MeetingBuilder) -> None:
    tired = await builder.add_commitment(ANA, "The cover letter", target=1, weeks=2)
    fresh = await builder.add_commitment(ANA, "A phone call", target=1, weeks=1)
    await builder.open_checkin()

    reported = await builder.report_checkin(ANA, {tired: Outcome(done=0), fresh: Outcome(done=0)})

    assert [(c.text, c.weeks_carried) for c in reported.offers] == [("The cover letter", 3)]
    assert len(reported.open) == 2


async def test_a_check_in_may_be_written_from_a_day_before_to_the_close(builder: MeetingBuilder) -> None:
    actor = builder.act_as

    builder.now = MEETS - EARLY - timedelta(seconds=1)
    assert await get_refusal(builder.report_checkin(ANA)) == "checkin.too_early"
    assert await get_refusal(builder.checkins.prepare(actor(ANA))) == "checkin.too_early"
    builder.now = MEETS - EARLY
    assert (await builder.checkins.prepare(actor(ANA))).meeting.id == builder.meeting_id
    await builder.report_checkin(ANA, win="Early")
    await builder.open_checkin()
    await builder.close_checkin()
    assert await get_refusal(builder.report_checkin(BEN)) == "checkin.closed"

    builder.now = MEETS + timedelta(days=2)
    assert (await builder.checkins.prepare(actor(ANA))).meeting.id == builder.meeting_id
    assert await get_refusal(builder.checkins.prepare(actor(BEN))) == "checkin.too_early"
    assert (await builder.report_checkin(ANA, win="Late")).report.win == "Late"
    builder.now = MEETS + WEEK - EARLY
    assert await get_refusal(builder.report_checkin(ANA)) == "checkin.correction_over"
    assert (await builder.checkins.prepare(actor(ANA))).meeting.id == builder.following_id


async def test_a_skipped_meeting_takes_no_check_in(builder: MeetingBuilder) -> None:
    await builder.change_rows("UPDATE meetings SET state = 'skipped' WHERE id = :id", id=builder.meeting_id)
    builder.now = MEETS

    assert await get_refusal(builder.report_checkin(ANA)) == "checkin.not_held"


async def test_without_any_meeting_there_is_nothing_to_check_in_to(builder: MeetingBuilder) -> None:
    await builder.change_rows("DELETE FROM meetings")

    assert await get_refusal(builder.checkins.prepare(builder.act_as(ANA))) == "checkin.no_meeting"


async def test_strangers_and_other_guilds_get_the_same_answer(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    foreign = builder.act_as(ANA)._replace(guild_id=GuildId(77))

    for actor in (builder.act_as(STRANGER), foreign):
        for action in (
            builder.checkins.prepare(actor, meeting_id=builder.meeting_id),
            builder.checkins.get_report(actor, builder.meeting_id),
            builder.checkins.report(actor, builder.meeting_id, outcomes={}, win=None, blocker=None),
            builder.checkins.commit(
                actor, builder.meeting_id, lines=["a"], plan=None, visibility=Visibility.GROUP
            ),
            builder.checkins.closing(actor, builder.meeting_id),
            builder.checkins.close(actor, builder.meeting_id),
        ):
            assert await get_refusal(action) == "meeting.unknown"


async def test_a_form_sent_twice_is_carried_out_once(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    actor = builder.act_as(ANA)
    await builder.checkins.report(actor, builder.meeting_id, outcomes={}, win="First", blocker=None)

    with pytest.raises(AlreadyHandled):
        await builder.checkins.report(actor, builder.meeting_id, outcomes={}, win="Again", blocker=None)

    reported = await builder.checkins.get_report(builder.act_as(ANA), builder.meeting_id)
    assert reported.report.win == "First"
