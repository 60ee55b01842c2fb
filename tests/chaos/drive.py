"""Starts the server and the lives, keeps the world busy meanwhile, and counts."""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from buddybot.settings.paths import PACKAGE
from buddybot.storage.engine.database import Database, Tx, connect
from buddybot.storage.migrations.runner import list_pending, migrate
from tests.chaos.clock import Clock, every
from tests.chaos.engines import empty
from tests.chaos.organizer import EVENINGS, Organizer, meet
from tests.chaos.outcome import Outcome, check, count_pings
from tests.chaos.people import (
    CHANNELS,
    Busy,
    Circle,
    Exporter,
    Host,
    Reporter,
    found,
    plan_changes,
    remembered,
)
from tests.discord_server.remote import Remote, remote

SPEED = 20.0
"""Seconds of the bots' time in a real one; it goes on from life to life. A lease is then 4.5 real seconds."""
FORGETS_AFTER = 3.0
"""Real seconds that a nonce is remembered: shorter than a lease, so that the nonce alone would double."""
FORGETS_AT_ONCE = 0.2
"""The same where a lease does not last, as between two processes of `buddybot run`."""
USUAL_PROCESS = 1.5
"""Seconds that such a process usually needs until it does something."""
STEP = 0.02
"""The most seconds that each half of a delivery takes."""
WAITING = 15
"""Pings that are kept due."""
PAST = slice(6, 6 + len(EVENINGS))
"""The groups that have met before."""
FAULTS = ("reset after", "503 after", "503 before")
TO_SETTLE = 180.0


class Lives:
    """One process that begins life after life."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def heard(self) -> Any:
        """The next thing that it says."""
        assert self._process.stdout is not None
        return json.loads(await self._process.stdout.readline())

    async def stop(self) -> int:
        """Ask its last life to end and return the exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        said = await self.heard()
        await self._process.wait()
        return int(said["exit"])

    def kill(self) -> None:
        """End it with the life that it has begun, should it still be there."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)


@asynccontextmanager
async def lives(**given: Any) -> AsyncIterator[Lives]:
    """Start one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.lives", json.dumps(given),
        cwd=PACKAGE.parent,
        start_new_session=True,  # one group with its lives, and Ctrl-C is for whoever cleans up
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    begun = Lives(process)
    try:
        yield begun
    finally:
        begun.kill()
        await process.wait()


async def kill(life: str, engine: str, *, kills: int, processes: int, seed: int, folder: Path) -> Outcome:
    """Kill so many of one kind, on empty databases."""
    # On a machine that does nothing else most migrations are done before they are killed.
    rounds = 5 * kills + 10 if life == "migration" else 1
    async with empty(engine, folder, rounds) as url:
        if life == "migration":
            return await kill_migrations(url, kills=kills, processes=processes, seed=seed, folder=folder)
        return await kill_bots(life, url, kills=kills, processes=processes, seed=seed, folder=folder)


async def kill_bots(life: str, url: str, *, kills: int, processes: int, seed: int, folder: Path) -> Outcome:
    """Kill bots that serve a busy world, so many at a time, and count what became of it."""
    url = url.format(round=0)
    is_fast = life == "bot"
    clock, outcome = Clock(time.time(), SPEED if is_fast else 1.0), Outcome()
    database = await connect(url)
    try:
        await migrate(database)
        async with remote(
            channels=CHANNELS,
            slow=STEP,
            nonce_memory=FORGETS_AFTER if is_fast else FORGETS_AT_ONCE,
            zero=clock.zero,
            speed=clock.speed,
            seed=seed,
        ) as discord:
            await discord.scatter("send", 0.1, FAULTS)
            await _killed(life, outcome, url, database, discord, clock, kills, processes, seed, folder)
        await check(outcome, database)
    finally:
        await database.close()
    return outcome


