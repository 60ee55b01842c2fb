"""The outbox: how fast pings are claimed and finished, what a herd of them does, and how they are sent."""

import shutil
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench import herd, messages
from bench.support.databases import file_url, raw_sqlite
from bench.support.report import Report, Verdict, run
from bench.support.timing import interleaved
from buddybot.app import utc_now
from buddybot.domain.ids import ChannelId, MessageId
from buddybot.pings.dispatch.dispatcher import BATCH
from buddybot.storage.engine.database import Database, Row, Tx, connect
from buddybot.storage.outbox.sending import Claimed, SendingRepository

LEASE = timedelta(seconds=90)
CLAIM_GOAL = 0.65


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int = 15
    claims: int = 5_000
    herd: int = 10_000
    herds: int = 3
    messages: int = 900
    channels: tuple[int, int] = (1_000, 16_000)


FULL = Size()


async def measure(size: Size = FULL) -> Report:
    """Measure claiming and finishing, then the herd."""
    report = Report("outbox")
    with TemporaryDirectory(prefix="buddybot-bench-") as folder:
        await _claims(report, Path(folder), size)
        await herd.measured(report, Path(folder), pings=size.herd, times=size.herds)
        await messages.paced(report, Path(folder), messages=size.messages)
        await messages.many_channels(report, few=size.channels[0], many=size.channels[1], rounds=size.rounds)
    return report


# -- claim and finish -------------------------------------------------------------------------


@dataclass(slots=True)
class Listening:
    """A transaction that notes the statements that pass through it."""

    tx: Tx
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def for_update(self) -> str:
        """As the engine's."""
        return self.tx.for_update

    @property
    def lock_person(self) -> str:
        """As the engine's."""
        return self.tx.lock_person

    @property
    def skip_locked(self) -> str:
        """As the engine's."""
        return self.tx.skip_locked

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Note it and run it."""
        self.heard.append((sql, parameters))
        return await self.tx.one(sql, **parameters)

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Note it and run it."""
        self.heard.append((sql, parameters))
        return await self.tx.all(sql, **parameters)

    async def run(self, sql: str, /, **parameters: Any) -> int:
        """Note it and run it."""
        self.heard.append((sql, parameters))
        return await self.tx.run(sql, **parameters)


@dataclass(frozen=True, slots=True)
class Statements:
    """What the repository says to SQLite for one claim, and for each ping that is finished."""

    claim: Sequence[tuple[str, dict[str, Any]]]
    finish: Sequence[tuple[str, dict[str, Any]]]


async def _claims(report: Report, folder: Path, size: Size) -> None:
    own, bare = folder / "own.sqlite3", folder / "raw.sqlite3"
    now = utc_now()
    await herd.plan(file_url(own), size.claims, now)
    shutil.copy(own, bare)
    database, raw = await connect(file_url(own)), raw_sqlite(bare)
    try:
        statements = await _listen(database, now)

        async def claimed() -> float:
            await database.write(herd.plan_again)
            began = perf_counter()
            done = await _claim_all(database, now)
            return done / (perf_counter() - began)

        async def claimed_raw() -> float:
            raw.execute(herd.AGAIN)
            began = perf_counter()
            done = _claim_all_raw(raw, statements)
            return done / (perf_counter() - began)

        found = await interleaved({"buddybot": claimed, "raw sqlite3": claimed_raw}, rounds=size.rounds)
    finally:
        raw.close()
        await database.close()
    for name in found.figures:
        report.figures.append(
            f"claim and finish in batches of {BATCH}, {name}: {found.median(name):,.0f} pings a second"
        )
    report.verdicts.append(
        Verdict(
            claim=f"claim and finish by {BATCH}, of raw sqlite3",
            figure=found.ratio("buddybot", "raw sqlite3"),
            sense=">=",
            goal=CLAIM_GOAL,
        )
    )


async def _listen(database: Database, now: datetime) -> Statements:
    """Learn the statements from the repository itself, so that both sides always say the same."""

    async def script(tx: Tx) -> Statements:
        listening = Listening(tx)
        sending = SendingRepository(listening)
        held = await sending.claim(limit=BATCH, now=now, lease=LEASE)
        claim = tuple(listening.heard)
        listening.heard.clear()
        await _finish(listening, held[:1], now)
        return Statements(claim, tuple(listening.heard))

    return await database.write(script)


async def _finish(tx: Tx, held: Sequence[Claimed], now: datetime) -> None:
    sending = SendingRepository(tx)
    for each in held:
        await sending.finish(each.ping, channel_id=ChannelId(each.queue_id), message_id=MessageId(7), now=now)


async def _claim_all(database: Database, now: datetime) -> int:
    done = 0
    while held := await database.write(
        lambda tx: SendingRepository(tx).claim(limit=BATCH, now=now, lease=LEASE)
    ):
        await database.write(partial(_finish, held=held, now=now))
        done += len(held)
    return done


def _claim_all_raw(connection: sqlite3.Connection, statements: Statements) -> int:
    done = 0
    while True:
        connection.execute("BEGIN IMMEDIATE")
        held = [connection.execute(sql, given).fetchall() for sql, given in statements.claim][-1]
        connection.execute("COMMIT")
        if not held:
            return done
        connection.execute("BEGIN IMMEDIATE")
        for row in held:
            own = {"ping_id": row["id"], "group_id": row["group_id"], "channel_id": row["home"]}
            for sql, given in statements.finish:
                connection.execute(sql, {name: own.get(name, value) for name, value in given.items()})
        connection.execute("COMMIT")
        done += len(held)


if __name__ == "__main__":
    sys.exit(run(measure))
