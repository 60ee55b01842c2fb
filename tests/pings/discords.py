"""A Discord without HTTP, scripted to fail, and the bot's sending end built upon it."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar, cast

from buddybot.domain.groups.preferences import QuietHours
from buddybot.domain.ids import ChannelId, MessageId, UserId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.pings import PingKind
from buddybot.pings.dispatch.delivery_worker import DeliveryWorker
from buddybot.pings.dispatch.dispatcher import Dispatcher
from buddybot.pings.dispatch.message_gateway import Refused
from buddybot.pings.dispatch.send_rate import Pacer
from buddybot.services.core.service import Announcement, Preparer
from buddybot.services.core.unit_of_work import DatabaseTransactions
from buddybot.storage.engine.database import Database, Script

T = TypeVar("T")
Place = Literal["send", "find", "direct"]


@dataclass(frozen=True)
class Sent:
    """A message that Discord has."""

    id: MessageId
    channel: ChannelId
    nonce: str
    kind: PingKind
    announcement: Announcement


@dataclass
class Faults:
    """What goes wrong, in order: before the request does anything, or after it did."""

    before: dict[Place, deque[Exception]] = field(default_factory=dict)
    after: dict[Place, deque[Exception]] = field(default_factory=dict)

    def add(self, place: Place, *errors: Exception, late: bool = False) -> None:
        (self.after if late else self.before).setdefault(place, deque()).extend(errors)

    def check(self, place: Place, *, late: bool) -> None:
        waiting = (self.after if late else self.before).get(place)
        if waiting:
            raise waiting.popleft()


class FakeDiscord:
    """Keeps what was sent; remembers nonces until it is told to forget them."""

    def __init__(self, point: Callable[[str], Awaitable[None]] | None = None) -> None:
        self.messages: list[Sent] = []
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        self.closed: dict[ChannelId, Refused] = {}
        self.looked_since: list[datetime] = []
        self._remembered: dict[str, MessageId] = {}
        self._point = point

    # -- the gateway ---------------------------------------------------------------------------

    def make_message(self, kind: PingKind, announcement: Announcement, nonce: str) -> "FakeMessage":
        return FakeMessage(self, kind, announcement, nonce)

    async def find_message(self, channel_id: ChannelId, nonce: str, *, since: datetime) -> MessageId | None:
        self.looked_since.append(since)
        await self._enter("find", channel_id)
        found = next(
            (sent.id for sent in self.messages if sent.channel == channel_id and sent.nonce == nonce), None
        )
        await self._leave("find")
        return found

    async def open_direct(self, user_id: UserId) -> ChannelId:
        channel_id = dm(user_id)
        await self._enter("direct", None)
        await self._leave("direct")
        return channel_id

    # -- what tests ask -----------------------------------------------------------------------

    def forget_nonces(self) -> None:
        """Minutes have passed."""
        self._remembered.clear()

    def delivered(self) -> Counter[str]:
        """How often each nonce arrived."""
        return Counter(sent.nonce for sent in self.messages)

    async def accept(self, message: "FakeMessage", channel_id: ChannelId) -> MessageId:
        await self._enter("send", channel_id)
        message_id = self._remembered.get(message.nonce)
        if message_id is None:
            message_id = MessageId(9000 + len(self.messages))
            self._remembered[message.nonce] = message_id
            self.messages.append(
                Sent(message_id, channel_id, message.nonce, message.kind, message.announcement)
            )
        await self._leave("send")
        return message_id

    async def _enter(self, place: Place, channel_id: ChannelId | None) -> None:
        self.requests[place] += 1
        if self._point is not None:
            await self._point(f"before {place}")
        if channel_id in self.closed:
            raise self.closed[channel_id]
        self.faults.check(place, late=False)

    async def _leave(self, place: Place) -> None:
        self.faults.check(place, late=True)
        if self._point is not None:
            await self._point(f"after {place}")


@dataclass
class FakeMessage:
    """A message that is ready to be sent."""

    discord: FakeDiscord
    kind: PingKind
    announcement: Announcement
    nonce: str

    async def send(self, channel_id: ChannelId) -> MessageId:
        return await self.discord.accept(self, channel_id)


def dm(user_id: UserId) -> ChannelId:
    """The channel of direct messages with a user."""
    return ChannelId(100_000 + user_id)


class Rings:
    """An alarm clock that notes when it is to ring."""

    def __init__(self) -> None:
        self.at: list[datetime] = []

    def no_later_than(self, at: datetime) -> None:
        self.at.append(at)


async def at_once(_seconds: float) -> None:
    """A sleep that takes no time."""


def dispatcher(
    database: Database,
    now: Callable[[], datetime],
    discord: FakeDiscord,
    preparer: Preparer,
    *,
    width: int = 8,
    quiet: QuietHours | None = None,
    lease: timedelta = timedelta(seconds=60),
    unauthorized: Callable[[], None] = lambda: None,
    clock: Rings | None = None,
    grace: float = 0.2,
    pacer: Pacer | None = None,
) -> Dispatcher:
    """The sending end as a new process builds it."""
    worker = DeliveryWorker(
        transactions=DatabaseTransactions(database),
        now=now,
        preparers=dict.fromkeys(PingKind, preparer),
        cards={PingKind.CARD: CardKind.MEETING},
        gateway=discord,
        pacer=pacer or Pacer(1000.0, clock=lambda: 0.0, sleep=at_once),
        quiet=quiet,
    )
    return Dispatcher(
        transactions=DatabaseTransactions(database),
        now=now,
        worker=worker,
        clock=clock or Rings(),
        unauthorized=unauthorized,
        width=width,
        lease=lease,
        grace=grace,
    )


class MortalDatabase:
    """A database in a process that is killed at a point: everything stops there and never goes on."""

    def __init__(self, database: Database, point: Callable[[str], Awaitable[None]]) -> None:
        self._database = database
        self._point = point

    @property
    def engine(self) -> Literal["sqlite", "postgres"]:
        return self._database.engine

    async def write(self, script: Script[T]) -> T:
        await self._point("before write")
        value = await self._database.write(script)
        await self._point("after write")
        return value

    async def read(self, script: Script[T]) -> T:
        return await self._database.read(script)

    async def scrub(self, *, whole: bool = True) -> bool:
        return await self._database.scrub(whole=whole)

    async def close(self) -> None:
        await self._database.close()


class Killer:
    """Stops a process for ever at its n-th point; counts the points when it kills nobody."""

    def __init__(self, fatal: int | None = None) -> None:
        self._fatal = fatal
        self.passed: list[str] = []
        self.struck = asyncio.Event()

    async def point(self, name: str) -> None:
        if self.struck.is_set():
            await asyncio.get_running_loop().create_future()
        self.passed.append(name)
        if self._fatal is not None and len(self.passed) > self._fatal:
            self.struck.set()
            await asyncio.get_running_loop().create_future()

    async def survive(self, work: Awaitable[object]) -> bool:
        """Run the process until it ends or is killed; tell whether it ended by itself."""
        running = asyncio.ensure_future(work)
        struck = asyncio.ensure_future(self.struck.wait())
        await asyncio.wait({running, struck}, return_when=asyncio.FIRST_COMPLETED)
        ended = running.done()
        if ended:
            running.result()
        for task in (running, struck):
            task.cancel()
        await asyncio.gather(running, struck, return_exceptions=True)
        return ended


def mortal(database: Database, killer: Killer) -> Database:
    return cast("Database", MortalDatabase(database, killer.point))
