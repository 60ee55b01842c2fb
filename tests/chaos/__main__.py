"""`python -m tests.chaos [KILLS] [SEED]`: the long form, on both engines, with one process and with two.

After each of its parts it says how things stand. One that is stopped early, by Ctrl-C or SIGTERM, says what
the finished parts make together, and leaves no process, schema or folder.
"""

import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from tests.chaos.drive import kill
from tests.chaos.outcome import Outcome
from tests.databases import ADDRESS, _execute

PART = 80
"""Kills in one world."""
MIGRATIONS = 0.2
"""The share of kills that befall a migration."""
RUNS = 0.02
"""The share that befall `python -m buddybot run`, by the wall clock: each takes seconds."""
STOPPED = 130
"""What a shell takes for interrupted."""


@dataclass
class Row:
    """One engine, so many processes, and what is killed."""

    engine: str
    processes: int
    life: str
    kills: int
    seconds: float = 0.0
    outcome: Outcome = field(default_factory=Outcome)

    async def part(self, seed: int) -> bool:
        """Kill some more; False when it is enough."""
        left = self.kills - self.outcome.killed.total()
        if left <= 0:
            return False
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="buddybot-chaos-") as folder:
            self.outcome.add(
                await kill(
                    self.life,
                    self.engine,
                    kills=max(min(left, PART), self.processes),  # fewer are none for some of them
                    processes=self.processes,
                    seed=seed,
                    folder=Path(folder),
                )
            )
        self.seconds += time.perf_counter() - begun
        self.say()
        return True

    def say(self) -> None:
        """How things stand, as a row of the table in docs/reliability.md."""
        found = self.outcome
        lost, doubled = len(found.lost), len(found.doubled)
        cells = (self.life, self.engine, self.processes, found.killed.total(), found.pings, found.confirmed)
        others = {name: what for name, what in found.faults.items() if name not in ("lost", "doubled")}
        sys.stdout.write(
            f"| {' | '.join(map(str, cells))} | {lost} | {doubled} | {json.dumps(others)} |"
            f" {found.killed.total() / self.seconds:.1f} kills a second\n"
        )
        sys.stdout.flush()


def rows(kills: int) -> Sequence[Row]:
    """Every engine, with one process and with two."""
    migrations, runs = int(kills * MIGRATIONS), int(kills * RUNS)
    side_by_side = [
        Row(engine, processes, life, share // 4)
        for life, share in (("bot", kills - migrations - runs), ("migration", migrations))
        for engine in ("sqlite", "postgres")
        for processes in (1, 2)
    ]
    return side_by_side + [Row(engine, 1, "process", runs // 2) for engine in ("sqlite", "postgres")]


async def main(kills: int, seed: int) -> int:
    """Go round until every row has its kills; return 1 when something was lost, doubled or broken."""
    table = rows(kills)

    async def work_off(mine: list[Row], seed: int) -> None:
        while mine:
            for row in list(mine):
                seed += 10
                if not await row.part(seed):
                    mine.remove(row)

    worlds = sorted({(row.engine, row.processes) for row in table})

    async def whole() -> None:
        async with asyncio.TaskGroup() as group:  # side by side: much of a life is waiting
            for number, world in enumerate(worlds):
                mine = [row for row in table if (row.engine, row.processes) == world]
                group.create_task(work_off(mine, seed + 100_000 * number))

    try:
        is_whole = await unless_stopped(whole())
    finally:
        total = summed(table)
    if not is_whole:
        sys.stdout.write("Stopped early: kills of parts that were not finished are not counted.\n")
    return 1 if total.faults else 0 if is_whole else STOPPED


async def unless_stopped(work: Coroutine[Any, Any, None]) -> bool:
    """Do some work; False when SIGINT or SIGTERM came first and it has cleaned up after itself."""
    doing = asyncio.ensure_future(work)
    stopped = asyncio.Event()

    def stop() -> None:
        if not stopped.is_set():  # impatience must not end the cleaning up
            doing.cancel()
        stopped.set()

    loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        with suppress(asyncio.CancelledError):
            await doing
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
    return not stopped.is_set()


def summed(table: Sequence[Row]) -> Outcome:
    """Say what all rows make together, and at which points the lives ended."""
    total = Outcome()
    for row in table:
        total.add(row.outcome)
    for label, count in sorted(total.killed.items()):
        sys.stdout.write(f"{count:6} {label}\n")
    sys.stdout.write(f"{total.killed.total()} kills, {total.pings} pings, {total.confirmed} confirmed\n")
    sys.stdout.write(f"faults: {json.dumps(total.faults)}\n")
    sys.stdout.flush()
    return total


async def wanted() -> None:
    """Raise what keeps PostgreSQL from being used."""
    await _execute(ADDRESS, "SELECT 1")


if __name__ == "__main__":
    try:
        asyncio.run(wanted())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.exit(f"The long form needs PostgreSQL at BUDDYBOT_TEST_POSTGRES: {type(error).__name__}")
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(asyncio.run(main(given[0] if given else 10_000, given[1] if len(given) > 1 else 2026)))
