"""Corrections: any past meeting, who said what and why, and nothing that was recorded is overwritten."""

import asyncio

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import GroupState, Role
from buddybot.domain.ids import GroupId, GuildId, MeetingId, UserId
from buddybot.services.attendance.corrections import CORRECTABLE, CorrectionView
from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from tests.services.attendance.corrections import call_off, correct, held, look, states
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, STRANGER, get_refusal
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder

PRESENT, ABSENT, EXCUSED = Attendance.PRESENT, Attendance.ABSENT, Attendance.EXCUSED
UNRECORDED, DIDNT_MEET = Attendance.UNRECORDED, Attendance.DIDNT_MEET
NEWCOMER = 5


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """A meeting that is over."""
    return await held(database)


async def ledger(builder: MeetingBuilder) -> list[dict[str, object]]:
    return await builder.read_rows("SELECT * FROM attendance ORDER BY id")


async def test_a_correction_says_who_when_from_what_to_what_and_why(builder: MeetingBuilder) -> None:
    before = await ledger(builder)
    view = await correct(builder, ANA, ABSENT, "  She checked in\nfrom home \u202e ")

    after = await ledger(builder)
    assert after[: len(before)] == before
    assert after[len(before) :] == [
        {
            "id": after[-1]["id"],
            "meeting_id": builder.meeting_id,
            "user_id": ANA,
            "state": "absent",
            "previous": "present",
            "recorded_by": ORGANIZER,
            "recorded_at": int(builder.now.timestamp()),
            "reason": "She checked in from home",
        }
    ]
    assert states(view) == {ORGANIZER: UNRECORDED, ANA: ABSENT, BEN: EXCUSED, CHO: UNRECORDED}
    [line] = view.trail
    assert (line.user_id, line.previous, line.state, line.recorded_by) == (ANA, PRESENT, ABSENT, ORGANIZER)


async def test_what_was_recorded_for_the_first_time_is_no_correction(builder: MeetingBuilder) -> None:
    await builder.attendance.record_rest(builder.act_as(ORGANIZER), builder.meeting_id, PRESENT)
    assert (await look(builder)).trail == ()


@pytest.mark.parametrize("state", CORRECTABLE)
async def test_every_state_that_can_be_said_can_be_corrected_to_and_from(
    builder: MeetingBuilder, state: Attendance
) -> None:
    if state is not UNRECORDED:
        await correct(builder, CHO, state)
        assert states(await correct(builder, CHO, UNRECORDED, "A mistake"))[CHO] is UNRECORDED
    assert states(await correct(builder, ANA, ABSENT))[ANA] is ABSENT
    if state is not ABSENT:
        assert states(await correct(builder, ANA, state))[ANA] is state


async def test_the_state_that_stands_already_is_refused_and_nothing_changes(builder: MeetingBuilder) -> None:
    before = await ledger(builder)
    for user, state in ((ANA, PRESENT), (BEN, EXCUSED), (CHO, UNRECORDED)):
        assert await get_refusal(correct(builder, user, state)) == "attendance.same"
    assert await ledger(builder) == before


@pytest.mark.parametrize("state", [Attendance.NOT_YET_MEMBER, DIDNT_MEET])
async def test_what_is_no_persons_state_is_not_taken(builder: MeetingBuilder, state: Attendance) -> None:
    assert await get_refusal(correct(builder, ANA, state)) == "button.stale"


@pytest.mark.parametrize(
    ("reason", "code"), [("", "empty"), ("\u200b \u202e", "empty"), ("x" * 201, "long"), ("x" * 9999, "long")]
)
async def test_a_reason_is_needed_and_short(builder: MeetingBuilder, reason: str, code: str) -> None:
    before = await ledger(builder)
    assert await get_refusal(correct(builder, ANA, ABSENT, reason)) == f"text.{code}"
    assert await ledger(builder) == before


async def test_who_was_no_member_when_it_began_cannot_be_recorded(builder: MeetingBuilder) -> None:
    await builder.join_group(NEWCOMER)
    before = await ledger(builder)
    for user in (NEWCOMER, STRANGER, -1):
        assert await get_refusal(correct(builder, user, PRESENT)) == "attendance.not_member"
        look_at = builder.corrections.get_seat(builder.act_as(ORGANIZER), builder.meeting_id, UserId(user))
        assert await get_refusal(look_at) == "attendance.not_member"
    assert await ledger(builder) == before


async def test_who_left_since_then_is_still_recorded_for_what_they_were_at(builder: MeetingBuilder) -> None:
    await builder.remove_member(builder.group, CHO)
    assert states(await correct(builder, CHO, PRESENT))[CHO] is PRESENT


