"""Whether the group met at all: said of everybody at once, taken back, and followed by what goes by it."""

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.ids import UserId
from buddybot.domain.locations.rotation import Basis
from buddybot.domain.meetings.meetings import MeetingState, Reason
from buddybot.domain.pings import PingKind
from buddybot.services.meetings.meetings import MeetingService
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.health.meeting_history import HistoryRepository
from buddybot.storage.locations.arrangements import Arrangement, ArrangementRepository, FairnessRepository
from tests.services.attendance.corrections import call_off, correct, held, look, states
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, get_refusal
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder

PRESENT, ABSENT, EXCUSED = Attendance.PRESENT, Attendance.ABSENT, Attendance.EXCUSED
UNRECORDED, DIDNT_MEET = Attendance.UNRECORDED, Attendance.DIDNT_MEET


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """A meeting that is over."""
    return await held(database)


async def test_that_the_group_did_not_meet_is_said_of_everybody_and_can_be_taken_back(
    builder: MeetingBuilder,
) -> None:
    await builder.visitors.add(builder.act_as(ORGANIZER), builder.meeting_id, "Zoe")
    await correct(builder, CHO, ABSENT, "Ill, I hear")
    stood = states(await look(builder))

    off = await builder.corrections.did_not_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice")
    assert (off.met, set(states(off).values())) == (False, {DIDNT_MEET})
    assert [visitor.withdrawn_at for visitor in off.visitors] == [builder.now]
    assert [(line.user_id, line.state, line.reason) for line in off.trail] == [
        (CHO, ABSENT, "Ill, I hear"),
        (None, DIDNT_MEET, "Ice"),
    ]
    for refused in (
        correct(builder, ANA, ABSENT),
        builder.visitors.add(builder.act_as(ORGANIZER), builder.meeting_id, "Yul"),
    ):
        assert await get_refusal(refused) == "attendance.not_met"
    again = builder.corrections.did_not_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice")
    assert await get_refusal(again) == "attendance.same"
    taken = await builder.attendance.list_unrecorded(builder.act_as(ORGANIZER), meeting_id=builder.meeting_id)
    assert (taken.met, taken.people) == (False, ())

    on = await builder.corrections.did_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice")
    assert (on.met, states(on)) == (True, stood)
    assert [(line.user_id, line.previous) for line in on.trail[1:]] == [(None, None), (None, DIDNT_MEET)]
    again = builder.corrections.did_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice")
    assert await get_refusal(again) == "attendance.same"


async def test_those_without_a_name_follow_when_the_group_did_not_meet(builder: MeetingBuilder) -> None:
    await builder.change_rows(
        "UPDATE attendance SET user_id = -1, recorded_by = 0 WHERE user_id = :ana", ana=ANA
    )
    await builder.change_rows("DELETE FROM memberships WHERE user_id = :ana", ana=ANA)

    off = await builder.corrections.did_not_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice")
    assert (off.met, ANA in states(off), -1 in states(off)) == (False, False, False)
    assert (await builder.read_ledger())[-1] is DIDNT_MEET
    on = await builder.corrections.did_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice")
    assert (on.met, (await builder.read_ledger())[-1]) == (True, PRESENT)


@pytest.mark.parametrize("state", ["cancelled", "skipped"])
async def test_a_meeting_that_was_called_off_and_held_after_all_comes_into_the_record(
    builder: MeetingBuilder, state: str
) -> None:
    await builder.change_rows(
        "INSERT INTO rsvps (meeting_id, user_id, answer, answered_at) VALUES (:m, 3, 'apologies', 0)",
        m=builder.following_id,
    )
    await call_off(builder, state)
    view = await builder.corrections.view(builder.act_as(ORGANIZER))
    assert (view.meeting.id, view.number, view.met) == (builder.following_id, None, False)
    sequence = view.meeting.sequence

    view = await builder.corrections.did_meet(builder.act_as(ORGANIZER), builder.following_id, "Ice")
    assert (view.number, view.met, view.meeting.state) == (2, True, MeetingState.CLOSED)
    assert (view.meeting.closed_at, view.meeting.reason) == (view.meeting.ends_at, None)
    assert view.meeting.sequence > sequence
    assert states(view) == {ORGANIZER: UNRECORDED, ANA: UNRECORDED, BEN: EXCUSED, CHO: UNRECORDED}
    assert [line.recorded_by for line in view.trail] == [ORGANIZER]

    builder.meeting_id = builder.following_id
    assert states(await correct(builder, ANA, PRESENT))[ANA] is PRESENT
    record = await builder.database.read(lambda tx: RecordRepository(tx).read(builder.group, now=builder.now))
    assert [record.met(place) for place in range(2)] == [True, True]


