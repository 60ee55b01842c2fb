"""The lint list for command registrations: names, descriptions, order of options, sizes."""

import re
from collections.abc import Iterator

from tests.contract.requests import Json, as_objects

NAME = re.compile(r"[-_'\w]{1,32}")
MAX_COMMANDS, MAX_CHARACTERS, MAX_CHOICES, MAX_CHOICE = 100, 8_000, 25, 100
CHAT_INPUT = 1
SUBCOMMANDS = {1, 2}
UNDESCRIBED = {"", "…", "..."}  # discord.py writes an ellipsis where nobody wrote a description


def faults(body: object) -> Iterator[str]:
    """What is wrong with one command, or with the list of all."""
    commands = as_objects(body) if isinstance(body, list) else as_objects([body])
    for kind in {command.get("type", CHAT_INPUT) for command in commands}:
        names = [str(c.get("name")) for c in commands if c.get("type", CHAT_INPUT) == kind]
        if kind == CHAT_INPUT and len(names) > MAX_COMMANDS:
            yield f"{len(names)} commands, {MAX_COMMANDS} are allowed"
        if len(set(names)) < len(names):
            yield "two commands with one name"
    for command in commands:
        if command.get("type", CHAT_INPUT) == CHAT_INPUT:
            yield from _entry_faults(command, str(command.get("name")))
            size = _size(command)
            if size > MAX_CHARACTERS:
                yield f"/{command.get('name')}: {size} characters, {MAX_CHARACTERS} are allowed"
        elif command.get("description"):
            yield f"{command.get('name')}: a context menu has no description"


def _entry_faults(entry: Json, where: str) -> Iterator[str]:
    """A command, a subcommand or an option, and everything below it."""
    for name in _translations(entry, "name"):
        if name != name.lower():
            yield f"/{where}: the name {name!r} is not lower case"
        if NAME.fullmatch(name) is None:
            yield f"/{where}: {name!r} is no name"
    if "description" in entry or "name" in entry:
        for description in _translations(entry, "description") or [""]:
            if description.strip() in UNDESCRIBED:
                yield f"/{where}: no description"
    options = as_objects(entry.get("options"))
    yield from _order_faults(options, where)
    for option in options:
        below = f"{where} {option.get('name')}"
        yield from _entry_faults(option, below)
        yield from _choice_faults(option, below)


def _order_faults(options: list[Json], where: str) -> Iterator[str]:
    optional_seen = False
    for option in options:
        if option.get("type") in SUBCOMMANDS:
            continue
        if option.get("required") and optional_seen:
            yield f"/{where}: the required {option.get('name')!r} stands after an optional one"
        optional_seen = optional_seen or not option.get("required")
    names = [option.get("name") for option in options]
    if len(set(names)) < len(names):
        yield f"/{where}: two options with one name"
    kinds = {option.get("type") in SUBCOMMANDS for option in options}
    if len(kinds) > 1:
        yield f"/{where}: subcommands beside options"


def _choice_faults(option: Json, where: str) -> Iterator[str]:
    choices = as_objects(option.get("choices"))
    if choices and option.get("autocomplete"):
        yield f"/{where}: choices and autocomplete exclude each other"
    if len(choices) > MAX_CHOICES:
        yield f"/{where}: {len(choices)} choices, {MAX_CHOICES} are allowed"
    for choice in choices:
        if not 1 <= len(str(choice.get("name", ""))) <= MAX_CHOICE:
            yield f"/{where}: a choice's name has 1 to {MAX_CHOICE} characters"
    if len({choice.get("name") for choice in choices}) < len(choices):
        yield f"/{where}: two choices with one name"


def _translations(entry: Json, key: str) -> list[str]:
    """The text under a key, and its localizations."""
    own = [entry[key]] if isinstance(entry.get(key), str) else []
    localized = entry.get(f"{key}_localizations")
    return own + [str(text) for text in localized.values()] if isinstance(localized, dict) else own


def _size(entry: Json) -> int:
    """The characters Discord counts: names, descriptions and values; of localizations the longest."""
    own = sum(max(map(len, _translations(entry, key)), default=0) for key in ("name", "description"))
    own += len(entry["value"]) if isinstance(entry.get("value"), str) else 0
    return own + sum(_size(below) for key in ("options", "choices") for below in as_objects(entry.get(key)))
