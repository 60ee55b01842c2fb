"""Logging: text for people, JSON for machines, never a secret, and no personal text above DEBUG.

What a log call may add is `extra={...}` with the names in FIELDS; anything else in `extra` is not printed.
"""

import io
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TextIO, TypeGuard

from buddybot.settings.errors import OperatorError
from buddybot.settings.redaction import HIDDEN, Redactor, without_row_values
from buddybot.settings.settings import LogSettings

FIELDS = (
    "reference",  # what a member can quote to the organizer
    "guild_id",
    "group_id",
    "channel_id",
    "meeting_id",
    "ping_id",
    "kind",
    "code",
    "status",
    "count",
    "seconds",
)
# At DEBUG these print what they send and store: the members' words. They stay at INFO.
CHATTY = ("aiohttp", "aiosqlite", "apscheduler", "asyncio", "asyncpg", "discord")
# The messages of these errors come from the machine or the bot, never from a member.
_HARMLESS = (OperatorError, OSError, TimeoutError, ImportError, AttributeError, NameError)
_HARMLESS_MODULES = ("sqlite3",)
# Discord repeats in its refusals what a person typed; of these the numbers alone are printed.
_DISCORDS = "discord.errors"
_REPEATED_ERROR = re.compile(r"exception=.*", re.DOTALL)


def configure(settings: LogSettings, *, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (standard error), as the settings say."""
    stream = stream or sys.stderr or io.StringIO()  # closed: nobody reads it
    as_json = settings.format == "json" or (settings.format == "auto" and not stream.isatty())
    kind = JsonFormatter if as_json else TextFormatter
    handler = logging.StreamHandler(stream)
    handler.setFormatter(kind(redact=Redactor(secrets), personal=settings.level == "DEBUG"))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(root.level, logging.INFO))
    # It says of every job, every minute, that it was run.
    logging.getLogger("apscheduler").setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(True)


class _CarefulFormatter(logging.Formatter):
    """What both formats share: the parts of a line, cleaned."""

    def __init__(self, *, redact: Redactor, personal: bool) -> None:
        """`personal` lets the messages of errors through, which may repeat a member's words."""
        super().__init__()
        self._redact = redact
        self._personal = personal

    def parts(self, record: logging.LogRecord) -> dict[str, object]:
        """The line as named parts, in order."""
        parts: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(self._message(record)),
        }
        for name in FIELDS:
            value = record.__dict__.get(name)
            if value is not None:
                parts[name] = value if isinstance(value, (int, float)) else self._redact(str(value))
        if record.exc_info and record.exc_info[1] is not None:
            parts["error"] = self._redact("".join(self._error(record.exc_info[1], set())).rstrip())
        return parts

    def _message(self, record: logging.LogRecord) -> str:
        if self._personal:
            return record.getMessage()
        if isinstance(record.args, tuple):
            told = (self._words(each) if _is_discords(each) else each for each in record.args)
            message = str(record.msg) % tuple(told) if record.args else str(record.msg)
        else:
            message = record.getMessage()
        if record.name == "asyncio":  # "Task exception was never retrieved" prints the error's own words
            message = _REPEATED_ERROR.sub(f"exception={HIDDEN}", message)
        return without_row_values(message)

    def _error(self, error: BaseException, seen: set[int]) -> Iterator[str]:
        seen.add(id(error))
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if before is not None and id(before) not in seen:
            yield from self._error(before, seen)
            yield "Then:\n"
        yield from traceback.format_tb(error.__traceback__)
        yield f"{type(error).__module__}.{type(error).__qualname__}: {self._words(error)}\n"
        if isinstance(error, BaseExceptionGroup):
            for part in error.exceptions:
                yield from self._error(part, seen)

    def _words(self, error: BaseException) -> str:
        if self._personal or _is_harmless(error):
            return f"{error}"
        if _is_discords(error):
            code, status = getattr(error, "code", None), getattr(error, "status", None)
            return f"{error}" if status is None else f"status {status}, code {code}"
        return "(its words are shown at log.level DEBUG)"


class TextFormatter(_CarefulFormatter):
    """One line for people; what follows in the same record is indented."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole line."""
        parts = self.parts(record)
        line = "{time} {level:<7} {logger}: {message}".format(**parts)
        line += "".join(f" {name}={parts[name]}" for name in FIELDS if name in parts)
        if "error" in parts:
            line += f"\n{parts['error']}"
        return line.replace("\n", "\n  ")


class JsonFormatter(_CarefulFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole line."""
        return json.dumps(self.parts(record), ensure_ascii=False)


def _is_discords(value: object) -> TypeGuard[BaseException]:
    return isinstance(value, BaseException) and type(value).__module__ == _DISCORDS


def _is_harmless(error: BaseException) -> bool:
    return isinstance(error, _HARMLESS) or type(error).__module__ in _HARMLESS_MODULES
