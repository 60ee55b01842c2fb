"""Everybody tries everything everywhere, as the table in `tests/scenarios/authorization.py` has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum, auto

import pytest
import simcord

from buddybot.settings.settings import Settings
from tests.scenarios.authorization import TABLE
from tests.scenarios.locks import MEMBERS, NOTHING, Line, Who
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


def allowed(town: Town, line: Line) -> simcord.MemberActor:
    """Return somebody to whom a line's lock opens."""
    order = (Who.OWNER, Who.ORGANIZER, Who.MEMBER, Who.INVITED, Who.ADMIN)
    return person(town, next(who for who in order if who in line.lock.opens_to))


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
    if changed and cell.line.shows:
        yield "it only shows, and yet something changed"
    if changed and cell.line.lock.only_own and (cell.who, cell.where) != (Who.OWNER, Where.OWN):
        yield "what is somebody else's changed"


OWNERS = {
    "group": "SELECT id, id FROM groups",
    "member": "SELECT user_id, group_id FROM memberships",
    "host": "SELECT user_id, group_id FROM memberships",
    "place": "SELECT id, group_id FROM locations",
    "location": "SELECT id, group_id FROM locations",
    "meeting": "SELECT id, group_id FROM meetings",
    "turn": "SELECT id, group_id FROM meetings",
    "with": "SELECT id, group_id FROM meetings",
    "commitment": "SELECT id, group_id FROM commitments",
    "alert": "SELECT id, group_id FROM alerts",
}
"""By the option for which it is suggested: the id of each thing that there is, and whose group has it."""


def foreign(cell: Cell, town: Town, answer: Answer) -> Iterator[str]:
    """Return what is suggested of a group that is none of the asking person's business."""
    option = cell.name.rpartition(" ")[2]
    if not cell.name.startswith("?") or option not in OWNERS:
        return
    group_of = {str(thing): str(group) for thing, group in town.database.execute(OWNERS[option])}
    homes = [town.rowan] if cell.who in MEMBERS else [town.linden]
    if cell.who is Who.ADMIN:  # who manages both servers, each from there
        homes = [town.birch] if cell.where is Where.OTHER_SERVER else [town.rowan, town.linden]
    own = {home.ids["group"] for home in homes}
    for each in answer.choices:
        if each["value"].isdigit() and group_of[each["value"]] not in own:
            yield f"{each['name']!r} of another group is suggested"


@pytest.mark.slow
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
            found = [
                *faults(cell, answer, changed=written and made.rows() != before),
                *foreign(cell, made, answer),
            ]
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


@pytest.mark.slow
async def test_a_meeting_is_offered_to_start_when_its_day_has_come(world: World, settings: Settings) -> None:
    """What the table lets be nothing is nothing on that evening only."""
    made = await town(world, settings)
    lines = {name: replace(line, then="") for name, line in TABLE.items() if line.then == NOTHING}
    assert set(lines) == {"? meeting start meeting"}
    await world.until(made.rowan.circle.meets + timedelta(days=7, hours=-2))
    for name, line in lines.items():
        for cell in (Cell(who, where, name, line) for who in Who for where in Where):
            answer = await cell.tried(made)
            found = [*faults(cell, answer, changed=False), *foreign(cell, made, answer)]
            assert not found, (cell.who, cell.where, found)


async def test_every_handler_has_its_line_and_every_line_its_handler(world: World) -> None:
    assert set(handlers(world.bot)) ^ set(TABLE) == set()


# -- forms, which are sent later than they are opened ---------------------------------------------------


async def opened(town: Town) -> Iterator[tuple[str, Mapping[str, bool]]]:
    """Open every form there is; return its custom id, and which of its fields are selects."""
    found = {}
    for name, line in TABLE.items():
        if name.startswith("?") or line.fields is not None:
            continue
        actor = allowed(town, line)
        answer = await sent(town, actor, town.rowan.place, name, line, town.rowan.names(actor, town))
        if answer.is_form:
            found[answer.payload["data"]["custom_id"]] = dict(answer.fields)
        town.restore()
    return iter(found.items())


def route_of(custom_id: str) -> str:
    return custom_id.split(":")[0]


@pytest.mark.slow
async def test_every_form_and_every_field_of_it_is_in_the_table(world: World, settings: Settings) -> None:
    made = await town(world, settings)
    ids = made.rowan.names(made.rowan.owner, made)
    seen = set()
    for custom_id, fields in await opened(made):
        seen.add(route_of(custom_id))
        known = TABLE[route_of(custom_id)].fields or {}
        kinds = {key.format_map(ids): not isinstance(value, str) for key, value in known.items()}
        # Forms ask for each of somebody's commitments and places; the table has one of each.
        assert {key for key in fields if not key[1:].isdigit()} <= kinds.keys(), custom_id
        assert {key: kind for key, kind in fields.items() if kinds.get(key, kind) != kind} == {}, custom_id
    assert {name for name, line in TABLE.items() if line.fields is not None} == seen


@pytest.mark.slow
@pytest.mark.parametrize("meanwhile", ["demoted", "gone", "somebody else"])
async def test_a_form_is_refused_when_it_comes_too_late(
    meanwhile: str, world: World, settings: Settings
) -> None:
    """It was opened by somebody who might, and is sent when they are not, or by a stranger."""
    made = await town(world, settings)
    tried = 0
    for custom_id, _ in await opened(made):
        line = TABLE[route_of(custom_id)]
        if not line.lock.opens_to <= MEMBERS or (meanwhile == "demoted" and Who.MEMBER in line.lock.opens_to):
            continue
        actor = allowed(made, line)
        if meanwhile == "demoted" and actor is not made.rowan.organizer:
            continue
        change = {
            "demoted": "UPDATE memberships SET role = 'member' WHERE user_id = ?",
            "gone": "UPDATE memberships SET left_at = 1 WHERE user_id = ?",
            "somebody else": "SELECT ?",
        }[meanwhile]
        with made.database:
            made.database.execute(change, [actor.id])
        before = made.rows()
        sender = made.stranger if meanwhile == "somebody else" else actor
        names = made.rowan.names(actor, made)
        answer = await sent(made, sender, made.rowan.place, route_of(custom_id), line, names)
        refusal = line.lock.members if meanwhile == "demoted" else line.lock.others
        assert outcome(answer) == refusal, custom_id
        assert made.rows() == before, custom_id
        made.restore()
        tried += 1
    assert tried >= 5


async def test_what_no_version_knows_any_more_says_so(world: World, settings: Settings) -> None:
    made = await town(world, settings)
    actor, place = made.rowan.organizer, made.rowan.place
    for custom_id in ("gone", "gone:1:2", ":", "", "rsvp_", "RSVP:1:going"):
        for answer in (
            await made.wire.press(actor, place, custom_id),
            await made.wire.press(actor, place, custom_id, ["1"]),
            await made.wire.submit(actor, place, custom_id, {"name": "x"}),
        ):
            assert outcome(answer) == "button.stale"
