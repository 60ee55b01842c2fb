"""A slash command from the gateway's packet to its answer at Discord, against three other bots.

Packets are parsed and dispatched as the library does it, answers go over HTTP to a Discord in a process of
its own. The bare bot has one command, which answers "ok" and touches no database. The two usual bots of
`bench.support.usual_bots` take the same write as ours.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

from bench.support import fake_discord
from bench.support.databases import NO_SERVER, file_url, migrated, postgres_schema
from bench.support.population import MEMBERS, guild, populate
from bench.support.report import Report, Verdict, run
from bench.support.timing import Contender, Rounds, interleaved, rate
from bench.support.usual_bots import aiosqlite_bot, sqlalchemy_bot
from buddybot.app import create_bot, utc_now
from buddybot.bot import BuddyBot
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import Tx, connect

GROUPS = 60
GOALS = (
    ("SQLite", "a write", 16, 0.40),
    ("SQLite", "a write", 1, 0.40),
    ("SQLite", "a read", 16, 0.45),
    ("PostgreSQL", "a write", 16, 0.30),
)
"""Engine, what, how many in flight, and how much of the bare bot's rate must be reached."""
UsualBot = Callable[[Path], AbstractAsyncContextManager[discord.Client]]
USUAL: dict[str, UsualBot] = {
    "aiosqlite": aiosqlite_bot,
    "SQLAlchemy's ORM": sqlalchemy_bot,
}
"""What ours is compared with: each command is a transaction of its own."""
SHARED = "aiosqlite, whose commands share transactions"
USUAL_GOAL = 2.0
_CROWD = 16


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int = 60
    commands: int = 160


FULL = Size()
Ask = Callable[[int], dict[str, Any]]
"""The command that is typed, by its number."""


