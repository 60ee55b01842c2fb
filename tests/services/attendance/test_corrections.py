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
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, MEETS, ORGANIZER, STRANGER, WEEK, Evening

PRESENT, ABSENT, EXCUSED = Attendance.PRESENT, Attendance.ABSENT, Attendance.EXCUSED
UNRECORDED, DIDNT_MEET = Attendance.UNRECORDED, Attendance.DIDNT_MEET
NEWCOMER = 5


@pytest.fixture
async def evening(database: Database) -> Evening:
    """A meeting that is over."""
    return await held(database)


async def ledger(evening: Evening) -> list[dict[str, object]]:
    return await evening.home.rows("SELECT * FROM attendance ORDER BY id")


async def test_a_correction_says_who_when_from_what_to_what_and_why(evening: Evening) -> None:
    before = await ledger(evening)
    view = await correct(evening, ANA, ABSENT, "  She checked in\nfrom home \u202e ")

    after = await ledger(evening)
    assert after[: len(before)] == before
    assert after[len(before) :] == [
        {
            "id": after[-1]["id"],
            "meeting_id": evening.meeting_id,
            "user_id": ANA,
            "state": "absent",
            "previous": "present",
            "recorded_by": ORGANIZER,
            "recorded_at": int(evening.now.timestamp()),
            "reason": "She checked in from home",
        }
    ]
    assert states(view) == {ORGANIZER: UNRECORDED, ANA: ABSENT, BEN: EXCUSED, CHO: UNRECORDED}
    [line] = view.trail
    assert (line.user_id, line.previous, line.state, line.recorded_by) == (ANA, PRESENT, ABSENT, ORGANIZER)


async def test_what_was_recorded_for_the_first_time_is_no_correction(evening: Evening) -> None:
    await evening.attendance.record_rest(evening.home.actor(ORGANIZER), evening.meeting_id, PRESENT)
    assert (await look(evening)).trail == ()


@pytest.mark.parametrize("state", CORRECTABLE)
async def test_every_state_that_can_be_said_can_be_corrected_to_and_from(
    evening: Evening, state: Attendance
) -> None:
    if state is not UNRECORDED:
        await correct(evening, CHO, state)
        assert states(await correct(evening, CHO, UNRECORDED, "A mistake"))[CHO] is UNRECORDED
    assert states(await correct(evening, ANA, ABSENT))[ANA] is ABSENT
    if state is not ABSENT:
        assert states(await correct(evening, ANA, state))[ANA] is state


async def test_the_state_that_stands_already_is_refused_and_nothing_changes(evening: Evening) -> None:
    before = await ledger(evening)
    for user, state in ((ANA, PRESENT), (BEN, EXCUSED), (CHO, UNRECORDED)):
        assert await evening.refused(correct(evening, user, state)) == "attendance.same"
    assert await ledger(evening) == before


@pytest.mark.parametrize("state", [Attendance.NOT_YET_MEMBER, DIDNT_MEET])
async def test_what_is_no_persons_state_is_not_taken(evening: Evening, state: Attendance) -> None:
    assert await evening.refused(correct(evening, ANA, state)) == "button.stale"


@pytest.mark.parametrize(
    ("reason", "code"), [("", "empty"), ("\u200b \u202e", "empty"), ("x" * 201, "long"), ("x" * 9999, "long")]
)
async def test_a_reason_is_needed_and_short(evening: Evening, reason: str, code: str) -> None:
    before = await ledger(evening)
    assert await evening.refused(correct(evening, ANA, ABSENT, reason)) == f"text.{code}"
    assert await ledger(evening) == before


async def test_who_was_no_member_when_it_began_cannot_be_recorded(evening: Evening) -> None:
    await evening.join(NEWCOMER)
    before = await ledger(evening)
    for user in (NEWCOMER, STRANGER, -1):
        assert await evening.refused(correct(evening, user, PRESENT)) == "attendance.not_member"
        look_at = evening.corrections.get_seat(
            evening.home.actor(ORGANIZER), evening.meeting_id, UserId(user)
        )
        assert await evening.refused(look_at) == "attendance.not_member"
    assert await ledger(evening) == before


async def test_who_left_since_then_is_still_recorded_for_what_they_were_at(evening: Evening) -> None:
    await evening.home.leave(evening.group, CHO)
    assert states(await correct(evening, CHO, PRESENT))[CHO] is PRESENT


async def test_a_form_sent_twice_is_carried_out_once(evening: Evening) -> None:
    actor = evening.home.actor(ORGANIZER)
    await evening.corrections.correct(actor, evening.meeting_id, UserId(ANA), ABSENT, "Once")
    after = await ledger(evening)
    with pytest.raises(AlreadyHandled):
        await evening.corrections.correct(actor, evening.meeting_id, UserId(ANA), PRESENT, "Again")
    assert await ledger(evening) == after


