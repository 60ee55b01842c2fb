"""Attendance: what is known is written down, the rest waits for an organizer, and nothing is overwritten."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Rates
from buddybot.domain.ids import GroupId, UserId
from buddybot.domain.meetings.meetings import Answer
from buddybot.domain.pings import PingKind
from buddybot.services.attendance.attendance import Unrecorded
from buddybot.services.groups.members import MemberService
from buddybot.services.groups.server_leavers import LeaverService
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Database
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, MEETS, ORGANIZER, WEEK, Evening

NEWCOMER = 5


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The group, three days before it meets."""
    return await Evening.prepare(database)


async def here(evening: Evening, user: int) -> None:
    await evening.turns.mark_present(evening.home.actor(user), evening.meeting_id)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer.GOING, Attendance.PRESENT),
        (Answer.LATE, Attendance.LATE),
        (Answer.VIRTUAL, Attendance.VIRTUAL),
        (None, Attendance.PRESENT),
    ],
)
@pytest.mark.parametrize("way", ["report", "here"])
async def test_whoever_shows_up_is_recorded_in_the_way_they_came(
    evening: Evening, answer: Answer | None, expected: Attendance, way: str
) -> None:
    if answer is not None:
        await evening.answer(ANA, answer)
    await evening.open()
    if way == "report":
        await evening.report(ANA)
    else:
        await here(evening, ANA)
    await evening.close()

    assert (await evening.ledger())[ANA] is expected


async def test_nobody_becomes_absent_silently(evening: Evening) -> None:
    await evening.answer(ANA, Answer.GOING)
    await evening.answer(BEN, Answer.APOLOGIES)
    evening.home.now = MEETS - timedelta(hours=3)
    await evening.report(ANA)  # written early: no proof of having been there
    await evening.open()
    await evening.report(BEN)  # written at home
    await evening.close()

    assert await evening.ledger() == {
        ORGANIZER: Attendance.UNRECORDED,
        ANA: Attendance.UNRECORDED,
        BEN: Attendance.EXCUSED,
        CHO: Attendance.UNRECORDED,
    }


async def test_an_early_report_corrected_at_the_meeting_shows_that_somebody_was_there(
    evening: Evening,
) -> None:
    evening.home.now = MEETS - timedelta(hours=3)
    await evening.report(ANA)
    await evening.open()
    evening.home.now += timedelta(minutes=10)
    await evening.report(ANA)
    await evening.close()

    assert (await evening.ledger())[ANA] is Attendance.PRESENT


async def test_who_joined_after_the_start_is_not_counted(evening: Evening) -> None:
    await evening.open()
    evening.home.now += timedelta(minutes=10)
    await evening.join(NEWCOMER)
    await here(evening, NEWCOMER)
    await evening.report(NEWCOMER)
    assert NEWCOMER in (await evening.view()).round.people
    await evening.close()

    assert set(await evening.ledger()) == {ORGANIZER, ANA, BEN, CHO}


async def test_who_left_during_the_meeting_still_was_there(evening: Evening) -> None:
    await evening.open()
    await evening.report(ANA)
    evening.home.now += timedelta(minutes=30)
    await evening.home.leave(evening.group, ANA)
    await evening.close()

    assert (await evening.ledger())[ANA] is Attendance.PRESENT


async def leave(evening: Evening, user: int) -> None:
    service = MemberService(evening.home.transactions, evening.planner)
    await service.leave(evening.home.actor(user), evening.group.id)


async def be_removed(evening: Evening, user: int) -> None:
    service = MemberService(evening.home.transactions, evening.planner)
    await service.remove(evening.home.actor(ORGANIZER), evening.group.id, UserId(user))


async def leave_server(evening: Evening, user: int) -> None:
    service = LeaverService(evening.home.transactions, evening.planner)
    await service.mark_gone(evening.group.guild_id, UserId(user))


