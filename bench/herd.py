"""Thousands of pings due in one second: how long the event loop is deaf, beside APScheduler's own store."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.support.databases import file_url, migrated
from bench.support.report import Report, Verdict
from bench.support.timing import Heartbeat
from buddybot.app import utc_now
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import ChannelId, MessageId, UserId
from buddybot.domain.pings import Ping, PingKind
from buddybot.pings.dispatch.delivery_worker import DeliveryOutcome, DeliveryWorker
from buddybot.pings.dispatch.dispatcher import Dispatcher
from buddybot.pings.dispatch.message_gateway import MessageGateway
from buddybot.pings.dispatch.send_rate import Pacer
from buddybot.pings.scheduler import SilentAlarm
from buddybot.services.core.service import Announcement
from buddybot.services.core.unit_of_work import DatabaseTransactions, UnitOfWork
from buddybot.storage.engine.database import Database, Tx, connect
from buddybot.storage.engine.transaction import epoch

STALL_GOAL = 20.0
"""Milliseconds."""
SHARE_GOAL = 0.05
A_PART = 10
"""Of the pings, the scheduler's store gets one in so many: with all of them it would take minutes."""

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
AGAIN = """
    UPDATE outbox SET state = 'planned', lease_until = NULL, settled_at = NULL, message_id = NULL,
                      channel_id = NULL, attempts = 0
"""


async def plan(url: str, pings: int, due: datetime) -> None:
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


async def plan_again(tx: Tx) -> None:
    """Make all of them owed once more."""
    await tx.run(AGAIN)


@dataclass(slots=True)
class InstantGateway:
    """A Discord that takes everything at once."""

    sent: int = 0

    def make_message(self, kind: PingKind, announcement: Announcement, nonce: str) -> "InstantMessage":
        """Return a message."""
        return InstantMessage(self)

    async def find_message(self, channel_id: ChannelId, nonce: str, *, since: datetime) -> MessageId | None:
        """Find nothing."""
        return None

    async def open_direct(self, user_id: UserId) -> ChannelId:
        """Return a channel."""
        return ChannelId(user_id)


@dataclass(slots=True)
class InstantMessage:
    """Arrives at once."""

    gateway: InstantGateway

    async def send(self, channel_id: ChannelId) -> MessageId:
        """Count it."""
        self.gateway.sent += 1
        return MessageId(self.gateway.sent)


async def measured(report: Report, folder: Path, *, pings: int, times: int) -> None:
    """Send a herd several times, and let the scheduler's store do as much, in turns."""
    now = utc_now()
    path = folder / "herd.sqlite3"
    await plan(file_url(path), pings, now)
    database = await connect(file_url(path))
    hearts, spans = [], []
    try:
        with _frozen():
            for _ in range(times):
                await database.write(plan_again)
                heart, span = await _herd(database, now, pings)
                hearts.append(heart)
                spans.append(span)
            scheduled = await _scheduled(folder / "jobs.sqlite3", pings // A_PART)
    finally:
        await database.close()
    judge(report, pings, hearts, spans, scheduled)


@contextmanager
def _frozen() -> Iterator[None]:
    """As the command line does before the bot runs."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def judge(report: Report, pings: int, hearts: list[Heartbeat], spans: list[float], scheduled: float) -> None:
    """Judge what the loop felt, and the seconds it felt with the scheduler's store."""
    stalls = [heart.longest * 1000 for heart in hearts]
    report.figures += [
        f"{pings:,} pings due in one second: sent in {median(spans):.1f} s",
        f"longest stalls of the loop by the clock: {', '.join(f'{stall:.1f}' for stall in stalls)} ms",
    ]
    report.verdicts.append(
        Verdict(
            claim=f"{pings:,} pings at once, longest stall that the bot itself causes",
            figure=median(heart.caused * 1000 for heart in hearts),
            sense="<=",
            goal=STALL_GOAL,
            unit="ms",
        )
    )
    report.figures.append(
        f"longest stall with APScheduler's own store, {pings // A_PART:,} jobs: {scheduled * 1000:,.0f} ms"
    )
    report.verdicts.append(
        Verdict(
            claim=f"longest stall by the clock, of APScheduler's own store with {pings // A_PART:,} jobs",
            figure=median(stalls) / 1000 / scheduled,
            sense="<=",
            goal=SHARE_GOAL,
        )
    )


async def _herd(database: Database, now: datetime, pings: int) -> tuple[Heartbeat, float]:
    """Send what is due; return what the loop felt and the seconds it took."""
    gateway = InstantGateway()
    with Heartbeat() as heart:
        span = await send_all(database, now, gateway, pings=pings, per_second=1_000_000)
    if gateway.sent != pings:
        raise RuntimeError(f"{pings} pings came to {gateway.sent} messages")
    return heart, span


async def send_all(
    database: Database, now: datetime, gateway: MessageGateway, *, pings: int, per_second: float
) -> float:
    """Send so many pings, which are all that is due; return the seconds it took."""
    worker = DeliveryWorker(
        transactions=DatabaseTransactions(database),
        now=lambda: now,
        preparers=dict.fromkeys(PingKind, _announce),
        cards={},
        gateway=gateway,
        pacer=Pacer(per_second),
        quiet=None,
    )
    dispatcher = Dispatcher(
        transactions=DatabaseTransactions(database),
        now=lambda: now,
        worker=worker,
        clock=SilentAlarm(),
        unauthorized=_never,
    )
    began = perf_counter()
    outcomes = await dispatcher.run_due()
    span = perf_counter() - began
    if outcomes[DeliveryOutcome.SENT] != pings:
        raise RuntimeError(f"{pings} pings came to {dict(outcomes)}")
    return span


async def _announce(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement:
    return Announcement(content=group.name, language=group.language)


def _never() -> None:
    raise RuntimeError("nothing here refuses the token")


_started = count(1)
_all_started = asyncio.Event()


async def _start(last: int) -> None:
    if next(_started) == last:
        _all_started.set()


async def _scheduled(path: Path, jobs: int) -> float:
    """Let APScheduler run as many jobs from its own store; return the longest stall in seconds."""
    # Imported here: only this comparison needs them, and they take long.
    from apscheduler.jobstores.sqlalchemy import (  # type: ignore[import-untyped]  # it has no types
        SQLAlchemyJobStore,
    )
    from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # see above

    global _started
    _started = count(1)
    _all_started.clear()
    scheduler = AsyncIOScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{path}")},
        timezone=UTC,
        job_defaults={"misfire_grace_time": None},
    )
    scheduler.start(paused=True)
    due = datetime.now(UTC)
    for _ in range(jobs):
        scheduler.add_job(_start, "date", run_date=due, args=[jobs])
    with Heartbeat() as heart:
        scheduler.resume()
        await _all_started.wait()
    scheduler.shutdown(wait=False)
    return heart.longest
