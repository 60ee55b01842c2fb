"""`python -m buddybot run` as a host starts it, and a group whose meeting is to be announced at once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from buddybot.domain.ids import ChannelId, GuildId, InteractionId, MeetingId, UserId
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.pings.planning.due_pings import Times
from buddybot.pings.planning.planner import Planner
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.services.groups.groups import GroupService, NewGroup, NewSchedule
from buddybot.settings.paths import PACKAGE
from buddybot.storage.engine.database import Database, Tx, connect
from buddybot.storage.migrations.runner import migrate
from buddybot.storage.outbox.outbox import ping_of
from tests.discord_server.remote import Remote
from tests.discord_server.server import PATIENCE
from tests.discord_server.shapes import CHANNEL, GUILD
from tests.forked_python import forked_python

TOKEN = "canary.MTIzNDU2Nzg5.never-in-a-log"
ANA = 11
TIMES = Times(
    card_before=timedelta(hours=24),
    close_after=timedelta(hours=12),
    nudge_at=datetime(2026, 1, 1, 10, tzinfo=UTC).time(),
    quiet=None,
)


def wall() -> datetime:
    """The process lives by the wall clock, and so does what is prepared for it."""
    return datetime.now(UTC)


class BotProcess:
    """A running bot; all that it said is in `output` when it has ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._reading = asyncio.create_task(process.communicate())
        self.output = b""
        self.seconds_to_exit: float | None = None
        self._asked_to_exit = asyncio.get_running_loop().time()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    def terminate(self) -> None:
        """Ask it to end, as a host does."""
        self._asked_to_exit = asyncio.get_running_loop().time()
        self._process.send_signal(signal.SIGTERM)

    async def kill(self) -> None:
        """End it between any two instructions."""
        self._process.kill()
        await self.ended()

    async def stop(self) -> int:
        """Ask it to end, and return its exit code; how long it took is noted."""
        self.terminate()
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end, and return its exit code."""
        async with asyncio.timeout(PATIENCE):
            out, err = await asyncio.shield(self._reading)
        if self.seconds_to_exit is None:
            self.seconds_to_exit = asyncio.get_running_loop().time() - self._asked_to_exit
        self.output = out + err
        assert TOKEN.encode() not in self.output
        assert self._process.returncode is not None
        return self._process.returncode


@asynccontextmanager
async def running(
    discord: Remote,
    database_url: str,
    *,
    log_level: str = "INFO",
    started: Sequence[str] = ("buddybot", "run"),
    python: Sequence[str] = (),
) -> AsyncIterator[BotProcess]:
    """Start the bot, with the module and its arguments; one that is still there at the end is killed.

    `python` is another than that which has imported it already.
    """
    await discord.set(token=TOKEN)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BUDDYBOT_") and name not in ("DATABASE_URL", "DYNO")
    }
    process = await asyncio.create_subprocess_exec(
        *(python or forked_python()), "-m", *started,
        cwd=PACKAGE.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **inherited,
            "BUDDYBOT_DISCORD__API_BASE": discord.address,
            "BUDDYBOT_LOG__LEVEL": log_level,
            "DATABASE_URL": database_url,
            "DISCORD_TOKEN": TOKEN,
        },
    )  # fmt: skip
    bot = BotProcess(process)
    try:
        yield bot
    finally:
        if bot.running:
            process.kill()
        await bot.ended()


async def found_group(database: Database) -> None:
    """Ana's group, which meets in twelve hours: the card of that meeting is due now."""
    await migrate(database)
    transactions = Transactions(database=database, now=wall, changed=lambda: None)
    starts = wall() + timedelta(hours=12)
    new = NewGroup(
        name="Rowan",
        channel_id=ChannelId(CHANNEL),
        capacity=6,
        charter="Be kind.",
        language="en",
        new_schedule=NewSchedule(
            weekday=starts.weekday(), time=starts.time().replace(second=0, microsecond=0), zone="UTC"
        ),
    )
    ana = Actor(
        user_id=UserId(ANA),
        guild_id=GuildId(GUILD),
        channel_id=ChannelId(CHANNEL),
        interaction_id=InteractionId(1),
        display_name="Ana",
        manages_guild=True,
    )
    await GroupService(transactions, Planner(ahead=2, times=TIMES)).create(ana, new)
    assert [ping.kind for ping in await begun(database, PingState.PLANNED) if ping.due_at <= wall()] == [
        PingKind.CARD
    ]


async def begun(database: Database, state: PingState) -> list[Ping]:
    """The pings in a state."""

    async def script(tx: Tx) -> list[Ping]:
        rows = await tx.all("SELECT * FROM outbox WHERE state = :state ORDER BY id", state=state.value)
        return [ping_of(row) for row in rows]

    return await database.read(script)


async def let_leases_run_out(database: Database) -> None:
    """What happens by itself a minute and a half after a process was killed."""

    async def script(tx: Tx) -> None:
        await tx.run("UPDATE outbox SET lease_until = 0 WHERE state = 'sending'")

    await database.write(script)


async def next_meeting(database: Database) -> MeetingId:
    """The meeting that is announced."""

    async def script(tx: Tx) -> MeetingId:
        row = await tx.one("SELECT id FROM meetings ORDER BY starts_at LIMIT 1")
        assert row is not None
        return MeetingId(row["id"])

    return await database.read(script)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database, beside the process that uses it."""
    database = await connect(url)
    try:
        yield database
    finally:
        await database.close()
