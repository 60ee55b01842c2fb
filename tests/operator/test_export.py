"""`buddybot export`: the record of every group for whoever runs the bot, whole or not at all, and logged."""

import asyncio
import csv
import io
import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from buddybot import cli
from buddybot.domain.ids import UserId
from buddybot.exports.records.formats import Format
from buddybot.operator import export as export_command
from buddybot.storage.engine.database import connect
from tests.services.builder import ANA, ELSEWHERE, NEW_YEAR, ORGANIZER, STRANGER, Builder
from tests.services.health.past import GOOD, lived
from tests.settings.test_logs import restored_logging


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    with restored_logging():
        yield


@pytest.fixture
def environ(database_url: str) -> dict[str, str]:
    """A database with Rowan, which met three times, Elm in another server, which met once, and idle Oak."""
    asyncio.run(_fill(database_url))
    return {"DATABASE_URL": database_url}


async def _fill(url: str, weeks: int = 3) -> None:
    database = await connect(url)
    builder = Builder(database, NEW_YEAR + timedelta(hours=12))
    rowan = (await builder.create_group()).group
    elm = (await builder.create_group("Elm", guild=ELSEWHERE, organizer=STRANGER)).group
    await builder.create_group("Oak")
    await builder.invite_members(rowan.id, ANA)
    until = builder.now + timedelta(weeks=4)
    await builder.transactions.write(
        lambda uow: lived(uow.tx, rowan, (ORGANIZER, ANA), [GOOD] * weeks, until=until)
    )
    await builder.transactions.write(lambda uow: lived(uow.tx, elm, (STRANGER,), [GOOD], until=until))
    await database.close()


def export(environ: dict[str, str], *arguments: object) -> int:
    return cli.main(["export", *map(str, arguments)], environ)


def groups(data: bytes) -> list[str]:
    """The groups of a table's rows, in their order."""
    return [row["Group"] for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))]


def logged(environ: dict[str, str]) -> list[tuple[str, str, UserId | None]]:
    """The log of all groups: whose, what, and by whom."""

    async def look() -> list[tuple[str, str, UserId | None]]:
        database = await connect(environ["DATABASE_URL"])
        rows = await database.read(
            lambda tx: tx.all(
                "SELECT g.name, a.action, a.actor_id FROM audit a JOIN groups g ON g.id = a.group_id "
                "ORDER BY a.id"
            )
        )
        await database.close()
        return [(row["name"], row["action"], row["actor_id"]) for row in rows]

    return asyncio.run(look())


