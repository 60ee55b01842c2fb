"""Whatever comes in any option, field, choice, custom id or half-typed word is refused or does nothing.

`make hostile` tries every value in everything; otherwise each place sees one value of every class.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import simcord
from discord import AppCommandOptionType, app_commands
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from buddybot.settings.settings import Settings
from tests.hostile import CLASSES, NUMBERS, VALUES
from tests.scenarios.authorization import TABLE
from tests.scenarios.live_markup import in_file, in_requests
from tests.scenarios.locks import Line, Who
from tests.scenarios.town import Rows, Town, outcome, sent, town
from tests.scenarios.wire import Value
from tests.world import World

pytestmark = pytest.mark.slow

FULL = os.environ.get("BUDDYBOT_TEST_HOSTILE") == "all"
LONGEST_ARGUMENT = 40
"""Characters of it that fit into any custom id; Discord takes no more than 100 in all."""
TOO_LARGE = "9" * 19
"""An id that no column holds; it is tried wherever something is chosen from a list."""
SHARES = 24 if FULL else 4
"""Into so many tests the places are dealt out; what one of them sends is remembered to its end."""


@dataclass(frozen=True)
class Place:
    """One place into which something can be written."""

    name: str
    line: Line
    part: str
    """Which kind of part of the line: options, fields, values, arguments or typed."""
    key: str
    """Which one of them."""
    numeric: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.part} {self.key}"

    def values(self, number: int) -> Sequence[Value]:
        """Return what is tried here, by the number of the place."""
        if self.numeric:
            return NUMBERS
        if FULL:
            return VALUES
        one_of_each = [values[number % len(values)] for values in CLASSES.values()]
        return [*one_of_each, TOO_LARGE] if self.part == "values" else one_of_each

    def with_value(self, value: Value) -> Line:
        """Return the line with a value in this place."""
        line, text = self.line, literal(str(value))
        if self.part in ("options", "typed"):
            return replace(line, options={**line.options, self.key: value if self.numeric else text})
        if self.part == "fields":
            assert line.fields is not None
            chosen = not isinstance(line.fields[self.key], str)
            return replace(line, fields={**line.fields, self.key: [text] if chosen else text})
        if self.part == "values":
            return replace(line, values=(text,))
        arguments = line.arguments.split(":")
        arguments[int(self.key)] = literal(str(value)[:LONGEST_ARGUMENT])
        return replace(line, arguments=":".join(arguments))


def literal(text: str) -> str:
    """Return the text so that it stands for itself in a line of the table."""
    return text.replace("{", "{{").replace("}", "}}")


def places(world: World) -> Iterator[Place]:
    """Return every place into which something can be written, by the running bot and the table."""
    for command in world.bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            yield from in_command(command)
    for name, line in TABLE.items():
        if name.startswith("? "):
            # What else was filled in goes along while somebody types.
            yield from (Place(name, line, "options", key) for key in line.options)
        elif not name.startswith("/"):
            yield from in_component(name, line)


def in_command(command: app_commands.Command[Any, ..., Any]) -> Iterator[Place]:
    """Return the options of a command, and those for which something is suggested, once more."""
    text, whole = AppCommandOptionType.string, AppCommandOptionType.integer
    name = command.qualified_name
    for each in command.parameters:
        if each.type in (text, whole):
            yield Place(f"/{name}", TABLE[f"/{name}"], "options", each.display_name, each.type is whole)
        if each.autocomplete:
            typed = f"? {name} {each.display_name}"
            yield Place(typed, TABLE[typed], "typed", each.display_name)


def in_component(name: str, line: Line) -> Iterator[Place]:
    """Return the fields of a form, the choices of a select, and the arguments in the custom id."""
    yield from (Place(name, line, "fields", key) for key in line.fields or ())
    if line.values is not None:
        yield Place(name, line, "values", "0")
    if line.arguments:
        yield from (Place(name, line, "arguments", str(at)) for at in range(line.arguments.count(":") + 1))


def actor_for(town: Town, line: Line) -> simcord.MemberActor:
    """Return somebody to whom the line's lock opens."""
    rowan = town.rowan
    order = {
        Who.OWNER: rowan.owner, Who.ORGANIZER: rowan.organizer, Who.MEMBER: rowan.member,
        Who.INVITED: rowan.invited, Who.ADMIN: town.admin,
    }  # fmt: skip
    return next(actor for who, actor in order.items() if who in line.lock.opens_to)


def known(world: World) -> set[int]:
    """Return everybody whom the bot may name."""
    return set(world.env.backend.users)


async def tried(town: Town, place: Place, value: Value, before: Rows) -> Iterator[str]:
    """Try one value in one place; return what is wrong with what followed."""
    found = await faults(town, place.name, place.with_value(value), before)
    return (f"{place}={str(value)[:60]!r}: {each}" for each in found)


async def faults(town: Town, name: str, line: Line, before: Rows) -> Sequence[str]:
    """Send a line, whatever is in it; return what is wrong with what followed."""
    version, actor = town.version(), actor_for(town, line)
    answer = await sent(town, actor, town.rowan.place, name, line, town.rowan.names(actor, town))
    changed, found = town.version() != version, list[str]()
    if not answer.acknowledged:
        found.append("it is not answered once")
    else:
        got = outcome(answer)
        if got == "errors.unexpected":
            found.append(f"an unexpected error: {town.world.env.errors}")
        if got and changed and not line.counted and town.rows() != before:
            found.append(f"it is refused as {got}, and yet something changed")
        if not answer.private:
            found.append("everybody sees the answer")
        found += in_requests(answer.requests, people=known(town.world))
        for file in await answer.files():
            found += in_file(*file)
    if changed:
        town.restore()
    return found


@pytest.mark.parametrize("share", range(SHARES))
async def test_every_place_takes_every_class_of_values(
    share: int, world: World, settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    made = await town(world, settings)
    before, wrong, tries = made.rows(), list[str](), 0
    found = list(enumerate(places(world)))[share::SHARES]
    for number, place in found:
        for value in place.values(number):
            wrong += await tried(made, place, value, before)
            tries += 1
    record_property("hostile places", len(found))
    record_property("hostile tries", tries)
    assert not wrong, "\n".join([f"{len(wrong)} of {tries}:", *wrong])


@pytest.fixture
async def rowan(world: World, settings: Settings) -> Town:
    """The town, for many examples one after the other."""
    return await town(world, settings)


@rules(
    max_examples=2000 if FULL else 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(st.characters(codec=None), max_size=400), number=st.integers(0, 10_000))
async def test_any_text_at_all_is_refused_or_does_nothing(rowan: Town, text: str, number: int) -> None:
    """Every code point there is, halves of characters too: JSON can carry them."""
    found = [place for place in places(rowan.world) if not place.numeric]
    assert not list(await tried(rowan, found[number % len(found)], text, rowan.rows()))
