"""A copy of one's own data, and its deletion, on both engines: nothing is left, and the counts stay."""

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.commitments.commitments import Outcome, Visibility
from buddybot.domain.groups.groups import GroupState
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer
from buddybot.services.groups.groups import GroupService
from buddybot.services.groups.server_leavers import LEFT_SERVER
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Database, StorageError, Tx, connect
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.storage.privacy.erasure_policy import ERASURE_RULES
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, STRANGER
from tests.services.meeting_builder import MEETS, MeetingBuilder


async def hold_first_meeting(builder: MeetingBuilder) -> None:
    """Let them meet: Ana comes and reports, Ben sends word, Cho does not come."""
    for user in (ORGANIZER, ANA, BEN, CHO):
        await builder.change_rows(
            """
            INSERT INTO preferences (guild_id, user_id, display_name, direct_messages, nudges)
            VALUES (10, :user, :name, 0, 1)
            """,
            user=user,
            name=f"Person {user}",
        )
    ours = await builder.add_commitment(ANA, "4 coffee meetings")
    secret = await builder.add_commitment(
        ANA, "1 call to the doctor", target=1, visibility=Visibility.PRIVATE
    )
    await builder.add_commitment(BEN, "2 applications", target=2)
    await builder.set_rsvp(BEN, Answer.APOLOGIES)
    await builder.open_checkin()
    await builder.turns.mark_present(builder.act_as(ORGANIZER), builder.meeting_id)
    await builder.report_checkin(
        ANA, {ours: Outcome(done=4), secret: Outcome(done=0)}, win="They called back", blocker="Sleep"
    )


async def list_traces(builder: MeetingBuilder, user: int) -> list[str]:
    """Return every column in which somebody's id is."""
    found = []
    for rule in ERASURE_RULES:
        rows = await builder.read_rows(f"SELECT 1 FROM {rule.table} WHERE {rule.column} = :user", user=user)
        found += [f"{rule.table}.{rule.column}"] * len(rows)
    return found


async def count_figures(builder: MeetingBuilder) -> tuple[object, ...]:
    """Return what is counted of the group."""
    record = await builder.database.read(lambda tx: RecordRepository(tx).read(builder.group, now=builder.now))
    return record.rates, record.kept, [each.commitments for each in record.meeting_records]


@pytest.fixture
async def builder(database: Database) -> MeetingBuilder:
    """The house of these stories."""
    builder = await MeetingBuilder.prepare(database)
    await hold_first_meeting(builder)
    return builder


async def test_nothing_with_their_id_is_left_and_the_counts_stay(builder: MeetingBuilder) -> None:
    await builder.close_checkin()
    before = await count_figures(builder)
    assert len(await list_traces(builder, ANA)) > 8
    [departed] = (await builder.personal.delete(builder.act_as(ANA))).departed
    assert departed.user_id == ANA
    assert await list_traces(builder, ANA) == []
    assert await count_figures(builder) == before
    keys = await builder.read_rows("SELECT key FROM outbox UNION SELECT key FROM notices")
    assert not [row for row in keys if str(ANA) in row["key"].split(":")[2:]]


async def test_the_others_lose_nothing(builder: MeetingBuilder) -> None:
    await builder.close_checkin()
    before = {user: await list_traces(builder, user) for user in (ORGANIZER, BEN, CHO)}
    await builder.personal.delete(builder.act_as(ANA))
    after = {user: await list_traces(builder, user) for user in (ORGANIZER, BEN, CHO)}
    assert {user: set(found) for user, found in before.items()} == {
        user: set(found) for user, found in after.items()
    }


async def test_a_check_in_that_is_open_goes_on_without_them(builder: MeetingBuilder) -> None:
    await builder.personal.delete(builder.act_as(ANA))
    assert await list_traces(builder, ANA) == []
    assert await builder.read_rows("SELECT * FROM outcomes") == []
    assert str(ANA) not in re.findall(r"user_id=(\d+)", str(await builder.view_checkin()))
    await builder.close_checkin()
    assert ANA not in await builder.read_ledger()


