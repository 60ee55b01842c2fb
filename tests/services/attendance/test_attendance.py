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
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, get_refusal
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder

NEWCOMER = 5


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The group, three days before it meets."""
    return await MeetingBuilder.prepare(database)


async def here(builder: MeetingBuilder, user: int) -> None:
    await builder.turns.mark_present(builder.act_as(user), builder.meeting_id)


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
    builder: MeetingBuilder, answer: Answer | None, expected: Attendance, way: str
) -> None:
    if answer is not None:
        await builder.set_rsvp(ANA, answer)
    await builder.open_checkin()
    if way == "report":
        await builder.report_checkin(ANA)
    else:
        await here(builder, ANA)
    await builder.close_checkin()

    assert (await builder.read_ledger())[ANA] is expected


async def test_nobody_becomes_absent_silently(builder: MeetingBuilder) -> None:
    await builder.set_rsvp(ANA, Answer.GOING)
    await builder.set_rsvp(BEN, Answer.APOLOGIES)
    builder.now = MEETS - timedelta(hours=3)
    await builder.report_checkin(ANA)  # written early: no proof of having been there
    await builder.open_checkin()
    await builder.report_checkin(BEN)  # written at home
    await builder.close_checkin()

    assert await builder.read_ledger() == {
        ORGANIZER: Attendance.UNRECORDED,
        ANA: Attendance.UNRECORDED,
        BEN: Attendance.EXCUSED,
        CHO: Attendance.UNRECORDED,
    }


async def test_an_early_report_corrected_at_the_meeting_shows_that_somebody_was_there(
    builder: MeetingBuilder,
) -> None:
    builder.now = MEETS - timedelta(hours=3)
    await builder.report_checkin(ANA)
    await builder.open_checkin()
    builder.now += timedelta(minutes=10)
    await builder.report_checkin(ANA)
    await builder.close_checkin()

    assert (await builder.read_ledger())[ANA] is Attendance.PRESENT


async def test_who_joined_after_the_start_is_not_counted(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    builder.now += timedelta(minutes=10)
    await builder.join_group(NEWCOMER)
    await here(builder, NEWCOMER)
    await builder.report_checkin(NEWCOMER)
    assert NEWCOMER in (await builder.view_checkin()).round.people
    await builder.close_checkin()

    assert set(await builder.read_ledger()) == {ORGANIZER, ANA, BEN, CHO}


async def test_who_left_during_the_meeting_still_was_there(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    builder.now += timedelta(minutes=30)
    await builder.remove_member(builder.group, ANA)
    await builder.close_checkin()

    assert (await builder.read_ledger())[ANA] is Attendance.PRESENT


async def leave(builder: MeetingBuilder, user: int) -> None:
    service = MemberService(builder.transactions, builder.planner)
    await service.leave(builder.act_as(user), builder.group.id)


async def be_removed(builder: MeetingBuilder, user: int) -> None:
    service = MemberService(builder.transactions, builder.planner)
    await service.remove(builder.act_as(ORGANIZER), builder.group.id, UserId(user))


async def leave_server(builder: MeetingBuilder, user: int) -> None:
    service = LeaverService(builder.transactions, builder.planner)
    await service.mark_gone(builder.group.guild_id, UserId(user))


@pytest.mark.parametrize("go", [leave, be_removed, leave_server])
async def test_who_came_is_recorded_as_they_came_when_they_go_before_the_close(
    builder: MeetingBuilder, go: Callable[[MeetingBuilder, int], Awaitable[None]]
) -> None:
    await builder.set_rsvp(ANA, Answer.VIRTUAL)
    await builder.set_rsvp(BEN, Answer.LATE)
    await builder.open_checkin()
    await here(builder, ANA)
    await builder.report_checkin(BEN, win="A call")
    await builder.report_checkin(CHO)
    builder.now += timedelta(minutes=30)
    for user in (ANA, BEN, CHO):
        await go(builder, user)
    builder.now += timedelta(minutes=30)
    await builder.close_checkin()

    assert await builder.read_ledger() == {
        ORGANIZER: Attendance.UNRECORDED,
        ANA: Attendance.VIRTUAL,
        BEN: Attendance.LATE,
        CHO: Attendance.PRESENT,
    }
    record = await builder.database.read(lambda tx: RecordRepository(tx).read(builder.group, now=builder.now))
    assert record.rates == Rates(meetings=1, came=3, excused=0, absent=0)
    assert {person.user_id for person in record.people} == {ORGANIZER, ANA, BEN, CHO}


@pytest.mark.parametrize("go", [leave, be_removed, leave_server])
async def test_nobody_is_absent_when_they_went_without_having_come(
    builder: MeetingBuilder, go: Callable[[MeetingBuilder, int], Awaitable[None]]
) -> None:
    await builder.set_rsvp(BEN, Answer.GOING)
    await builder.open_checkin()
    await here(builder, CHO)
    builder.now += timedelta(minutes=30)
    for user in (ANA, BEN):
        await go(builder, user)
    await builder.close_checkin()

    record = await builder.database.read(lambda tx: RecordRepository(tx).read(builder.group, now=builder.now))
    assert (await builder.read_ledger())[BEN] is Attendance.UNRECORDED
    assert record.rates == Rates(meetings=1, came=1, excused=0, absent=0)


async def test_what_a_person_said_is_not_overwritten_by_closing(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await here(builder, ANA)
    await here(builder, ANA)
    await builder.set_rsvp(ANA, Answer.VIRTUAL)
    await builder.close_checkin()

    rows = await builder.read_rows(
        "SELECT state, previous, recorded_by FROM attendance WHERE user_id = :user", user=ANA
    )
    assert rows == [{"state": "present", "previous": None, "recorded_by": ANA}]


async def test_an_organizer_says_it_of_the_unrecorded_and_is_named_for_it(builder: MeetingBuilder) -> None:
    await builder.change_rows(
        "INSERT INTO preferences (guild_id, user_id, display_name, direct_messages, nudges) "
        "VALUES (10, 3, 'Ben', 0, 1)"
    )
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    await builder.close_checkin()
    service, actor = builder.attendance, builder.act_as

    waiting = await service.list_unrecorded(actor(ORGANIZER))
    assert (waiting.number, waiting.people) == (1, ((BEN, "Ben"), (ORGANIZER, ""), (CHO, "")))
    rest = await service.record(
        actor(ORGANIZER),
        builder.meeting_id,
        {UserId(BEN): Attendance.ABSENT, UserId(ANA): Attendance.ABSENT, UserId(77): Attendance.PRESENT},
    )
    assert [user for user, _ in rest.people] == [ORGANIZER, CHO]
    rest = await service.record_rest(actor(ORGANIZER), builder.meeting_id, Attendance.PRESENT)
    assert rest.people == ()

    assert await builder.read_ledger() == {
        ORGANIZER: Attendance.PRESENT,
        ANA: Attendance.PRESENT,
        BEN: Attendance.ABSENT,
        CHO: Attendance.PRESENT,
    }
    rows = await builder.read_rows(
        "SELECT state, previous, recorded_by FROM attendance WHERE user_id = :user ORDER BY id", user=BEN
    )
    assert rows == [
        {"state": "unrecorded", "previous": None, "recorded_by": None},
        {"state": "absent", "previous": "unrecorded", "recorded_by": ORGANIZER},
    ]


async def test_two_organizers_at_once_record_everybody_once(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.close_checkin()

    await asyncio.gather(
        *(
            builder.attendance.record_rest(builder.act_as(ORGANIZER), builder.meeting_id, state)
            for state in (Attendance.PRESENT, Attendance.ABSENT)
        )
    )

    assert len(await builder.read_rows("SELECT id FROM attendance WHERE recorded_by = 1")) == 4


async def test_only_what_can_be_said_of_a_person_is_taken(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.close_checkin()

    for state in (Attendance.UNRECORDED, Attendance.NOT_YET_MEMBER, Attendance.DIDNT_MEET):
        for action in (
            builder.attendance.record(builder.act_as(ORGANIZER), builder.meeting_id, {UserId(ANA): state}),
            builder.attendance.record_rest(builder.act_as(ORGANIZER), builder.meeting_id, state),
        ):
            assert await get_refusal(action) == "button.stale"


async def test_attendance_is_for_organizers_once_the_meeting_is_over(builder: MeetingBuilder) -> None:
    service, actor = builder.attendance, builder.act_as
    assert await get_refusal(service.list_unrecorded(actor(ORGANIZER))) == "attendance.no_meeting"
    await builder.open_checkin()
    for meeting_id in (builder.meeting_id, None):
        now = service.list_unrecorded(actor(ORGANIZER), meeting_id=meeting_id)
        assert await get_refusal(now) == "attendance.not_closed"
    await builder.close_checkin()

    for action in (
        service.list_unrecorded(actor(ANA), meeting_id=builder.meeting_id),
        service.list_unrecorded(actor(ANA), group_id=builder.group.id),
        service.record(actor(ANA), builder.meeting_id, {UserId(ANA): Attendance.PRESENT}),
        service.record_rest(actor(ANA), builder.meeting_id, Attendance.PRESENT),
    ):
        assert await get_refusal(action) == "group.organizers_only"
    unknown = service.list_unrecorded(actor(ORGANIZER), group_id=GroupId(999))
    assert await get_refusal(unknown) == "group.unknown"


async def test_the_list_is_of_the_latest_meeting_that_has_somebody_on_it(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.close_checkin()
    first, builder.meeting_id = builder.meeting_id, builder.following_id
    builder.now = MEETS + WEEK
    await builder.prepare_ping(PingKind.CHECKIN)
    await builder.close_checkin()
    service, actor = builder.attendance, builder.act_as

    assert (await service.list_unrecorded(actor(ORGANIZER))).meeting.id == builder.following_id
    await service.record_rest(actor(ORGANIZER), builder.following_id, Attendance.PRESENT)
    assert (await service.list_unrecorded(actor(ORGANIZER))).meeting.id == first
    await service.record_rest(actor(ORGANIZER), first, Attendance.PRESENT)
    done = await service.list_unrecorded(actor(ORGANIZER))
    assert (done.meeting.id, done.people) == (builder.following_id, ())


async def test_an_incomplete_attendance_is_told_to_the_organizers_once(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.report_checkin(ANA)
    await builder.close_checkin()
    await builder.prepare_ping(PingKind.SUMMARY)
    await builder.prepare_ping(PingKind.SUMMARY)

    rows = await builder.read_rows("SELECT code, parameters FROM notices")
    assert rows == [{"code": "attendance_unrecorded", "parameters": '{"count": 3, "number": 1}'}]

    await builder.attendance.record_rest(builder.act_as(ORGANIZER), builder.meeting_id, Attendance.PRESENT)
    assert await builder.read_rows("SELECT code FROM notices") == []


async def test_a_suggestion_is_of_those_who_gave_a_word_though_they_left_since(
    builder: MeetingBuilder,
) -> None:
    for user, answer in ((ANA, Answer.LATE), (BEN, Answer.GOING), (CHO, Answer.APOLOGIES)):
        await builder.set_rsvp(user, answer)
    await builder.open_checkin()
    builder.now += timedelta(minutes=20)
    await builder.remove_member(builder.group, ANA)
    await builder.remove_member(builder.group, CHO)
    await builder.close_checkin()

    reader = builder.act_as(ORGANIZER)
    waiting = await builder.attendance.list_unrecorded(reader, meeting_id=builder.meeting_id)
    assert waiting.suggested == {ANA: Attendance.LATE, BEN: Attendance.PRESENT}
    assert (await builder.read_ledger())[CHO] is Attendance.EXCUSED
    _, seat = await builder.corrections.get_seat(reader, builder.meeting_id, UserId(ANA))
    assert (seat.state, seat.suggested) == (Attendance.UNRECORDED, Attendance.LATE)

    done = await builder.attendance.confirm(builder.act_as(ORGANIZER), builder.meeting_id)
    assert done.recording is not None
    assert done.recording.states == waiting.suggested
    assert done.people == ((ORGANIZER, ""),)
    again = await builder.attendance.confirm(builder.act_as(ORGANIZER), builder.meeting_id)
    assert again.recording is None


@pytest.mark.parametrize("click", ["rest", "confirm", "chosen"])
async def test_a_click_can_be_undone_when_it_was_pressed_twice(builder: MeetingBuilder, click: str) -> None:
    for user in (ANA, BEN):
        await builder.set_rsvp(user, Answer.GOING)
    await builder.open_checkin()
    await builder.close_checkin()
    service, meeting = builder.attendance, builder.meeting_id
    first = await service.record(
        builder.act_as(ORGANIZER), meeting, {UserId(CHO): Attendance.ABSENT}, after=0
    )

    async def press() -> Unrecorded:
        who, after = builder.act_as(ORGANIZER), first.newest
        if click == "rest":
            return await service.record_rest(who, meeting, Attendance.PRESENT, after=after)
        if click == "confirm":
            return await service.confirm(who, meeting, after=after)
        return await service.record(who, meeting, {UserId(ANA): Attendance.LATE}, after=after)

    before = await builder.read_ledger()
    cards = await asyncio.gather(press(), press())
    assert cards[0].recording is not None
    assert cards[1].recording is not None
    assert cards[0].recording.states == cards[1].recording.states
    assert CHO not in cards[0].recording.states
    for card in cards:
        assert card.recording is not None
        who = builder.act_as(ORGANIZER)
        await service.undo(who, meeting, first=card.recording.first, last=card.recording.last)
        assert await builder.read_ledger() == before


async def test_undo_takes_back_one_click_and_nothing_that_was_said_since(builder: MeetingBuilder) -> None:
    organizer = builder.act_as
    for user, answer in ((ANA, Answer.LATE), (BEN, Answer.VIRTUAL)):
        await builder.set_rsvp(user, answer)
    await builder.open_checkin()
    await builder.close_checkin()
    service, meeting = builder.attendance, builder.meeting_id
    first = (await service.record(organizer(ORGANIZER), meeting, {UserId(CHO): Attendance.ABSENT})).recording
    rest = (await service.record_rest(organizer(ORGANIZER), meeting, Attendance.PRESENT)).recording
    assert first is not None
    assert rest is not None
    await builder.corrections.correct(
        organizer(ORGANIZER), meeting, UserId(BEN), Attendance.PRESENT, "He came after all"
    )

    undone = await service.undo(organizer(ORGANIZER), meeting, first=rest.first, last=rest.last)
    assert {user for user, _ in undone.people} == {ORGANIZER, ANA}
    assert (await builder.read_ledger())[CHO] is Attendance.ABSENT
    assert (await builder.read_ledger())[BEN] is Attendance.PRESENT
    again = await service.undo(organizer(ORGANIZER), meeting, first=rest.first, last=rest.last)
    assert len(again.people) == 2
    await service.undo(organizer(ORGANIZER), meeting, first=first.first, last=first.last)
    assert (await builder.read_ledger())[CHO] is Attendance.UNRECORDED
    assert (
        await get_refusal(service.undo(organizer(ANA), meeting, first=first.first, last=rest.last))
        == "group.organizers_only"
    )


async def test_a_meeting_that_nobody_closed_is_offered_to_be_closed_when_it_is_over(
    builder: MeetingBuilder,
) -> None:
    service, actor = builder.attendance, builder.act_as
    await builder.open_checkin()
    assert await service.find_unclosed(actor(ORGANIZER)) is None
    builder.now += timedelta(days=1)
    assert await service.find_unclosed(actor(ORGANIZER)) == builder.meeting_id
    assert await get_refusal(service.find_unclosed(actor(ANA))) == "group.organizers_only"
    assert await get_refusal(builder.corrections.view(actor(ORGANIZER))) == "attendance.not_closed"
    await builder.close_checkin()
    assert await service.find_unclosed(actor(ORGANIZER)) is None
