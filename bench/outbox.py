"""The outbox: how fast pings are claimed and finished, and how deaf a herd of them makes the event loop."""

import gc
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench.databases import file_url, migrated, raw_sqlite
from bench.report import Report, Verdict, run
from bench.timing import Heartbeat, interleaved
from buddybot.app import utc_now
from buddybot.domain.groups import Group
from buddybot.domain.ids import ChannelId, MessageId, UserId
from buddybot.domain.pings import Ping, PingKind
from buddybot.pings.alarm import SilentAlarm
from buddybot.pings.courier import Courier, Ending
from buddybot.pings.dispatcher import BATCH, Dispatcher
from buddybot.pings.pacing import Pacer
from buddybot.services.announcements import Announcement
from buddybot.storage.database import Database, Row, Tx, connect
from buddybot.storage.rows import epoch
from buddybot.storage.sending import Claimed, SendingRepository

LEASE = timedelta(seconds=90)
CLAIM_GOAL = 0.65
STALL_GOAL = 20.0
"""Milliseconds."""

_GROUP = """
    INSERT INTO groups (id, guild_id, name, name_key, channel_id, zone, capacity, charter, rotation, language,
                        state, created_by, created_at)
    VALUES (:id, :id, 'Rowan', 'rowan', :id, 'UTC', 6, '', 'turns', 'en', 'active', 1, 0)
"""
_PING = """
    INSERT INTO outbox (key, guild_id, group_id, kind, recipient, due_at, expires_at, state, direct, attempts,
                        try_at)
    VALUES (:key, :id, :id, 'card', 0, :due, :expires, 'planned', 0, 0, :due)
"""
_AGAIN = """
    UPDATE outbox SET state = 'planned', lease_until = NULL, settled_at = NULL, message_id = NULL,
                      channel_id = NULL, attempts = 0
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int = 5
    claims: int = 5_000
    herd: int = 10_000
    herds: int = 5


FULL = Size()


async def measure(size: Size = FULL) -> Report:
    """Measure claiming and finishing, then the herd."""
    report = Report("outbox")
    with TemporaryDirectory(prefix="buddybot-bench-") as folder:
        await _claims(report, Path(folder), size)
        await _herds(report, Path(folder), size)
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
    await _plan(file_url(own), size.claims, now)
    shutil.copy(own, bare)
    database, raw = await connect(file_url(own)), raw_sqlite(bare)
    try:
        statements = await _listen(database, now)

        async def claimed() -> float:
            await database.write(_plan_again)
            began = perf_counter()
            done = await _claim_all(database, now)
            return done / (perf_counter() - began)

        async def claimed_raw() -> float:
            raw.execute(_AGAIN)
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


async def _plan(url: str, pings: int, due: datetime) -> None:
    """Let every group, each with a channel of its own, be owed a card."""

    async def script(tx: Tx) -> None:
        for number in range(1, pings + 1):
            await tx.run(_GROUP, id=number)
            await tx.run(
                _PING,
                key=f"{number}:2026-03-05:card:0",
                id=number,
                due=epoch(due),
                expires=epoch(due + timedelta(hours=8)),
            )

    database = await connect(await migrated(url))
    try:
        await database.write(script)
    finally:
        await database.close()


async def _plan_again(tx: Tx) -> None:
    await tx.run(_AGAIN)


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
        await sending.finish(each.ping, channel_id=ChannelId(each.lane), message_id=MessageId(7), now=now)


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


# -- the herd ---------------------------------------------------------------------------------


@dataclass(slots=True)
class InstantOutlet:
    """A Discord that takes everything at once."""

    sent: int = 0

    def letter(self, kind: PingKind, announcement: Announcement, nonce: str) -> "InstantLetter":
        """Return a letter."""
        return InstantLetter(self)

    async def find(self, channel_id: ChannelId, nonce: str, *, since: datetime) -> MessageId | None:
        """Find nothing."""
        return None

    async def direct(self, user_id: UserId) -> ChannelId:
        """Return a channel."""
        return ChannelId(user_id)


@dataclass(slots=True)
class InstantLetter:
    """Arrives at once."""

    outlet: InstantOutlet

    async def send(self, channel_id: ChannelId) -> MessageId:
        """Count it."""
        self.outlet.sent += 1
        return MessageId(self.outlet.sent)


async def _announce(tx: Tx, ping: Ping, group: Group, now: datetime) -> Announcement:
    return Announcement(content=group.name, language=group.language)


async def _herds(report: Report, folder: Path, size: Size) -> None:
    now = utc_now()
    path = folder / "herd.sqlite3"
    await _plan(file_url(path), size.herd, now)
    database = await connect(file_url(path))
    hearts, spans = [], []
    gc.freeze()  # as the command line does before the bot runs
    try:
        for _ in range(size.herds):
            await database.write(_plan_again)
            heart, span = await _herd(database, now, size.herd)
            hearts.append(heart)
            spans.append(span)
    finally:
        gc.unfreeze()
        await database.close()
    stalls = [heart.longest * 1000 for heart in hearts]
    own = max(heart.busiest * 1000 for heart in hearts)
    report.figures += [
        f"{size.herd:,} pings due in one second: sent in {median(spans):.1f} s",
        f"longest stalls of the loop: {', '.join(f'{stall:.1f}' for stall in stalls)} ms",
        f"longest stretch of the loop's own work: {own:.1f} ms",
    ]
    report.verdicts.append(
        Verdict(
            claim=f"{size.herd:,} pings at once, longest stall of the loop",
            figure=median(stalls),
            sense="<=",
            goal=STALL_GOAL,
            unit="ms",
        )
    )


async def _herd(database: Database, now: datetime, pings: int) -> tuple[Heartbeat, float]:
    """Send what is due; return what the loop felt and the seconds it took."""
    outlet = InstantOutlet()
    courier = Courier(
        database=database,
        now=lambda: now,
        announcers=dict.fromkeys(PingKind, _announce),
        outlet=outlet,
        pacer=Pacer(1_000_000),
        quiet=None,
    )
    dispatcher = Dispatcher(
        database=database, now=lambda: now, courier=courier, clock=SilentAlarm(), unauthorized=_never
    )
    began = perf_counter()
    with Heartbeat() as heart:
        endings = await dispatcher.run_due()
    span = perf_counter() - began
    if endings != {Ending.SENT: pings} or outlet.sent != pings:
        raise RuntimeError(f"{pings} pings came to {dict(endings)}, {outlet.sent} messages")
    return heart, span


def _never() -> None:
    raise RuntimeError("nothing here refuses the token")


if __name__ == "__main__":
    sys.exit(run(measure))