async def test_two_at_once_are_both_gone(builder: MeetingBuilder) -> None:
    await builder.close_checkin()
    before = await count_figures(builder)
    await asyncio.gather(
        builder.personal.delete(builder.act_as(ANA)), builder.personal.delete(builder.act_as(BEN))
    )
    assert await list_traces(builder, ANA) + await list_traces(builder, BEN) == []
    assert await count_figures(builder) == before
    standing = await builder.read_ledger()
    assert sorted(user for user in standing if user < 0) == [-2, -1]


async def test_pressing_twice_is_harmless(builder: MeetingBuilder) -> None:
    await builder.personal.delete(builder.act_as(ANA))
    assert (await builder.personal.delete(builder.act_as(ANA))).departed == ()
    lines = await builder.read_rows("SELECT action, actor_id FROM audit")
    assert lines == [{"action": "own_deletion", "actor_id": None}]


async def test_it_stands_also_when_the_files_cannot_be_cleaned_yet(
    builder: MeetingBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*, whole: bool = True) -> bool:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(builder.database, "scrub", full)
    await builder.personal.delete(builder.act_as(ANA))
    assert await list_traces(builder, ANA) == []


async def test_a_code_that_was_declined_is_in_the_copy_with_the_name_beside_it(
    builder: MeetingBuilder,
) -> None:
    await builder.change_rows(
        """
        INSERT INTO invitations (group_id, guild_id, invited_name, created_by, created_at, expires_at, state,
                                 settled_by, settled_at)
        VALUES (:group_id, 10, 'Zoe', 1, 0, 100, 'declined', 9, 50)
        """,
        group_id=builder.group.id,
    )
    [row] = (await builder.personal.copy(builder.act_as(STRANGER))).sections["invitations"]
    assert (row["invited_name"], row["state"]) == ("Zoe", "declined")


async def test_a_group_ends_with_its_last_member(builder: MeetingBuilder) -> None:
    for user in (ANA, BEN, CHO):
        await builder.personal.delete(builder.act_as(user))
    [departed] = (await builder.personal.delete(builder.act_as(ORGANIZER))).departed
    assert departed.ended
    rows = await builder.read_rows("SELECT state FROM groups")
    assert rows == [{"state": GroupState.ARCHIVED.value}]
    assert await builder.read_rows("SELECT * FROM memberships") == []


async def test_it_reaches_into_every_server(builder: MeetingBuilder) -> None:
    other = await builder.add_plain_group(BEN, ANA, name="Ash", guild=2, channel=20)
    found = await builder.personal.deletion(UserId(ANA))
    assert {each.group.id for each in found.leaving} == {builder.group.id, other.id}
    departed = (await builder.personal.delete(builder.act_as(ANA))).departed
    assert {each.group.id for each in departed} == {builder.group.id, other.id}
    assert await list_traces(builder, ANA) == []


async def test_somebody_who_left_long_ago_is_found_too(builder: MeetingBuilder) -> None:
    await builder.close_checkin()
    await builder.remove_member(builder.group, ANA)
    assert (await builder.personal.delete(builder.act_as(ANA))).departed == ()
    assert await list_traces(builder, ANA) == []


async def test_the_next_meeting_is_planned_without_them(builder: MeetingBuilder) -> None:
    await builder.close_checkin()
    await builder.personal.delete(builder.act_as(ANA))
    builder.now = MEETS + timedelta(days=6, hours=1)
    meeting = await builder.get_meeting(builder.following_id)
    assert meeting.ahead
    assert ANA not in {row["recipient"] for row in await builder.read_rows("SELECT recipient FROM outbox")}


