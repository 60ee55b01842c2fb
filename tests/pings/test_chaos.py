"""A real process, killed with SIGKILL again and again while it sends over real HTTP: none lost, none doubled.

`BUDDYBOT_CHAOS_KILLS=1000 pytest tests/pings/test_chaos.py` is the long form.
"""

import asyncio
import os
import random
import sys
from datetime import timedelta

from buddybot.domain.ids import ChannelId
from buddybot.domain.pings import PingKind, PingState, nonce
from buddybot.storage.database import connect
from tests.pings.loopback import Loopback, spread
from tests.pings.people import NOON, found_group, meet, outbox, owe

KILLS = int(os.environ.get("BUDDYBOT_CHAOS_KILLS", "20"))
SEED = int(os.environ.get("BUDDYBOT_CHAOS_SEED", "2026"))
PINGS_A_KILL = 30
FORGETS_AFTER = 0.05
"""Seconds: an outage is longer, so that the nonce alone would double."""


async def test_a_sender_that_is_killed_again_and_again_loses_and_doubles_nothing(database_url: str) -> None:
    await fill(database_url, KILLS * PINGS_A_KILL)
    chance = random.Random(SEED)  # noqa: S311  # not for secrets
    async with Loopback(slow=spread(chance, 0.03), nonce_memory=FORGETS_AFTER).serve() as discord:
        discord.faults.extend(
            chance.choice(["", "", "", "", "", "", "reset after", "503 after", "503 before"])
            for _ in range(KILLS * PINGS_A_KILL)
        )
        killed = await killing(database_url, discord.address)

    database = await connect(database_url)
    pings = await outbox(database)
    await database.close()
    assert killed >= KILLS // 2, f"only {killed} kills before everything was sent"
    assert {ping.state for ping in pings.values()} == {PingState.SENT}
    arrived = discord.delivered()
    lost = [key for key in pings if arrived[nonce(key)] == 0]
    doubled = [key for key in pings if arrived[nonce(key)] > 1]
    assert (len(lost), len(doubled)) == (0, 0), (killed, lost, doubled)
    by_id = {int(message["id"]): message["nonce"] for message in discord.messages}
    assert all(ping.message_id and by_id[ping.message_id] == nonce(key) for key, ping in pings.items())


async def fill(url: str, count: int) -> None:
    """Owe so many pings, in as many channels as groups have."""
    database = await connect(url)
    for number in range(12):
        group = await found_group(database, name=f"group {number}", channel=ChannelId(900 + number))
        meeting = await meet(database, group)
        for edition in range(number, count, 12):
            kind = PingKind.CHANGE if edition >= 12 else PingKind.CARD
            await owe(database, group, meeting, kind, edition=edition, expires=NOON + timedelta(days=999))
    await database.close()


async def killing(url: str, rest: str) -> int:
    """Run the worker to its end and return how often it was killed."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.pings.chaos_worker",
        url,
        rest,
        str(SEED),
        str(KILLS),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await worker.communicate()
    killed, status = said.split()
    assert status == b"0"
    return int(killed)