def refused(capsys: pytest.CaptureFixture[str], environ: dict[str, str], *arguments: object) -> str:
    """The one sentence of an export that was not made; nothing is left behind, nothing is logged."""
    assert export(environ, *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("buddybot: ")
    assert err.count("\n") == 1
    return err.removeprefix("buddybot: ").rstrip("\n")


def test_all_groups_that_met_are_in_one_file(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    assert export(environ, "--output", file) == 0
    assert groups(file.read_bytes()) == ["Rowan"] * 6 + ["Elm"]
    assert logged(environ) == [("Rowan", "host_export", None), ("Elm", "host_export", None)]


def test_the_file_is_for_its_owner_only_and_nothing_is_beside_it(
    environ: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    assert export(environ, "--output", folder / "all.csv") == 0
    assert stat.S_IMODE((folder / "all.csv").stat().st_mode) == 0o600
    assert [each.name for each in folder.iterdir()] == ["all.csv"]


def test_one_group_and_some_days(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "elm.csv"
    assert export(environ, "--group", 2, "--output", file) == 0
    assert groups(file.read_bytes()) == ["Elm"]
    assert export(environ, "--from", "2026-01-21", "--output", file, "--force") == 0
    assert groups(file.read_bytes()) == ["Rowan"] * 2 + ["Elm"]
    assert export(environ, "--to", "2026-01-20", "--output", file, "--force") == 0
    assert groups(file.read_bytes()) == ["Rowan"] * 4


@pytest.mark.parametrize("form", cli.FORMATS)
def test_every_format_is_written(environ: dict[str, str], tmp_path: Path, form: str) -> None:
    file = tmp_path / f"record.{form}"
    assert export(environ, "--format", form, "--group", 1, "--output", file) == 0
    begins = {
        "csv": b"Group,", "xlsx": b"PK\x03\x04", "json": b"{", "jsonl": b"{", "ics": b"BEGIN:VCALENDAR",
        "png": b"\x89PNG", "report": b"<!doctype html>",
    }  # fmt: skip
    assert file.read_bytes().startswith(begins[form])


def test_the_formats_are_those_of_the_exports() -> None:
    assert {*cli.FORMATS} == {form.value for form in Format} - {"csv_excel"}


def test_the_mark_of_excel_is_for_csv(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "excel.csv"
    assert export(environ, "--bom", "--output", file) == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfGroup,")
    assert "--bom" in refused(capsys, environ, "--bom", "--format", "json", "--output", tmp_path / "x")


def test_standard_output_takes_all_of_it(
    environ: dict[str, str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert export(environ, "--format", "jsonl", "--output", "-") == 0
    out, err = capfdbinary.readouterr()
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["Rowan", "Elm"]
    assert err == b""


def test_several_pictures_are_numbered(environ: dict[str, str], tmp_path: Path) -> None:
    assert export(environ, "--format", "png", "--output", tmp_path / "who.png") == 0
    assert sorted(each.name for each in tmp_path.glob("*.png")) == ["who-1.png", "who-2.png"]


def test_a_long_one_says_on_standard_error_how_far_it_has_come(
    environ: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_command, "TOLD_EVERY", 3)
    monkeypatch.setattr("buddybot.exports.records.table.EVERY", 1)
    assert export(environ, "--output", tmp_path / "all.csv") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "buddybot: 3 rows are written.\nbuddybot: 6 rows are written.\n"


def test_what_is_there_stays_unless_it_may_be_replaced(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "all.csv"
    file.write_text("mine")
    assert "is there already" in refused(capsys, environ, "--output", file)
    assert file.read_text() == "mine"
    assert logged(environ) == []
    assert export(environ, "--output", file, "--force") == 0
    assert groups(file.read_bytes())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--output", "{folder}"], "is not a file"),
        (["--output", "/dev/null", "--force"], "is not a file"),
        (["--output", "{folder}/no/such.csv"], "There is no folder"),
        (["--output", "{folder}/x", "--group", "9"], "has no group 9"),
        (["--output", "{folder}/x", "--to", "2020-01-01"], "No meeting in that time"),
        (
            ["--output", "{folder}/x", "--group", "3"],
            "yet: that group hasn't had a meeting.",
        ),
        (["--output", "{folder}/x", "--from", "2026-02-01", "--to", "2026-01-01"], "swap"),
        (["--output", "-", "--format", "png"], "name a file"),
        (["--output", "{folder}/x", "--format", "png", "--to", "2020-01-01"], "nothing to draw"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_nothing(
    environ: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    assert sentence in refused(capsys, environ, *(each.format(folder=folder) for each in arguments))
    assert list(folder.iterdir()) == []
    assert logged(environ) == []


@pytest.mark.parametrize("days", [(), ("--from", "2026-01-01"), ("--to", "2026-01-01")])
@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "ics", "report", "png"])
def test_an_empty_database_has_nothing_to_export_and_no_day_is_blamed(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, days: tuple[str, ...]
) -> None:
    wanted = ("--output", str(tmp_path / "x"), "--format", form, *days)
    said = refused(capsys, {"DATABASE_URL": database_url}, *wanted)
    assert "There is nothing to" in said
    assert "--from" not in said
    assert "in that time" not in said


@pytest.mark.parametrize(
    "arguments",
    [[], ["--output", "x", "--format", "pdf"], ["--output", "x", "--from", "2026-02-30"], ["--output"]],
)
def test_a_wrong_option_ends_with_the_usage(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["export", *arguments], {})
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: buddybot export")


def test_a_writer_that_fails_leaves_the_old_file(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "all.csv"
    file.write_text("mine")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no more ink")

    monkeypatch.setattr(export_command, "write", broken)
    with pytest.raises(RuntimeError):
        export(environ, "--output", file, "--force")
    assert file.read_text() == "mine"
    assert [each.name for each in tmp_path.glob("*all.csv*")] == ["all.csv"]


def test_a_full_disk_is_one_sentence(
    environ: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_command, "write", full)
    said = refused(capsys, environ, "--output", tmp_path / "all.csv")
    assert "cannot be written: No space left on device" in said
    assert list(tmp_path.glob("*all.csv*")) == []


def test_a_database_that_is_not_up_to_date_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], empty_url: str
) -> None:
    said = refused(capsys, {"DATABASE_URL": empty_url}, "--output", tmp_path / "x")
    assert said.endswith("run `buddybot migrate` first.")
