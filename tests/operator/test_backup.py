"""A backup, and putting it to work again: what the commands say and what they leave behind."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from buddybot import cli
from buddybot.storage.engine.database import connect
from buddybot.storage.migrations.runner import migrate
from tests.settings.test_logs import restored_logging

OLDER = 6
"""How many migrations a database has that knows nothing of backups."""


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    with restored_logging():
        yield


@pytest.fixture
def environ(tmp_path: Path, migrated_file: Path) -> dict[str, str]:
    """A database with a group to which a card was due long ago."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "buddybot.sqlite3"
    shutil.copy(migrated_file, path)
    fill(path)
    return {"BUDDYBOT_DATABASE__DIRECTORY": str(path.parent)}


def fill(path: Path) -> None:
    """Write a group with an organizer and a card that is due, in any version's form."""
    with closing(sqlite3.connect(path)) as opened:
        opened.execute(
            """
            INSERT INTO groups (guild_id, name, name_key, channel_id, zone, capacity, charter, rotation,
                                language, state, created_by, created_at)
            VALUES (10, 'Rowan', 'rowan', 100, 'UTC', 6, '', 'fixed', 'en', 'active', 1, 0)
            """
        )
        opened.execute(
            "INSERT INTO memberships (group_id, guild_id, user_id, role, joined_at) "
            "VALUES (1, 10, 1, 'organizer', 0)"
        )
        opened.execute(
            """
            INSERT INTO outbox (key, guild_id, group_id, kind, recipient, due_at, expires_at, state, direct,
                                attempts, try_at)
            VALUES ('1:2026-01-06:card:0', 10, 1, 'card', 0, 1000, 99999999999, 'planned', 0, 0, 1000)
            """
        )
        opened.commit()


def database(environ: dict[str, str]) -> Path:
    return Path(environ["BUDDYBOT_DATABASE__DIRECTORY"]) / "buddybot.sqlite3"


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as opened:
        return opened.execute(sql).fetchall()


def said(capsys: pytest.CaptureFixture[str], *arguments: str, environ: dict[str, str]) -> str:
    """Run a command that goes well and return what it writes."""
    assert cli.main(arguments, environ) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, environ: dict[str, str]) -> str:
    """Run a command that ends with one sentence; the database and its folder stay as they were."""
    before = {path: path.read_bytes() for path in database(environ).parent.glob("*.sqlite3")}
    assert cli.main(arguments, environ) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("buddybot: ")
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in database(environ).parent.iterdir()} == before
    return err.removeprefix("buddybot: ").rstrip("\n")


