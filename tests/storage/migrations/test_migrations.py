"""The schema moves forward only, whole migrations at a time, whatever happens in the middle of one."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from buddybot.storage.engine.database import Database, StorageError, Tx, connect
from buddybot.storage.migrations.runner import checksum, list_faults, list_pending, migrate, statements

ROOT = Path(__file__).parents[3]

FIRST = """-- Who; there may be more than one.
CREATE TABLE people (id @identity, name TEXT NOT NULL DEFAULT 'semi; colon @identity -- no comment');
/* Two people; who stay. */
INSERT INTO people (name) VALUES ('Ana'), ('it''s; Ben');
"""
SECOND = "CREATE TABLE things (id @identity); INSERT INTO things (id) SELECT id FROM people"

LANDED = {
    "0001_groups": "7f9a027bf3d1294dee162f6c1d1496a063fa500bc231dacdc5a7222256c89c36",
    "0002_meetings": "78e068ddf52f2b0a3c3b6ee9b48674999df9ac403c9367551750c35081962fdc",
    "0003_commitments": "8b2224ca909bc2595526eff8310caf2d20b7ba06353d2b7f0e188af30ae9e2f1",
    "0004_outbox": "eb0876e263ad0322c285892923f027d76118c0f9b6d2fc09e8bd61a349a8b764",
    "0005_places": "361f29b16b515a504af4795a962993bdc4892347c5fdbf77ce2272554b909e04",
    "0006_health": "928aacc6399acc74f64643c29a2e7009a4f32f186b07b315328b9b95f2a90bfd",
    "0007_record": "26b68db5ea1c56e5becdf288041d63a1d558335bb04815576dfadfd1759f4b45",
    "0008_deadlines": "b0982f992bf6fbb1835039a78d2741eb622acaea46b5c2e45050568268c3c6e2",
    "0009_last_words": "122491c573878b877ee6baed057ea589a94039091c7a0c8eab0801f08777b251",
    "0010_successions": "928f060366baf8420d866632b768934843ffa4b732b9cf0beb6e3f4f2525b796",
    "0011_homes": "f0cc61f9347bb061c7c7f83eae4ab65b07cf7a0388833f100694ac7212c643a5",
    "0012_calendar_entries": "866282693a47f496fee9a4e89217eb80b0f2fa9db694d526baebd089e7ba93b6",
    "0013_balances": "643496f62cf55fcefbf7c6b292c3cda3d499db2b8de6169afe201b2f5b344399",
    "0014_leases_and_leavers": "4377c977e3bc216226f1202cbfeb5d157d63a36c627aa33599a2c74e63fff8cf",
    "0015_charter_authors": "67e6f82d140dbb30f20afd3acf076252313488291524fce663f15e68cc725b58",
    "0016_swap_questions": "12fa6c31af60c637d5af30ee3d3712f7fb1b19e8bc8c0981acc4d611bdafa662",
    "0017_outdated_messages": "214ac779adfed1da5cf2e1699e0a7810377f873af537545f0ecf0b05100780b5",
    "0018_role_tasks": "bdea4c75d9987b591f46bdb54ecd1090092d54239518a2d566aa947c422a0d6d",
    "0019_called_off_entries": "f1788b72033dc60d09b9fa02aad8ae8e90de89b6335330b613e61f9eda5a8b61",
}
"""What databases were made with: a migration that is released gets a line, and is never edited again."""


@pytest.fixture(name="folder")
def make_folder(tmp_path: Path) -> Path:
    """Return a folder with two migrations."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_people.sql").write_text(FIRST)
    (folder / "0002_things.sql").write_text(SECOND)
    (folder / "notes.txt").write_text("not a migration")
    return folder


async def people(tx: Tx) -> list[str]:
    return [row["name"] for row in await tx.all("SELECT name FROM people ORDER BY id")]


async def things(tx: Tx) -> list[int]:
    return [row["id"] for row in await tx.all("SELECT id FROM things ORDER BY id")]


async def test_migrations_run_once_and_in_order(empty_database: Database, folder: Path) -> None:
    assert await list_pending(empty_database, folder=folder) == ["0001_people", "0002_things"]
    assert await migrate(empty_database, folder=folder) == ["0001_people", "0002_things"]
    assert await migrate(empty_database, folder=folder) == []
    assert await list_pending(empty_database, folder=folder) == []
    assert await empty_database.read(people) == ["Ana", "it's; Ben"]
    assert await empty_database.read(things) == [1, 2]
    (folder / "0003_more.sql").write_text("ALTER TABLE things ADD COLUMN size BIGINT NOT NULL DEFAULT 3;")
    assert await list_pending(empty_database, folder=folder) == ["0003_more"]
    assert await migrate(empty_database, folder=folder) == ["0003_more"]


