"""What happens again and again: the horizon moves on, old things are forgotten, closed channels tried."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import Preferences
from buddybot.domain.ids import GuildId, InteractionId, UserId
from buddybot.domain.meetings.schedule import Schedule
from buddybot.pings.periodic_jobs import Housekeeping, list_jobs
from buddybot.pings.planning.due_pings import Times
from buddybot.pings.planning.planner import Planner
from buddybot.services.core.unit_of_work import Transactions, UnitOfWork
from buddybot.storage.engine.database import Database, StorageError, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.groups.guilds import GuildRepository
from buddybot.storage.groups.interactions import InteractionRepository
from buddybot.storage.groups.invitations import CodeTryRepository
from buddybot.storage.meetings.meetings import ScheduleRepository
from tests.pings.people import BEN, GUILD, Hands, found_group, meet, outbox, plan_ping, prefer

TIMES = Times(card_before=timedelta(hours=24), close_after=timedelta(hours=12), nudge_at=time(10), quiet=None)
THURSDAYS = Schedule(
    weekday=3,
    time=time(19),
    zone="Europe/Berlin",
    every_weeks=1,
    anchor=date(2026, 3, 2),
    duration_minutes=75,
)


async def out(guild_id: GuildId) -> bool | None:
    return True


def keeping(
    database: Database,
    now: Hands,
    planner: Planner | None = None,
    is_out: Callable[[GuildId], Awaitable[bool | None]] = out,
) -> Housekeeping:
    return Housekeeping(
        transactions=Transactions(database=database, now=now, changed=lambda: None),
        planner=planner or Planner(ahead=2, times=TIMES),
        purge_after=timedelta(days=30),
        is_out=is_out,
    )


async def with_schedule(database: Database, name: str) -> Group:
    group = await found_group(database, name=name)
    await database.write(lambda tx: ScheduleRepository(tx).put(group.id, THURSDAYS))
    return group


@pytest.mark.parametrize("error", [StorageError("this one not"), Refusal("date.range")])
async def test_every_group_is_planned_although_one_cannot_be(database: Database, error: Exception) -> None:
    first, second = [await with_schedule(database, name) for name in ("Rowan", "Alder")]

    class Choosy(Planner):
        async def plan(
            self, uow: UnitOfWork, group: Group, now: datetime, *, by: UserId | None = None
        ) -> None:
            if group.id == first.id:
                raise error
            await super().plan(uow, group, now, by=by)

    await keeping(database, Hands(), Choosy(ahead=2, times=TIMES)).replan()
    assert {ping.group_id for ping in (await outbox(database)).values()} == {second.id}


async def test_interactions_are_forgotten_after_a_day(database: Database) -> None:
    now = Hands()
    await database.write(
        lambda tx: InteractionRepository(tx).claim(InteractionId(1), now(), guild_id=None, user_id=UserId(1))
    )
    now.go(hours=23)
    await keeping(database, now).forget()
    assert not await database.write(
        lambda tx: InteractionRepository(tx).claim(InteractionId(1), now(), guild_id=None, user_id=UserId(1))
    )
    now.go(hours=2)
    await keeping(database, now).forget()
    assert await database.write(
        lambda tx: InteractionRepository(tx).claim(InteractionId(1), now(), guild_id=None, user_id=UserId(1))
    )


async def test_a_wrong_code_leaves_no_trace_after_a_day(database: Database) -> None:
    now = Hands()
    start = now()

    async def tries() -> int:
        return await database.read(
            lambda tx: CodeTryRepository(tx).count(GUILD, BEN, since=start - timedelta(days=1))
        )

    await database.write(lambda tx: CodeTryRepository(tx).add(GUILD, BEN, now()))
    now.go(hours=23)
    await keeping(database, now).forget()
    assert await tries() == 1
    now.go(hours=2)
    await keeping(database, now).forget()
    assert await tries() == 0


async def test_a_guild_is_deleted_thirty_days_after_it_was_gone_and_not_before(database: Database) -> None:
    now = Hands()
    group = await found_group(database)
    await plan_ping(database, group, await meet(database, group))
    await prefer(database, Preferences(GUILD, BEN, direct_messages=True))
    await database.write(lambda tx: GuildRepository(tx).mark_gone(GUILD, now()))

    async def left() -> int:
        async def script(tx: Tx) -> int:
            counts = [
                await tx.one(f"SELECT COUNT(*) AS n FROM {table}")
                for table in ("groups", "memberships", "meetings", "outbox", "preferences", "guilds")
            ]
            return sum(row["n"] for row in counts if row is not None)

        return await database.read(script)

    now.go(days=30)
    await keeping(database, now).purge_guilds()
    assert await left() == 7
    now.go(seconds=1)
    await keeping(database, now).purge_guilds()
    assert await left() == 0


async def test_a_guild_is_not_deleted_unless_discord_confirms_that_the_bot_is_out(database: Database) -> None:
    now = Hands()
    await found_group(database)
    await database.write(lambda tx: GuildRepository(tx).mark_gone(GUILD, now()))
    now.go(days=31)

    async def kept(answer: bool | None) -> bool:
        async def is_out(guild_id: GuildId) -> bool | None:
            assert guild_id == GUILD
            return answer

        await keeping(database, now, is_out=is_out).purge_guilds()
        return bool(await database.read(lambda tx: GroupRepository(tx).of_guild(GUILD)))

    assert await kept(None)
    assert await database.read(lambda tx: GuildRepository(tx).is_gone(GUILD))
    assert await kept(False)
    assert not await database.read(lambda tx: GuildRepository(tx).is_gone(GUILD))
    await database.write(lambda tx: GuildRepository(tx).mark_gone(GUILD, now()))
    now.go(days=31)
    assert not await kept(True)


async def test_a_closed_channel_is_tried_again_only_when_something_waits_for_it(database: Database) -> None:
    now = Hands()
    waiting, idle = [await found_group(database, name=name) for name in ("Rowan", "Alder")]
    await plan_ping(database, waiting, await meet(database, waiting))

    async def close_both(tx: Tx) -> None:
        for group in (waiting, idle):
            await GroupRepository(tx).set_channel_error(group.id, 50013)

    await database.write(close_both)
    await keeping(database, now).reopen_channels()

    async def closed(group: Group) -> int | None:
        found = await database.read(lambda tx: GroupRepository(tx).get(GUILD, group.id))
        assert found is not None
        return found.route_error

    assert await closed(waiting) is None
    assert await closed(idle) == 50013


async def test_the_list_names_each_job_once(database: Database) -> None:
    async def nothing() -> None:
        """Do nothing."""

    listed = list_jobs(
        keeping(database, Hands()),
        tick=nothing,
        refresh=nothing,
        read_interests=nothing,
        review_events=nothing,
        retire_outdated=nothing,
        settle_roles=nothing,
        look_for_leavers=nothing,
        close_pulses=nothing,
        review_members=nothing,
        review_groups=nothing,
        reduce_old=nothing,
        sync_commands=nothing,
    )
    assert len({job.name for job in listed}) == len(listed) == 17
    assert all(job.every >= timedelta(minutes=1) for job in listed)
    for job in listed:
        await job.run()
