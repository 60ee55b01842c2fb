"""Three groups in two servers with the same life behind them, and everybody who could want something of one.

All there is to press belongs to Ana where it is one person's: her commitment, her place, her turn to host.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import cache
from string import Formatter

import simcord
from discord import app_commands

from buddybot import locales
from buddybot.bot import BuddyBot
from buddybot.domain.groups.groups import Rotation
from buddybot.domain.health.stagnation_signs import Fact, Sign
from buddybot.domain.ids import MeetingId
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import Tx, sqlite_path
from buddybot.storage.health.alerts import AlertRepository
from tests.scenarios.circles import Circle, circle
from tests.scenarios.locks import NOTHING, PLACE, Line
from tests.scenarios.wire import Answer, Place, Value, Wire
from tests.world import World

MISSING = "8" * 17
"""An id of nothing, of the usual form."""
_CHOICES = 8

Rows = Mapping[str, Sequence[tuple[object, ...]]]


@dataclass
class Home:
    """One group: its people, and the ids of what there is in it by the names that the table gives them."""

    circle: Circle
    invited: simcord.MemberActor
    ids: dict[str, str] = field(default_factory=dict)

    def names(self, actor: simcord.MemberActor, town: "Town") -> dict[str, str]:
        """Return what the names in the table stand for when it is this group's things that somebody wants."""
        someone = self.member if actor.id == self.owner.id else self.owner
        return self.ids | {
            "self": str(actor.id), "someone": str(someone.id), "stranger": str(town.stranger.id),
            "channel": str(town.rowan.circle.channel.id),
        }  # fmt: skip

    @property
    def place(self) -> Place:
        """The group's channel."""
        return Place(self.circle.channel.id, self.circle.guild.id)

    @property
    def organizer(self) -> simcord.MemberActor:
        """Who runs the group."""
        return self.circle.people[0]

    @property
    def owner(self) -> simcord.MemberActor:
        """Who has something of everything."""
        return self.circle.people[1]

    @property
    def member(self) -> simcord.MemberActor:
        """Somebody else in the group."""
        return self.circle.people[2]


@dataclass
class Town:
    """Rowan with Linden beside it, and Birch in another server."""

    world: World
    wire: Wire
    rowan: Home
    linden: Home
    birch: Home
    stranger: simcord.MemberActor
    admin: simcord.MemberActor
    database: sqlite3.Connection
    pristine: sqlite3.Connection

    def rows(self) -> Rows:
        """Return all that is stored but which interactions were seen."""
        tables = self.database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
            "AND name <> 'interactions'"
        ).fetchall()
        return {name: self.database.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}

    def version(self) -> int:
        """Return what differs once anything was committed, by whomever."""
        return int(self.database.execute("PRAGMA data_version").fetchone()[0])

    def remember(self) -> None:
        """Keep everything as it is now."""
        self.database.backup(self.pristine)

    def restore(self) -> None:
        """Make everything as it was; what is shown in Discord stays."""
        self.pristine.backup(self.database)

    def elsewhere(self, actor: simcord.MemberActor) -> simcord.MemberActor:
        """Return the same person in the other server."""
        return self.world.person(actor.name.title(), self.birch.circle.guild)


async def town(world: World, settings: Settings) -> Town:
    """Let the three groups live until the evening of their first Sunday: one meeting over, one going on."""
    guild, other = world.guild(), world.guild("Elsewhere")
    # Birch comes first, so that its ids are not those of Rowan.
    birch = await _home(world, other, "Birch", "Eli", "Eve", "Emma", invited="Ed")
    rowan = await _home(world, guild, "Rowan", "Olga", "Ana", "Ben", invited="Dan")
    linden = await _home(world, guild, "Linden", "Oz", "Lia", "Leo", invited="Lou")
    # On PostgreSQL nothing is looked up or put back: only tests that keep no rows run there.
    database = sqlite3.connect(sqlite_path(settings.database_address) or ":memory:")
    database.execute("PRAGMA synchronous=OFF")  # nobody loses anything when the machine stops during a test
    made = Town(
        world, Wire(world), rowan, linden, birch,
        stranger=world.person("Zoe", guild),
        admin=world.person("Adam", guild, manages=True),
        database=database,
        pristine=sqlite3.connect(":memory:"),
    )  # fmt: skip
    for name in ("Zoe", "Adam", "Dan", "Ben", "Ana", "Olga", "Oz"):
        world.person(name, other, manages=name == "Adam")
    for home in (birch, rowan, linden):
        await _before(made, home)
    await world.until(rowan.circle.meets + timedelta(minutes=1))
    for home in (birch, rowan, linden):
        await _first_evening(made, home)
    await world.pass_time(hours=1, minutes=46)
    for home in (birch, rowan, linden):
        await _second_evening(made, home)
    await world.run_due()
    made.remember()
    return made