async def _killed(
    life: str,
    outcome: Outcome,
    url: str,
    database: Database,
    discord: Remote,
    clock: Clock,
    kills: int,
    processes: int,
    seed: int,
    folder: Path,
) -> None:
    circles = await found(database, clock)
    await meet(database, clock, circles[PAST])
    log, temporary = folder / "lives.log", folder / "temporary"
    log.touch()
    temporary.mkdir()
    given = {
        "life": life,
        "url": url,
        "rest": discord.address,
        "token": "not.a.token",
        "zero": clock.zero,
        "speed": clock.speed,
        "usual": 0.3 if life == "bot" else USUAL_PROCESS,
        "log": str(log),
        "temporary": str(temporary),
        "kills": kills // processes,
        "at_once": 1,
        "nth": (1, 1, 1, 2),
    }
    people = _people(life, discord, circles, seed)
    organizers = [each for each in people if isinstance(each, Organizer)]
    async with asyncio.TaskGroup() as group:
        busy = [group.create_task(every(0.0, each.act)) for each in people]
        busy.append(group.create_task(every(0.2, _Owing(database, clock, circles))))
        async with lives(**given, seed=seed) as first, _second(processes, given, seed) as second:
            both = [each for each in (first, second) if each is not None]
            for each in both:
                told = await each.heard()
                outcome.killed.update(told["killed"])
                outcome.ended.update(told["ended"])
            for task in busy:
                task.cancel()
            await discord.scatter("send", 0.0, ())
            await database.write(partial(_try_now, clock=clock))
            for organizer in organizers:
                outcome.strange += await organizer.afterwards(database, clock)
            async with asyncio.timeout(TO_SETTLE):
                await every(0.1, partial(_settled, database, clock))
            outcome.exits += [await each.stop() for each in both]
    await count_pings(outcome, database, discord)
    for person in people:
        outcome.confirmed += len(person.confirmed)
        outcome.forgotten += await database.read(partial(remembered, busy=person))
    for organizer in organizers:
        outcome.strange += await organizer.wrong(database, clock)
    outcome.strange += [f"{each.name} was left" for each in temporary.iterdir()]
    outcome.errors = log.read_text().count("Traceback")


def _people(life: str, discord: Remote, circles: Any, seed: int) -> list[Busy]:
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    people: list[Busy] = [
        *(Reporter(discord, circle, chance) for circle in circles[:3]),
        *(Host(discord, circle, chance) for circle in circles[3:5]),
        Exporter(discord, circles[5], chance),
    ]
    if life == "bot":  # by the wall clock four exports a minute are too few
        people.append(Organizer(discord, circles[PAST][0], chance, others=circles[PAST]))
    return people


@asynccontextmanager
async def _second(processes: int, given: dict[str, Any], seed: int) -> AsyncIterator[Lives | None]:
    if processes == 1:
        yield None
        return
    async with lives(**given, seed=seed + 1) as begun:
        yield begun


class _Owing:
    """Keeps something due, whatever is delivered meanwhile."""

    def __init__(self, database: Database, clock: Clock, circles: list[Circle] | Any) -> None:
        self._plan_changes = partial(plan_changes, database, clock, circles)
        self._next = 1

    async def __call__(self) -> bool:
        self._next += await self._plan_changes(self._next, WAITING)
        return False


async def _try_now(tx: Tx, clock: Clock) -> None:
    """Nobody here waits half an hour for the next attempt."""
    await tx.run(
        "UPDATE outbox SET try_at = :now WHERE state IN ('planned', 'sending') AND try_at > due_at",
        now=int(clock().timestamp()),
    )


async def _settled(database: Database, clock: Clock) -> bool:
    """Whether nothing is due or under way any more."""

    async def script(tx: Tx) -> bool:
        row = await tx.one(
            """
            SELECT COUNT(*) AS waiting FROM outbox
            WHERE state = 'sending' OR (state = 'planned' AND due_at <= :now)
            """,
            now=int(clock().timestamp()),
        )
        return row is not None and row["waiting"] == 0

    return await database.read(script)


async def kill_migrations(url: str, *, kills: int, processes: int, seed: int, folder: Path) -> Outcome:
    """Kill what brings databases up to date; `url` holds `{round}`, and each round's database is empty."""
    log = folder / "migrations.log"
    log.touch()
    outcome = Outcome()
    given = {
        "life": "migration",
        "url": url,
        "log": str(log),
        "kills": kills,
        "at_once": processes,
        "nth": tuple(range(1, 7)),
    }
    async with lives(**given, seed=seed) as begun:
        told = await begun.heard()
        outcome.killed, outcome.ended = Counter(told["killed"]), Counter(told["ended"])
    for number in range(told["rounds"]):
        database = await connect(url.format(round=number))
        outcome.forgotten += [f"round {number}: {name}" for name in await list_pending(database)]
        await check(outcome, database)
        await database.close()
    outcome.errors = log.read_text().count("Traceback")
    return outcome
