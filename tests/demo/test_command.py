"""`buddybot demo` as a person starts and stops it."""

import re
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

COMMAND = (sys.executable, "-m", "buddybot", "demo")


def test_it_prints_an_address_and_five_things_to_try() -> None:
    ended = subprocess.run(
        [*COMMAND, "--stop-after", "0.2", "--port", "0"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.search(r"^ +http://127\.0\.0\.1:\d+/#\S+$", ended.stdout, re.MULTILINE)
    assert re.findall(r"^ +(\d)\. \S", ended.stdout, re.MULTILINE) == ["1", "2", "3", "4", "5"]


def test_ctrl_c_ends_it_without_a_trace() -> None:
    with subprocess.Popen(
        [*COMMAND, "--second", "0.05"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert any("Press Ctrl-C" in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0  # a thread that stays behind would keep it
        assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with subprocess.Popen([*COMMAND], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        address = next(
            found for line in first.stdout if (found := re.search(r"http://127\.0\.0\.1:(\d+)", line))
        )
        second = subprocess.run(
            [*COMMAND, "--port", address[1], "--stop-after", "0.2"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        first.send_signal(signal.SIGTERM)
    assert second.returncode == 2
    assert (
        second.stderr
        == f"buddybot: Port {address[1]} is taken on this machine. Choose another with --port.\n"
    )
