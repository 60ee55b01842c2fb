"""What is older than the host keeps: counts that lead to nobody, and nothing that was forgotten to forget."""

from datetime import timedelta

import pytest

from buddybot.domain.commitments.commitments import Outcome
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.services.privacy.retention import RetentionService
from buddybot.storage.engine.database import Database
from buddybot.storage.privacy import erasure
from tests.services.checkins.meeting_evenings import ANA, BEN, MEETS, ORGANIZER, Evening

KEEP = timedelta(days=30)


@pytest.fixture
async def evening(database: Database) -> Evening:
    """The evening of these stories."""
    return await Evening.prepare(database)


async def wait(evening: Evening, days: int = 60) -> None:
    """Let time pass, and what is older than kept go."""
    evening.home.now += timedelta(days=days)
    await RetentionService(evening.home.transactions, KEEP).reduce_old()


async def test_a_number_does_not_tell_who_it_was(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither numbers nor rows are in the order of the roster, or they could be read off it."""
    monkeypatch.setattr(erasure, "_shuffle", lambda people: people.sort(reverse=True))
    for user, answer in ((ANA, Answer.LATE), (BEN, Answer.VIRTUAL)):
        await evening.answer(user, answer)
    await evening.open()
    for user in (ORGANIZER, ANA, BEN):
        await evening.turns.mark_present(evening.home.actor(user), evening.meeting_id)
    await evening.close()
    await wait(evening)
    rows = await evening.home.rows(
        "SELECT user_id, state FROM attendance WHERE meeting_id = :id ORDER BY id", id=evening.meeting_id
    )
    found = [(row["user_id"], row["state"]) for row in rows]
    assert found == [(-1, "unrecorded"), (-2, "virtual"), (-3, "late"), (-4, "present")]


async def test_what_is_open_does_not_lead_to_what_was_reduced(evening: Evening) -> None:
    promise = await evening.commit(ANA)
    await evening.open()
    await evening.report(ANA, {promise: Outcome(done=1)})
    await evening.close()
    assert await evening.home.rows("SELECT 1 FROM commitments WHERE carried_from IS NOT NULL")
    await wait(evening)
    rows = await evening.home.rows("SELECT user_id, state FROM commitments WHERE user_id > 0")
    assert rows == [{"user_id": ANA, "state": "open"}]
    assert await evening.home.rows("SELECT 1 FROM commitments WHERE carried_from IS NOT NULL") == []


async def test_who_wrote_visitors_down_is_forgotten_with_their_names(evening: Evening) -> None:
    await evening.open()
    await evening.close()
    await evening.visitors.add(evening.home.actor(ORGANIZER), evening.meeting_id, "Zoe")
    await wait(evening)
    rows = await evening.home.rows("SELECT name, recorded_by, withdrawn_by FROM visitors")
    assert rows == [{"name": "", "recorded_by": 0, "withdrawn_by": None}]


async def test_an_invitation_that_nobody_answered_goes_too(evening: Evening) -> None:
    await evening.home.run(
        """
        INSERT INTO invitations (group_id, guild_id, invited_name, created_by, created_at, expires_at, state)
        VALUES (:group_id, 1, 'Zoe', 1, 0, 100, 'open')
        """,
        group_id=evening.group.id,
    )
    await wait(evening)
    assert await evening.home.rows("SELECT * FROM invitations") == []


async def test_open_commitments_go_with_those_who_left_long_ago(evening: Evening) -> None:
    await evening.commit(ANA, "4 coffee meetings")
    await evening.commit(BEN, "2 applications")
    await evening.home.leave(evening.group, ANA)
    await wait(evening)
    rows = await evening.home.rows("SELECT user_id FROM commitments")
    assert rows == [{"user_id": UserId(BEN)}]


@pytest.mark.parametrize("state", ["paused", "archived"])
@pytest.mark.parametrize("begun", [False, True])
async def test_a_meeting_that_was_ahead_is_reduced_when_its_group_meets_no_more(
    evening: Evening, state: str, begun: bool
) -> None:
    await evening.commit(ANA, "4 coffee meetings")
    for user, answer in ((ANA, Answer.LATE), (BEN, Answer.APOLOGIES)):
        await evening.answer(user, answer)
    evening.home.now = MEETS - timedelta(hours=1)
    await evening.report(ANA, win="A letter", blocker="The trains")
    if begun:
        await evening.open()
        await evening.turns.mark_present(evening.home.actor(ANA), evening.meeting_id)
    await evening.home.run("UPDATE groups SET state = :state", state=state)
    await wait(evening)

    assert (await evening.meeting()).state is (MeetingState.CLOSED if begun else MeetingState.CANCELLED)
    for table in ("rsvps", "checkins", "turns"):
        assert await evening.home.rows(f"SELECT * FROM {table}") == [], table
    rows = await evening.home.rows(
        "SELECT user_id, state FROM attendance WHERE meeting_id = :id", id=evening.meeting_id
    )
    assert all(row["user_id"] < 0 for row in rows)
    states = sorted(row["state"] for row in rows)
    assert states == (["excused", "late", "unrecorded", "unrecorded"] if begun else [])
    texts = [row["text"] for row in await evening.home.rows("SELECT text FROM commitments")]
    assert texts == (["4 coffee meetings"] if state == "paused" else [])


async def test_an_open_meeting_of_a_group_that_meets_is_left_to_its_summary_for_a_while(
    evening: Evening,
) -> None:
    await evening.open()
    await wait(evening, days=32)
    assert (await evening.meeting()).state is MeetingState.OPEN
    await wait(evening, days=14)
    assert (await evening.meeting()).state is MeetingState.CLOSED
    assert (await evening.meeting()).reduced