@pytest.mark.parametrize("go", [leave, be_removed, leave_server])
async def test_who_came_is_recorded_as_they_came_when_they_go_before_the_close(
    evening: Evening, go: Callable[[Evening, int], Awaitable[None]]
) -> None:
    await evening.answer(ANA, Answer.VIRTUAL)
    await evening.answer(BEN, Answer.LATE)
    await evening.open()
    await here(evening, ANA)
    await evening.report(BEN, win="A call")
    await evening.report(CHO)
    evening.home.now += timedelta(minutes=30)
    for user in (ANA, BEN, CHO):
        await go(evening, user)
    evening.home.now += timedelta(minutes=30)
    await evening.close()

    assert await evening.ledger() == {
        ORGANIZER: Attendance.UNRECORDED,
        ANA: Attendance.VIRTUAL,
        BEN: Attendance.LATE,
        CHO: Attendance.PRESENT,
    }
    record = await evening.home.database.read(
        lambda tx: RecordRepository(tx).read(evening.group, now=evening.now)
    )
    assert record.rates == Rates(meetings=1, came=3, excused=0, absent=0)
    assert {person.user_id for person in record.people} == {ORGANIZER, ANA, BEN, CHO}


@pytest.mark.parametrize("go", [leave, be_removed, leave_server])
async def test_nobody_is_absent_when_they_went_without_having_come(
    evening: Evening, go: Callable[[Evening, int], Awaitable[None]]
) -> None:
    await evening.answer(BEN, Answer.GOING)
    await evening.open()
    await here(evening, CHO)
    evening.home.now += timedelta(minutes=30)
    for user in (ANA, BEN):
        await go(evening, user)
    await evening.close()

    record = await evening.home.database.read(
        lambda tx: RecordRepository(tx).read(evening.group, now=evening.now)
    )
    assert (await evening.ledger())[BEN] is Attendance.UNRECORDED
    assert record.rates == Rates(meetings=1, came=1, excused=0, absent=0)


async def test_what_a_person_said_is_not_overwritten_by_closing(evening: Evening) -> None:
    await evening.open()
    await here(evening, ANA)
    await here(evening, ANA)
    await evening.answer(ANA, Answer.VIRTUAL)
    await evening.close()

    rows = await evening.home.rows(
        "SELECT state, previous, recorded_by FROM attendance WHERE user_id = :user", user=ANA
    )
    assert rows == [{"state": "present", "previous": None, "recorded_by": ANA}]


async def test_an_organizer_says_it_of_the_unrecorded_and_is_named_for_it(evening: Evening) -> None:
    await evening.home.run(
        "INSERT INTO preferences (guild_id, user_id, display_name, direct_messages, nudges) "
        "VALUES (1, 3, 'Ben', 0, 1)"
    )
    await evening.open()
    await evening.report(ANA)
    await evening.close()
    service, actor = evening.attendance, evening.home.actor

    waiting = await service.list_unrecorded(actor(ORGANIZER))
    assert (waiting.number, waiting.people) == (1, ((BEN, "Ben"), (ORGANIZER, ""), (CHO, "")))
    rest = await service.record(
        actor(ORGANIZER),
        evening.meeting_id,
        {UserId(BEN): Attendance.ABSENT, UserId(ANA): Attendance.ABSENT, UserId(77): Attendance.PRESENT},
    )
    assert [user for user, _ in rest.people] == [ORGANIZER, CHO]
    rest = await service.record_rest(actor(ORGANIZER), evening.meeting_id, Attendance.PRESENT)
    assert rest.people == ()

    assert await evening.ledger() == {
        ORGANIZER: Attendance.PRESENT,
        ANA: Attendance.PRESENT,
        BEN: Attendance.ABSENT,
        CHO: Attendance.PRESENT,
    }
    rows = await evening.home.rows(
        "SELECT state, previous, recorded_by FROM attendance WHERE user_id = :user ORDER BY id", user=BEN
    )
    assert rows == [
        {"state": "unrecorded", "previous": None, "recorded_by": None},
        {"state": "absent", "previous": "unrecorded", "recorded_by": ORGANIZER},
    ]


async def test_two_organizers_at_once_record_everybody_once(evening: Evening) -> None:
    await evening.open()
    await evening.close()

    await asyncio.gather(
        *(
            evening.attendance.record_rest(evening.home.actor(ORGANIZER), evening.meeting_id, state)
            for state in (Attendance.PRESENT, Attendance.ABSENT)
        )
    )

    assert len(await evening.home.rows("SELECT id FROM attendance WHERE recorded_by = 1")) == 4


