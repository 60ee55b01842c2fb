"""Every command ends a full, closed or cut off output with one sentence and an exit code of its own."""

import asyncio
import os
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from buddybot.operator.output import CUT_OFF, UNWRITTEN
from buddybot.settings.paths import PACKAGE
from buddybot.storage.engine.database import connect
from buddybot.storage.migrations.runner import migrate
from tests.forked_python import forked_python
from tests.services.builder import ORGANIZER, Builder
from tests.services.health.past import GOOD, lived
from tests.settings.test_settings import TOKEN

FULL = Path("/dev/full")
HISTORY = b'{"id": "rowan", "weeks": [{"week": 1, "roster": 6, "present": 5}]}\n'
COMMANDS: Sequence[Sequence[str]] = (
    ("--help",),
    ("--version",),
    ("run", "--help"),
    ("demo", "--help"),
    ("migrate",),
    ("doctor",),
    ("export", "--output", "-"),
    ("export", "--format", "xlsx", "--output", "-"),
    ("person", "123456789012345678"),
    ("backup", "copy.sqlite3"),
    ("restore", "kept.sqlite3"),
    ("restore", "--settle"),
    ("backtest", "-"),
    ("backtest", "--from-database", "1"),
)
ENDINGS = {
    ("migrate",): 0,
    ("person", "1"): 0,
    ("migrate", "--nothing"): 2,
    ("restore", "nowhere.sqlite3"): 2,
    ("export", "--format", "png", "--output", "-"): 2,
    ("backtest", "nowhere.jsonl"): 2,
    ("demo", "--port", "-1"): 2,
}
SOME = (("migrate",), ("export", "--output", "-"), ("restore", "kept.sqlite3"), ("backtest", "-"))

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this machine has no /dev/full")


@pytest.fixture(scope="module")
def lived_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the record of a group."""
    path = tmp_path_factory.mktemp("lived") / "buddybot.sqlite3"
    asyncio.run(fill(f"sqlite:///{path}"))
    return path


async def fill(url: str) -> None:
    database = await connect(url)
    await migrate(database)
    builder = Builder(database)
    group = (await builder.create_group()).group
    until = builder.now + timedelta(weeks=4)
    await builder.transactions.write(lambda uow: lived(uow.tx, group, (ORGANIZER,), [GOOD], until=until))
    await database.close()


@pytest.fixture
def environ(tmp_path: Path, lived_file: Path) -> dict[str, str]:
    (tmp_path / "data").mkdir()
    for name in ("data/buddybot.sqlite3", "kept.sqlite3"):
        (tmp_path / name).write_bytes(lived_file.read_bytes())
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("BUDDYBOT_")},
        "BUDDYBOT_DATABASE__DIRECTORY": str(tmp_path / "data"),
        "DISCORD_TOKEN": TOKEN,
        "PYTHONPATH": str(PACKAGE.parent),
    }


def run(
    command: Sequence[str], environ: dict[str, str], tmp_path: Path, how: str
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command in a shell that connects its output somehow."""
    words = " ".join([*forked_python(), "-m", "buddybot", *command])
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {words} {how}"],
        cwd=tmp_path,
        env=environ,
        input=HISTORY,
        capture_output=True,
        timeout=120,
    )
    done.stderr = b"".join(
        line for line in done.stderr.splitlines(True) if not line.startswith(b"{")
    )  # the log
    return done


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_ends_with_one_sentence_when_its_output_is_full(
    command: Sequence[str], environ: dict[str, str], tmp_path: Path
) -> None:
    done = run(command, environ, tmp_path, "> /dev/full")
    assert done.stderr == (
        b"buddybot: The output cannot be written (No space left on device): send it to a place with room.\n"
    )
    assert done.returncode == UNWRITTEN


@pytest.mark.parametrize("command", SOME, ids=" ".join)
def test_a_command_ends_with_one_sentence_when_its_output_is_closed(
    command: Sequence[str], environ: dict[str, str], tmp_path: Path
) -> None:
    done = run(command, environ, tmp_path, ">&-")
    assert done.stderr == b"buddybot: The output is closed: send it to a file or a program.\n"
    assert done.returncode == UNWRITTEN


@pytest.mark.parametrize("command", SOME, ids=" ".join)
def test_a_command_ends_quietly_when_nobody_reads_its_output(
    command: Sequence[str], environ: dict[str, str], tmp_path: Path
) -> None:
    done = run(command, environ, tmp_path, "| (exec <&-; sleep 0)")
    assert done.stderr == b""
    assert done.returncode in (0, CUT_OFF)  # it may have ended before


@pytest.mark.parametrize("command", SOME, ids=" ".join)
def test_a_command_that_may_say_nothing_at_all_breaks_nothing(
    command: Sequence[str], environ: dict[str, str], tmp_path: Path
) -> None:
    done = run(command, environ, tmp_path, "<&- >&- 2>&-")
    assert done.returncode in (2, UNWRITTEN)
    assert (tmp_path / "data" / "buddybot.sqlite3").read_bytes()[:15] == b"SQLite format 3"


@pytest.mark.parametrize("command", ENDINGS, ids=" ".join)
def test_a_command_keeps_its_exit_code_when_nobody_can_be_told_what_is_wrong(
    command: Sequence[str], environ: dict[str, str], tmp_path: Path
) -> None:
    assert run(command, environ, tmp_path, "2> /dev/full").returncode == ENDINGS[tuple(command)]


def test_a_complaint_gives_the_terminal_no_commands(environ: dict[str, str], tmp_path: Path) -> None:
    done = run(("restore", "$'\\e[31mred'"), environ, tmp_path, "")
    assert b"?[31mred" in done.stderr
    assert b"\x1b" not in done.stderr
