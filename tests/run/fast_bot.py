"""`python -m tests.run.fast_bot ZERO`: the bot in a world whose time runs faster, since `ZERO`.

It is built and run as `buddybot run` does it; what it waits for Discord, in real time, is shortened likewise.
"""

import asyncio
import os
import sys
from typing import Any

from buddybot import app
from buddybot.bot import BuddyBot
from buddybot.pings.delivery.delivery import DiscordMessageGateway
from buddybot.settings.settings import Settings
from tests.chaos.clock import Clock, FastAlarm

PATIENCE = 0.5
"""Seconds for one request."""
HEARTBEATS = 1.0
"""Seconds without a word from the gateway."""


def main(zero: float) -> int:
    """Run it until SIGTERM."""
    make = app.create_bot

    def made(*args: Any, **given: Any) -> BuddyBot:
        bot = make(*args, **given)
        bot._connection.heartbeat_timeout = HEARTBEATS
        return bot

    app.create_bot = made
    DiscordMessageGateway.__init__.__kwdefaults__["patience"] = PATIENCE  # type: ignore[index]  # it has them
    clock = Clock(zero)
    return asyncio.run(app.run(Settings.load(os.environ), now=clock, alarm=FastAlarm(clock)))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