def _write(number: int) -> dict[str, Any]:
    """`/commit progress`, each time by another member and to another count."""
    group, member = 1 + number % GROUPS, 1 + number // GROUPS % MEMBERS
    promise = (group - 1) * MEMBERS + member
    done = str(1 + number // (GROUPS * MEMBERS) % 89)
    return _packet(
        number,
        group,
        group * 10 + member,
        {
            "name": "commit",
            "options": [
                {
                    "name": "progress",
                    "type": 1,
                    "options": [
                        {"name": "commitment", "type": 3, "value": str(promise)},
                        {"name": "done", "type": 3, "value": done},
                    ],
                }
            ],
        },
    )


def _read(number: int) -> dict[str, Any]:
    """`/next`."""
    group, member = 1 + number % GROUPS, 1 + number // GROUPS % MEMBERS
    return _packet(number, group, group * 10 + member, {"name": "next", "options": []})


def _nothing(number: int) -> dict[str, Any]:
    return _packet(number, 1, 11, {"name": "nothing", "options": []})


def _packet(number: int, group: int, user: int, command: dict[str, Any]) -> dict[str, Any]:
    member = {
        "user": {"id": str(user), "username": f"user{user}", "discriminator": "0", "avatar": None},
        "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0,
        "permissions": "117760",
    }  # fmt: skip
    channel = {
        "id": str(group), "type": 0, "guild_id": str(guild(group)), "name": "rowan", "position": 0,
        "permission_overwrites": [], "nsfw": False, "parent_id": None, "permissions": "117760",
    }  # fmt: skip
    return {
        "id": str(number), "application_id": "1", "type": 2, "token": f"token-{number}", "version": 1,
        "guild_id": str(guild(group)), "channel_id": str(group), "channel": channel, "member": member,
        "locale": "en-GB", "guild_locale": "en-GB", "app_permissions": "117760", "entitlements": [],
        "authorizing_integration_owners": {"0": str(guild(group))}, "context": 0,
        "attachment_size_limit": 10_485_760, "data": {"id": "1", "type": 1, **command},
    }  # fmt: skip


class Typist:
    """Lets members type commands at one bot, so many at a time."""

    def __init__(self, client: discord.Client, numbers: "count[int]") -> None:
        self._client = client
        self._numbers = numbers
        self._answered: dict[int, asyncio.Future[None]] = {}
        if isinstance(client, BuddyBot):
            client.add_listener(self.on_app_command_completion)
        else:
            client.event(self.on_app_command_completion)

    async def on_app_command_completion(self, interaction: discord.Interaction[Any], _: Any) -> None:
        """Note that a command was answered."""
        if not interaction.response.is_done():
            raise RuntimeError("a command was not answered")
        self._answered.pop(interaction.id).set_result(None)

    async def type(self, ask: Ask, commands: int, *, in_flight: int) -> int:
        """Type so many commands; return how many."""
        parse: Callable[[Any], None] = self._client._connection.parsers["INTERACTION_CREATE"]  # noqa: SLF001  # where the gateway's packets go

        async def one_after_the_other() -> None:
            for _ in range(commands // in_flight):
                number = next(self._numbers)
                answered = self._answered[number] = asyncio.get_running_loop().create_future()
                parse(discord.utils._from_json(json.dumps(ask(number))))  # noqa: SLF001  # see above
                async with asyncio.timeout(60):
                    await answered

        await asyncio.gather(*(one_after_the_other() for _ in range(in_flight)))
        return commands // in_flight * in_flight


async def measure(size: Size = FULL) -> Report:
    """Compare the bots in one run, against one Discord."""
    report = Report("slash")
    numbers = count(1)
    address = Route.BASE
    async with AsyncExitStack() as stack:
        Route.BASE = stack.enter_context(fake_discord.served()) + fake_discord.BASE
        folder = stack.enter_context(TemporaryDirectory(prefix="buddybot-bench-"))
        urls = {"SQLite": file_url(Path(folder) / "bot.sqlite3")}
        schema = await stack.enter_async_context(postgres_schema())
        if schema is None:
            report.skipped.append(NO_SERVER)
        else:
            urls["PostgreSQL"] = schema
        bare = Typist(await stack.enter_async_context(_bare_bot()), numbers)
        typists = {
            engine: Typist(await stack.enter_async_context(_buddybot(url)), numbers)
            for engine, url in urls.items()
        }
        contenders = _contenders(bare, typists, size)
        bots: dict[str, UsualBot] = {**USUAL, SHARED: partial(aiosqlite_bot, alone=False)}
        for name, bot in bots.items():
            path = Path(folder) / f"usual-{len(contenders)}.sqlite3"
            await _populated(file_url(path))
            typist = Typist(await stack.enter_async_context(bot(path)), numbers)
            contenders[_usual(name)] = partial(
                rate, partial(typist.type, _write, size.commands, in_flight=_CROWD)
            )
        found = await interleaved(contenders, rounds=size.rounds)
        Route.BASE = address
    _judge(report, found, urls)
    return report


def _judge(report: Report, found: Rounds, engines: Collection[str]) -> None:
    for name in found.figures:
        report.figures.append(f"{name}: {found.median(name):,.0f} commands a second")
    for engine, what, in_flight, goal in GOALS:
        if engine in engines:
            report.verdicts.append(
                Verdict(
                    claim=f"{what} on {engine}, {in_flight} in flight, of a bare bot",
                    figure=found.ratio(_own(engine, what, in_flight), _bare(in_flight)),
                    sense=">=",
                    goal=goal,
                )
            )
    own = _own("SQLite", "a write", _CROWD)
    report.verdicts.append(
        Verdict(
            claim=f"{own}, of the better usual bot",
            figure=min(found.ratio(own, _usual(name)) for name in USUAL),
            sense=">=",
            goal=USUAL_GOAL,
        )
    )


def _contenders(bare: Typist, typists: dict[str, Typist], size: Size) -> dict[str, Contender]:
    asks: dict[str, Ask] = {"a write": _write, "a read": _read}
    contenders: dict[str, Contender] = {}
    for engine, what, in_flight, _ in GOALS:
        # One at a time is slower: fewer of them take as long.
        commands = size.commands if in_flight > 1 else size.commands // 4
        contenders[_bare(in_flight)] = partial(
            rate, partial(bare.type, _nothing, commands, in_flight=in_flight)
        )
        if engine in typists:
            contenders[_own(engine, what, in_flight)] = partial(
                rate, partial(typists[engine].type, asks[what], commands, in_flight=in_flight)
            )
    return contenders


def _bare(in_flight: int) -> str:
    return f"bare bot, {in_flight} in flight"


def _own(engine: str, what: str, in_flight: int) -> str:
    return f"{what} on {engine}, {in_flight} in flight"


def _usual(name: str) -> str:
    return f"usual bot with {name}, {_CROWD} in flight"


@asynccontextmanager
async def _bare_bot() -> AsyncIterator[discord.Client]:
    client = discord.Client(intents=discord.Intents.none(), max_messages=None)
    tree = app_commands.CommandTree(client)

    @tree.command(name="nothing", description="Does nothing")
    async def nothing(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("ok", ephemeral=True)

    async with client:
        await client.login("token")
        yield client


@asynccontextmanager
async def _buddybot(url: str) -> AsyncIterator[BuddyBot]:
    """The bot as it runs, with groups that have a meeting ahead."""
    await _populated(url)
    bot = create_bot(replace(Settings.load(os.environ), database_address=url))
    bot.tree.sync = _told  # type: ignore[method-assign]  # this Discord takes no commands
    try:
        await bot.login("token")
        await bot.housekeeping.replan()
        _enter_guilds(bot)
        yield bot
        await bot.services.transactions.read(lambda uow: _counted(uow.tx))
    finally:
        await bot.close()


async def _populated(url: str) -> None:
    database = await connect(await migrated(url))
    try:
        await populate(database, 1, GROUPS, now=utc_now())
    finally:
        await database.close()


def _enter_guilds(bot: BuddyBot) -> None:
    """Let the bot know its servers, as the gateway tells them: it refuses commands from others."""
    state = bot._connection  # noqa: SLF001  # see above
    for guild_id in {guild(1 + group) for group in range(GROUPS)}:
        found = discord.Guild(data={"id": guild_id}, state=state)  # type: ignore[typeddict-item]  # no more is needed
        state._add_guild(found)  # noqa: SLF001  # see above


async def _counted(tx: Tx) -> None:
    row = await tx.one("SELECT COUNT(*) AS written FROM commitments WHERE done > 0")
    assert row is not None
    if not row["written"]:
        raise RuntimeError("no command was carried out")


async def _told(**_: Any) -> list[Any]:
    return []


if __name__ == "__main__":
    sys.exit(run(measure))
