"""The command line: help that helps, and one sentence with exit code 2 for what the operator can mend."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web

from buddybot import __version__, cli
from buddybot.settings.paths import PACKAGE
from tests.settings.test_logs import restored_logging
from tests.settings.test_settings import TOKEN


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    with restored_logging():
        yield


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Settings of a machine that is ready, but for the token."""
    return {"BUDDYBOT_DATABASE__DIRECTORY": str(tmp_path / "data")}


def refused(capsys: pytest.CaptureFixture[str], command: str, environ: Mapping[str, str]) -> str:
    """The one sentence of a command that ends with exit code 2."""
    assert cli.main([command], environ) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("buddybot: ")
    assert err.endswith((".\n", "?\n"))
    assert err.count("\n") == 1
    return err.removeprefix("buddybot: ").rstrip("\n")


@pytest.mark.parametrize(
    "arguments", [["--help"], *([name, "--help"] for name in cli.COMMANDS if name != "demo")]
)
def test_every_help_text_has_examples(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments, {})
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "examples:" in text
    assert max(map(len, text.splitlines())) <= 110


@pytest.mark.parametrize("arguments", [[], ["zork"], ["run", "--fast"], ["doctor", "extra"]])
def test_a_wrong_command_ends_with_2_and_the_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments, {})
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: buddybot ")


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"], {})
    assert capsys.readouterr().out == f"buddybot {__version__}\n"


def test_running_without_a_token_is_one_sentence(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str]
) -> None:
    assert refused(capsys, "run", environ).startswith("DISCORD_TOKEN is not set: ")


@pytest.mark.parametrize("command", ["run", "migrate", "doctor"])
def test_an_unknown_setting_stops_every_command(capsys: pytest.CaptureFixture[str], command: str) -> None:
    sentence = refused(capsys, command, {"BUDDYBOT_LOG__LEVL": "INFO"})
    assert sentence == "BUDDYBOT_LOG__LEVL is not a setting: did you mean BUDDYBOT_LOG__LEVEL?"


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_disk_that_is_thrown_away_is_refused(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], command: str, tmp_path: Path
) -> None:
    sentence = refused(capsys, command, {**environ, "DYNO": "worker.1", "DISCORD_TOKEN": TOKEN})
    assert sentence.startswith("Heroku throws this disk away at every restart")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_an_unreachable_database_is_one_sentence_without_the_password(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    address = "postgres://ana:hunter22@127.0.0.1:9/buddies"  # port 9: nobody listens
    sentence = refused(capsys, command, {"DATABASE_URL": address, "DISCORD_TOKEN": TOKEN})
    assert "hunter22" not in sentence
    assert TOKEN not in sentence


def test_migrating_twice_changes_nothing_the_second_time(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    assert cli.main(["migrate"], environ) == 0
    assert capsys.readouterr().out.startswith("applied 0001_")
    assert cli.main(["migrate"], environ) == 0
    assert capsys.readouterr().out == "The database was up to date already.\n"
    with sqlite3.connect(tmp_path / "data" / "buddybot.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM schema_migrations").fetchone()[0] > 0


def test_migrating_works_on_both_engines(capsys: pytest.CaptureFixture[str], empty_url: str) -> None:
    assert cli.main(["migrate"], {"DATABASE_URL": empty_url}) == 0
    assert "applied 0001_" in capsys.readouterr().out


def test_doctor_ends_with_1_when_something_must_be_mended(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str]
) -> None:
    assert cli.main(["doctor"], environ) == 1
    assert capsys.readouterr().out.startswith("fail  token ")
    assert cli.main(["doctor"], {**environ, "DISCORD_TOKEN": TOKEN}) == 0
    out = capsys.readouterr().out
    assert out.startswith("ok    token ")
    assert TOKEN not in out


def test_the_playground_names_the_package_it_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda _: None)
    assert (
        refused(capsys, "demo", {})
        == 'The playground needs one more package: run pip install "buddybot[demo]".'
    )


def test_help_loads_neither_discord_nor_a_database() -> None:
    heavy = ("discord", "aiosqlite", "asyncpg", "apscheduler", "simcord")
    program = (
        "import sys\nfrom buddybot import cli\n"
        "try: cli.main(['--help'], {})\nexcept SystemExit: pass\n"
        f"sys.exit([name for name in {heavy} if name in sys.modules] or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE.parent, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


async def test_a_token_that_discord_refuses_is_one_sentence(tmp_path: Path) -> None:
    async def unauthorized(_: web.Request) -> web.Response:
        return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", unauthorized)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "buddybot", "run",
        cwd=PACKAGE.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("BUDDYBOT_")},
            "BUDDYBOT_DATABASE__DIRECTORY": str(tmp_path),
            "BUDDYBOT_DISCORD__API_BASE": f"http://127.0.0.1:{port}/api/v10",
            "BUDDYBOT_LOG__LEVEL": "ERROR",
            "DISCORD_TOKEN": TOKEN,
        },
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            _, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
        await runner.cleanup()
    assert process.returncode == 2, err
    assert err.startswith(b"buddybot: ")
    assert err.count(b"\n") == 1
    assert TOKEN.encode() not in err