async def test_a_form_sent_twice_is_carried_out_once(builder: MeetingBuilder) -> None:
    actor = builder.act_as(ORGANIZER)
    await builder.corrections.correct(actor, builder.meeting_id, UserId(ANA), ABSENT, "Once")
    after = await ledger(builder)
    with pytest.raises(AlreadyHandled):
        await builder.corrections.correct(actor, builder.meeting_id, UserId(ANA), PRESENT, "Again")
    assert await ledger(builder) == after


async def organize(builder: MeetingBuilder, user: int) -> None:
    async def script(tx: Tx) -> None:
        await MemberRepository(tx).set_role(
            group_id=builder.group.id, user_id=UserId(user), role=Role.ORGANIZER
        )

    await builder.database.write(script)


async def test_two_organizers_at_once_leave_an_unbroken_trail(builder: MeetingBuilder) -> None:
    await organize(builder, ANA)
    results = await asyncio.gather(
        correct(builder, CHO, PRESENT, "I saw her"),
        correct(builder, CHO, PRESENT, "I saw her too", by=ANA),
        correct(builder, CHO, EXCUSED, "She wrote to me", by=ANA),
        builder.corrections.did_not_meet(builder.act_as(ORGANIZER), builder.meeting_id, "Ice"),
        builder.corrections.did_not_meet(builder.act_as(ANA), builder.meeting_id, "Ice"),
        return_exceptions=True,
    )
    refused = {each.code for each in results if isinstance(each, Refusal)}
    assert refused <= {"attendance.same", "attendance.not_met"}
    assert all(isinstance(each, Refusal | CorrectionView) for each in results)
    entries = await builder.read_rows("SELECT * FROM attendance WHERE user_id = :user ORDER BY id", user=CHO)
    assert [each["previous"] for each in entries] == [None, *(each["state"] for each in entries[:-1])]
    assert [each["state"] for each in entries].count("didnt_meet") == 1


async def test_a_meeting_of_which_only_counts_are_left_stays_as_it_is(builder: MeetingBuilder) -> None:
    await builder.change_rows("UPDATE meetings SET reduced = 1 WHERE id = :id", id=builder.meeting_id)
    assert await get_refusal(correct(builder, ANA, ABSENT)) == "attendance.reduced"
    taken = await builder.attendance.list_unrecorded(builder.act_as(ORGANIZER), meeting_id=builder.meeting_id)
    assert taken.people == ()


async def test_corrections_are_for_the_organizers_of_the_group_alone(builder: MeetingBuilder) -> None:
    other = await builder.add_plain_group(STRANGER, name="Birch", channel=11)
    builder, corrections, meeting_id = builder, builder.corrections, builder.meeting_id
    elsewhere = builder.act_as(ORGANIZER)._replace(guild_id=GuildId(77))
    before = await ledger(builder)
    for actor, code in (
        (builder.act_as(ANA), "group.organizers_only"),
        (builder.act_as(STRANGER), "meeting.unknown"),
        (elsewhere, "meeting.unknown"),
        (elsewhere._replace(guild_id=None), "guild.only"),
    ):
        for act in (
            corrections.view(actor, meeting_id),
            corrections.get_seat(actor, meeting_id, UserId(ANA)),
            corrections.correct(actor, meeting_id, UserId(ANA), ABSENT, "No"),
            corrections.did_not_meet(actor, meeting_id, "Ice"),
            corrections.did_meet(actor, meeting_id, "Ice"),
            builder.visitors.look(actor, meeting_id),
            builder.visitors.add(actor, meeting_id, "Zoe"),
        ):
            assert await get_refusal(act) == code
    stranger = builder.act_as(STRANGER)
    for pick in (meeting_id, MeetingId(999_999)):
        assert await get_refusal(corrections.view(stranger, pick, other.id)) == "meeting.unknown"
    for group_id in (builder.group.id, GroupId(999)):
        assert await get_refusal(corrections.choices(stranger, group_id)) == "group.unknown"
    assert await corrections.choices(stranger, other.id) == []
    assert await get_refusal(corrections.view(stranger)) == "attendance.no_meeting"

    await builder.set_group_state(builder.group, GroupState.ARCHIVED)
    assert await get_refusal(correct(builder, ANA, ABSENT)) == "group.archived"
    assert await ledger(builder) == before


async def test_every_meeting_of_the_record_can_be_found_the_latest_first(builder: MeetingBuilder) -> None:
    await call_off(builder)
    found = await builder.corrections.choices(builder.act_as(ORGANIZER))
    assert [(meeting.id, number) for meeting, number in found] == [
        (builder.following_id, None),
        (builder.meeting_id, 1),
    ]
    by_day = await builder.corrections.view(builder.act_as(ORGANIZER), MEETS.date())
    assert by_day.meeting.id == builder.meeting_id
    missing = builder.corrections.view(builder.act_as(ORGANIZER), MEETS.date() - WEEK)
    assert await get_refusal(missing) == "meeting.none_on"
