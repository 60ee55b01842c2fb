"""The page in the browser and the clock that runs behind it."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import simcord

from buddybot.app import create_bot
from buddybot.bot import BuddyBot
from buddybot.demo.history import live_through
from buddybot.demo.stage import FollowedClock, LivePage, Stage, build_stage, deliver_due, pass_until
from buddybot.operator.output import say
from buddybot.settings.errors import OperatorError
from buddybot.settings.settings import Settings

SECONDS_A_MINUTE = 1.0

WELCOME = """\
The playground is open. In your browser you play everybody in the Rowan group:

    {url}

{pace} The ninth meeting begins in {wait} minutes.
Choose whom you play in the list "Viewing as". Five things to try:

  1. As Cho, press [Late] on the meeting's card and see the card change.
  2. As Ben, press [Check in early] and tell how the week went.
  3. Wait until the meeting begins: the check-in opens by itself. As Eli press [I'm here], then [Next turn].
  4. As Dev, type /commit add and commit to something with a number in it, such as "4 coffee meetings".
  5. As Ana, the organizer, press [Close] and read the summary; then see /rotation show and /health show.

{jump}Nothing leaves this machine. Press Ctrl-C here to stop.
"""
RUNS = "The clock starts when you open the page; a minute of the group's time takes {seconds:g} s."
STANDS = "The clock stands still."
TAKEN = "Port {port} is taken on this machine. Choose another with --port."
JUMP = "Press Enter here to jump to what happens next in their week.\n"


@dataclass(frozen=True, slots=True)
class Playground:
    """A simulated Discord, the bot in it, and the people."""

    env: simcord.Env
    bot: BuddyBot
    stage: Stage
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever moves the simulated Discord: it takes one thing at a time."""

    async def pass_minute(self) -> None:
        """Let a minute pass."""
        async with self.turn:
            await self.env.advance_time(60)
            await deliver_due(self.env, self.bot)

    async def jump(self) -> None:
        """Let time pass until the bot has something to say."""
        async with self.turn:
            due = await self.bot.dispatcher.next_due()
            if due is not None:
                await pass_until(self.env, self.bot, max(due, self.env.now()))
                await deliver_due(self.env, self.bot)


@contextlib.asynccontextmanager
async def open_playground(folder: Path) -> AsyncIterator[Playground]:
    """Yield a playground whose group has met for eight weeks; its database is in `folder`."""
    clock = FollowedClock()
    address = f"sqlite:///{(folder / 'demo.sqlite3').as_posix()}"
    bot = create_bot(replace(Settings.load({}), database_address=address), now=clock)
    env = simcord.Env(bot, check_errors=False, settle_timeout=30, shard_count=1)
    clock.follow(env.now)
    await env.start()
    try:
        stage = await build_stage(env)
        await live_through(env, bot, stage)
        yield Playground(env, bot, stage)
    finally:
        await bot.close_services()
        await env.shutdown()


async def play(folder: Path, *, port: int, seconds_a_minute: float, stop_after: float | None) -> int:
    """Serve the page until it is ended, Ctrl-C is pressed or `stop_after` seconds are over.

    Raises OperatorError when the port is taken.
    """
    stopped = _on_signals()
    async with open_playground(folder) as playground, contextlib.AsyncExitStack() as stack:
        page = LivePage(playground.env, playground.stage, playground.turn, port=port)
        try:
            await stack.enter_async_context(page)
        except simcord.SetupError as error:
            raise OperatorError(TAKEN.format(port=port)) from error
        say(await _welcome(playground, page, seconds_a_minute))
        await _until_stopped(playground, page, stopped, seconds_a_minute, stop_after)
    return 0


async def _welcome(playground: Playground, page: LivePage, seconds_a_minute: float) -> str:
    due = await playground.bot.dispatcher.next_due()
    return WELCOME.format(
        url=page.url,
        pace=RUNS.format(seconds=seconds_a_minute) if seconds_a_minute > 0 else STANDS,
        wait=0 if due is None else round((due - playground.env.now()) / timedelta(minutes=1)),
        jump=JUMP if _has_keyboard() else "",
    )


def _on_signals() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such signals; Ctrl-C raises there
            loop.add_signal_handler(number, stopped.set)
    return stopped


async def _until_stopped(
    playground: Playground,
    page: LivePage,
    stopped: asyncio.Event,
    seconds_a_minute: float,
    stop_after: float | None,
) -> None:
    """Let the clock run; what goes wrong in it ends the playground, and is seen."""
    tasks = [asyncio.create_task(stopped.wait()), asyncio.create_task(page.wait_closed())]
    if seconds_a_minute > 0:
        tasks.append(asyncio.create_task(_run_clock(playground, page, seconds_a_minute)))
    if _has_keyboard():
        tasks.append(asyncio.create_task(_jump_on_enter(playground, page)))
    try:
        done, _ = await asyncio.wait(tasks, timeout=stop_after, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run_clock(playground: Playground, page: LivePage, seconds_a_minute: float) -> None:
    await page.opened.wait()
    while True:
        await asyncio.sleep(seconds_a_minute)
        await playground.pass_minute()
        await page.refresh()


async def _jump_on_enter(playground: Playground, page: LivePage) -> None:
    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def read() -> None:
        if sys.stdin.readline():
            pressed.set()
        else:  # Ctrl-D: there will be no more Enter
            loop.remove_reader(sys.stdin)

    loop.add_reader(sys.stdin, read)
    try:
        while True:
            await pressed.wait()
            pressed.clear()
            await playground.jump()
            await page.refresh()
    finally:
        loop.remove_reader(sys.stdin)


def _has_keyboard() -> bool:
    """Whether somebody can press Enter; on Windows an event loop cannot watch for it."""
    return sys.platform != "win32" and sys.stdin is not None and sys.stdin.isatty()
