"""The process that is started: it hands over its files, passes signals on, and ends as the program does.

It imports little, for each start waits for it.
"""

import json
import os
import signal
import socket
import struct
import sys
from contextlib import suppress

PASSED_ON = (signal.SIGINT, signal.SIGTERM)


def is_open(number: int) -> bool:
    """Tell whether a file has been given."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def main(address: str, *words: str) -> int:
    """Return the program's exit code; a signal that ended it ends this process too."""
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    files = [number for number in range(3) if is_open(number)]
    server = socket.socket(socket.AF_UNIX)
    server.connect(address)
    folder = os.getcwd()  # noqa: PTH109  # pathlib takes long
    said = json.dumps(
        {"words": words, "files": files, "folder": folder, "environ": dict(os.environ)}
    ).encode()
    socket.send_fds(server, [struct.pack("i", len(said))], files)
    server.sendall(said)
    for number in files:
        os.close(number)  # they are the program's
    (process,) = struct.unpack("i", server.recv(4, socket.MSG_WAITALL))

    def pass_on(number: int, _: object) -> None:
        with suppress(ProcessLookupError):  # it has ended
            os.kill(process, number)

    for number in PASSED_ON:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    (code,) = struct.unpack("i", server.recv(4, socket.MSG_WAITALL))
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return int(code)


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))
