"""Log lines hold what a maintainer needs, never a secret, and no member's words at the default level."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Literal

import discord
import pytest

from buddybot.settings import logs
from buddybot.settings.errors import OperatorError
from buddybot.settings.settings import LogSettings
from tests.settings.test_settings import TOKEN

log = logging.getLogger("buddybot.tests")


@contextmanager
def restored_logging() -> Iterator[None]:
    """Give the process its logging back at the end."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.CHATTY}
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
        logging.captureWarnings(False)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    with restored_logging():
        yield


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def listen(
    level: Literal["DEBUG", "INFO", "WARNING"] = "INFO",
    style: Literal["auto", "text", "json"] = "text",
    secrets: tuple[str, ...] = (),
    stream: io.StringIO | None = None,
) -> io.StringIO:
    stream = stream or io.StringIO()
    logs.configure(LogSettings(level=level, format=style), secrets=secrets, stream=stream)
    return stream


def fail(error: Exception) -> None:
    try:
        raise error
    except Exception:  # the boundary that a test plays
        log.exception("it failed", extra={"reference": "K7Q"})


def test_a_json_line_is_one_object_with_the_named_fields() -> None:
    stream = listen(style="json")
    log.warning("sent\nlate", extra={"ping_id": 7, "reference": "K7Q", "text": "Ana has an interview"})
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "WARNING",
        "logger": "buddybot.tests",
        "message": "sent\nlate",
        "ping_id": 7,
        "reference": "K7Q",
    }


def test_a_line_cannot_be_forged_by_a_line_break_in_it() -> None:
    stream = listen()
    log.info("hello\n2026-01-01 ERROR buddybot: forged")
    assert [line[:2] for line in stream.getvalue().splitlines()] == ["20", "  "]


def test_where_nobody_looks_the_lines_are_json() -> None:
    stream = listen(style="auto")
    log.info("hello")
    assert json.loads(stream.getvalue())["message"] == "hello"


def test_on_a_terminal_the_lines_are_text() -> None:
    stream = listen(style="auto", stream=Terminal())
    log.info("hello", extra={"count": 3})
    assert stream.getvalue().endswith(" INFO    buddybot.tests: hello count=3\n")


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_token_is_in_no_line_whoever_writes_it(
    style: Literal["text", "json"], level: Literal["INFO", "DEBUG"]
) -> None:
    quoted = 'pass"word'  # JSON would write it with a backslash, past a search for it
    stream = listen(level, style, (quoted,))
    log.info("logging in with %s and %s", TOKEN, quoted)
    log.info("logging in", extra={"code": TOKEN})
    fail(OSError(f"cannot send {TOKEN} and {quoted}"))
    logging.getLogger("discord.http").warning("POST /webhooks/12/%s responded with 429", "x" * 60)
    written = stream.getvalue()
    assert len(written.splitlines()) >= 4
    for secret in (TOKEN, TOKEN[:20], quoted, json.dumps(quoted)[1:-1], "x" * 60):
        assert secret not in written


def test_the_words_of_an_unexpected_error_are_hidden_unless_somebody_debugs() -> None:
    stream = listen()
    fail(ValueError("could not read: Ana has an interview"))
    written = stream.getvalue()
    assert "Ana" not in written
    assert "reference=K7Q" in written
    assert "builtins.ValueError: (its words are shown at log.level DEBUG)" in written
    assert "in fail\n      raise error" in written  # the place is there, which is what a maintainer needs

    stream = listen("DEBUG")
    fail(ValueError("could not read: Ana has an interview"))
    assert "builtins.ValueError: could not read: Ana has an interview" in stream.getvalue()


@pytest.mark.parametrize("style", ["text", "json"])
def test_what_discord_repeats_of_a_members_words_is_in_no_line(style: Literal["text", "json"]) -> None:
    """Discord's refusal of a form, alone, as a cause, in a group, and put into a sentence."""
    response: Any = SimpleNamespace(status=400, reason="Bad Request")
    refused = discord.HTTPException(
        response,
        {
            "code": 50035,
            "message": "Invalid Form Body",
            "errors": {"content": {"_errors": [{"code": "X", "message": 'Value "Ana was fired" is no URL'}]}},
        },
    )
    outer = RuntimeError("sending failed")
    outer.__cause__ = refused
    stream = listen(style=style)
    for error in (refused, outer, ExceptionGroup("several", [refused])):
        fail(error)
    log.warning("could not be sent: %s", refused)
    logging.getLogger("asyncio").error(
        f"Task exception was never retrieved\nfuture: <Task exception={refused!r}>"
    )
    written = stream.getvalue()
    assert "fired" not in written
    assert "Invalid" not in written
    assert written.count("status 400, code 50035") == 4


def test_causes_groups_and_loops_of_errors_are_shown_and_end() -> None:
    stream = listen()
    inner, outer = OSError("disk full"), OperatorError("The disk is full.")
    outer.__cause__ = inner
    inner.__context__ = outer
    fail(ExceptionGroup("several", [outer, KeyError("Ana")]))
    written = stream.getvalue()
    assert "builtins.OSError: disk full" in written
    assert "buddybot.settings.errors.OperatorError: The disk is full." in written
    assert "builtins.KeyError" in written
    assert "Ana" not in written


def test_the_row_that_a_database_repeats_is_left_out() -> None:
    stream = listen()
    log.error("duplicate key\nDETAIL:  Key (name)=(Ana) already exists.")
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=ValueError('Ana')>"
    )
    assert "duplicate key" in stream.getvalue()
    assert "never retrieved" in stream.getvalue()
    assert "Ana" not in stream.getvalue()


def test_libraries_that_print_what_they_send_stay_quiet_at_debug() -> None:
    stream = listen("DEBUG")
    logging.getLogger("discord.gateway").debug("received %s", {"content": "Ana has an interview"})
    logging.getLogger("aiosqlite").debug("executing %s", "Ana")
    log.debug("ours")
    assert "Ana" not in stream.getvalue()
    assert "ours" in stream.getvalue()


def test_configuring_twice_prints_once() -> None:
    listen()
    stream = listen("WARNING")
    log.warning("once")
    log.info("not at this level")
    assert stream.getvalue().count("\n") == 1


def test_the_alarm_clock_does_not_tell_of_every_job() -> None:
    stream = listen()
    logging.getLogger("apscheduler.executors.default").info("Job executed successfully")
    logging.getLogger("apscheduler.executors.default").warning("Job missed")
    assert stream.getvalue().endswith(" WARNING apscheduler.executors.default: Job missed\n")
    assert "executed" not in stream.getvalue()
