"""The page in the browser and the clock that runs behind it."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import simcord

from buddybot.app import create_bot
from buddybot.bot import BuddyBot
from buddybot.demo.clock import FollowedClock, deliver_due
from buddybot.demo.history import live_through
from buddybot.demo.stage import Stage, build_stage
from buddybot.settings import Settings

log = logging.getLogger(__name__)

SECONDS_A_MINUTE = 1.0

WELCOME = """\
The playground is open. In your browser you play everybody in the Rowan group:

    {url}

A minute of the group's time takes {pace:g} s. Its ninth meeting begins in {wait} minutes.
Choose whom you play in the list "Viewing as". Five things to try:

  1. As Cho, press [Late] on the meeting's card and see the card change.
  2. As Ben, press [Check in early] and tell how the week went.
  3. Wait until the meeting begins: the check-in opens by itself. As Eli press [I'm here], then [Next turn].
  4. As Dev, type /commit add and promise something with a number in it, such as "4 coffee meetings".
  5. As Ana, who organizes the group, press [Close] and read the summary; then see /group info.

Nothing leaves this machine. Press Ctrl-C here to stop.
"""


@dataclass(frozen=True, slots=True)
class Playground:
    """A simulated Discord, the bot in it, and the people."""

    env: simcord.Env
    bot: BuddyBot
    stage: Stage

    async def pass_minute(self) -> None:
        """Let a minute pass; it is left out while somebody's click is being answered."""
        with contextlib.suppress(simcord.SetupError):
            await self.env.advance_time(60)
            await deliver_due(self.env, self.bot)


@contextlib.asynccontextmanager
async def open_playground(folder: Path) -> AsyncIterator[Playground]:
    """Yield a playground whose group has met for eight weeks; its database is in `folder`."""
    clock = FollowedClock()
    address = f"sqlite:///{(folder / 'demo.sqlite3').as_posix()}"
    bot = create_bot(replace(Settings.load({}), database_address=address), now=clock)
    env = simcord.Env(bot, check_errors=False, settle_timeout=30)
    clock.follow(env.now)
    await env.start()
    try:
        stage = build_stage(env)
        await live_through(env, bot, stage)
        yield Playground(env, bot, stage)
    finally:
        await bot.close_house()
        await env.shutdown()


async def play(folder: Path, *, port: int, seconds_a_minute: float, stop_after: float | None) -> int:
    """Serve the page until it is ended, Ctrl-C is pressed or `stop_after` seconds are over."""
    async with open_playground(folder) as playground:
        page = playground.env.preview(
            playground.stage.channel, viewers=playground.stage.viewers, layout="channel", port=port
        )
        async with page:
            meeting = await _minutes_to_meeting(playground)
            sys.stdout.write(WELCOME.format(url=page.url, pace=seconds_a_minute, wait=meeting))
            sys.stdout.flush()
            await _until_stopped(playground, page, seconds_a_minute, stop_after)
    return 0


async def _minutes_to_meeting(playground: Playground) -> int:
    due = await playground.bot.dispatcher.next_due()
    return 0 if due is None else round((due - playground.env.now()) / timedelta(minutes=1))


async def _until_stopped(
    playground: Playground, page: simcord.Preview, seconds_a_minute: float, stop_after: float | None
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)
    tasks = [asyncio.create_task(stopped.wait()), asyncio.create_task(page.wait_closed())]
    if seconds_a_minute > 0:
        tasks.append(asyncio.create_task(_run_clock(playground, page, seconds_a_minute)))
    try:
        await asyncio.wait(tasks, timeout=stop_after, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run_clock(playground: Playground, page: simcord.Preview, seconds_a_minute: float) -> None:
    while True:
        await asyncio.sleep(seconds_a_minute)
        await playground.pass_minute()
        with contextlib.suppress(simcord.SetupError):
            await page.refresh()
