"""Time in a simulated Discord: it passes when told to, and what is due meanwhile is delivered."""

from collections.abc import Callable
from datetime import datetime, timedelta

import simcord

from buddybot.bot import BuddyBot


class FollowedClock:
    """The bot's `now`: the simulator's clock, which exists only after the bot does."""

    def __init__(self) -> None:
        self._source: Callable[[], datetime] | None = None

    def follow(self, source: Callable[[], datetime]) -> None:
        """Show what `source` shows from here on."""
        self._source = source

    def __call__(self) -> datetime:
        """Return the instant; RuntimeError before there is a simulator to follow."""
        if self._source is None:
            raise RuntimeError("the bot asked for the time before the simulator was up")
        return self._source()


async def deliver_due(env: simcord.Env, bot: BuddyBot) -> None:
    """Deliver what is due now, close the pulses that are over, edit what is stale or out of date."""
    await bot.dispatcher.run_due()
    await bot.services.pulses.close_due()
    await bot.live.refresh()
    await bot.live.outdated.refresh()
    await bot.live.roles.settle()
    await env.settle()


async def pass_until(env: simcord.Env, bot: BuddyBot, moment: datetime) -> None:
    """Let time pass until `moment`, delivering each ping when it is due."""
    while env.now() < moment:
        due = await bot.dispatcher.next_due()
        soon = env.now() + timedelta(seconds=1)
        target = moment if due is None else min(max(due, soon), moment)
        await env.advance_time((target - env.now()).total_seconds())
        await deliver_due(env, bot)
