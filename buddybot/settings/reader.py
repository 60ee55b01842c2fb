"""Reads layers of settings against their declared types, and says in a sentence what does not fit."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any, NamedTuple, get_args
from urllib.parse import urlsplit

from buddybot.settings.errors import OperatorError
from buddybot.settings.redaction import looks_secret

PREFIX = "BUDDYBOT_"
NOT_SETTINGS = ("BUDDYBOT_CONFIG",)  # read before the settings are
TEST_PREFIX = "BUDDYBOT_TEST_"  # what the tests need to know about the machine is no setting
SECRET_KEYS = {
    "token": "DISCORD_TOKEN",
    "discord_token": "DISCORD_TOKEN",
    "bot_token": "DISCORD_TOKEN",
    "url": "DATABASE_URL",
    "database_url": "DATABASE_URL",
    "dsn": "DATABASE_URL",
    "password": "DATABASE_URL",
}
_IN_AN_ADDRESS = re.compile(r":/|@|password", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LARGEST, _MOST_DOTS = 1_000_000, 500  # characters of a settings file, and dots of a line in it
_SHOWN = 60
"""Letters of a wrong value that are repeated."""
_TRUTH = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class Between(NamedTuple):
    """A number in a range, both ends included."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"from {self.low:g} to {self.high:g}" if self.high < 2**53 else f"of {self.low:g} or more"

    def accepts(self, value: Any) -> bool:
        """Whether the number lies in the range; not-a-number lies nowhere."""
        return bool(self.low <= value <= self.high)


class OneOf:
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __str__(self) -> str:
        return "one of " + ", ".join(self.words)

    def accepts(self, value: Any) -> bool:
        """Whether the word is on the list."""
        return value in self.words


class WebAddress:
    """An http or https address, or nothing."""

    def __str__(self) -> str:
        return "empty or an address like https://example.org"

    def accepts(self, value: Any) -> bool:
        """Whether the address has a scheme and a host."""
        try:
            parts = urlsplit(value)
            is_host = bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", value)
        except ValueError:
            return False
        return not value or (parts.scheme in {"http", "https"} and is_host)


class _Given(NamedTuple):
    value: object
    name: str  # as the person wrote it, for the sentence
    where: str
    textual: bool  # from the environment, where everything is text


