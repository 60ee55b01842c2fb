"""`python -m tests.forked_python.server`: fork a program for each client until stdin is closed.

The first line that is printed is the address of its socket. It opens no loop and no thread.
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import cogs

LOADED = (
    *("buddybot.app", "buddybot.cli", "buddybot.operator.backtest", "buddybot.operator.doctor"),
    *("buddybot.operator.export", "buddybot.operator.person", "buddybot.storage.copies"),
    *("buddybot.storage.engine.postgres", "buddybot.storage.engine.sqlite"),
    *("tests.chaos.clock", "tests.discord_server.control", "tests.discord_server.server"),
)


@dataclass(frozen=True)
class Program:
    """What a client asks for, and the files that it hands over, by their numbers."""

    words: list[str]
    folder: str
    environ: Mapping[str, str]
    files: Mapping[int, int]


class Server:
    """The programs that run, and the clients that wait for them."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._selector = selectors.DefaultSelector()
        self._selector.register(listening, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._running: dict[int, tuple[int, socket.socket]] = {}

    def serve(self) -> Program | None:
        """Return in a forked process what it is to do; in this one None, when stdin is closed."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    for process, _ in self._running.values():
                        os.kill(process, signal.SIGKILL)
                    return None
                if key.fileobj is self._listening:
                    if (program := self._fork()) is not None:
                        return program
                elif key.fd in self._running:
                    self._reap(key.fd)
                elif key.data in self._running:  # its client was killed
                    os.kill(self._running[key.data][0], signal.SIGKILL)
                    self._selector.unregister(key.fileobj)

    def _fork(self) -> Program | None:
        client, _ = self._listening.accept()
        program = _received(client)
        process = os.fork()
        if not process:
            client.close()
            self._let_go()
            return program
        for number in program.files.values():
            os.close(number)
        client.sendall(struct.pack("i", process))
        ended = os.pidfd_open(process)
        self._running[ended] = process, client
        self._selector.register(ended, selectors.EVENT_READ)
        self._selector.register(client, selectors.EVENT_READ, ended)
        return None

    def _reap(self, ended: int) -> None:
        process, client = self._running.pop(ended)
        _, status = os.waitpid(process, 0)
        self._selector.unregister(ended)
        os.close(ended)
        if client in self._selector.get_map():
            self._selector.unregister(client)
            client.sendall(struct.pack("i", os.waitstatus_to_exitcode(status)))
        client.close()

    def _let_go(self) -> None:
        """Close in a forked process what is this one's."""
        self._selector.close()
        self._listening.close()
        for ended, (_, client) in self._running.items():
            os.close(ended)
            client.close()


def _received(client: socket.socket) -> Program:
    size, files, _, _ = socket.recv_fds(client, 4, 3)
    given: Any = json.loads(client.recv(struct.unpack("i", size)[0], socket.MSG_WAITALL))
    return Program(
        given["words"], given["folder"], given["environ"], dict(zip(given["files"], files, strict=True))
    )


def _become(program: Program) -> None:
    """Take over what the client was given."""
    for number in range(3):
        if number in program.files:
            os.dup2(program.files[number], number)
            os.close(program.files[number])
        else:
            os.close(number)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        stream = _stream(number) if number in program.files else None
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.chdir(program.folder)
    os.environ.clear()
    os.environ.update(program.environ)
    time.tzset()
    tempfile.tempdir = None  # it stands in the environment
    sys.path[0] = program.folder


def _stream(number: int) -> IO[str]:
    """Return a standard file as Python opens it."""
    mode, errors = ("r", "strict") if number == 0 else ("w", "strict" if number == 1 else "backslashreplace")
    return open(number, mode, 1 if number == 2 else -1, encoding="utf-8", errors=errors, closefd=False)


def _run(option: str, what: str, *rest: str) -> None:
    """Run a module or a program as `python` does; what it raises is this process's end."""
    sys.argv = [option, *rest]
    if option == "-c":
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102  # a test's own
    else:
        runpy.run_module(what, run_name="__main__", alter_sys=True)


def main() -> None:
    """Load everything, and serve; a forked process goes on as its program."""
    for name in LOADED:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(cogs.__path__, "cogs."):
        importlib.import_module(module.name)
    gc.collect()
    gc.freeze()
    folder = tempfile.mkdtemp()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"{folder}/socket")
    listening.listen()
    sys.stdout.write(f"{folder}/socket\n")
    sys.stdout.flush()
    program = Server(listening).serve()
    if program is None:
        shutil.rmtree(folder)
    else:
        _become(program)
        _run(*program.words)


if __name__ == "__main__":
    main()