async def test_a_meeting_that_is_not_over_is_refused(builder: MeetingBuilder) -> None:
    organizer = builder.act_as
    for act in (
        builder.corrections.view(organizer(ORGANIZER), builder.following_id),
        builder.corrections.get_seat(organizer(ORGANIZER), builder.following_id, UserId(ANA)),
        builder.corrections.correct(
            organizer(ORGANIZER), builder.following_id, UserId(ANA), PRESENT, "Surely"
        ),
        builder.corrections.did_not_meet(organizer(ORGANIZER), builder.following_id, "Ice"),
        builder.corrections.did_meet(organizer(ORGANIZER), builder.following_id, "Ice"),
        builder.visitors.add(organizer(ORGANIZER), builder.following_id, "Zoe"),
    ):
        assert await get_refusal(act) == "attendance.ahead"
    await MeetingService(builder.transactions, builder.planner).skip(
        organizer(ORGANIZER), builder.following_id, Reason.HOLIDAY
    )
    act = builder.corrections.did_meet(organizer(ORGANIZER), builder.following_id, "Ice")
    assert await get_refusal(act) == "attendance.ahead"
    await builder.change_rows("UPDATE meetings SET state = 'open' WHERE id = :id", id=builder.following_id)
    act = builder.corrections.view(organizer(ORGANIZER), builder.following_id)
    assert await get_refusal(act) == "attendance.not_closed"


async def told(builder: MeetingBuilder) -> list[str]:
    return [row["parameters"] for row in await builder.read_rows("SELECT parameters FROM notices")]


async def test_what_organizers_are_told_of_the_unrecorded_follows_each_correction(
    builder: MeetingBuilder,
) -> None:
    await builder.prepare_ping(PingKind.SUMMARY)
    assert await told(builder) == ['{"count": 2, "number": 1}']
    await correct(builder, CHO, PRESENT)
    assert await told(builder) == ['{"count": 1, "number": 1}']
    await correct(builder, ORGANIZER, PRESENT)
    assert await told(builder) == []
    await correct(builder, CHO, UNRECORDED, "A mistake")
    assert await told(builder) == ['{"count": 1, "number": 1}']
    await builder.corrections.did_not_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice")
    assert await told(builder) == []


async def test_recording_one_meeting_leaves_word_of_another(builder: MeetingBuilder) -> None:
    await builder.prepare_ping(PingKind.SUMMARY)
    first, builder.meeting_id = builder.meeting_id, builder.following_id
    builder.now = MEETS + WEEK
    await builder.prepare_ping(PingKind.CHECKIN)
    await builder.close_checkin()
    await builder.prepare_ping(PingKind.SUMMARY)

    await builder.attendance.record_rest(builder.act_as(ORGANIZER), builder.meeting_id, PRESENT)
    assert await told(builder) == ['{"count": 2, "number": 1}']
    await builder.attendance.record_rest(builder.act_as(ORGANIZER), first, PRESENT)
    assert await told(builder) == []


async def test_turns_and_alerts_go_by_what_was_corrected(builder: MeetingBuilder) -> None:
    async def script(tx: Tx) -> None:
        await ArrangementRepository(tx).put(
            Arrangement(
                meeting_id=builder.meeting_id,
                rule=builder.group.rotation,
                basis=Basis.RULE,
                location_id=None,
                host_id=UserId(ANA),
            )
        )

    async def seen() -> tuple[int, int, int | None]:
        """How many meetings Ana hosted, how many who were there count, and how many the detector sees."""

        async def read(tx: Tx) -> tuple[int, int, int | None]:
            held = await FairnessRepository(tx).list_history(builder.group.id)
            [past, *_] = await HistoryRepository(tx).of_group(builder.group.id, until=builder.now)
            hosted = sum(each.host_id == ANA for each in held)
            return hosted, sum(len(each.attendees) for each in held), past.tally.present

        return await builder.database.read(read)

    await builder.database.write(script)
    assert await seen() == (1, 1, 1)
    await correct(builder, CHO, PRESENT)
    assert await seen() == (1, 2, 2)
    await correct(builder, ANA, ABSENT)
    assert await seen() == (0, 1, 1)
    await builder.corrections.did_not_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice")
    assert await seen() == (0, 0, None)
