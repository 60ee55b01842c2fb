"""A name that is too long for the disk ends every command with a sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from buddybot import cli
from tests.settings.test_logs import restored_logging
from tests.settings.test_settings import TOKEN

LONG = "x" * 300


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    with restored_logging():
        yield


@pytest.fixture
def environ(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "buddybot.sqlite3").write_bytes(migrated_file.read_bytes())
    return {"BUDDYBOT_DATABASE__DIRECTORY": str(tmp_path), "DISCORD_TOKEN": TOKEN}


@pytest.mark.parametrize("name", [LONG, f"{LONG}/file", "y" * 5000, f"buddybot.sqlite3/{LONG}"])
@pytest.mark.parametrize(
    "command", [("export", "--output"), ("backup",), ("restore",), ("backtest",)], ids=lambda each: each[0]
)
def test_a_command_ends_with_a_sentence_when_a_name_is_too_long(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], command: tuple[str, ...], name: str
) -> None:
    assert cli.main([*command, name], environ) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("buddybot: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("setting", ["BUDDYBOT_DATABASE__DIRECTORY", "BUDDYBOT_CONFIG", "DATABASE_URL"])
@pytest.mark.parametrize("command", ["doctor", "migrate", "backup", "restore"])
def test_a_command_ends_with_a_sentence_when_a_setting_names_what_is_too_long(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], command: str, setting: str
) -> None:
    value = f"sqlite:///{LONG}/x" if setting == "DATABASE_URL" else LONG
    rest = ["any"] if command == "backup" else ["buddybot.sqlite3"] if command == "restore" else []
    code = cli.main([command, *rest], {**environ, setting: value})
    out, err = capsys.readouterr()
    assert code in (1, 2)
    assert "File name too long" in out + err
    assert "Traceback" not in out + err
