"""Nothing of a copy but its rows is trusted, and of these only what buddybot writes."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from buddybot.storage.copies.copies import back_up, put_in_place, stage_copy
from buddybot.storage.engine.errors import StorageError
from tests.storage.copies.copying import *  # noqa: F403  # fixtures are found by their names
from tests.storage.copies.copying import NOW, name_of

GROUP = """
    INSERT INTO groups (guild_id, name, name_key, channel_id, zone, capacity, charter, rotation, language,
                        state, created_by, created_at)
    VALUES (10, 'Rowan', 'rowan', 100, 'UTC', 6, '', 'fixed', 'en', 'active', 1, 0)
"""
MEMBER = """
    INSERT INTO memberships (group_id, guild_id, user_id, role, joined_at) VALUES (1, 10, 1, 'member', 0)
"""
STRANGER = """
    CREATE TRIGGER helpful AFTER INSERT ON guilds BEGIN
        INSERT INTO memberships (group_id, guild_id, user_id, role, joined_at)
        SELECT id, guild_id, 666, 'organizer', 0 FROM groups;
    END
"""


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA ignore_check_constraints=ON")
        for statement in statements:
            opened.execute(statement)
        opened.commit()


def rewrite(table: str, old: str, new: str) -> tuple[str, ...]:
    """Return what changes a table's own words, which no statement of SQL could."""
    return (
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}') WHERE name = '{table}'",
    )


def refusal(copy: Path, house: Path) -> str:
    """Return why a copy is not put in place; the database and its folder stay as they were."""
    before = sorted(house.parent.iterdir())
    with pytest.raises(StorageError) as caught, stage_copy(copy, house) as partial:
        put_in_place(partial, house, NOW)
    assert sorted(house.parent.iterdir()) == before
    assert name_of(house) == "old"
    return str(caught.value)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        ([STRANGER], "trigger helpful is not ours"),
        ([STRANGER.replace("guilds", "schema_migrations")], "trigger helpful is not ours"),
        (["CREATE VIEW all_groups AS SELECT * FROM groups"], "view all_groups is not ours"),
        (["DROP TABLE kudos", "CREATE VIEW kudos AS SELECT 1"], "table kudos is missing"),
        (["CREATE TABLE recipes (name TEXT)"], "table recipes is not ours"),
        (["CREATE VIRTUAL TABLE words USING fts5(word)"], "table words is not ours"),
        (["DROP TABLE kudos"], "table kudos is missing"),
        (["DROP TABLE restores"], "table restores is missing"),
        (["ALTER TABLE groups DROP COLUMN snoozed_until"], "table groups is made otherwise"),
        (["ALTER TABLE groups ADD COLUMN extra TEXT"], "table groups is made otherwise"),
        (
            ["ALTER TABLE groups ADD COLUMN double BIGINT GENERATED ALWAYS AS (id * 2)"],
            "table groups is made otherwise",
        ),
        (rewrite("away", "first_day       TEXT", "first_day       BLOB"), "table away is made otherwise"),
        (rewrite("away", "TEXT NOT NULL", "TEXT"), "table away is made otherwise"),
        (rewrite("away", "TEXT NOT NULL", "TEXT COLLATE NOCASE NOT NULL"), "table away is made otherwise"),
        (rewrite("kudos", "ON DELETE CASCADE", "ON DELETE SET NULL"), "table kudos is made otherwise"),
        (rewrite("commitments", "done >= 0", "done >= -9"), "table commitments is made otherwise"),
        (
            ["DROP TABLE interests", "CREATE TABLE interests (meeting_id INTEGER, user_id INTEGER) STRICT"],
            "table interests is m",
        ),
        (["DROP INDEX memberships_current"], "index memberships_current is missing"),
        (["CREATE UNIQUE INDEX one ON kudos (group_id)"], "index one is not ours"),
        (
            ["DROP TABLE schema_migrations", "CREATE VIEW schema_migrations AS SELECT '0001_groups' AS name"],
            "schema_migrations is made otherwise",
        ),
    ],
)
def test_a_copy_is_refused_when_its_schema_is_not_ours(
    copy: Path, house: Path, statements: list[str], fault: str
) -> None:
    change(copy, *statements)
    assert fault in refusal(copy, house)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["INSERT INTO away VALUES (1, 77, 5, '2026-01-06', '2026-01-07')"], "belongs to one of groups"),
        (["UPDATE guilds SET commands_hash = x'ff00'"], "a value in guilds.commands_hash"),
        (["UPDATE guilds SET commands_hash = 'a' || char(0)"], "a value in guilds.commands_hash"),
        (["UPDATE guilds SET commands_hash = CAST(x'ff' AS TEXT)"], "cannot be read"),
        (
            ["UPDATE guilds SET commands_hash = printf('%.*c', 300000, 'x')"],
            "a value in guilds.commands_hash",
        ),
        (["UPDATE guilds SET commands_hash = printf('%.*c', 9000000, 'x')"], "cannot be read"),
        (["UPDATE guilds SET gone_since = 'yesterday'"], "a value in guilds.gone_since"),
        (["UPDATE guilds SET gone_since = 1.5"], "a value in guilds.gone_since"),
        (["UPDATE guilds SET gone_since = -1"], "a value in guilds.gone_since"),
        (["UPDATE guilds SET gone_since = 9223372036854775807"], "a value in guilds.gone_since"),
        ([GROUP.replace("'active'", "'sleeping'")], "a value in groups.state"),
        ([GROUP.replace("'fixed'", "'lottery'")], "a value in groups.rotation"),
        ([GROUP.replace("UTC", "../../etc/passwd")], "a value in groups.zone"),
        (["INSERT INTO interactions VALUES (NULL, 0)"], "a value in interactions.interaction_id"),
        ([GROUP.replace("6,", "1000000000000,")], "a value in groups.capacity"),
        ([GROUP.replace("(10,", "(-10,")], "a value in groups.guild_id"),
        (["INSERT INTO outcomes VALUES (1, 1, 0, 1 << 62)"], "a value in outcomes.dropped"),
        ([GROUP, MEMBER.replace("10, 1", "11, 1")], "a row of memberships names another server"),
        (
            [GROUP, "INSERT INTO schedules VALUES (1, 9, '19:00', 'UTC', 1, '2026-01-06', 60, 0)"],
            "a value in schedules.weekday",
        ),
        (
            [GROUP, "INSERT INTO schedules VALUES (1, 1, '7 pm', 'UTC', 1, '2026-01-06', 60, 0)"],
            "a value in schedules.local_time",
        ),
        (
            [GROUP, "INSERT INTO schedules VALUES (1, 1, '19:00', 'UTC', 1, '2026-02-30', 60, 0)"],
            "a value in schedules.anchor",
        ),
        (
            [GROUP, "INSERT INTO calendar_entries VALUES (1, '2026-01-06', 'weekly', 'UTC', 0, 0, 0, 0)"],
            "a value in calendar_entries.kind",
        ),
        (
            [GROUP, "INSERT INTO notices VALUES (1, 1, 'x', '{', 'k', 0, NULL)"],
            "a value in notices.parameters",
        ),
        (["INSERT INTO schema_migrations (name) VALUES (NULL)"], "a migration without a proper name"),
        (
            [f"UPDATE schema_migrations SET name = '9{'9' * 5000}' WHERE name LIKE '0009%'"],
            "a migration without a proper name",
        ),
        ([GROUP, "UPDATE groups SET name = ' '"], "a value in groups.name"),
        ([GROUP, "UPDATE groups SET name = char(8203)"], "a value in groups.name"),
        (["UPDATE schema_migrations SET name = '0009_other' WHERE name LIKE '0009%'"], "newer than this"),
        (["DELETE FROM schema_migrations WHERE name LIKE '0002%'"], "another history"),
        (["UPDATE schema_migrations SET checksum = 'other'"], "not the one that the database was made with"),
        (["INSERT INTO sqlite_sequence VALUES ('kudos', 9223372036854775807)"], "numbers its rows"),
        (["INSERT INTO sqlite_sequence VALUES ('kudos', 'many')"], "numbers its rows"),
    ],
)
def test_a_copy_is_refused_when_it_holds_what_buddybot_does_not_write(
    copy: Path, house: Path, statements: list[str], fault: str
) -> None:
    change(copy, *statements)
    assert fault in refusal(copy, house)


