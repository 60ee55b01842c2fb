"""A caller that goes away at any instant leaves the whole of its transaction behind, or nothing of it."""

import asyncio
import random
from itertools import count, islice

import pytest

from buddybot.storage.engine.database import Database, Tx

TOGETHER = 100


@pytest.mark.parametrize("cancellations", [1_000, pytest.param(5_000, marks=pytest.mark.slow)])
async def test_cancellations_leave_no_half_written_unit(empty_database: Database, cancellations: int) -> None:
    await empty_database.write(make_tables)
    chance, numbers = random.Random(2026), count()  # noqa: S311  # a test, not a secret
    cancelled: set[int] = set()
    confirmed: set[int] = set()
    while len(cancelled) < cancellations:
        wave = {
            number: asyncio.create_task(write_unit(empty_database, number))
            for number in islice(numbers, TOGETHER)
        }
        await cancel_most(list(wave.values()), chance)
        results = await asyncio.gather(*wave.values(), return_exceptions=True)
        for number, result in zip(wave, results, strict=True):
            assert result is None or isinstance(result, asyncio.CancelledError), result
            (confirmed if result is None else cancelled).add(number)

    promised, kept = await empty_database.read(both_tables)
    assert promised == kept
    assert confirmed <= kept
    assert len(cancelled - kept) > cancellations / 50
    assert len(confirmed) > cancellations / 50
    assert cancelled & kept  # some were committed after their caller had gone, and whole


async def cancel_most(tasks: list[asyncio.Task[None]], chance: random.Random) -> None:
    """Cancel nearly all, in any order: before they began, while they wait, run or commit."""
    for task in chance.sample(tasks, len(tasks)):
        what = chance.random()
        if what < 0.03:
            await asyncio.wait((task,))
        else:
            for _ in range(max(0, int(what * 10) - 6)):
                await asyncio.sleep(0)
            task.cancel()


async def write_unit(database: Database, number: int) -> None:
    async def unit(tx: Tx) -> None:
        await tx.run("INSERT INTO promised (id) VALUES (:id)", id=number)
        await tx.one("SELECT id FROM promised WHERE id = :id", id=number)
        await tx.run("INSERT INTO kept (id) VALUES (:id)", id=number)

    await database.write(unit)


async def make_tables(tx: Tx) -> None:
    await tx.run("CREATE TABLE promised (id BIGINT PRIMARY KEY)")
    await tx.run("CREATE TABLE kept (id BIGINT PRIMARY KEY)")


async def both_tables(tx: Tx) -> tuple[set[int], set[int]]:
    promised = await tx.all("SELECT id FROM promised")
    kept = await tx.all("SELECT id FROM kept")
    return {row["id"] for row in promised}, {row["id"] for row in kept}
