"""Sending over HTTP: whether the pace holds below the wall, and what a message to a new channel costs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from time import process_time

import discord
from discord.http import Route

from bench import herd
from bench.support import fake_discord
from bench.support.databases import file_url
from bench.support.report import Report, Verdict
from bench.support.timing import Contender, interleaved
from buddybot.app import utc_now
from buddybot.domain.ids import ChannelId
from buddybot.domain.pings import PingKind
from buddybot.pings.delivery.delivery import DiscordMessageGateway
from buddybot.services.core.service import Announcement
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import connect
from buddybot.ui.framework.components import Card, button
from buddybot.ui.framework.texts import Markup

WALL = 50
"""Requests a second that Discord takes."""
JITTER = 0.06
"""Seconds that the network takes at most, a little more or less for each message."""
PACE_GOAL, REFUSED_GOAL, CHANNELS_GOAL = 0.88, 0.1, 1.5
WIDTH = 16
_SENT_AT_ONCE = 400
_SAID = Announcement(content="Rowan", language="en")


async def paced(report: Report, folder: Path, *, messages: int) -> None:
    """Send at the pace that ships, to a Discord that refuses what goes beyond the wall."""
    now = utc_now()
    path = folder / "paced.sqlite3"
    await herd.plan(file_url(path), messages, now)
    database = await connect(file_url(path))
    per_second = Settings.load({}).discord.sends_per_second
    try:
        async with _discord(limit=WALL, jitter=JITTER) as (address, gateway):
            span = await herd.send_all(database, now, gateway, pings=messages, per_second=per_second)
            counted = await fake_discord.counts(address)
    finally:
        await database.close()
    if counted["messages"] != messages:
        raise RuntimeError(f"{messages} pings came to {counted['messages']} messages")
    refused = counted["refused"] / (counted["messages"] + counted["refused"])
    report.figures.append(f"{messages:,} messages at a pace of {per_second:g} a second: {span:.1f} s")
    report.verdicts += [
        Verdict(
            claim=f"paced sending, of {WALL} a second",
            figure=messages / span / WALL,
            sense=">=",
            goal=PACE_GOAL,
        ),
        Verdict(
            claim="refused because too many", figure=refused * 100, sense="<=", goal=REFUSED_GOAL, unit="%"
        ),
    ]


async def many_channels(report: Report, *, few: int, many: int, rounds: int) -> None:
    """Compare the work for one message when few and when many channels were written to just now."""
    contenders: dict[str, Contender] = {}
    async with _discord() as (_, gateway), _discord() as (_, other):
        for channels, one in ((few, gateway), (many, other)):
            ids = cycle(range(1, channels + 1))
            await _send(one, ids, channels)
            # Each further channel is a new one, as it is for somebody who writes to all of them.
            fresh = cycle(range(channels + 1, 1_000_000))
            contenders[f"{channels:,} channels"] = partial(_send, one, fresh, min(_SENT_AT_ONCE, channels))
        found = await interleaved(contenders, rounds=rounds)
    first, last = contenders
    for name in contenders:
        report.figures.append(f"after {name}: {found.median(name):.2f} ms of work a message")
    report.verdicts.append(
        Verdict(
            claim=f"a message after {last}, of one after {first}",
            figure=found.ratio(last, first),
            sense="<=",
            goal=CHANNELS_GOAL,
        )
    )


async def _send(gateway: DiscordMessageGateway, channels: "cycle[int]", messages: int) -> float:
    """Write so many; return the milliseconds of work for each, all threads of this process together."""
    waiting = iter(range(messages))

    async def one_after_the_other() -> None:
        for number in waiting:
            message = gateway.make_message(PingKind.CARD, _SAID, f"n{number}")
            await message.send(ChannelId(next(channels)))

    began = process_time()
    await asyncio.gather(*(one_after_the_other() for _ in range(WIDTH)))
    return (process_time() - began) / messages * 1000


@asynccontextmanager
async def _discord(
    *, limit: int = 1_000_000, jitter: float = 0.0
) -> AsyncIterator[tuple[str, DiscordMessageGateway]]:
    """A Discord in a process of its own, and the bot's way to it."""
    before = Route.BASE
    with fake_discord.served(limit=limit, jitter=jitter) as address:
        client = discord.Client(intents=discord.Intents.none(), max_messages=None)
        Route.BASE = address + fake_discord.BASE
        try:
            await client.login("token")
            yield address, DiscordMessageGateway(client, _compose)
        finally:
            Route.BASE = before
            await client.close()


def _compose(kind: PingKind, announcement: Announcement) -> Card:
    return Card().text(Markup(f"{kind}: {announcement.content}")).row(button("Going", "rsvp", 5, "going"))
