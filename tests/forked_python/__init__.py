"""A Python that has imported the bot already, so that a program starts as quickly as a process is forked.

`forked_python()` stands in the place of `sys.executable`, before `-m MODULE` or `-c PROGRAM` and arguments.
The program gets the files, the folder, the environment and the signals of the process that was started,
which ends as the program does. Two things differ: the program has an id of its own, and finds its modules
loaded. What is about these starts `sys.executable`, as `tests/run/test_stopping.py` does.
"""

import atexit
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from buddybot.settings.paths import PACKAGE

CLIENT = Path(__file__).with_name("client.py")


@cache
def forked_python() -> tuple[str, ...]:
    """Return the first words of a command; the server that forks ends with this process."""
    if not hasattr(os, "pidfd_open"):  # where there is none, each program starts as slowly as ever
        return (sys.executable,)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forked_python.server"],
        cwd=PACKAGE.parent,
        start_new_session=True,  # Ctrl-C is for whoever started the tests, which then closes its stdin
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    address = server.stdout.readline().strip()
    assert address, "the server did not start"
    return (sys.executable, "-I", "-S", str(CLIENT), address)
