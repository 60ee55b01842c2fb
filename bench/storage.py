"""The write path: durable transactions against the bare drivers with the same statements."""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from bench.support.databases import NO_SERVER, file_url, migrated, postgres_schema, raw_sqlite
from bench.support.report import Report, Verdict, run
from bench.support.timing import Contender, interleaved, rate
from buddybot.storage.engine.database import Database, Tx, connect
from buddybot.storage.engine.transaction import positional

COMMITMENTS = 200
CONNECTIONS = 8
GOALS = {1: 0.45, 16: 2.0, 64: 2.5}
"""Waiting writers, and how many times raw sqlite3 they must reach together."""
POSTGRES_GOALS = {1: 0.8, 16: 0.8}

# What a step of progress on a commitment does to the rows.
_SEEN = """
    INSERT INTO interactions (interaction_id, seen_at) VALUES (:interaction_id, 0)
    ON CONFLICT (interaction_id) DO NOTHING
"""
_LOOK = "SELECT id, done, target FROM commitments WHERE id = :id AND user_id = :user_id"
_STEP = "UPDATE commitments SET done = :done WHERE id = :id"
_GROUP = """
    INSERT INTO groups (guild_id, name, name_key, channel_id, zone, capacity, charter, rotation, language,
                        state, created_by, created_at)
    VALUES (1, 'Rowan', 'rowan', 1, 'UTC', 6, '', 'turns', 'en', 'active', 1, 0) RETURNING id
"""
_COMMITMENT = """
    INSERT INTO commitments (group_id, guild_id, user_id, category, text, target, done, visibility, state,
                             weeks_carried, created_at)
    VALUES (:group_id, 1, :user_id, 'apply', 'Four coffee meetings', 1000, 0, 'group', 'open', 0, 0)
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int = 21
    transactions: int = 800


FULL = Size()


async def measure(size: Size = FULL) -> Report:
    """Compare both engines with their drivers."""
    report = Report("storage")
    with TemporaryDirectory(prefix="buddybot-bench-") as folder:
        await _sqlite(report, Path(folder), size)
    async with postgres_schema() as url:
        if url is None:
            report.skipped.append(NO_SERVER)
        else:
            await _postgres(report, await _fill(await migrated(url)), size)
    return report


async def _sqlite(report: Report, folder: Path, size: Size) -> None:
    numbers = count(1)
    raw_path = folder / "raw.sqlite3"
    await _fill(await migrated(file_url(raw_path)))
    raw = raw_sqlite(raw_path)
    database = await connect(await _fill(await migrated(file_url(folder / "own.sqlite3"))))

    async def bare() -> int:
        for _ in range(size.transactions):
            _raw_step(raw, next(numbers))
        return size.transactions

    contenders: dict[str, Contender] = {"raw sqlite3": partial(rate, bare)}
    for writers in GOALS:
        contenders[f"{writers} waiting"] = partial(
            rate, partial(_writers, database, writers, size.transactions, numbers)
        )
    try:
        found = await interleaved(contenders, rounds=size.rounds)
    finally:
        raw.close()
        await database.close()
    for name in contenders:
        report.figures.append(f"SQLite, {name}: {found.median(name):,.0f} durable writes a second")
    for writers, goal in GOALS.items():
        report.verdicts.append(
            Verdict(
                claim=f"SQLite, {writers} waiting, of raw sqlite3",
                figure=found.ratio(f"{writers} waiting", "raw sqlite3"),
                sense=">=",
                goal=goal,
            )
        )


async def _postgres(report: Report, url: str, size: Size) -> None:
    numbers = count(1)
    database = await connect(url, connections=CONNECTIONS)
    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=CONNECTIONS, max_inactive_connection_lifetime=0, reset=_keep
    )
    contenders: dict[str, Contender] = {}
    for writers in POSTGRES_GOALS:
        contenders[f"{writers} asyncpg"] = partial(
            rate, partial(_bare_writers, pool, writers, size.transactions, numbers)
        )
        contenders[f"{writers} waiting"] = partial(
            rate, partial(_writers, database, writers, size.transactions, numbers)
        )
    try:
        found = await interleaved(contenders, rounds=size.rounds)
    finally:
        await pool.close()
        await database.close()
    for name in contenders:
        report.figures.append(f"PostgreSQL, {name}: {found.median(name):,.0f} durable writes a second")
    for writers, goal in POSTGRES_GOALS.items():
        report.verdicts.append(
            Verdict(
                claim=f"PostgreSQL, {writers} waiting, of asyncpg",
                figure=found.ratio(f"{writers} waiting", f"{writers} asyncpg"),
                sense=">=",
                goal=goal,
            )
        )


async def _fill(url: str) -> str:
    """Make a group with commitments and return the address."""

    async def script(tx: Tx) -> None:
        group = await tx.one(_GROUP)
        assert group is not None
        for number in range(COMMITMENTS):
            await tx.run(_COMMITMENT, group_id=group["id"], user_id=number)

    database = await connect(url)
    try:
        await database.write(script)
    finally:
        await database.close()
    return url


async def _writers(database: Database, writers: int, transactions: int, numbers: Iterator[int]) -> int:
    """Let so many tasks write one transaction after the other."""

    async def write() -> None:
        await database.write(partial(_step, number=next(numbers)))

    return await _side_by_side(write, writers, transactions)


async def _bare_writers(
    pool: "asyncpg.Pool[asyncpg.Record]", writers: int, transactions: int, numbers: Iterator[int]
) -> int:
    seen, look, step = (positional(sql)[0] for sql in (_SEEN, _LOOK, _STEP))

    async def write() -> None:
        number = next(numbers)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(seen, number)
            row = await connection.fetchrow(look, number % COMMITMENTS + 1, number % COMMITMENTS)
            assert row is not None
            await connection.execute(step, row["done"] + 1, row["id"])

    return await _side_by_side(write, writers, transactions)


async def _side_by_side(write: Callable[[], Awaitable[None]], writers: int, transactions: int) -> int:
    each = max(1, transactions // writers)

    async def writer() -> None:
        for _ in range(each):
            await write()

    await asyncio.gather(*(writer() for _ in range(writers)))
    return each * writers


async def _step(tx: Tx, *, number: int) -> None:
    await tx.run(_SEEN, interaction_id=number)
    row = await tx.one(_LOOK, id=number % COMMITMENTS + 1, user_id=number % COMMITMENTS)
    assert row is not None
    await tx.run(_STEP, done=row["done"] + 1, id=row["id"])


def _raw_step(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_SEEN, {"interaction_id": number})
    row = connection.execute(
        _LOOK, {"id": number % COMMITMENTS + 1, "user_id": number % COMMITMENTS}
    ).fetchone()
    connection.execute(_STEP, {"done": row["done"] + 1, "id": row["id"]})
    connection.execute("COMMIT")


async def _keep(_connection: object) -> None:
    """Reset nothing between two transactions, as the bot's own pool does."""


if __name__ == "__main__":
    sys.exit(run(measure))
