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
from buddybot.services.privacy.personal_data import PersonalService
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Database, StorageError, Tx, connect
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.storage.privacy.erasure_policy import ERASURE_RULES
from tests.services.checkins.meeting_evenings import ANA, BEN, CHO, MEETS, ORGANIZER, STRANGER, Evening


class House:
    """An evening, and what people ask about themselves."""

    def __init__(self, evening: Evening) -> None:
        self.evening, self.home = evening, evening.home
        self.personal = PersonalService(self.home.transactions, evening.planner)

    async def live(self) -> None:
        """Let them meet: Ana comes and reports, Ben sends word, Cho does not come."""
        evening = self.evening
        for user in (ORGANIZER, ANA, BEN, CHO):
            await self.home.run(
                """
                INSERT INTO preferences (guild_id, user_id, display_name, direct_messages, nudges)
                VALUES (1, :user, :name, 0, 1)
                """,
                user=user,
                name=f"Person {user}",
            )
        ours = await evening.commit(ANA, "4 coffee meetings")
        secret = await evening.commit(ANA, "1 call to the doctor", target=1, visibility=Visibility.PRIVATE)
        await evening.commit(BEN, "2 applications", target=2)
        await evening.answer(BEN, Answer.APOLOGIES)
        await evening.open()
        await evening.turns.mark_present(self.home.actor(ORGANIZER), evening.meeting_id)
        await evening.report(
            ANA, {ours: Outcome(done=4), secret: Outcome(done=0)}, win="They called back", blocker="Sleep"
        )

    async def trails(self, user: int) -> list[str]:
        """Return every column in which somebody's id is."""
        found = []
        for rule in ERASURE_RULES:
            rows = await self.home.rows(f"SELECT 1 FROM {rule.table} WHERE {rule.column} = :user", user=user)
            found += [f"{rule.table}.{rule.column}"] * len(rows)
        return found

    async def figures(self) -> tuple[object, ...]:
        """Return what is counted of the group."""
        record = await self.home.database.read(
            lambda tx: RecordRepository(tx).read(self.evening.group, now=self.home.now)
        )
        return record.rates, record.kept, [each.commitments for each in record.meeting_records]


@pytest.fixture
async def house(database: Database) -> House:
    """The house of these stories."""
    house = House(await Evening.prepare(database))
    await house.live()
    return house


async def test_nothing_with_their_id_is_left_and_the_counts_stay(house: House) -> None:
    await house.evening.close()
    before = await house.figures()
    assert len(await house.trails(ANA)) > 8
    [departed] = (await house.personal.delete(house.home.actor(ANA))).departed
    assert departed.user_id == ANA
    assert await house.trails(ANA) == []
    assert await house.figures() == before
    keys = await house.home.rows("SELECT key FROM outbox UNION SELECT key FROM notices")
    assert not [row for row in keys if str(ANA) in row["key"].split(":")[2:]]


async def test_the_others_lose_nothing(house: House) -> None:
    await house.evening.close()
    before = {user: await house.trails(user) for user in (ORGANIZER, BEN, CHO)}
    await house.personal.delete(house.home.actor(ANA))
    after = {user: await house.trails(user) for user in (ORGANIZER, BEN, CHO)}
    assert {user: set(found) for user, found in before.items()} == {
        user: set(found) for user, found in after.items()
    }


async def test_a_check_in_that_is_open_goes_on_without_them(house: House) -> None:
    await house.personal.delete(house.home.actor(ANA))
    assert await house.trails(ANA) == []
    assert await house.home.rows("SELECT * FROM outcomes") == []
    assert str(ANA) not in re.findall(r"user_id=(\d+)", str(await house.evening.view()))
    await house.evening.close()
    assert ANA not in await house.evening.ledger()


async def test_two_at_once_are_both_gone(house: House) -> None:
    await house.evening.close()
    before = await house.figures()
    await asyncio.gather(
        house.personal.delete(house.home.actor(ANA)), house.personal.delete(house.home.actor(BEN))
    )
    assert await house.trails(ANA) + await house.trails(BEN) == []
    assert await house.figures() == before
    standing = await house.evening.ledger()
    assert sorted(user for user in standing if user < 0) == [-2, -1]


async def test_pressing_twice_is_harmless(house: House) -> None:
    await house.personal.delete(house.home.actor(ANA))
    assert (await house.personal.delete(house.home.actor(ANA))).departed == ()
    lines = await house.home.rows("SELECT action, actor_id FROM audit")
    assert lines == [{"action": "own_deletion", "actor_id": None}]


async def test_it_stands_also_when_the_files_cannot_be_cleaned_yet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*, whole: bool = True) -> bool:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(house.home.database, "scrub", full)
    await house.personal.delete(house.home.actor(ANA))
    assert await house.trails(ANA) == []


async def test_a_code_that_was_declined_is_in_the_copy_with_the_name_beside_it(house: House) -> None:
    await house.home.run(
        """
        INSERT INTO invitations (group_id, guild_id, invited_name, created_by, created_at, expires_at, state,
                                 settled_by, settled_at)
        VALUES (:group_id, 1, 'Zoe', 1, 0, 100, 'declined', 99, 50)
        """,
        group_id=house.evening.group.id,
    )
    [row] = (await house.personal.copy(house.home.actor(STRANGER))).sections["invitations"]
    assert (row["invited_name"], row["state"]) == ("Zoe", "declined")


