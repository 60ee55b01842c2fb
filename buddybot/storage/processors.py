"""Which processor a thread runs on.

Two threads of one interpreter take turns, and on two processors each turn moves what both work with from one
cache to the other: a fifth of a command's time. So a database's thread stays where the loop is, as far as the
system lets it be asked for that.
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
    """Where one thread may run. The loop's thread says so before it gives it something to do."""

    def __init__(self, thread: Thread) -> None:
        self._thread = thread
        self._here = -1
        self._long = 0
        self._anywhere: set[int] = set()
        if _current() is not None:
            with suppress(OSError):  # a system that does not tell
                self._anywhere = os.sched_getaffinity(0)

    def beside(self) -> None:
        """Let the thread run on the processor that the caller runs on, unless it is at something long."""
        current = _current()
        if self._anywhere and not self._long and current is not None and (here := current()) != self._here:
            self._move({here})
            self._here = here

    def anywhere(self) -> None:
        """Let the thread run wherever there is room until `done`: it gets something long to do."""
        self._long += 1
        if self._here != -1:
            self._move(self._anywhere)
            self._here = -1

    def done(self, _: object = None) -> None:
        """Say that something long is done."""
        self._long -= 1

    def _move(self, processors: set[int]) -> None:
        if self._thread.native_id is not None:
            with suppress(OSError):  # a thread that has ended, a system that does not allow it
                os.sched_setaffinity(self._thread.native_id, processors)