async def test_only_what_can_be_said_of_a_person_is_taken(evening: Evening) -> None:
    await evening.open()
    await evening.close()

    for state in (Attendance.UNRECORDED, Attendance.NOT_YET_MEMBER, Attendance.DIDNT_MEET):
        for action in (
            evening.attendance.record(
                evening.home.actor(ORGANIZER), evening.meeting_id, {UserId(ANA): state}
            ),
            evening.attendance.record_rest(evening.home.actor(ORGANIZER), evening.meeting_id, state),
        ):
            assert await evening.refused(action) == "button.stale"


async def test_attendance_is_for_organizers_once_the_meeting_is_over(evening: Evening) -> None:
    service, actor = evening.attendance, evening.home.actor
    assert await evening.refused(service.list_unrecorded(actor(ORGANIZER))) == "attendance.no_meeting"
    await evening.open()
    for meeting_id in (evening.meeting_id, None):
        now = service.list_unrecorded(actor(ORGANIZER), meeting_id=meeting_id)
        assert await evening.refused(now) == "attendance.not_closed"
    await evening.close()

    for action in (
        service.list_unrecorded(actor(ANA), meeting_id=evening.meeting_id),
        service.list_unrecorded(actor(ANA), group_id=evening.group.id),
        service.record(actor(ANA), evening.meeting_id, {UserId(ANA): Attendance.PRESENT}),
        service.record_rest(actor(ANA), evening.meeting_id, Attendance.PRESENT),
    ):
        assert await evening.refused(action) == "group.organizers_only"
    unknown = service.list_unrecorded(actor(ORGANIZER), group_id=GroupId(999))
    assert await evening.refused(unknown) == "group.unknown"


async def test_the_list_is_of_the_latest_meeting_that_has_somebody_on_it(evening: Evening) -> None:
    await evening.open()
    await evening.close()
    first, evening.meeting_id = evening.meeting_id, evening.following_id
    evening.home.now = MEETS + WEEK
    await evening.announce(PingKind.CHECKIN)
    await evening.close()
    service, actor = evening.attendance, evening.home.actor

    assert (await service.list_unrecorded(actor(ORGANIZER))).meeting.id == evening.following_id
    await service.record_rest(actor(ORGANIZER), evening.following_id, Attendance.PRESENT)
    assert (await service.list_unrecorded(actor(ORGANIZER))).meeting.id == first
    await service.record_rest(actor(ORGANIZER), first, Attendance.PRESENT)
    done = await service.list_unrecorded(actor(ORGANIZER))
    assert (done.meeting.id, done.people) == (evening.following_id, ())


async def test_an_incomplete_attendance_is_told_to_the_organizers_once(evening: Evening) -> None:
    await evening.open()
    await evening.report(ANA)
    await evening.close()
    await evening.announce(PingKind.SUMMARY)
    await evening.announce(PingKind.SUMMARY)

    rows = await evening.home.rows("SELECT code, parameters FROM notices")
    assert rows == [{"code": "attendance_unrecorded", "parameters": '{"count": 3, "number": 1}'}]

    await evening.attendance.record_rest(
        evening.home.actor(ORGANIZER), evening.meeting_id, Attendance.PRESENT
    )
    assert await evening.home.rows("SELECT code FROM notices") == []


async def test_a_suggestion_is_of_those_who_gave_a_word_though_they_left_since(evening: Evening) -> None:
    for user, answer in ((ANA, Answer.LATE), (BEN, Answer.GOING), (CHO, Answer.APOLOGIES)):
        await evening.answer(user, answer)
    await evening.open()
    evening.home.now += timedelta(minutes=20)
    await evening.home.leave(evening.group, ANA)
    await evening.home.leave(evening.group, CHO)
    await evening.close()

    reader = evening.home.actor(ORGANIZER)
    waiting = await evening.attendance.list_unrecorded(reader, meeting_id=evening.meeting_id)
    assert waiting.suggested == {ANA: Attendance.LATE, BEN: Attendance.PRESENT}
    assert (await evening.ledger())[CHO] is Attendance.EXCUSED
    _, seat = await evening.corrections.get_seat(reader, evening.meeting_id, UserId(ANA))
    assert (seat.state, seat.suggested) == (Attendance.UNRECORDED, Attendance.LATE)

    done = await evening.attendance.confirm(evening.home.actor(ORGANIZER), evening.meeting_id)
    assert done.recording is not None
    assert done.recording.states == waiting.suggested
    assert done.people == ((ORGANIZER, ""),)
    again = await evening.attendance.confirm(evening.home.actor(ORGANIZER), evening.meeting_id)
    assert again.recording is None