async def test_a_number_is_never_given_twice(empty_database: Database, folder: Path) -> None:
    await migrate(empty_database, folder=folder)

    async def replace_the_last(tx: Tx) -> int:
        await tx.run("DELETE FROM people WHERE id = 2")
        row = await tx.one("INSERT INTO people (name) VALUES ('Cho') RETURNING id")
        assert row is not None
        number: int = row["id"]
        return number

    assert await empty_database.write(replace_the_last) == 3


async def test_a_migration_that_fails_changes_nothing(empty_database: Database, folder: Path) -> None:
    (folder / "0002_things.sql").write_text(SECOND + "; INSERT INTO nowhere (id) VALUES (1);")
    with pytest.raises(StorageError, match="The migration 0002_things failed and changed nothing"):
        await migrate(empty_database, folder=folder)
    assert await list_pending(empty_database, folder=folder) == ["0002_things"]
    (folder / "0002_things.sql").write_text(SECOND)
    assert await migrate(empty_database, folder=folder) == ["0002_things"]


async def test_a_process_that_dies_in_a_migration_leaves_nothing_of_it(empty_url: str, folder: Path) -> None:
    program = """
import asyncio, os, signal, sys
from pathlib import Path
from buddybot.storage.engine import database; from buddybot.storage.migrations import runner as migrations

async def main():
    opened = await database.connect(sys.argv[1])
    class Dying:
        def __init__(self, tx): self.tx = tx
        def __getattr__(self, name): return getattr(self.tx, name)
        async def run(self, sql, /, **parameters):
            if sql.startswith("INSERT INTO schema_migrations") and parameters["name"] == "0002_things":
                os.kill(os.getpid(), signal.SIGKILL)
            return await self.tx.run(sql, **parameters)
    apply = migrations._apply
    migrations._apply = lambda tx, *rest: apply(Dying(tx), *rest)
    await migrations.migrate(opened, folder=Path(sys.argv[2]))

asyncio.run(main())
"""
    command = [sys.executable, "-c", program, empty_url, str(folder)]
    died = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, timeout=20, capture_output=True)
    assert died.returncode == -9, died.stderr.decode()
    database = await connect(empty_url)
    assert await list_pending(database, folder=folder) == ["0002_things"]
    with pytest.raises(StorageError):
        await database.read(things)
    assert await migrate(database, folder=folder) == ["0002_things"]
    assert await database.read(things) == [1, 2]
    await database.close()


async def test_two_that_migrate_at_once_take_turns(empty_url: str, folder: Path) -> None:
    for number in range(3, 12):
        (folder / f"{number:04}_table.sql").write_text(f"CREATE TABLE t{number} (id @identity);")
    databases = await asyncio.gather(*(connect(empty_url) for _ in range(3)))
    done = await asyncio.gather(*(migrate(database, folder=folder) for database in databases))
    assert sorted(name for part in done for name in part) == sorted(f.stem for f in folder.glob("*.sql"))
    assert await databases[0].read(things) == [1, 2]
    await asyncio.gather(*(database.close() for database in databases))


async def test_a_newer_database_is_refused_and_not_touched(empty_database: Database, folder: Path) -> None:
    await migrate(empty_database, folder=folder)
    (folder / "0002_things.sql").unlink()
    (folder / "0003_later.sql").write_text("CREATE TABLE later (id BIGINT)")
    for look in (migrate, list_pending):
        with pytest.raises(StorageError, match=r"newer than this buddybot \(it has 0002_things\)"):
            await look(empty_database, folder=folder)
    with pytest.raises(StorageError):
        await empty_database.read(lambda tx: tx.all("SELECT id FROM later"))


async def test_a_migration_that_was_left_out_is_refused(empty_database: Database, folder: Path) -> None:
    (folder / "0002_things.sql").rename(folder / "0003_things.sql")
    await migrate(empty_database, folder=folder)
    (folder / "0002_late.sql").write_text("CREATE TABLE late (id BIGINT)")
    with pytest.raises(StorageError, match="another history"):
        await migrate(empty_database, folder=folder)


@pytest.mark.parametrize("name", ["0003_Upper.sql", "3_short.sql", "0003.sql", "0001_again.sql"])
async def test_a_misnamed_migration_is_refused(empty_database: Database, folder: Path, name: str) -> None:
    (folder / name).write_text("SELECT 1")
    with pytest.raises(StorageError, match=r"not named like|same number"):
        await migrate(empty_database, folder=folder)


def test_statements_are_cut_where_they_end_and_nowhere_else() -> None:
    script = (
        FIRST + "; ;-- last; words\nCREATE TRIGGER t AFTER INSERT ON people BEGIN SELECT 1; SELECT 2; END;"
    )
    number = "id INTEGER PRIMARY KEY AUTOINCREMENT"
    found = list(statements(script, "sqlite"))
    assert found == [
        FIRST[FIRST.index("CREATE") : FIRST.index("/*")].strip().replace("id @identity", number),
        "INSERT INTO people (name) VALUES ('Ana'), ('it''s; Ben');",
        "CREATE TRIGGER t AFTER INSERT ON people BEGIN SELECT 1; SELECT 2; END;",
    ]
    assert next(statements(FIRST, "postgres")).startswith(
        "CREATE TABLE people (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, "
    )
    with pytest.raises(StorageError, match="no macro @identify"):
        list(statements("CREATE TABLE x (id @identify)", "postgres"))


