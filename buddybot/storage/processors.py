"""Which processor a thread runs on.

Two threads of one interpreter take turns, and on two processors each turn moves what both work with from one
cache to the other: a fifth of a command's time. So the thread that reads stays where the loop is, as far as
the system lets it be asked for that. The one that writes waits for the disk, and goes where it likes.
"""

import os
from contextlib import suppress
from functools import cache
from threading import Thread
from typing import Any


@cache
def _current() -> Any:
    """The C library's `sched_getcpu`; None where there is none."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    with suppress(ImportError, OSError, AttributeError):
        import ctypes  # not every Python has it

        return ctypes.PyDLL(None).sched_getcpu
    return None


class Place:
    """Where one thread runs. The loop's thread says so before it gives it something to do."""

    def __init__(self, thread: Thread) -> None:
        self._thread = thread
        self._here = -1

    def beside(self) -> None:
        """Let the thread run on the processor that the caller runs on."""
        current = _current()
        if current is not None and (here := current()) != self._here and self._thread.native_id is not None:
            self._here = here
            with suppress(OSError):  # a thread that has ended, a system that does not allow it
                os.sched_setaffinity(self._thread.native_id, {here})
