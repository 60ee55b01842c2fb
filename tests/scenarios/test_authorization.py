"""Everybody tries everything everywhere, as the table in `tests/scenarios/authorization.py` has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

import pytest
import simcord

from buddybot.settings import Settings
from tests.scenarios.authorization import MEMBERS, TABLE, Line, Who
from tests.scenarios.town import MISSING, Town, handlers, outcome, sent, town
from tests.scenarios.wire import Answer, Place
from tests.world import World


class Where(StrEnum):
    """What somebody wants something of, and from where."""

    OWN = auto()
    """Of Rowan, in its channel."""
    NEXT_DOOR = auto()
    """Of Linden, in its channel."""
    OTHER_SERVER = auto()
    """Of Rowan, from Birch's server."""
    FOREIGN = auto()
    """Of Birch, from Rowan's channel."""
    MISSING = auto()
    """Of nothing, from Rowan's channel."""
    DIRECT = auto()
    """Of Rowan, in a direct message."""


@dataclass(frozen=True)
class Cell:
    """One attempt: who, where, and what."""

    who: Who
    where: Where
    name: str
    line: Line

    def expected(self) -> str:
        """Return the refusal that the table says is read; empty for none."""
        lock, who = self.line.lock, self._who()
        if self.where is Where.DIRECT and lock.direct:
            return lock.direct
        if self.where is Where.OTHER_SERVER and lock.from_elsewhere:
            return lock.from_elsewhere
        if self.where in (Where.OTHER_SERVER, Where.FOREIGN, Where.MISSING) and lock.elsewhere:
            return lock.elsewhere
        if who in lock.opens_to:
            return ""
        return lock.members if who in MEMBERS else lock.others

    def _who(self) -> Who:
        """Return what they are to the group in question, or to the server."""
        if self.who is Who.ADMIN:
            return Who.ADMIN
        if self.where is Where.OTHER_SERVER:
            return Who.STRANGER
        if self.where is Where.NEXT_DOOR and self.line.lock.elsewhere:
            return Who.ORGANIZER if self.who is Who.NEIGHBOUR else Who.STRANGER
        return self.who

    async def tried(self, town: Town) -> Answer:
        """Try it."""
        actor = person(town, self.who)
        sender = town.elsewhere(actor) if self.where is Where.OTHER_SERVER else actor
        return await sent(
            town, sender, self._place(town, actor), self.name, self.line, self._ids(town, actor)
        )

    def _place(self, town: Town, actor: simcord.MemberActor) -> Place:
        homes = {Where.NEXT_DOOR: town.linden, Where.OTHER_SERVER: town.birch}
        return (
            town.wire.direct(actor) if self.where is Where.DIRECT else homes.get(self.where, town.rowan).place
        )

    def _ids(self, town: Town, actor: simcord.MemberActor) -> Mapping[str, str]:
        homes = {Where.NEXT_DOOR: town.linden, Where.FOREIGN: town.birch}
        home = homes.get(self.where, town.rowan)
        ids = home.names(actor, town) | {"guild": town.rowan.ids["guild"]}
        if self.where is Where.MISSING:
            return ids | dict.fromkeys(home.ids.keys() - {"guild"}, MISSING)
        return ids


def person(town: Town, who: Who) -> simcord.MemberActor:
    """Return who that is in the town."""
    rowan = town.rowan
    return {
        Who.STRANGER: town.stranger, Who.INVITED: rowan.invited, Who.MEMBER: rowan.member,
        Who.OWNER: rowan.owner, Who.ORGANIZER: rowan.organizer,
        Who.NEIGHBOUR: town.linden.organizer, Who.ADMIN: town.admin,
    }[who]  # fmt: skip


def faults(cell: Cell, answer: Answer, *, changed: bool) -> Iterator[str]:
    """Return what is wrong with an answer."""
    if not answer.acknowledged:
        yield "it is not answered once"
        return
    got, wanted = outcome(answer), cell.expected()
    if got != wanted and (wanted or got != cell.line.then):
        yield f"the answer is {got or 'yes'}, not {wanted or 'yes'}: {answer.said[:100]!r}"
    if not answer.private:
        yield "everybody sees the answer"
    if got and changed and not cell.line.counted:
        yield "it is refused, and yet something changed"


@pytest.mark.parametrize("who", Who)
async def test_everybody_tries_everything_everywhere(who: Who, world: World, settings: Settings) -> None:
    made = await town(world, settings)
    before, wrong, tried = made.rows(), [], 0
    for name, line in TABLE.items():
        answers = {}
        for where in Where:
            cell, version = Cell(who, where, name, line), made.version()
            answers[where] = answer = await cell.tried(made)
            written = made.version() != version
            found = faults(cell, answer, changed=written and made.rows() != before)
            wrong += [f"{who} {where} {name}: {fault}" for fault in found]
            if written:
                made.restore()
            tried += 1
        missing = answers[Where.MISSING].bytes
        if line.lock.elsewhere and answers[Where.FOREIGN].bytes != missing:
            wrong.append(f"{who} {name}: foreign and missing differ")
        if (
            line.lock.elsewhere == line.lock.others
            and who not in line.lock.opens_to | MEMBERS
            and answers[Where.OWN].bytes != missing
        ):
            wrong.append(f"{who} {name}: not theirs and missing differ")
    assert not wrong, "\n".join([f"{len(wrong)} of {tried}:", *wrong])


async def test_every_handler_has_its_line_and_every_line_its_handler(world: World) -> None:
    assert set(handlers(world.bot)) ^ set(TABLE) == set()
