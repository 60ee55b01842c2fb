"""A sender that is killed over and over: `python -m tests.pings.chaos_worker DATABASE REST SEED KILLS`.

Prints how many lives were ended by SIGKILL. The parent imports everything and forks each life, so that
a life begins in milliseconds; it never opens a loop, a thread or a connection of its own.
"""

import asyncio
import os
import random
import signal
import sys
import time
from datetime import datetime, timedelta

from discord.http import Route

from buddybot.domain.pings import PingKind
from buddybot.pings.courier import Courier
from buddybot.pings.delivery import DiscordOutlet
from buddybot.pings.dispatcher import Dispatcher
from buddybot.pings.pacing import Pacer
from buddybot.storage.cards import CardKind
from buddybot.storage.database import connect
from tests.pings.discords import Rings
from tests.pings.loopback import compose, logged_in
from tests.pings.people import NOON, Announcer

SPEED = 600
"""Seconds of the senders' time in a real one; their clock goes on from life to life."""
LEASE = timedelta(seconds=90)


async def live(url: str, zero: float) -> None:
    """One life: send until nothing is owed any more."""

    def now() -> datetime:
        return NOON + timedelta(seconds=(time.time() - zero) * SPEED)

    database = await connect(url)
    async with logged_in() as client:
        courier = Courier(
            database=database,
            now=now,
            announcers={
                **dict.fromkeys(PingKind, Announcer()),
                PingKind.CARD: Announcer(shows=CardKind.MEETING),
            },
            outlet=DiscordOutlet(client, compose, patience=2),
            pacer=Pacer(500),
            quiet=None,
        )
        sender = Dispatcher(
            database=database,
            now=now,
            courier=courier,
            clock=Rings(),
            unauthorized=lambda: None,
            width=4,
            lease=LEASE,
        )
        while (due := await sender.next_due()) is not None:
            await until((due - now()).total_seconds() / SPEED)
            await sender.run_due()
    await database.close()


async def until(seconds: float) -> None:
    """Real time has to pass here: what is killed is a real process."""
    reached = asyncio.Event()
    asyncio.get_running_loop().call_later(max(0.0, seconds), reached.set)
    await reached.wait()


def main(url: str, rest: str, seed: str, kills: str) -> None:
    """Begin one life after the other; only after so many kills one may end by itself."""
    Route.BASE = rest
    chance = random.Random(int(seed))  # noqa: S311  # not for secrets
    zero = time.time()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    killed = 0
    while True:
        child = os.fork()
        if child == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            asyncio.run(live(url, zero))
            os._exit(0)
        patience = chance.uniform(0.02, 0.4) if killed < int(kills) else 60.0
        if signal.sigtimedwait({signal.SIGCHLD}, patience) is None:
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        signal.sigtimedwait({signal.SIGCHLD}, 0)  # the news of this death, or it would end the next wait
        if os.WIFEXITED(status):
            sys.stdout.write(f"{killed} {os.WEXITSTATUS(status)}\n")
            return
        killed += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