async def test_our_own_migrations_are_found_and_all_applied(database: Database) -> None:
    assert await list_pending(database) == []
    rows = await database.read(lambda tx: tx.all("SELECT name FROM schema_migrations"))
    files = (ROOT / "buddybot" / "storage" / "migrations").glob("*.sql")
    assert sorted(row["name"] for row in rows) == sorted(file.stem for file in files)


async def test_whatever_refers_to_rows_that_are_deleted_is_found_by_an_index(database: Database) -> None:
    if database.engine != "sqlite":
        pytest.skip("the schema is the same; only SQLite tells it in one way")

    async def unindexed(tx: Tx) -> list[str]:
        found: list[str] = []
        for table in await tx.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
            name = table["name"]
            first = {
                row["name"]
                for row in await tx.all(f"SELECT * FROM pragma_table_info('{name}')")
                if row["pk"] == 1
            }
            for index in await tx.all(f"SELECT * FROM pragma_index_list('{name}')"):
                if not index["partial"]:
                    columns = await tx.all(f"SELECT * FROM pragma_index_info('{index['name']}')")
                    first.add(columns[0]["name"])
            references = await tx.all(f"SELECT * FROM pragma_foreign_key_list('{name}')")
            found += [f"{name}.{each['from']}" for each in references if each["from"] not in first]
        return found

    assert await database.read(unindexed) == []


async def forget_checksums(database: Database) -> None:
    """Make a database as it was before checksums were kept."""
    await database.write(lambda tx: tx.run("ALTER TABLE schema_migrations DROP COLUMN checksum"))


async def noted(database: Database) -> dict[str, str]:
    rows = await database.read(lambda tx: tx.all("SELECT name, checksum FROM schema_migrations"))
    return {row["name"]: row["checksum"] for row in rows}


async def test_a_database_is_refused_when_a_migration_was_edited_after_it(
    empty_database: Database, folder: Path
) -> None:
    await migrate(empty_database, folder=folder)
    (folder / "0002_things.sql").write_text(SECOND.replace("id @identity", "id @identity, size BIGINT"))
    for look in (migrate, list_pending, list_faults):
        with pytest.raises(StorageError, match="0002_things is not the one that the database was made with"):
            await look(empty_database, folder=folder)


async def test_line_ends_do_not_count_when_migrations_are_compared(
    empty_database: Database, folder: Path
) -> None:
    await migrate(empty_database, folder=folder)
    (folder / "0001_people.sql").write_bytes(FIRST.replace("\n", " \r\n").encode() + b"\r\n\r\n")
    assert await migrate(empty_database, folder=folder) == []


async def test_checksums_are_noted_when_an_older_database_has_the_right_tables(
    empty_database: Database, folder: Path
) -> None:
    await migrate(empty_database, folder=folder)
    before = await noted(empty_database)
    await forget_checksums(empty_database)
    assert await list_pending(empty_database, folder=folder) == []
    (folder / "0003_more.sql").write_text("ALTER TABLE things ADD COLUMN size BIGINT;")
    assert await migrate(empty_database, folder=folder) == ["0003_more"]
    after = await noted(empty_database)
    assert len(after) == 3
    assert {name: after[name] for name in before} == before
    assert await empty_database.read(things) == [1, 2]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("ALTER TABLE people DROP COLUMN name", "people"),
        ("ALTER TABLE people ADD COLUMN age BIGINT", "people"),
        ("DROP TABLE things", "table things is missing"),
        ("CREATE UNIQUE INDEX by_name ON people (name)", "index by_name is not ours"),
    ],
)
async def test_an_older_database_is_refused_when_its_tables_are_others(
    empty_database: Database, folder: Path, change: str, fault: str
) -> None:
    await migrate(empty_database, folder=folder)
    await forget_checksums(empty_database)
    await empty_database.write(lambda tx: tx.run(change))
    assert any(fault in each for each in await list_faults(empty_database, folder=folder))
    with pytest.raises(StorageError, match="never released: ") as caught:
        await migrate(empty_database, folder=folder)
    assert fault in str(caught.value)
    with pytest.raises(StorageError):
        await noted(empty_database)


async def test_our_own_schema_has_no_faults(database: Database) -> None:
    assert await list_faults(database) == []


@pytest.mark.parametrize("name", LANDED)
def test_a_migration_that_has_landed_is_never_edited(name: str) -> None:
    script = (ROOT / "buddybot" / "storage" / "migrations" / f"{name}.sql").read_text(encoding="utf-8")
    assert checksum(script) == LANDED[name], "add a new migration instead"
