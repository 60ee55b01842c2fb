"""The pace at which the bot speaks, and how long it waits after a failure."""

import asyncio
from datetime import timedelta

import pytest

from buddybot.pings.dispatch import send_rate
from buddybot.pings.dispatch.send_rate import Pacer


class Time:
    """A clock that moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        wake = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, wake)


async def test_a_hundred_messages_take_their_time_and_no_second_has_more_than_45() -> None:
    time = Time()
    pacer = Pacer(45, clock=time, sleep=time.sleep)
    sent = []
    for _ in range(100):
        await pacer.wait_turn()
        sent.append(time.now)
    assert sent[0] == 1000.0
    assert sent[-1] - sent[0] == pytest.approx(99 / 45)
    assert max(sum(start <= at < start + 1 for at in sent) for start in sent) <= 46


async def test_turns_taken_together_are_apart() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pacer = Pacer(50, clock=lambda: 7.0, sleep=sleep)
    await asyncio.gather(*(pacer.wait_turn() for _ in range(4)))
    assert slept == pytest.approx([0.02, 0.04, 0.06])


async def test_a_rest_saves_up_no_burst() -> None:
    time = Time()
    pacer = Pacer(10, clock=time, sleep=time.sleep)
    await pacer.wait_turn()
    time.now += 60
    before = time.now
    for _ in range(3):
        await pacer.wait_turn()
    assert time.now - before == pytest.approx(0.2)


async def test_the_loops_own_clock_is_the_default() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pacer = Pacer(0.001, sleep=sleep)
    await pacer.wait_turn()
    await pacer.wait_turn()
    assert slept == [pytest.approx(1000, abs=1)]


def test_waits_grow_to_half_an_hour() -> None:
    waits = [send_rate.wait_after(attempts) for attempts in range(1, 8)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=5)
    assert waits[-1] == waits[-2] == timedelta(minutes=30)