class Reader:
    """Collects layers; a later one wins. Every complaint is raised as the given error class."""

    def __init__(self, schema: Mapping[str, Mapping[str, Any]], error: type[OperatorError]) -> None:
        self._schema = schema
        self._error = error
        self._given: dict[tuple[str, str], _Given] = {}

    def add_file(self, path: Path) -> None:
        """Add a TOML file of sections."""
        self._refuse_secret_value("BUDDYBOT_CONFIG", str(path))
        try:
            document = read_toml(path)
        except OSError as error:
            raise self._error(
                f"The settings file {path} cannot be read ({error.strerror}): check BUDDYBOT_CONFIG."
            ) from None
        except ValueError as error:  # not TOML, or not UTF-8; the parser's words do not repeat values
            raise self._error(f"The settings file {path} is not valid TOML: {error}.") from None
        for section, table in _plainly_named(document):
            self._refuse_secret(section, table, path)
            if not isinstance(table, dict):
                raise self._error(self._outside_section(section, path))
            if section not in self._schema:
                hint = _suggestion(section, self._schema, "[{}]")
                raise self._error(f"[{section}] in {path} is not a section of settings{hint}")
            for key, value in _plainly_named(table):
                self._refuse_secret(key, value, path)
                self._add(section, key, _Given(value, f"{section}.{key}", f" in {path}", textual=False))

    def add_environment(self, environ: Mapping[str, str]) -> None:
        """Add every `BUDDYBOT_SECTION__KEY`; other names with that prefix are mistakes."""
        names = [
            f"{PREFIX}{section}__{key}".upper() for section, keys in self._schema.items() for key in keys
        ]
        for name in sorted(environ):
            if not name.startswith(PREFIX) or name in NOT_SETTINGS or name.startswith(TEST_PREFIX):
                continue
            section, _, key = name.removeprefix(PREFIX).lower().partition("__")
            if variable := SECRET_KEYS.get(key or section):
                raise self._error(f"{name} is not read: set the environment variable {variable} instead.")
            self._refuse_secret_value(name, environ[name])
            if key not in self._schema.get(section, {}):
                raise self._error(
                    f"{name} is not a setting{_suggestion(name, (*names, *NOT_SETTINGS), '{}')}"
                )
            self._add(section, key, _Given(environ[name], name, "", textual=True))

    def section(self, section: str) -> dict[str, Any]:
        """The converted values of one section; every key must have been given in some layer."""
        return {key: self._convert(section, key, hint) for key, hint in self._schema[section].items()}

    def _add(self, section: str, key: str, given: _Given) -> None:
        if key not in self._schema[section]:
            hint = _suggestion(key, self._schema[section], section + ".{}")
            raise self._error(f"{given.name}{given.where} is not a setting{hint}")
        self._given[section, key] = given

    def _convert(self, section: str, key: str, hint: Any) -> Any:
        given = self._given.get((section, key))
        if given is None:
            raise self._error(f"The setting {section}.{key} is missing from config/default.toml.")
        kind, *rules = get_args(hint) or (hint,)
        value, expected = _parse(given.value, kind, textual=given.textual)
        for rule in rules:
            expected = f"{expected} {rule}" if kind in (int, float) else f"{rule}"
            value = value if value is not None and rule.accepts(value) else None
        if value is None:
            raise self._error(
                f"{given.name}{given.where} must be {expected}, but it is {_show_value(given.value)}."
            )
        return value

    def _refuse_secret(self, key: str, value: object, path: Path) -> None:
        variable = SECRET_KEYS.get(key.lower())
        if variable is None and isinstance(value, str) and looks_secret(value):
            variable = "DATABASE_URL" if _IN_AN_ADDRESS.search(value) else "DISCORD_TOKEN"
        if variable is not None:
            raise self._error(
                f"The settings file {path} holds a secret under the name {key}: remove it there "
                f"and set the environment variable {variable} instead."
            )

    def _refuse_secret_value(self, name: str, value: str) -> None:
        if looks_secret(value):
            variable = "DISCORD_TOKEN" if not _IN_AN_ADDRESS.search(value) else "DATABASE_URL"
            raise self._error(
                f"{name} holds a secret: remove it there and set the environment variable {variable} instead."
            )

    def _outside_section(self, key: str, path: Path) -> str:
        if key in self._schema:
            return f"{key} in {path} must be a section: write [{key}] on a line of its own."
        homes = [section for section, keys in self._schema.items() if key in keys]
        hint = (
            f": did you mean {key} under [{homes[0]}]?" if homes else "; config/default.toml lists them all."
        )
        return f"{key} in {path} stands outside every section{hint}"


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's document, with or without the mark that some editors begin a file with.

    OSError when it cannot be read, ValueError when it is not TOML or beyond all reason.
    """
    with path.open(encoding="utf-8-sig") as file:
        try:
            text = file.read(_LARGEST + 1)
        except UnicodeDecodeError:
            raise ValueError("it is not written in UTF-8") from None
    if len(text) > _LARGEST:
        raise ValueError("it is longer than a million characters")
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):  # of a key; each takes longer
        raise ValueError("it is nested too deeply")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # the other one that there is, and it speaks of Python
        raise ValueError("a number in it has too many digits") from None


def _plainly_named(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The names as a sentence may repeat them; a long or an unprintable one is of no setting anyway."""
    for name, value in table.items():
        yield _CONTROL.sub("?", name[:_SHOWN]), value


def _suggestion(name: str, known: Iterable[str], form: str) -> str:
    """The end of a sentence about an unknown name."""
    # Imported here: most starts have no mistake to explain.
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1)
    return f": did you mean {form.format(close[0])}?" if close else "; config/default.toml lists them all."


def _parse(value: Any, kind: Any, *, textual: bool) -> tuple[Any, str]:
    """The value as `kind`, or None, and what it should have been."""
    if kind is bool:
        return (
            _TRUTH.get(value.lower()) if textual else value if isinstance(value, bool) else None
        ), "true or false"
    if kind in (int, float):
        expected = "a whole number" if kind is int else "a number"
        if textual:
            return _number(value, kind), expected
        fits = isinstance(value, int if kind is int else (int, float)) and not isinstance(value, bool)
        return (_number(value, kind) if fits else None), expected
    if isinstance(value, str) and _CONTROL.search(value):
        return None, "a text without control characters"
    if kind is time:
        return _time(value), 'a time of day like "21:00"'
    if kind is Path:
        return (Path(value) if isinstance(value, str) and value.strip() else None), "the name of a folder"
    return (value if isinstance(value, str) else None), "a text"


def _number(value: Any, kind: type[int] | type[float]) -> float | None:
    try:
        return kind(value)
    except (ValueError, OverflowError):  # too many digits are both
        return None


def _time(value: object) -> time | None:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value) if isinstance(value, str) and len(value) == len("21:00") else None
    except ValueError:
        return None


def _show_value(value: object) -> str:
    if isinstance(value, str):
        if looks_secret(value):
            return "something that looks like a secret"
        plain = _CONTROL.sub("?", value)
        return f'"{plain[:_SHOWN]}"' + ("..." if len(plain) > _SHOWN else "")
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a section"
    try:
        plain = str(value).lower()
    except ValueError:  # a whole number that Python does not write down
        return "a number of thousands of digits"
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}..."
