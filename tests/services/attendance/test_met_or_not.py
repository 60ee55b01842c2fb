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
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, MEETS, ORGANIZER, WEEK, Evening

PRESENT, ABSENT, EXCUSED = Attendance.PRESENT, Attendance.ABSENT, Attendance.EXCUSED
UNRECORDED, DIDNT_MEET = Attendance.UNRECORDED, Attendance.DIDNT_MEET


@pytest.fixture
async def evening(database: Database) -> Evening:
    """A meeting that is over."""
    return await held(database)


async def test_that_the_group_did_not_meet_is_said_of_everybody_and_can_be_taken_back(
    evening: Evening,
) -> None:
    await evening.visitors.add(evening.home.actor(ORGANIZER), evening.meeting_id, "Zoe")
    await correct(evening, CHO, ABSENT, "Ill, I hear")
    stood = states(await look(evening))

    off = await evening.corrections.did_not_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice")
    assert (off.met, set(states(off).values())) == (False, {DIDNT_MEET})
    assert [visitor.withdrawn_at for visitor in off.visitors] == [evening.now]
    assert [(line.user_id, line.state, line.reason) for line in off.trail] == [
        (CHO, ABSENT, "Ill, I hear"),
        (None, DIDNT_MEET, "Ice"),
    ]
    for refused in (
        correct(evening, ANA, ABSENT),
        evening.visitors.add(evening.home.actor(ORGANIZER), evening.meeting_id, "Yul"),
    ):
        assert await evening.refused(refused) == "attendance.not_met"
    again = evening.corrections.did_not_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice")
    assert await evening.refused(again) == "attendance.same"
    taken = await evening.attendance.list_unrecorded(
        evening.home.actor(ORGANIZER), meeting_id=evening.meeting_id
    )
    assert (taken.met, taken.people) == (False, ())

    on = await evening.corrections.did_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice")
    assert (on.met, states(on)) == (True, stood)
    assert [(line.user_id, line.previous) for line in on.trail[1:]] == [(None, None), (None, DIDNT_MEET)]
    again = evening.corrections.did_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice")
    assert await evening.refused(again) == "attendance.same"


async def test_those_without_a_name_follow_when_the_group_did_not_meet(evening: Evening) -> None:
    await evening.home.run(
        "UPDATE attendance SET user_id = -1, recorded_by = 0 WHERE user_id = :ana", ana=ANA
    )
    await evening.home.run("DELETE FROM memberships WHERE user_id = :ana", ana=ANA)

    off = await evening.corrections.did_not_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice")
    assert (off.met, ANA in states(off), -1 in states(off)) == (False, False, False)
    assert (await evening.ledger())[-1] is DIDNT_MEET
    on = await evening.corrections.did_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice")
    assert (on.met, (await evening.ledger())[-1]) == (True, PRESENT)


@pytest.mark.parametrize("state", ["cancelled", "skipped"])
async def test_a_meeting_that_was_called_off_and_held_after_all_comes_into_the_record(
    evening: Evening, state: str
) -> None:
    await evening.home.run(
        "INSERT INTO rsvps (meeting_id, user_id, answer, answered_at) VALUES (:m, 3, 'apologies', 0)",
        m=evening.following_id,
    )
    await call_off(evening, state)
    view = await evening.corrections.view(evening.home.actor(ORGANIZER))
    assert (view.meeting.id, view.number, view.met) == (evening.following_id, None, False)
    sequence = view.meeting.sequence

    view = await evening.corrections.did_meet(evening.home.actor(ORGANIZER), evening.following_id, "Ice")
    assert (view.number, view.met, view.meeting.state) == (2, True, MeetingState.CLOSED)
    assert (view.meeting.closed_at, view.meeting.reason) == (view.meeting.ends_at, None)
    assert view.meeting.sequence > sequence
    assert states(view) == {ORGANIZER: UNRECORDED, ANA: UNRECORDED, BEN: EXCUSED, CHO: UNRECORDED}
    assert [line.recorded_by for line in view.trail] == [ORGANIZER]

    evening.meeting_id = evening.following_id
    assert states(await correct(evening, ANA, PRESENT))[ANA] is PRESENT
    record = await evening.home.database.read(
        lambda tx: RecordRepository(tx).read(evening.group, now=evening.now)
    )
    assert [record.met(place) for place in range(2)] == [True, True]