async def _home(world: World, guild: simcord.GuildHandle, name: str, *people: str, invited: str) -> Home:
    made = await circle(world, *people, guild=guild, name=name, rotation=Rotation.TURNS, at=time(19))
    return Home(made, world.person(invited, guild), {"group": str(made.group_id), "guild": str(guild.id)})


async def _before(town: Town, home: Home) -> None:
    wire, place, ana = town.wire, home.place, home.owner
    group = home.ids["group"]
    for words in ("4 coffee meetings", "The cover letter"):
        _good(await wire.command(ana, place, "commit add", text=words))
    _good(await wire.command(home.member, place, "commit add", text="One walk"))
    for name in ("Café Lumen", "Library"):
        _good(await wire.submit(ana, place, f"location_new:{group}", {**PLACE, "name": name}))
    _good(await wire.command(ana, place, "away", start="2026-03-02"))
    _good(await wire.command(home.organizer, place, "group invite", member=home.invited))
    _good(await wire.submit(ana, place, f"feedback_send:{group}", {"phrases": ["too_long"], "rating": ["4"]}))


async def _first_evening(town: Town, home: Home) -> None:
    wire, place, olga = town.wire, home.place, home.organizer
    past = await _one(town, home, "SELECT MIN(id) FROM meetings WHERE group_id = :group")
    home.ids["past"] = past
    for person in home.circle.people:
        _good(await wire.press(person, place, f"here:{past}"))
    _good(await wire.submit(home.owner, place, f"checkin_report:{past}", {"win": "A win", "blocker": ""}))
    _good(await wire.press(olga, place, f"close_now:{past}"))
    _good(await wire.submit(olga, place, f"attendance_visit:{past}:correct", {"name": "Vic"}))
    _good(await wire.command(olga, place, "meeting schedule", date="2026-01-04", time="20:45"))


async def _second_evening(town: Town, home: Home) -> None:
    wire, place, ana, olga = town.wire, home.place, home.owner, home.organizer
    ahead = "SELECT id FROM meetings WHERE group_id = :group AND starts_at > :now ORDER BY starts_at LIMIT 1"
    home.ids |= {
        "open": await _one(town, home, "SELECT id FROM meetings WHERE group_id = :group AND state = 'open'"),
        "next": await _one(town, home, ahead),
        "later": await _one(town, home, f"{ahead} OFFSET 1"),
        "location": await _one(town, home, "SELECT MIN(id) FROM locations WHERE group_id = :group"),
        "place": await _one(town, home, "SELECT MAX(id) FROM locations WHERE group_id = :group"),
        "owner": str(ana.id), "member": str(home.member.id), "organizer": str(olga.id),
    }  # fmt: skip
    for name, person in (("next", ana), ("later", home.member)):
        given = {"meeting": home.ids[name], "host": str(person.id)}
        _good(await wire.command(olga, place, "rotation assign", **given))
    pair = f"{home.ids['next']}-{home.ids['later']}"
    _good(await wire.press(ana, place, f"swap_pick:{home.ids['group']}", [pair]))
    for person in home.circle.people:
        _good(
            await wire.submit(person, place, f"checkin_report:{home.ids['open']}", {"win": "", "blocker": ""})
        )

    async def script(tx: Tx) -> None:
        group, now = home.circle.group_id, town.world.now
        await tx.run(
            "INSERT INTO offers (group_id, user_id, meeting_id, made_at, seen_at) "
            "VALUES (:group, :user, :meeting, :now, :now)",
            group=group, user=ana.id, meeting=int(home.ids["past"]), now=int(now.timestamp()),
        )  # fmt: skip
        await AlertRepository(tx).add(
            group, key="a", what=Fact(Sign.NOT_HELD, 3, 3, None), meeting_id=MeetingId(int(home.ids["past"])),
            now=now,
        )  # fmt: skip

    await town.world.bot.services.transactions.write(lambda uow: script(uow.tx))
    mine = "group_id = :group AND user_id = :owner"
    home.ids |= {
        "commitment": await _one(town, home, f"SELECT MIN(id) FROM commitments WHERE {mine}"),
        "away": await _one(town, home, f"SELECT id FROM away WHERE {mine}"),
        "alert": await _one(town, home, "SELECT id FROM alerts WHERE group_id = :group"),
        "swap": await _one(town, home, "SELECT id FROM swaps WHERE group_id = :group"),
        "visitor": await _one(town, home, f"SELECT id FROM visitors WHERE meeting_id = {home.ids['past']}"),
        "invitation": await _one(town, home, "SELECT MAX(id) FROM invitations WHERE group_id = :group"),
    }


