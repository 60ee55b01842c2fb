"""Standard output and standard error of the commands; either may be full, closed or cut off."""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, TextIO

UNWRITTEN, CUT_OFF = 74, 141
"""Exit codes: the output could not be written (EX_IOERR), and nobody reads it any more (as after SIGPIPE)."""

_UNPRINTABLE = "[\x00-\x08\x0b-\x1f\x7f-\x9f]"


class OutputError(Exception):
    """Standard output takes no more; the text is one sentence, and empty when nobody would read it."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


class StandardOutput:
    """Standard output as it is when it is written to; raises OutputError where it takes no more."""

    def write(self, text: str) -> None:
        """Write a text, which may be held back until `flush`."""
        out = _require_open()
        encoding = getattr(out, "encoding", None) or "utf-8"
        with _told_apart():
            out.write(text.encode(encoding, "backslashreplace").decode(encoding))

    def flush(self) -> None:
        """Write what was held back."""
        with _told_apart():
            _require_open().flush()

    def pour(self, source: BinaryIO) -> None:
        """Write all that is left of a file."""
        while part := source.read(2**16):
            with _told_apart():
                _require_open().buffer.write(part)
        self.flush()


def say(text: str) -> None:
    """Write a text to standard output at once; OutputError when it takes no more."""
    out = StandardOutput()
    out.write(text)
    out.flush()


class Parser(argparse.ArgumentParser):
    """Says what it is asked for, or that it could not; the library's own hides that."""

    def print_help(self, file: object = None) -> None:
        """Write the help to standard output."""
        del file
        say(self.format_help())


def give_up_output() -> None:
    """Let what standard output holds back go nowhere."""
    _give_up(sys.stdout)


class StandardError:
    """Standard error, which nothing can be said about where it takes no more."""

    def write(self, text: str) -> None:
        """Write a text, where that is possible."""
        complain(text)

    def flush(self) -> None:
        """Do nothing: what is written is not held back."""


def complain(text: str) -> None:
    """Write a text to standard error, where that is possible, and all that others left there."""
    try:
        sys.stderr.write(re.sub(_UNPRINTABLE, "?", text))  # what people typed may command a terminal
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        _give_up(sys.stderr)


def hold_standard_files() -> None:
    """Keep the numbers of the three standard files from being given to another, such as the database."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _give_up(out: TextIO | None) -> None:
    """Let what a file holds back go nowhere: it must not fail once more at the end of the process."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # type: ignore[union-attr]  # it may be closed


def _require_open() -> TextIO:
    if sys.stdout is None:
        raise OutputError("The output is closed: send it to a file or a program.", UNWRITTEN)
    return sys.stdout


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise OutputError("", CUT_OFF) from None
    except (OSError, ValueError) as error:  # ValueError: it was closed by this process
        reason = error.strerror if isinstance(error, OSError) else None
        raise OutputError(
            f"The output cannot be written ({reason or 'it is closed'}): send it to a place with room.",
            UNWRITTEN,
        ) from None
