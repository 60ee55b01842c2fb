"""A click or a form with more, less or something else in it than was asked is refused or does nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from buddybot.settings.settings import Settings
from tests.hostile import VALUES
from tests.scenarios.authorization import TABLE
from tests.scenarios.hostile.test_hostile_input import FULL, faults
from tests.scenarios.locks import ANYWHERE, Line
from tests.scenarios.town import town
from tests.world import World

pytestmark = pytest.mark.slow

MANY = 26
"""One more than Discord takes in a select."""
ODD = ("x", "", "\ud800")
LONGEST_ID = 100


def other_arguments(line: Line) -> Iterator[Line]:
    """Return a line with more and fewer arguments, and with the mark of a ping where there is none."""
    fewer = line.arguments.rpartition(":")[0]
    more = ":".join(filter(None, (line.arguments, "1:2:x")))
    yield from (replace(line, arguments=each) for each in ("", fewer, more, f"{line.arguments or 1}~x"))


def other_values(line: Line) -> Iterator[Line]:
    """Return a button or a select with other values than one, and as a form."""
    many = (line.values or ("1",)) * MANY
    yield from (replace(line, values=values) for values in (None, (), many, ODD))
    yield from (replace(line, values=None, fields=fields) for fields in ({}, {"x": "x", "values": ["1"]}))


def other_fields(line: Line) -> Iterator[Line]:
    """Return a form as a button and a select, and with each field missing, empty, and of the other kind."""
    assert line.fields is not None
    yield from (replace(line, fields=None, values=values) for values in (None, ("1",)))
    yield replace(line, fields={})
    for name, value in line.fields.items():
        one = value if isinstance(value, str) else value[0]
        other = [one] if isinstance(value, str) else one
        empty = "" if isinstance(value, str) else list[str]()
        for each in (other, empty, [one] * MANY, ODD):
            yield replace(line, fields={**line.fields, name: each})
        yield replace(line, fields={key: kept for key, kept in line.fields.items() if key != name})


def other_ids(value: str) -> Iterator[tuple[str, Line]]:
    """Return a button, a select and a form that are called something that nothing is called."""
    line = Line(ANYWHERE)
    # A stroke or a question mark at the front would make a command of it here.
    name = value[:LONGEST_ID].lstrip("/?") or "x"
    yield from (
        (name, each) for each in (line, replace(line, values=("1",)), replace(line, fields={"x": "x"}))
    )


def misshapen() -> Iterator[tuple[str, Line]]:
    """Return all that is tried here."""
    for name, line in TABLE.items():
        if name[0] in "/?":
            continue
        yield from ((name, each) for each in other_arguments(line))
        yield from ((name, each) for each in (other_values if line.fields is None else other_fields)(line))
    for value in VALUES if FULL else VALUES[::5]:
        yield from other_ids(value)


async def test_what_is_shaped_otherwise_is_refused_or_does_nothing(
    world: World, settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    made = await town(world, settings)
    before, wrong, tries = made.rows(), list[str](), 0
    for name, line in misshapen():
        found = await faults(made, name, line, before)
        wrong += (f"{name}:{line.arguments} {line.values} {line.fields}: {each}" for each in found)
        tries += 1
    record_property("hostile shapes", tries)
    assert not wrong, "\n".join([f"{len(wrong)} of {tries}:", *wrong])
