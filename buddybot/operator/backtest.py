"""Replays histories through the detector: JSON lines in, the weeks of the alerts out, a group a line."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Protocol

from buddybot.domain.checkins.pulse import HIGHEST, LOWEST
from buddybot.domain.health.stagnation import Sensitivity, State, observe
from buddybot.domain.health.stagnation_tally import USUAL, Priors, Tally
from buddybot.exports.records.attendance_json import CLOSES, OPENS
from buddybot.operator.output import StandardError, StandardOutput
from buddybot.settings.errors import OperatorError

STDIN = "-"
OK, SKIPPED = 0, 1
LONGEST_LINE = 16 * 2**20
"""Bytes; sixty weeks have about ten thousand, the whole record of ten busy years about five million."""
MOST = 1_000_000
"""No count and no number of a week is larger."""
_COUNTS = ("roster", "present", "excused", "items", "done", "reporters", "pulse_n", "pulse_sum")
_PARTS = ("present", "excused", "pulse_n")
"""Of the roster. Reporters are not: one may report, and nobody says afterwards whether they came."""


class Out(Protocol):
    """Where the answers go."""

    def write(self, text: str, /) -> object:
        """Write an answer, which may be held back until `flush`."""

    def flush(self) -> object:
        """Write what was held back."""


class BadLine(Exception):
    """A line that is no group; the text says what is wrong with it and repeats nothing of it."""


def alert_weeks(
    weeks: Iterable[Tally], *, sensitivity: Sensitivity = Sensitivity.NORMAL, priors: Priors = USUAL
) -> Iterator[int]:
    """The weeks with an alert, each decided from the weeks up to it."""
    state = State()
    for tally in weeks:
        state, verdict = observe(state, tally, sensitivity=sensitivity, priors=priors)
        if verdict.alert is not None:
            yield tally.week


def main(file: str, sensitivity: str) -> int:
    """Replay a file, or standard input for "-"; return the exit code: 1 when a line was skipped."""
    try:
        with _open_input(file) as source:
            return replay(source, StandardOutput(), StandardError(), Sensitivity(sensitivity))
    except OSError as error:
        raise _unreadable(file, error) from None


def replay(source: BinaryIO, out: Out, complaints: Out, sensitivity: Sensitivity) -> int:
    """Answer line by line and keep none; return the exit code."""
    code = OK
    for number, line in _groups(source):
        try:
            group, weeks = read_group(line)
        except BadLine as fault:
            complaints.write(f"buddybot: line {number} is skipped: {fault}.\n")
            code = SKIPPED
            continue
        alerts = list(alert_weeks(weeks, sensitivity=sensitivity))
        out.write(f"{json.dumps({'id': group, 'alerts': alerts})}\n")
    out.flush()
    return code


def read_group(line: bytes | None) -> tuple[str | int, list[Tally]]:
    """A group's id and weeks; BadLine when this is not one. None stands for a line that is too long."""
    if line is None:
        raise BadLine(f"it is longer than {LONGEST_LINE} bytes")
    try:
        found = _DECODER.decode(line.decode())
    except UnicodeDecodeError:
        raise BadLine("it is not UTF-8") from None
    except RecursionError:
        raise BadLine("it is nested too deeply") from None
    except ValueError:
        raise BadLine("it is not JSON") from None
    if type(found) is not dict:
        raise BadLine("it is not an object")
    group, weeks = found.get("id"), found.get("weeks")
    if type(group) is not str and type(group) is not int:
        raise BadLine("id is neither a text nor a whole number")
    if type(weeks) is not list:
        raise BadLine("weeks is not a list")
    return group, list(_tallies(weeks))


def _tallies(weeks: list[Any]) -> Iterator[Tally]:
    last = -1
    for place, found in enumerate(weeks, start=1):
        tally = _tally(found, place)
        if tally.week < last:
            raise BadLine(f"week {tally.week} follows week {last}, and weeks may not fall")
        last = tally.week
        yield tally


def _tally(found: Any, place: int) -> Tally:
    """One entry of weeks; a field that is missing or null is not known."""
    if type(found) is not dict:
        raise BadLine(f"entry {place} of weeks is not an object")
    get = found.get
    week, holiday = get("week"), get("holiday")
    if type(week) is not int or not 0 <= week <= MOST:
        raise BadLine(f"entry {place} of weeks has no week number from 0 to {MOST}")
    if type(holiday) is not bool and holiday is not None:
        raise BadLine(f"in week {week} holiday is neither true nor false")
    counts = [get(name) for name in _COUNTS]
    for name, count in zip(_COUNTS, counts, strict=True):
        if count is not None and (type(count) is not int or not 0 <= count <= MOST):
            raise BadLine(f"in week {week} {name} is not a whole number from 0 to {MOST}")
    roster, present, _, items, done, reporters, votes, total = counts
    if (wrong := _contradiction(counts)) is not None:
        raise BadLine(f"in week {week} {wrong}")
    return Tally(week, holiday is True, roster, present, items, done, reporters, votes, total)


def _contradiction(counts: list[int | None]) -> str | None:
    """What cannot be true of a meeting's counts, as the end of a sentence."""
    roster, present, excused, items, done, _, votes, total = counts
    if roster is not None:
        for name, part in zip(_PARTS, (present, excused, votes), strict=True):
            if part is not None and part > roster:
                return f"{name} is more than roster"
    if done is not None and items is not None and done > items:
        return "done is more than items"
    if votes is not None and total is not None and not LOWEST * votes <= total <= HIGHEST * votes:
        return f"pulse_sum is not that of pulse_n ratings from {LOWEST} to {HIGHEST}"
    return None


def _groups(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The lines with a group and their numbers; of an exported document only what is between its brackets."""
    is_document = False
    for number, raw in enumerate(_lines(source), start=1):
        line = None if raw is None else raw.strip()
        if number == 1 and line == OPENS:
            is_document = True
        elif line is None or not is_document:
            if line != b"":
                yield number, line
        elif line and line != CLOSES:
            yield number, line.removesuffix(b",")


def _lines(source: BinaryIO) -> Iterator[bytes | None]:
    """The lines; None for one that is too long, of which no more than a part is held."""
    is_first = True
    while line := source.readline(LONGEST_LINE + 1):
        is_whole = len(line) <= LONGEST_LINE or line.endswith(b"\n")
        while not is_whole and (rest := source.readline(LONGEST_LINE)):
            if rest.endswith(b"\n"):
                break
        yield (line.removeprefix(b"\xef\xbb\xbf") if is_first else line) if is_whole else None
        is_first = False


def _open_input(file: str) -> AbstractContextManager[BinaryIO]:
    """The file, or standard input; OperatorError when it cannot be read."""
    if file == STDIN and sys.stdin is None:
        raise OperatorError("There is no input: name a file with one group a line.")
    return nullcontext(sys.stdin.buffer) if file == STDIN else Path(file).open("rb")


def _unreadable(file: str, error: OSError) -> OperatorError:
    reason = (error.strerror or "unknown reason").lower()
    return OperatorError(f"{file} cannot be read ({reason}): name a file with one group a line.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)  # NaN and Infinity are not JSON
