"""What a thousand groups more cost those that are there: one database of 1,000, 10,000 and 100,000 groups.

Compared is the processor's time, all threads of the process together: the wait for the disk is the same.
"""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from bench.support.databases import file_url, migrated
from bench.support.population import guild, organizer, populate
from bench.support.report import Report, Verdict, run
from bench.support.timing import Contender, interleaved
from buddybot.domain.commitments.commitments import Outcome
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, UserId
from buddybot.pings.planning.due_pings import Times
from buddybot.pings.planning.planner import Planner
from buddybot.services.checkins.checkins import CheckInService
from buddybot.services.core import Actor, Rules, Transactions, UnitOfWork
from buddybot.services.health import health_watch
from buddybot.storage.engine.database import Database, Tx, connect
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.meetings.meetings import MeetingRepository

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
"""A Thursday; every group meets on Thursdays, this evening."""
GOAL = 1.3
AT_ONCE = 5_000
TASKS = ("planning a week", "a check-in", "one group's alert")
"""In this order: a group is planned before anybody checks in."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: databases of so many groups, so many of which do each thing in a round."""

    groups: tuple[int, ...] = (1_000, 10_000, 100_000)
    rounds: int = 5
    sample: int = 60


FULL = Size()


class Town:
    """One database of groups, and its services without Discord."""

    def __init__(self, database: Database, groups: int) -> None:
        self._database = database
        self._groups = groups
        self._numbers = count(1)
        self._transactions = Transactions(database=database, now=lambda: NOW, changed=lambda: None)
        times = Times(
            card_before=timedelta(hours=24), close_after=timedelta(hours=12), nudge_at=time(10), quiet=None
        )
        self._planner = Planner(ahead=2, times=times)
        rules = Rules(
            check_in_early=timedelta(hours=24),
            close_after=timedelta(hours=12),
            invitation_life=timedelta(days=7),
            code_tries_per_hour=5,
        )
        self._checkins = CheckInService(self._transactions, self._planner, rules)
        self._task: dict[str, Callable[[int], Awaitable[None]]] = {
            "planning a week": self._plan,
            "a check-in": self._check_in,
            "one group's alert": self._alert,
        }
        self._done = dict.fromkeys(TASKS, 0)

    async def cost(self, task: str, sample: int) -> float:
        """Return the milliseconds of work for one group, on average of the next few; never the same twice."""
        chosen = [1 + (self._done[task] + each) * 7_919 % self._groups for each in range(sample)]
        self._done[task] += sample
        began = process_time()
        for group_id in chosen:
            await self._task[task](group_id)
        return (process_time() - began) / sample * 1000

    async def _plan(self, group_id: int) -> None:
        async def script(tx: Tx) -> None:
            await self._planner.plan(UnitOfWork(tx), await _group(tx, group_id), NOW)

        await self._database.write(script)

    async def _check_in(self, group_id: int) -> None:
        actor = Actor(
            user_id=UserId(organizer(group_id)),
            guild_id=GuildId(guild(group_id)),
            channel_id=ChannelId(group_id),
            interaction_id=InteractionId(next(self._numbers)),
            display_name="Ana",
            manages_guild=False,
        )
        asked = await self._checkins.prepare(actor, group_id=GroupId(group_id))
        outcomes = {due.commitment.id: Outcome(done=3) for due in asked.due}
        await self._checkins.report(
            actor, asked.meeting.id, outcomes=outcomes, win="An interview", blocker=None
        )

    async def _alert(self, group_id: int) -> None:
        async def script(tx: Tx) -> None:
            group = await _group(tx, group_id)
            last, *_ = await MeetingRepository(tx).list_held(group.id)
            await health_watch.evaluate(UnitOfWork(tx), group, last, NOW)

        await self._database.write(script)


async def _group(tx: Tx, group_id: int) -> Group:
    found = await GroupRepository(tx).get(GuildId(guild(group_id)), GroupId(group_id))
    assert found is not None
    return found


async def measure(size: Size = FULL) -> Report:
    """Do the same in databases of each size, in turns."""
    report = Report("growth")
    with TemporaryDirectory(prefix="buddybot-bench-") as folder:
        towns: dict[int, Town] = {}
        databases = []
        for groups in size.groups:
            path = Path(folder) / f"{groups}.sqlite3"
            await _fill(file_url(path), groups)
            report.figures.append(
                f"{groups:,} groups: {path.stat().st_size / groups / 1000:.1f} KB of the file a group"
            )
            databases.append(await connect(file_url(path)))
            towns[groups] = Town(databases[-1], groups)
        try:
            for task in TASKS:
                await _compare(report, task, towns, size)
        finally:
            for database in databases:
                await database.close()
    return report


async def _compare(report: Report, task: str, towns: dict[int, Town], size: Size) -> None:
    contenders: dict[str, Contender] = {
        f"{groups:,}": partial(town.cost, task, size.sample) for groups, town in towns.items()
    }
    found = await interleaved(contenders, rounds=size.rounds)
    for name in contenders:
        report.figures.append(f"{task}, of {name} groups: {found.median(name):.2f} ms")
    first, *_, last = contenders
    report.verdicts.append(
        Verdict(
            claim=f"{task}, of {last} groups, of {first}",
            figure=found.ratio(last, first),
            sense="<=",
            goal=GOAL,
        )
    )


async def _fill(url: str, groups: int) -> None:
    database = await connect(await migrated(url))
    try:
        for first in range(1, groups + 1, AT_ONCE):
            await populate(database, first, min(first + AT_ONCE - 1, groups), now=NOW, weeks=4)
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(run(measure))