def older(path: Path, tmp_path: Path) -> None:
    """Make a database as an older buddybot left it."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    scripts = sorted(
        (each for each in files("buddybot.storage").joinpath("migrations").iterdir() if "sql" in each.name),
        key=lambda each: each.name,
    )
    for script in scripts[:OLDER]:
        (folder / script.name).write_text(script.read_text(encoding="utf-8"), encoding="utf-8")

    async def make() -> None:
        opened = await connect(f"sqlite:///{path}")
        try:
            await migrate(opened, folder=folder)
        finally:
            await opened.close()

    asyncio.run(make())
    fill(path)


def test_a_backup_says_what_it_is_and_what_to_do_with_it(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite3"
    out = said(capsys, "backup", str(copy), environ=environ)
    assert f"{copy} is a whole copy ({copy.stat().st_size} bytes), readable by you only" in out
    assert "personal data" in out
    assert "is there already" in refused(capsys, "backup", str(copy), environ=environ)


def test_a_backup_is_made_of_a_database_that_is_not_up_to_date(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    database(environ).unlink()
    older(database(environ), tmp_path)
    said(capsys, "backup", str(tmp_path / "copy"), environ=environ)
    assert rows(tmp_path / "copy", "SELECT name FROM groups") == [("Rowan",)]


def test_without_a_database_there_is_nothing_to_copy_or_to_settle(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    database(environ).unlink()
    assert "There is no database" in refused(capsys, "backup", str(tmp_path / "copy"), environ=environ)
    assert "There is no database" in refused(capsys, "restore", "--settle", environ=environ)


def test_a_restored_copy_is_settled_before_the_bot_starts(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    copy, path = tmp_path / "copy.sqlite3", database(environ)
    said(capsys, "backup", str(copy), environ=environ)
    out = said(capsys, "restore", str(copy), environ=environ)
    [kept] = path.parent.glob("buddybot.sqlite3.before-*")
    assert f"{copy} is the database {path} now." in out
    assert f"The former one is kept as {kept}: delete it when you are sure." in out
    assert "not sent again (messages: 1)" in out
    assert "deleted since the copy was made is back" in out
    assert rows(path, "SELECT state, error FROM outbox") == [("missed", "restored")]
    assert rows(path, "SELECT count(*) FROM restores WHERE settled_at IS NOT NULL") == [(1,)]
    assert rows(path, "SELECT code FROM notices") == [("restored",)]
    assert rows(kept, "SELECT state FROM outbox") == [("planned",)]
    assert rows(copy, "SELECT state FROM outbox") == [("planned",)]
    assert sorted(path.parent.iterdir()) == sorted([path, kept])
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_copy_restores_where_nothing_is_yet(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    said(capsys, "backup", str(tmp_path / "copy"), environ=environ)
    elsewhere = {"BUDDYBOT_DATABASE__DIRECTORY": str(tmp_path / "new")}
    assert "kept as" not in said(capsys, "restore", str(tmp_path / "copy"), environ=elsewhere)
    assert rows(database(elsewhere), "SELECT name FROM groups") == [("Rowan",)]


def test_a_copy_of_an_older_buddybot_is_brought_up_to_date_and_settled(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    older(tmp_path / "copy", tmp_path)
    said(capsys, "restore", str(tmp_path / "copy"), environ=environ)
    assert rows(database(environ), "SELECT state, error FROM outbox") == [("missed", "restored")]
    assert rows(database(environ), "SELECT count(*) FROM restores WHERE settled_at IS NOT NULL") == [(1,)]
    assert rows(tmp_path / "copy", "SELECT count(*) FROM schema_migrations") == [(OLDER,)]
    assert cli.main(["migrate"], environ) == 0
    assert "up to date already" in capsys.readouterr().out


def test_a_copy_of_a_newer_buddybot_is_refused(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    said(capsys, "backup", str(tmp_path / "copy"), environ=environ)
    with closing(sqlite3.connect(tmp_path / "copy")) as opened:
        opened.execute("INSERT INTO schema_migrations (name) VALUES ('9999_future')")
        opened.commit()
    sentence = refused(capsys, "restore", str(tmp_path / "copy"), environ=environ)
    assert sentence.startswith("The database is newer than this buddybot")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON kudos BEGIN SELECT 1; END", "trigger t is not ours"),
        ("UPDATE groups SET state = 'sleeping'", "holds a value in groups.state"),
        ("UPDATE groups SET language = '../en'", "speaks a language that this buddybot does not have"),
        ("UPDATE memberships SET group_id = 77", "belongs to one of groups that is not there"),
    ],
)
def test_a_copy_that_was_tampered_with_ends_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
    environ: dict[str, str],
    tmp_path: Path,
    statement: str,
    words: str,
) -> None:
    said(capsys, "backup", str(tmp_path / "copy"), environ=environ)
    with closing(sqlite3.connect(tmp_path / "copy")) as opened:
        opened.execute(statement)
        opened.commit()
    assert words in refused(capsys, "restore", str(tmp_path / "copy"), environ=environ)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP TABLE kudos", "table kudos is missing"),
        ("ALTER TABLE away DROP COLUMN last_day", "away"),
        ("DROP INDEX memberships_current", "index memberships_current is missing"),
    ],
)
def test_what_was_restored_otherwise_is_not_settled_when_its_tables_are_others(
    capsys: pytest.CaptureFixture[str], empty_url: str, statement: str, words: str
) -> None:
    environ = {"DATABASE_URL": empty_url}
    assert cli.main(["migrate"], environ) == 0
    asyncio.run(change(empty_url, statement))
    assert cli.main(["restore", "--settle"], environ) == 2
    assert words in capsys.readouterr().err


def test_what_was_restored_otherwise_is_not_settled_when_a_row_lost_its_parent(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str]
) -> None:
    with closing(sqlite3.connect(database(environ))) as opened:
        opened.execute("UPDATE memberships SET group_id = 77")
        opened.commit()
    assert "is gone" in refused(capsys, "restore", "--settle", environ=environ)


async def change(url: str, statement: str) -> None:
    opened = await connect(url)
    try:
        await opened.write(lambda tx: tx.run(statement))
    finally:
        await opened.close()


def test_a_database_in_use_stays(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    said(capsys, "backup", str(tmp_path / "copy"), environ=environ)
    with closing(sqlite3.connect(database(environ), isolation_level=None)) as bot:
        bot.execute("PRAGMA journal_mode=WAL")
        bot.execute("SELECT * FROM groups").fetchall()
        assert cli.main(["restore", str(tmp_path / "copy")], environ) == 2
        assert capsys.readouterr().err.endswith("is in use: stop the bot first.\n")
        assert bot.execute("SELECT state FROM outbox").fetchall() == [("planned",)]
    assert list(database(environ).parent.iterdir()) == [database(environ)]


def test_what_was_restored_otherwise_is_settled_on_both_engines(
    capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    environ = {"DATABASE_URL": database_url}
    assert "not sent again (messages: 0)" in said(capsys, "restore", "--settle", environ=environ)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_for_postgresql_it_says_which_commands_do_it_and_not_the_password(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    environ = {"DATABASE_URL": "postgres://ana:hunter22@db.example:5432/buddies?sslmode=require"}
    assert cli.main([command, "any"], environ) == 2
    out = capsys.readouterr().out
    assert 'pg_dump --format=custom --no-owner --file=buddybot.dump "postgres://ana@db.example' in out
    assert "pg_restore --no-owner" in out
    assert "buddybot restore --settle" in out
    assert "sslmode=require" in out
    assert "hunter22" not in out


@pytest.mark.parametrize("arguments", [["backup"], ["restore"], ["restore", "file", "--settle"]])
def test_half_a_command_is_explained(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments, environ)
    assert ended.value.code == 2
    assert f"usage: buddybot {arguments[0]}" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["backup", "-"], ["restore", "-"], ["person", "1", "--copy", "-"]])
def test_a_dash_is_refused_when_only_a_name_makes_sense(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments, environ)
    assert ended.value.code == 2
    assert "give a name instead of -" in capsys.readouterr().err
