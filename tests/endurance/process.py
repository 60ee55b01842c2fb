"""One process of the bot after the other on the same database: started, driven, stopped, killed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar, cast
from unittest import mock

from buddybot import app
from buddybot.bot import BuddyBot
from buddybot.pings.dispatch.send_rate import Pacer
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import Database, Tx, connect
from buddybot.ui.messages import MessageTable
from tests.endurance.clockwork import HOUR, Clockwork, Time
from tests.endurance.discord import MemoryDiscord, no_point
from tests.pings.discords import Killer, at_once, mortal

T = TypeVar("T")


class Killed(Exception):  # it is no error: it is what was wanted
    """The process was killed before this came to its end."""


class Striker(Killer):
    """Strikes a process down at its n-th point of all, or of one name."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: str | None = None
        self._left: int | None = None

    def wait_for(self, name: str | None, after: int) -> None:
        """Strike at the next such point but `after`; None is any point, and no name is none."""
        self._wanted, self._left = name, after

    async def point(self, name: str) -> None:
        """Pass a point, or stay at it for ever."""
        if not self.struck.is_set() and self._left is not None and self._wanted in (None, name):
            self._left -= 1
            if self._left < 0:
                self.struck.set()
        if self.struck.is_set():
            await asyncio.get_running_loop().create_future()


class Process:
    """The bot as `buddybot run` builds it, on this time and this Discord."""

    def __init__(self, url: str, now: Time, discord: MemoryDiscord, *, seldom: timedelta = HOUR) -> None:
        """`seldom` is how often it looks around while nothing is due."""
        self._settings = replace(Settings.load({}), database_address=url)
        self._now = now
        self._discord = discord
        self._database: Database | None = None
        self._bell = _Bell()
        self._seldom = seldom
        self.clock = Clockwork(now, seldom)
        self.killer = Striker()
        self.bot: BuddyBot | None = None

    @property
    def services(self) -> Any:
        """Its use cases."""
        assert self.bot is not None
        return self.bot.services

    @property
    def messages(self) -> MessageTable:
        assert self.bot is not None
        return self.bot.messages

    async def start(self) -> None:
        """Start it as far as a bot is that has logged in."""
        self.killer = Striker()

        async def connect_mortal(url: str) -> Database:
            self._database = await connect(url)
            return mortal(self._database, self.killer)

        self.clock = Clockwork(self._now, self._seldom)
        bot = app.create_bot(self._settings, now=self._now, alarm=self.clock)
        with mock.patch.object(app, "connect", connect_mortal):
            await bot.open()
        self._discord.point = self.killer.point
        self._discord.welcome(bot)
        # The pace is the wall clock's, which does not pass here.
        bot.dispatcher._worker._pacer = Pacer(1e9, clock=lambda: 0.0, sleep=at_once)
        self._bell = bot.dispatcher._rung = _Bell()
        self.bot = bot
        await app._start(bot, self.clock)

    async def stop(self) -> None:
        """Stop it in order, as SIGTERM does."""
        assert self.bot is not None
        await self.clock.stop()
        await self.bot.dispatcher.stop()
        await self.bot.close_services()
        self.bot = None
        self._discord.point = no_point

    async def kill(self) -> None:
        """Let it go no further than it is; what it had begun stays as it is."""
        assert self.bot is not None
        self.killer.struck.set()
        await self.clock.stop()
        task = self.bot.dispatcher._task
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert self._database is not None
        await self._database.close()
        self.bot = None
        self._discord.point = no_point

    async def act(self, work: Awaitable[T]) -> T:
        """Do something; raises Killed when the process is struck meanwhile, and buries it."""
        running = asyncio.ensure_future(work)
        struck = asyncio.ensure_future(self.killer.struck.wait())
        await asyncio.wait({running, struck}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if running.done() and not struck.done():
                return running.result()
        finally:
            for task in (running, struck):
                task.cancel()
            await asyncio.gather(running, struck, return_exceptions=True)
        await self.kill()
        raise Killed

    async def settle(self) -> None:
        """Wait until the dispatcher has nothing left to do at this instant, or the process is struck."""
        assert self.bot is not None
        task = self.bot.dispatcher._task
        assert task is not None
        while not self._bell.quiet:
            idle = asyncio.ensure_future(self._bell.idle.wait())
            try:
                await asyncio.wait({task, idle}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                idle.cancel()
                await asyncio.gather(idle, return_exceptions=True)
            assert not task.done(), "the dispatcher has ended"
            await asyncio.sleep(0)

    async def until(self, moment: datetime) -> None:
        """Let time pass, with all that happens in it."""
        while True:
            due = self.clock.next
            self._now.at = moment if due is None else max(self._now.at, min(due, moment))
            if due is not None and due <= moment:
                await self.clock.ring()
                await self.settle()
            if self._now.at >= moment and (self.clock.next is None or self.clock.next > moment):
                return

    async def pass_time(self, span: timedelta) -> None:
        """Let a span pass."""
        await self.until(self._now.at + span)

    async def read(self, script: Callable[[Tx], Awaitable[T]]) -> T:
        """Look into the database."""
        return cast("T", await self.services.transactions.read(lambda uow: script(uow.tx)))


class _Bell(asyncio.Event):
    """What the dispatcher waits for; it tells whether the dispatcher does so."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = asyncio.Event()

    @property
    def quiet(self) -> bool:
        return self.idle.is_set() and not self.is_set()

    async def wait(self) -> Literal[True]:
        self.idle.set()
        try:
            return await super().wait()
        finally:
            self.idle.clear()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database beside the process, for those who count."""
    database = await connect(url)
    try:
        yield database
    finally:
        await database.close()
