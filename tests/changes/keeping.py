"""A life that was lived once is kept, the database and the simulated Discord alike, and goes on from there.

To live up to a change takes longer than the change: it happens once for each engine and moment, and every
change begins with a copy.
"""

import asyncio
import copy
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import simcord
from simcord.actors import MemberActor
from simcord.backend import Backend
from simcord.builders import ChannelHandle, GuildHandle, UserHandle

from buddybot.app import create_bot
from buddybot.demo.stage import FollowedClock
from buddybot.settings.settings import Settings
from tests.changes.life import PEOPLE, Life, Moment, begin, live_on
from tests.contract import watch
from tests.scenarios.circles import Circle
from tests.scenarios.meetings.calendars import Calendar
from tests.scenarios.wire import Wire
from tests.world import World

Rows = Mapping[str, Sequence[Any]]
"""The rows of each table, or the bytes of a file under its name."""


@dataclass(frozen=True)
class Kept:
    """Everything there was at one moment."""

    backend: Backend
    rows: Rows
    life: Life


@asynccontextmanager
async def running(settings: Settings, backend: Backend | None = None) -> AsyncIterator[World]:
    """The bot in a simulated Discord, new or as it was kept; its requests are checked at the end."""
    clock = FollowedClock()
    env = simcord.Env(create_bot(settings, now=clock), settle_timeout=20, shard_count=1)
    if backend is not None:
        env.backend = copy.deepcopy(backend)
    clock.follow(env.now)
    watch(env, env.now)
    await env.start()
    world = World(env, settings)
    try:
        yield world
        world.check()
    finally:
        await world.bot.close_services()
        await env.shutdown()


class Lives:
    """The lives that were lived in this run of the tests, on one engine."""

    def __init__(self) -> None:
        self._kept: dict[Moment, Kept] = {}

    @asynccontextmanager
    async def at(self, moment: Moment, settings: Settings) -> AsyncIterator[Life]:
        """A copy of the group's life at a moment."""
        if moment not in self._kept:
            self._kept[moment] = await self._lived(moment, settings)
        async with _again(self._kept[moment], settings) as life:
            yield life

    async def _lived(self, moment: Moment, settings: Settings) -> Kept:
        """Live up to a moment, from the one before it."""
        before = [each for each in Moment if each.value < moment.value]
        if not before:
            async with running(settings) as world:
                life = await begin(world)
            return await _keep(life, settings)
        async with self.at(before[-1], settings) as life:
            await live_on(life, moment)
        return await _keep(life, settings)


async def _keep(life: Life, settings: Settings) -> Kept:
    backend = life.world.env.backend
    backend.subscribers.clear()
    backend.transcript.clear()
    backend.http_requests = []
    return Kept(copy.deepcopy(backend), await _read(settings.database_url), life)


@asynccontextmanager
async def _again(kept: Kept, settings: Settings) -> AsyncIterator[Life]:
    await _write(settings.database_url, kept.rows)
    async with running(settings, kept.backend) as world:
        yield _moved(kept.life, world)


def _moved(life: Life, world: World) -> Life:
    """Return the same life in another simulator: its places and people are there already."""
    env, old = world.env, life.rowan.circle
    guild = GuildHandle(env, env.backend.guilds[old.guild.id])
    for name in (*PEOPLE, "Zoe"):
        user = UserHandle(env, env.backend.users[life.person(name).id])
        world.know(name, guild, user, MemberActor(env, guild, user))
    channel = ChannelHandle(env, guild, env.backend.channels[old.channel.id])
    people = [world.person(name, guild) for name in PEOPLE]
    circle = Circle(world, guild, channel, old.group_id, old.meets, people)
    return replace(
        life, world=world, rowan=Calendar(world, circle), wire=Wire(world), ids=dict(life.ids),
        days=dict(life.days), channels=[channel], answers=[], begun=0,
    )  # fmt: skip


# -- databases --------------------------------------------------------------------------------------

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_IDENTITIES = (
    "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() "
    "AND is_identity = 'YES' AND column_name = 'id'"
)


async def _read(url: str) -> Rows:
    if url.startswith("sqlite"):
        return {"": [Path(url.removeprefix("sqlite:///")).read_bytes()]}
    connection = await asyncpg.connect(url)
    try:
        names = [row[0] for row in await connection.fetch(_TABLES)]
        return {name: await connection.fetch(f"SELECT * FROM {name}") for name in names}
    finally:
        await connection.close()


async def _write(url: str, rows: Rows) -> None:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for beside in path.parent.glob(f"{path.name}-*"):
            beside.unlink()
        await asyncio.to_thread(path.write_bytes, rows[""][0])
        return
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(f"TRUNCATE {', '.join(rows)}")
            for name, found in rows.items():
                if found:
                    await connection.copy_records_to_table(name, records=found)
            for (name,) in await connection.fetch(_IDENTITIES):
                highest = max((row["id"] for row in rows[name]), default=0)
                await connection.execute(
                    "SELECT setval(pg_get_serial_sequence($1, 'id'), $2, $3)",
                    name, max(highest, 1), highest > 0,
                )  # fmt: skip
    finally:
        await connection.close()