def test_a_copy_is_refused_when_a_row_breaks_a_rule_of_the_schema(copy: Path, house: Path) -> None:
    change(
        copy,
        "DROP INDEX groups_by_name",
        GROUP,
        GROUP,
        "CREATE INDEX groups_by_name ON groups (guild_id, name_key) WHERE state <> 'archived'",
        *rewrite("groups_by_name", "CREATE INDEX", "CREATE UNIQUE INDEX"),
    )
    assert "groups_by_name" in refusal(copy, house)


def test_every_row_and_number_arrives_and_nothing_else(copy: Path, house: Path, tmp_path: Path) -> None:
    change(
        copy,
        GROUP,
        "DELETE FROM groups",
        GROUP,
        "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
        "PRAGMA application_id=7",
        "PRAGMA user_version=9",
        "ANALYZE",
    )
    with stage_copy(copy, house) as partial:
        put_in_place(partial, house, NOW)
    with closing(sqlite3.connect(house)) as opened:
        assert opened.execute("SELECT id, name FROM groups").fetchall() == [(2, "Rowan")]
        assert opened.execute("SELECT seq FROM sqlite_sequence WHERE name = 'groups'").fetchone() == (2,)
        assert opened.execute(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE '_litestream%'"
        ).fetchone() == (0,)
        assert opened.execute("PRAGMA application_id").fetchone() == (0,)
        assert opened.execute("PRAGMA user_version").fetchone() == (0,)
    assert name_of(house) == "copied"


def test_a_copy_in_another_encoding_and_page_size_is_read(copy: Path, house: Path, tmp_path: Path) -> None:
    other = tmp_path / "wide.sqlite3"
    with closing(sqlite3.connect(copy)) as opened, closing(sqlite3.connect(other)) as wide:
        wide.execute("PRAGMA encoding='UTF-16'")
        wide.execute("PRAGMA page_size=8192")
        wide.executescript("\n".join(line for line in opened.iterdump() if "sqlite_sequence" not in line))
        wide.commit()
    with stage_copy(other, house) as partial:
        put_in_place(partial, house, NOW)
    assert name_of(house) == "copied"


def test_the_copy_itself_stays_as_it_was(copy: Path, house: Path, tmp_path: Path) -> None:
    before = copy.read_bytes()
    with stage_copy(copy, house) as partial:
        put_in_place(partial, house, NOW)
    assert copy.read_bytes() == before
    shutil.copy(copy, tmp_path / "again")
    back_up(house, tmp_path / "from-house", NOW)
    assert name_of(tmp_path / "from-house") == "copied"