async def test_a_meeting_that_is_not_over_is_refused(evening: Evening) -> None:
    organizer = evening.home.actor
    for act in (
        evening.corrections.view(organizer(ORGANIZER), evening.following_id),
        evening.corrections.get_seat(organizer(ORGANIZER), evening.following_id, UserId(ANA)),
        evening.corrections.correct(
            organizer(ORGANIZER), evening.following_id, UserId(ANA), PRESENT, "Surely"
        ),
        evening.corrections.did_not_meet(organizer(ORGANIZER), evening.following_id, "Ice"),
        evening.corrections.did_meet(organizer(ORGANIZER), evening.following_id, "Ice"),
        evening.visitors.add(organizer(ORGANIZER), evening.following_id, "Zoe"),
    ):
        assert await evening.refused(act) == "attendance.ahead"
    await MeetingService(evening.home.transactions, evening.planner).skip(
        organizer(ORGANIZER), evening.following_id, Reason.HOLIDAY
    )
    act = evening.corrections.did_meet(organizer(ORGANIZER), evening.following_id, "Ice")
    assert await evening.refused(act) == "attendance.ahead"
    await evening.home.run("UPDATE meetings SET state = 'open' WHERE id = :id", id=evening.following_id)
    act = evening.corrections.view(organizer(ORGANIZER), evening.following_id)
    assert await evening.refused(act) == "attendance.not_closed"


async def told(evening: Evening) -> list[str]:
    return [row["parameters"] for row in await evening.home.rows("SELECT parameters FROM notices")]


async def test_what_organizers_are_told_of_the_unrecorded_follows_each_correction(evening: Evening) -> None:
    await evening.announce(PingKind.SUMMARY)
    assert await told(evening) == ['{"count": 2, "number": 1}']
    await correct(evening, CHO, PRESENT)
    assert await told(evening) == ['{"count": 1, "number": 1}']
    await correct(evening, ORGANIZER, PRESENT)
    assert await told(evening) == []
    await correct(evening, CHO, UNRECORDED, "A mistake")
    assert await told(evening) == ['{"count": 1, "number": 1}']
    await evening.corrections.did_not_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice")
    assert await told(evening) == []


async def test_recording_one_meeting_leaves_word_of_another(evening: Evening) -> None:
    await evening.announce(PingKind.SUMMARY)
    first, evening.meeting_id = evening.meeting_id, evening.following_id
    evening.home.now = MEETS + WEEK
    await evening.announce(PingKind.CHECKIN)
    await evening.close()
    await evening.announce(PingKind.SUMMARY)

    await evening.attendance.record_rest(evening.home.actor(ORGANIZER), evening.meeting_id, PRESENT)
    assert await told(evening) == ['{"count": 2, "number": 1}']
    await evening.attendance.record_rest(evening.home.actor(ORGANIZER), first, PRESENT)
    assert await told(evening) == []


async def test_turns_and_alerts_go_by_what_was_corrected(evening: Evening) -> None:
    async def script(tx: Tx) -> None:
        await ArrangementRepository(tx).put(
            Arrangement(
                meeting_id=evening.meeting_id,
                rule=evening.group.rotation,
                basis=Basis.RULE,
                location_id=None,
                host_id=UserId(ANA),
            )
        )

    async def seen() -> tuple[int, int, int | None]:
        """How many meetings Ana hosted, how many who were there count, and how many the detector sees."""

        async def read(tx: Tx) -> tuple[int, int, int | None]:
            held = await FairnessRepository(tx).list_history(evening.group.id)
            [past, *_] = await HistoryRepository(tx).of_group(evening.group.id, until=evening.now)
            hosted = sum(each.host_id == ANA for each in held)
            return hosted, sum(len(each.attendees) for each in held), past.tally.present

        return await evening.home.database.read(read)

    await evening.home.database.write(script)
    assert await seen() == (1, 1, 1)
    await correct(evening, CHO, PRESENT)
    assert await seen() == (1, 2, 2)
    await correct(evening, ANA, ABSENT)
    assert await seen() == (0, 1, 1)
    await evening.corrections.did_not_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice")
    assert await seen() == (0, 0, None)