async def _one(town: Town, home: Home, sql: str) -> str:
    given = {"group": int(home.ids["group"]), "owner": home.owner.id, "now": int(town.world.now.timestamp())}
    [row] = await town.world.rows(sql, **{name: value for name, value in given.items() if f":{name}" in sql})
    [value] = row.values()
    return str(value)


def _good(answer: Answer) -> None:
    assert answer.acknowledged, answer.requests
    assert not answer.said.startswith("There is no"), answer.said


def handlers(bot: BuddyBot) -> Iterator[str]:
    """Return every handler of the running bot, by its name in the table."""
    for command in bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            name = command.qualified_name
            yield f"/{name}"
            yield from (f"? {name} {each.display_name}" for each in command.parameters if each.autocomplete)
    yield from bot.router.routes


async def sent(
    town: Town, actor: simcord.MemberActor, place: Place, name: str, line: Line, ids: Mapping[str, str]
) -> Answer:
    """Let somebody send what a line of the table says."""

    def filled(text: Value) -> Value:
        return text.format_map(ids) if isinstance(text, str) else text

    options = {key: filled(value) for key, value in line.options.items()}
    if name.startswith("/"):
        return await town.wire.command(actor, place, name[1:], **options)
    if name.startswith("? "):
        command, _, option = name[2:].rpartition(" ")
        return await town.wire.complete(actor, place, command, option, "", **options)
    custom_id = f"{name}:{line.arguments.format_map(ids)}" if line.arguments else name
    if line.fields is None:
        values = None if line.values is None else [each.format_map(ids) for each in line.values]
        return await town.wire.press(actor, place, custom_id, values)
    fields = {
        key.format_map(ids): value.format_map(ids)
        if isinstance(value, str)
        else [each.format_map(ids) for each in value]
        for key, value in line.fields.items()
    }
    return await town.wire.submit(actor, place, custom_id, fields)


def outcome(answer: Answer) -> str:
    """Return the code of the refusal that was read, empty when it was none."""
    if answer.payload["type"] == _CHOICES:
        return "" if answer.choices else NOTHING
    return code_of(answer.said)


@cache
def code_of(said: str) -> str:
    """Return the code of the refusal or fault that a text says; empty for any other text."""
    return next((code for code, pattern in REFUSALS.items() if pattern.fullmatch(said)), "")


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = (
        re.escape(text) + (".*?" if name is not None else "")
        for text, name, *_ in Formatter().parse(sentence)
    )
    return re.compile("".join(parts), re.DOTALL)


REFUSALS = {
    key.removeprefix("refusals."): _pattern(sentence)
    for key, sentence in locales.sentences(locales.DEFAULT).items()
    if key.startswith(("refusals.", "errors."))
}
