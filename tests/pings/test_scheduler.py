"""The alarm clock rings, runs its list, and forgets everything when it is stopped."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.date import DateTrigger  # type: ignore[import-untyped]  # it has no types

from buddybot.pings.periodic_jobs import Periodic
from buddybot.pings.scheduler import Alarm, SilentAlarm

HOUR = timedelta(hours=1)


def wall() -> datetime:
    return datetime.now(UTC)


class Bell:
    """Counts how often it was rung."""

    def __init__(self) -> None:
        self.rung = 0
        self.heard = asyncio.Event()

    async def ring(self) -> None:
        self.rung += 1
        self.heard.set()

    async def wait(self) -> None:
        await asyncio.wait_for(self.heard.wait(), 10)


async def test_many_changes_in_a_moment_ring_once() -> None:
    bell, alarm = Bell(), Alarm(wall)
    alarm.start(bell.ring, ())
    for _ in range(500):
        alarm.ring_soon()
    await bell.wait()
    await alarm.stop()
    assert bell.rung == 1


async def test_it_rings_again_after_the_next_change() -> None:
    bell, alarm = Bell(), Alarm(wall)
    alarm.start(bell.ring, ())
    for _ in range(2):
        bell.heard.clear()
        alarm.ring_soon()
        await bell.wait()
    await alarm.stop()
    assert bell.rung == 2


async def test_an_instant_in_the_past_is_now() -> None:
    bell, alarm = Bell(), Alarm(wall)
    alarm.start(bell.ring, ())
    alarm.no_later_than(wall() - timedelta(days=3))
    await bell.wait()
    await alarm.stop()


async def test_the_earliest_instant_is_kept() -> None:
    alarm = Alarm(wall)
    alarm.start(Bell().ring, ())
    start = wall()
    for hours in (5, 2, 9):
        alarm.no_later_than(start + hours * HOUR)
    scheduler = alarm._scheduler
    assert scheduler is not None
    [job] = scheduler.get_jobs()
    assert isinstance(job.trigger, DateTrigger)
    assert job.trigger.run_date == start + 2 * HOUR
    assert job.misfire_grace_time is None
    await alarm.stop()


async def test_the_list_runs_at_once_and_a_job_that_fails_runs_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bell, alarm = Bell(), Alarm(wall)
    tried: list[int] = []

    async def fail() -> None:
        tried.append(1)
        if len(tried) == 2:
            await bell.ring()
        raise LookupError("broken")

    alarm.start(bell.ring, (Periodic("fails", timedelta(milliseconds=50), fail),))
    await bell.wait()
    await alarm.stop()
    assert len(tried) >= 2
    assert "job fails failed, reference" in caplog.text


async def test_before_the_start_and_after_the_stop_nothing_rings() -> None:
    bell, alarm = Bell(), Alarm(wall)
    alarm.ring_soon()
    alarm.no_later_than(wall())
    await alarm.stop()
    alarm.start(bell.ring, ())
    alarm.ring_soon()
    await alarm.stop()
    alarm.ring_soon()
    alarm.no_later_than(wall())
    assert bell.rung == 0


async def test_the_silent_one_never_rings() -> None:
    bell, alarm = Bell(), SilentAlarm()
    alarm.start(bell.ring, (Periodic("now", HOUR, bell.ring),))
    alarm.ring_soon()
    alarm.no_later_than(wall())
    await asyncio.sleep(0)
    await alarm.stop()
    assert bell.rung == 0
