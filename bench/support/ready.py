"""A bot that gets ready to log in, says so, and closes: what `bench.start` times in a process of its own."""

import asyncio
import os
from time import process_time
from typing import Any

from buddybot import loading

with loading.for_good():  # as the command line does
    from buddybot.app import create_bot
    from buddybot.bot import BuddyBot
    from buddybot.settings.settings import Settings

READY = "ready"


def main(*, prepare: bool = False) -> None:
    """Get ready on `DATABASE_URL`; `prepare` makes its schema and believes Discord knows the commands."""
    asyncio.run(_get_ready(prepare=prepare))


async def _get_ready(*, prepare: bool) -> None:
    bot = create_bot(Settings.load(os.environ))
    if prepare:
        bot.tree.sync = _told  # type: ignore[method-assign]  # it alone needs a network
    try:
        async with bot:
            await _set_up(bot)
            print(READY, process_time(), flush=True)
    finally:
        await bot.close()


async def _set_up(bot: BuddyBot) -> None:
    """Everything between the program's start and the first packet to Discord."""
    await bot.setup_hook()


async def _told(**_: Any) -> list[Any]:
    return []