async def test_a_group_ends_with_its_last_member(house: House) -> None:
    for user in (ANA, BEN, CHO):
        await house.personal.delete(house.home.actor(user))
    [departed] = (await house.personal.delete(house.home.actor(ORGANIZER))).departed
    assert departed.ended
    rows = await house.home.rows("SELECT state FROM groups")
    assert rows == [{"state": GroupState.ARCHIVED.value}]
    assert await house.home.rows("SELECT * FROM memberships") == []


async def test_it_reaches_into_every_server(house: House) -> None:
    other = await house.home.group(BEN, ANA, name="Ash", guild=2, channel=20)
    found = await house.personal.deletion(UserId(ANA))
    assert {each.group.id for each in found.leaving} == {house.evening.group.id, other.id}
    departed = (await house.personal.delete(house.home.actor(ANA))).departed
    assert {each.group.id for each in departed} == {house.evening.group.id, other.id}
    assert await house.trails(ANA) == []


async def test_somebody_who_left_long_ago_is_found_too(house: House) -> None:
    await house.evening.close()
    await house.home.leave(house.evening.group, ANA)
    assert (await house.personal.delete(house.home.actor(ANA))).departed == ()
    assert await house.trails(ANA) == []


async def test_the_next_meeting_is_planned_without_them(house: House) -> None:
    await house.evening.close()
    await house.personal.delete(house.home.actor(ANA))
    house.home.now = MEETS + timedelta(days=6, hours=1)
    meeting = await house.evening.meeting(house.evening.following_id)
    assert meeting.ahead
    assert ANA not in {row["recipient"] for row in await house.home.rows("SELECT recipient FROM outbox")}


async def test_a_copy_holds_their_own_words_and_nobody_elses(house: House) -> None:
    await house.evening.close()
    await house.evening.corrections.correct(
        house.home.actor(ORGANIZER), house.evening.meeting_id, UserId(CHO), Attendance.ABSENT, "Ill at home"
    )
    copy = (await house.personal.copy(house.home.actor(ANA))).sections
    assert {row["text"] for row in copy["commitments"]} >= {"4 coffee meetings", "1 call to the doctor"}
    assert [row["win"] for row in copy["checkins"]] == ["They called back"]
    assert "2 applications" not in str(copy)
    assert "Ill at home" not in str(copy)


async def test_a_copy_says_that_organizers_were_told_of_somebody_who_left_the_server(house: House) -> None:
    group, now = house.evening.group, house.home.now

    async def tell(tx: Tx) -> None:
        for user in (ANA, BEN):
            key, parameters = NoticeRepository.left_server(UserId(user)), {"member": user}
            await NoticeRepository(tx).tell(
                group.id, code=LEFT_SERVER, key=key, parameters=parameters, now=now
            )

    await house.home.database.write(tell)
    copy = (await house.personal.copy(house.home.actor(ANA))).sections
    assert [row["group_name"] for row in copy["noted"]] == [group.name]


async def test_a_stranger_gets_an_empty_copy(house: House) -> None:
    assert (await house.personal.copy(house.home.actor(STRANGER))).sections == {}
    assert (await house.personal.delete(house.home.actor(STRANGER))).departed == ()
    assert await house.home.rows("SELECT * FROM audit") == []


async def test_deletion_takes_the_charter_along_when_they_wrote_it(house: House) -> None:
    groups = GroupService(house.home.transactions, house.evening.planner)
    organizer, group = house.home.actor(ORGANIZER), house.evening.group
    await house.home.run("UPDATE memberships SET role = 'organizer' WHERE user_id = :user", user=ANA)
    await groups.write_charter(organizer, group.id, "Bring cake.")
    await groups.write_charter(house.home.actor(ANA), group.id, "We sing at the start.")
    copy = (await house.personal.copy(house.home.actor(ANA))).sections["charters"]
    assert [row["text"] for row in copy] == ["We sing at the start."]
    await house.personal.delete(house.home.actor(ANA))
    assert await house.home.rows("SELECT charter, charter_by FROM groups") == [
        {"charter": "", "charter_by": None}
    ]
    assert await house.home.rows("SELECT code FROM notices WHERE code = 'charter'") == [{"code": "charter"}]


async def test_deletion_leaves_the_charter_when_another_organizer_wrote_it(house: House) -> None:
    groups = GroupService(house.home.transactions, house.evening.planner)
    await groups.write_charter(house.home.actor(ORGANIZER), house.evening.group.id, "Bring cake.")
    await house.personal.delete(house.home.actor(ANA))
    assert await house.home.rows("SELECT charter FROM groups") == [{"charter": "Bring cake."}]
    assert await house.home.rows("SELECT code FROM notices WHERE code = 'charter'") == []


async def test_deletion_says_what_is_still_to_come_when_a_reader_keeps_the_journal(
    migrated_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "buddybot.db"
    shutil.copy(migrated_file, path)
    database = await connect(f"sqlite:///{path}")
    house = House(await Evening.prepare(database))
    await house.evening.commit(ANA, "Ring the lighthouse keeper")
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM commitments").fetchone()
        erased = await house.personal.delete(house.home.actor(ANA))
        assert not erased.complete
        assert "lighthouse" in _bytes_in(tmp_path)
    assert await house.personal._transactions.scrub()
    assert "lighthouse" not in _bytes_in(tmp_path)
    await database.close()


def _bytes_in(folder: Path) -> str:
    return b"".join(path.read_bytes() for path in folder.iterdir()).decode("latin-1")
