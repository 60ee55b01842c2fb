"""What is older than the host keeps: counts that lead to nobody, and nothing that was forgotten to forget."""

from datetime import timedelta

import pytest

from buddybot.domain.commitments.commitments import Outcome
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.services.privacy.retention import RetentionService
from buddybot.storage.engine.database import Database
from buddybot.storage.privacy import erasure
from tests.services.builder import ANA, BEN, ORGANIZER
from tests.services.meeting_builder import MEETS, MeetingBuilder

KEEP = timedelta(days=30)


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The evening of these stories."""
    return await MeetingBuilder.prepare(database)


async def wait(builder: MeetingBuilder, days: int = 60) -> None:
    """Let time pass, and what is older than kept go."""
    builder.now += timedelta(days=days)
    await RetentionService(builder.transactions, KEEP).reduce_old()


async def test_a_number_does_not_tell_who_it_was(
    builder: MeetingBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither numbers nor rows are in the order of the roster, or they could be read off it."""
    monkeypatch.setattr(erasure, "_shuffle", lambda people: people.sort(reverse=True))
    for user, answer in ((ANA, Answer.LATE), (BEN, Answer.VIRTUAL)):
        await builder.set_rsvp(user, answer)
    await builder.open_checkin()
    for user in (ORGANIZER, ANA, BEN):
        await builder.turns.mark_present(builder.act_as(user), builder.meeting_id)
    await builder.close_checkin()
    await wait(builder)
    rows = await builder.read_rows(
        "SELECT user_id, state FROM attendance WHERE meeting_id = :id ORDER BY id", id=builder.meeting_id
    )
    found = [(row["user_id"], row["state"]) for row in rows]
    assert found == [(-1, "unrecorded"), (-2, "virtual"), (-3, "late"), (-4, "present")]


async def test_what_is_open_does_not_lead_to_what_was_reduced(builder: MeetingBuilder) -> None:
    promise = await builder.add_commitment(ANA)
    await builder.open_checkin()
    await builder.report_checkin(ANA, {promise: Outcome(done=1)})
    await builder.close_checkin()
    assert await builder.read_rows("SELECT 1 FROM commitments WHERE carried_from IS NOT NULL")
    await wait(builder)
    rows = await builder.read_rows("SELECT user_id, state FROM commitments WHERE user_id > 0")
    assert rows == [{"user_id": ANA, "state": "open"}]
    assert await builder.read_rows("SELECT 1 FROM commitments WHERE carried_from IS NOT NULL") == []


async def test_who_wrote_visitors_down_is_forgotten_with_their_names(builder: MeetingBuilder) -> None:
    await builder.open_checkin()
    await builder.close_checkin()
    await builder.visitors.add(builder.act_as(ORGANIZER), builder.meeting_id, "Zoe")
    await wait(builder)
    rows = await builder.read_rows("SELECT name, recorded_by, withdrawn_by FROM visitors")
    assert rows == [{"name": "", "recorded_by": 0, "withdrawn_by": None}]


async def test_an_invitation_that_nobody_answered_goes_too(builder: MeetingBuilder) -> None:
    await builder.change_rows(
        """
        INSERT INTO invitations (group_id, guild_id, invited_name, created_by, created_at, expires_at, state)
        VALUES (:group_id, 10, 'Zoe', 1, 0, 100, 'open')
        """,
        group_id=builder.group.id,
    )
    await wait(builder)
    assert await builder.read_rows("SELECT * FROM invitations") == []


async def test_open_commitments_go_with_those_who_left_long_ago(builder: MeetingBuilder) -> None:
    await builder.add_commitment(ANA, "4 coffee meetings")
    await builder.add_commitment(BEN, "2 applications")
    await builder.remove_member(builder.group, ANA)
    await wait(builder)
    rows = await builder.read_rows("SELECT user_id FROM commitments")
    assert rows == [{"user_id": UserId(BEN)}]


@pytest.mark.parametrize("state", ["paused", "archived"])
@pytest.mark.parametrize("begun", [False, True])
async def test_a_meeting_that_was_ahead_is_reduced_when_its_group_meets_no_more(
    builder: MeetingBuilder, state: str, begun: bool
) -> None:
    await builder.add_commitment(ANA, "4 coffee meetings")
    for user, answer in ((ANA, Answer.LATE), (BEN, Answer.APOLOGIES)):
        await builder.set_rsvp(user, answer)
    builder.now = MEETS - timedelta(hours=1)
    await builder.report_checkin(ANA, win="A letter", blocker="The trains")
    if begun:
        await builder.open_checkin()
        await builder.turns.mark_present(builder.act_as(ANA), builder.meeting_id)
    await builder.change_rows("UPDATE groups SET state = :state", state=state)
    await wait(builder)

    assert (await builder.get_meeting()).state is (MeetingState.CLOSED if begun else MeetingState.CANCELLED)
    for table in ("rsvps", "checkins", "turns"):
        assert await builder.read_rows(f"SELECT * FROM {table}") == [], table
    rows = await builder.read_rows(
        "SELECT user_id, state FROM attendance WHERE meeting_id = :id", id=builder.meeting_id
    )
    assert all(row["user_id"] < 0 for row in rows)
    states = sorted(row["state"] for row in rows)
    assert states == (["excused", "late", "unrecorded", "unrecorded"] if begun else [])
    texts = [row["text"] for row in await builder.read_rows("SELECT text FROM commitments")]
    assert texts == (["4 coffee meetings"] if state == "paused" else [])


async def test_an_open_meeting_of_a_group_that_meets_is_left_to_its_summary_for_a_while(
    builder: MeetingBuilder,
) -> None:
    await builder.open_checkin()
    await wait(builder, days=32)
    assert (await builder.get_meeting()).state is MeetingState.OPEN
    await wait(builder, days=14)
    assert (await builder.get_meeting()).state is MeetingState.CLOSED
    assert (await builder.get_meeting()).reduced