async def test_a_copy_holds_their_own_words_and_nobody_elses(builder: MeetingBuilder) -> None:
    await builder.close_checkin()
    await builder.corrections.correct(
        builder.act_as(ORGANIZER),
        builder.meeting_id,
        UserId(CHO),
        Attendance.ABSENT,
        "Ill at home",
    )
    copy = (await builder.personal.copy(builder.act_as(ANA))).sections
    assert {row["text"] for row in copy["commitments"]} >= {"4 coffee meetings", "1 call to the doctor"}
    assert [row["win"] for row in copy["checkins"]] == ["They called back"]
    assert "2 applications" not in str(copy)
    assert "Ill at home" not in str(copy)


async def test_a_copy_says_that_organizers_were_told_of_somebody_who_left_the_server(
    builder: MeetingBuilder,
) -> None:
    group, now = builder.group, builder.now

    async def tell(tx: Tx) -> None:
        for user in (ANA, BEN):
            key, parameters = NoticeRepository.left_server(UserId(user)), {"member": user}
            await NoticeRepository(tx).tell(
                group.id, code=LEFT_SERVER, key=key, parameters=parameters, now=now
            )

    await builder.database.write(tell)
    copy = (await builder.personal.copy(builder.act_as(ANA))).sections
    assert [row["group_name"] for row in copy["noted"]] == [group.name]


async def test_a_stranger_gets_an_empty_copy(builder: MeetingBuilder) -> None:
    assert (await builder.personal.copy(builder.act_as(STRANGER))).sections == {}
    assert (await builder.personal.delete(builder.act_as(STRANGER))).departed == ()
    assert await builder.read_rows("SELECT * FROM audit") == []


async def test_deletion_takes_the_charter_along_when_they_wrote_it(builder: MeetingBuilder) -> None:
    groups = GroupService(builder.transactions, builder.planner)
    organizer, group = builder.act_as(ORGANIZER), builder.group
    await builder.change_rows("UPDATE memberships SET role = 'organizer' WHERE user_id = :user", user=ANA)
    await groups.write_charter(organizer, group.id, "Bring cake.")
    await groups.write_charter(builder.act_as(ANA), group.id, "We sing at the start.")
    copy = (await builder.personal.copy(builder.act_as(ANA))).sections["charters"]
    assert [row["text"] for row in copy] == ["We sing at the start."]
    await builder.personal.delete(builder.act_as(ANA))
    assert await builder.read_rows("SELECT charter, charter_by FROM groups") == [
        {"charter": "", "charter_by": None}
    ]
    assert await builder.read_rows("SELECT code FROM notices WHERE code = 'charter'") == [{"code": "charter"}]


async def test_deletion_leaves_the_charter_when_another_organizer_wrote_it(builder: MeetingBuilder) -> None:
    groups = GroupService(builder.transactions, builder.planner)
    await groups.write_charter(builder.act_as(ORGANIZER), builder.group.id, "Bring cake.")
    await builder.personal.delete(builder.act_as(ANA))
    assert await builder.read_rows("SELECT charter FROM groups") == [{"charter": "Bring cake."}]
    assert await builder.read_rows("SELECT code FROM notices WHERE code = 'charter'") == []


async def test_deletion_says_what_is_still_to_come_when_a_reader_keeps_the_journal(
    migrated_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "buddybot.db"
    shutil.copy(migrated_file, path)
    database = await connect(f"sqlite:///{path}")
    builder = await MeetingBuilder.prepare(database)
    await builder.add_commitment(ANA, "Ring the lighthouse keeper")
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM commitments").fetchone()
        erased = await builder.personal.delete(builder.act_as(ANA))
        assert not erased.complete
        assert "lighthouse" in _bytes_in(tmp_path)
    assert await builder.personal._transactions.scrub()
    assert "lighthouse" not in _bytes_in(tmp_path)
    await database.close()


def _bytes_in(folder: Path) -> str:
    return b"".join(path.read_bytes() for path in folder.iterdir()).decode("latin-1")
