"""What was taken of hostile words does nothing wherever it comes out: in answers, cards, pings and files."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import pytest

from buddybot.exports.records.formats import Format
from buddybot.settings.settings import Settings
from tests.hostile import VALUES
from tests.scenarios.authorization import TABLE
from tests.scenarios.hostile.test_hostile_input import FULL, actor_for, literal
from tests.scenarios.live_markup import in_file, in_requests
from tests.scenarios.locks import Line
from tests.scenarios.town import Town, outcome, sent, town
from tests.scenarios.wire import Answer
from tests.world import World

pytestmark = pytest.mark.slow

WRITING = (
    "group_charter_save", "location_new", "location_change", "commit_change",
    "checkin_report", "checkin_commit", "attendance_visit", "attendance_set_right", "invitation_name_given",
    "/kudos", "group_settings_save",
)  # fmt: skip
"""What keeps words."""
WORDS = frozenset({"charter", "name", "where", "note", "text", "plan", "win", "blocker", "line0", "reason"})
BATCHES = 10
"""So many that every value is kept somewhere."""
STRIDE = 89
"""From one value to the next, so that those of a class do not come together."""
LONGEST_NAME = 32
TRIES = 8


class Author:
    """Writes the values one after the other, wherever words go."""

    def __init__(self, town: Town, values: Iterator[str]) -> None:
        self._town = town
        self._values = values
        self.kept = 0
        """How many values were taken, whole or cut."""

    async def write(self, name: str) -> None:
        """Fill in everything in a line; what is refused is cut, or gives way to the next values."""
        line = TABLE[name]
        for _ in range(TRIES):
            given = {key: next(self._values) for key in (*(line.fields or {}), *line.options) if key in WORDS}
            for length in (None, 60, 20):
                texts = {key: literal(text[:length]) for key, text in given.items()}
                fields = None if line.fields is None else {**line.fields, **texts}
                options = {**line.options, **texts} if line.fields is None else line.options
                answer = await ask(self._town, name, replace(line, fields=fields, options=options))
                if not outcome(answer):
                    self.kept += len(given)
                    return
        raise AssertionError(f"{name} takes nothing: {answer.said}")

    def name_everybody(self) -> None:
        """Let the people call themselves that, as far as Discord lets them."""
        for actor in (*self._town.rowan.circle.people, self._town.rowan.invited):
            name = next(self._values)[:LONGEST_NAME].strip()
            self._town.world.env.backend.get_user(actor.id).global_name = name or "Ana"


async def ask(town: Town, name: str, line: Line) -> Answer:
    actor = actor_for(town, line)
    return await sent(town, actor, town.rowan.place, name, line, town.rowan.names(actor, town))


def exports() -> Iterator[Line]:
    line = TABLE["/attendance export"]
    return (replace(line, options={**line.options, "format": form.value}) for form in Format)


@pytest.mark.parametrize("batch", range(len(VALUES) if FULL else BATCHES))
async def test_what_was_kept_does_nothing_anywhere(
    batch: int, world: World, settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    made = await town(world, settings)
    begun = len(world.env.http_requests)
    first = batch if FULL else batch * len(VALUES) // BATCHES
    author = Author(made, (VALUES[number * STRIDE % len(VALUES)] for number in count(first)))
    author.name_everybody()
    for name in WRITING:
        await author.write(name)
    record_property("hostile words kept", author.kept)
    await world.run_due()
    made.remember()
    wrong = list[str]()
    for name, line in [*TABLE.items(), *(("/attendance export", line) for line in exports())]:
        version = made.version()
        for file in await (await ask(made, name, line)).files():
            wrong += in_file(*file)
        if made.version() != version:
            made.restore()
    await world.pass_time(days=8)
    wrong += in_requests(
        world.env.http_requests[begun:], people=set(world.env.backend.users), roles=roles(made)
    )
    assert not wrong, "\n".join([f"{len(wrong)}:", *wrong])


def roles(town: Town) -> set[int]:
    return set(town.world.env.backend.get_guild(town.rowan.circle.guild.id).roles)
