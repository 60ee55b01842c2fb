"""A bot that is told to stop does so at any moment, also as the first process of a container, and quietly."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from buddybot.__main__ import TERMINATED
from buddybot.settings.paths import PACKAGE
from tests.discord_server.remote import Remote, remote
from tests.run.bot_process import ANA, TOKEN, found_group, opened, running

SECONDS_TO_EXIT = 5.0
NOISE = (b"Traceback", b"ERROR", b"Session is closed", b"never retrieved", b"was destroyed")


@pytest.fixture
async def discord() -> AsyncIterator[Remote]:
    async with remote() as served:
        yield served


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'buddybot.sqlite3').as_posix()}"


async def type_on(discord: Remote, typed: asyncio.Event) -> None:
    """Type without end, many at once, also while the bot ends."""
    while True:
        with suppress(Exception):  # whatever becomes of it when the bot has gone
            for _ in range(10):
                await asyncio.gather(*(discord.type("next", ANA) for _ in range(20)))
            typed.set()


def hears(pid: int) -> bool:
    """Tell whether a process has said what SIGTERM does to it."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def started(url: str, *around: str, command: Sequence[str] = ("run",)) -> "subprocess.Popen[bytes]":
    environ = {**os.environ, "DISCORD_TOKEN": TOKEN, "DATABASE_URL": url}
    environ["BUDDYBOT_DISCORD__API_BASE"] = "http://127.0.0.1:9"
    return subprocess.Popen(
        [*around, sys.executable, "-m", "buddybot", *command],
        cwd=PACKAGE.parent,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_bot_that_only_just_began_ends_in_order_when_it_is_told_to(url: str) -> None:
    with started(url) as process:
        while not hears(process.pid):
            assert process.poll() is None
        process.terminate()
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, b"", b"")


@pytest.mark.parametrize(
    ("command", "code"), [(["run"], 0), (["migrate"], TERMINATED), (["backtest", "-"], TERMINATED)]
)
def test_a_command_that_is_the_first_process_ends_when_it_is_told_to_at_once(
    url: str, command: list[str], code: int
) -> None:
    apart = ("unshare", "-fp", "--mount-proc", "--kill-child")
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody make a process the first one")
    with started(url, *apart, command=command) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        first = ""
        while not first or not hears(int(first)):
            assert process.poll() is None
            first = children.read_text().strip()
        os.kill(int(first), signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (code, b"", b"")


async def test_a_bot_stopped_under_load_ends_in_time_and_logs_no_traceback(discord: Remote, url: str) -> None:
    async with opened(url) as database:
        await found_group(database)
        async with running(discord, url) as bot:
            token = await discord.type("next", ANA)
            assert await discord.answered(token, "Rowan")
            typed = asyncio.Event()
            typing = asyncio.create_task(type_on(discord, typed))
            await typed.wait()
            assert await bot.stop() == 0, bot.output
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)
    assert bot.seconds_to_exit is not None
    assert bot.seconds_to_exit < SECONDS_TO_EXIT
    for word in NOISE:
        assert word not in bot.output, bot.output.decode()
