"""The long form, stopped before its end."""

import asyncio
import os
import signal

import pytest

from tests.chaos.__main__ import unless_stopped

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_what_is_stopped_cleans_up_however_impatient_one_is(number: signal.Signals) -> None:
    happened = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)
            await asyncio.to_thread(bool)
            happened.append("cleaned up")

    assert not await unless_stopped(work())
    assert happened == ["cleaned up"]


async def test_what_ends_by_itself_is_whole() -> None:
    assert await unless_stopped(asyncio.to_thread(bool))  # type: ignore[arg-type]  # whatever it returns


async def test_what_fails_is_not_taken_for_stopped() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await unless_stopped(work())