async def organize(evening: Evening, user: int) -> None:
    async def script(tx: Tx) -> None:
        await MemberRepository(tx).set_role(
            group_id=evening.group.id, user_id=UserId(user), role=Role.ORGANIZER
        )

    await evening.home.database.write(script)


async def test_two_organizers_at_once_leave_an_unbroken_trail(evening: Evening) -> None:
    await organize(evening, ANA)
    results = await asyncio.gather(
        correct(evening, CHO, PRESENT, "I saw her"),
        correct(evening, CHO, PRESENT, "I saw her too", by=ANA),
        correct(evening, CHO, EXCUSED, "She wrote to me", by=ANA),
        evening.corrections.did_not_meet(evening.home.actor(ORGANIZER), evening.meeting_id, "Ice"),
        evening.corrections.did_not_meet(evening.home.actor(ANA), evening.meeting_id, "Ice"),
        return_exceptions=True,
    )
    refused = {each.code for each in results if isinstance(each, Refusal)}
    assert refused <= {"attendance.same", "attendance.not_met"}
    assert all(isinstance(each, Refusal | CorrectionView) for each in results)
    entries = await evening.home.rows("SELECT * FROM attendance WHERE user_id = :user ORDER BY id", user=CHO)
    assert [each["previous"] for each in entries] == [None, *(each["state"] for each in entries[:-1])]
    assert [each["state"] for each in entries].count("didnt_meet") == 1


async def test_a_meeting_of_which_only_counts_are_left_stays_as_it_is(evening: Evening) -> None:
    await evening.home.run("UPDATE meetings SET reduced = 1 WHERE id = :id", id=evening.meeting_id)
    assert await evening.refused(correct(evening, ANA, ABSENT)) == "attendance.reduced"
    taken = await evening.attendance.list_unrecorded(
        evening.home.actor(ORGANIZER), meeting_id=evening.meeting_id
    )
    assert taken.people == ()


async def test_corrections_are_for_the_organizers_of_the_group_alone(evening: Evening) -> None:
    other = await evening.home.group(STRANGER, name="Birch", channel=11)
    home, corrections, meeting_id = evening.home, evening.corrections, evening.meeting_id
    elsewhere = home.actor(ORGANIZER)._replace(guild_id=GuildId(77))
    before = await ledger(evening)
    for actor, code in (
        (home.actor(ANA), "group.organizers_only"),
        (home.actor(STRANGER), "meeting.unknown"),
        (elsewhere, "meeting.unknown"),
        (elsewhere._replace(guild_id=None), "guild.only"),
    ):
        for act in (
            corrections.view(actor, meeting_id),
            corrections.get_seat(actor, meeting_id, UserId(ANA)),
            corrections.correct(actor, meeting_id, UserId(ANA), ABSENT, "No"),
            corrections.did_not_meet(actor, meeting_id, "Ice"),
            corrections.did_meet(actor, meeting_id, "Ice"),
            evening.visitors.look(actor, meeting_id),
            evening.visitors.add(actor, meeting_id, "Zoe"),
        ):
            assert await evening.refused(act) == code
    stranger = home.actor(STRANGER)
    for pick in (meeting_id, MeetingId(999_999)):
        assert await evening.refused(corrections.view(stranger, pick, other.id)) == "meeting.unknown"
    for group_id in (evening.group.id, GroupId(999)):
        assert await evening.refused(corrections.choices(stranger, group_id)) == "group.unknown"
    assert await corrections.choices(stranger, other.id) == []
    assert await evening.refused(corrections.view(stranger)) == "attendance.no_meeting"

    await home.become(evening.group, GroupState.ARCHIVED)
    assert await evening.refused(correct(evening, ANA, ABSENT)) == "group.archived"
    assert await ledger(evening) == before


async def test_every_meeting_of_the_record_can_be_found_the_latest_first(evening: Evening) -> None:
    await call_off(evening)
    found = await evening.corrections.choices(evening.home.actor(ORGANIZER))
    assert [(meeting.id, number) for meeting, number in found] == [
        (evening.following_id, None),
        (evening.meeting_id, 1),
    ]
    by_day = await evening.corrections.view(evening.home.actor(ORGANIZER), MEETS.date())
    assert by_day.meeting.id == evening.meeting_id
    missing = evening.corrections.view(evening.home.actor(ORGANIZER), MEETS.date() - WEEK)
    assert await evening.refused(missing) == "meeting.none_on"
