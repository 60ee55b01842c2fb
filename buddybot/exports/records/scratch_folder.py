"""A folder for files on the way to a workbook; that of a process that was killed is removed by the next."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "buddybot-export-"


@contextmanager
def folder() -> Iterator[str]:
    """Give an empty folder, which is gone when the block ends; the system unlocks it when we are killed."""
    made, handle = _make_folder()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def sweep() -> int:
    """Remove the folders that nobody writes into any more; return how many there were.

    They hold members' names. Where the system has no such locks, as on Windows, nothing is removed.
    """
    if os.name != "posix":
        return 0
    try:
        return sum(_sweep_folder(each) for each in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))
    except OSError:  # there is no such place, and so nothing in it
        return 0


def _make_folder() -> tuple[str, int | None]:
    """A folder and what locks it; one that was swept before it was locked is made once more."""
    while True:
        made = tempfile.mkdtemp(prefix=PREFIX)
        if os.name != "posix":
            return made, None
        with suppress(FileNotFoundError):
            handle = os.open(made, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks: then nobody sweeps it either
                _lock(handle, wait=True)
            if Path(made).exists():
                return made, handle
            os.close(handle)


def _sweep_folder(found: Path) -> bool:
    try:
        handle = os.open(found, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # somebody else's, or gone already
        return False
    try:
        _lock(handle, wait=False)
    except OSError:  # somebody is writing into it, or it cannot be known
        return False
    else:
        shutil.rmtree(found, ignore_errors=True)
        return not found.exists()
    finally:
        os.close(handle)


def _lock(handle: int, *, wait: bool) -> None:
    import fcntl  # there is none on Windows

    fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