@pytest.mark.parametrize("click", ["rest", "confirm", "chosen"])
async def test_a_click_can_be_undone_when_it_was_pressed_twice(evening: Evening, click: str) -> None:
    for user in (ANA, BEN):
        await evening.answer(user, Answer.GOING)
    await evening.open()
    await evening.close()
    service, meeting = evening.attendance, evening.meeting_id
    first = await service.record(
        evening.home.actor(ORGANIZER), meeting, {UserId(CHO): Attendance.ABSENT}, after=0
    )

    async def press() -> Unrecorded:
        who, after = evening.home.actor(ORGANIZER), first.newest
        if click == "rest":
            return await service.record_rest(who, meeting, Attendance.PRESENT, after=after)
        if click == "confirm":
            return await service.confirm(who, meeting, after=after)
        return await service.record(who, meeting, {UserId(ANA): Attendance.LATE}, after=after)

    before = await evening.ledger()
    cards = await asyncio.gather(press(), press())
    assert cards[0].recording is not None
    assert cards[1].recording is not None
    assert cards[0].recording.states == cards[1].recording.states
    assert CHO not in cards[0].recording.states
    for card in cards:
        assert card.recording is not None
        who = evening.home.actor(ORGANIZER)
        await service.undo(who, meeting, first=card.recording.first, last=card.recording.last)
        assert await evening.ledger() == before


async def test_undo_takes_back_one_click_and_nothing_that_was_said_since(evening: Evening) -> None:
    organizer = evening.home.actor
    for user, answer in ((ANA, Answer.LATE), (BEN, Answer.VIRTUAL)):
        await evening.answer(user, answer)
    await evening.open()
    await evening.close()
    service, meeting = evening.attendance, evening.meeting_id
    first = (await service.record(organizer(ORGANIZER), meeting, {UserId(CHO): Attendance.ABSENT})).recording
    rest = (await service.record_rest(organizer(ORGANIZER), meeting, Attendance.PRESENT)).recording
    assert first is not None
    assert rest is not None
    await evening.corrections.correct(
        organizer(ORGANIZER), meeting, UserId(BEN), Attendance.PRESENT, "He came after all"
    )

    undone = await service.undo(organizer(ORGANIZER), meeting, first=rest.first, last=rest.last)
    assert {user for user, _ in undone.people} == {ORGANIZER, ANA}
    assert (await evening.ledger())[CHO] is Attendance.ABSENT
    assert (await evening.ledger())[BEN] is Attendance.PRESENT
    again = await service.undo(organizer(ORGANIZER), meeting, first=rest.first, last=rest.last)
    assert len(again.people) == 2
    await service.undo(organizer(ORGANIZER), meeting, first=first.first, last=first.last)
    assert (await evening.ledger())[CHO] is Attendance.UNRECORDED
    assert (
        await evening.refused(service.undo(organizer(ANA), meeting, first=first.first, last=rest.last))
        == "group.organizers_only"
    )


async def test_a_meeting_that_nobody_closed_is_offered_to_be_closed_when_it_is_over(evening: Evening) -> None:
    service, actor = evening.attendance, evening.home.actor
    await evening.open()
    assert await service.find_unclosed(actor(ORGANIZER)) is None
    evening.home.now += timedelta(days=1)
    assert await service.find_unclosed(actor(ORGANIZER)) == evening.meeting_id
    assert await evening.refused(service.find_unclosed(actor(ANA))) == "group.organizers_only"
    assert await evening.refused(evening.corrections.view(actor(ORGANIZER))) == "attendance.not_closed"
    await evening.close()
    assert await service.find_unclosed(actor(ORGANIZER)) is None
