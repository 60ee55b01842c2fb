"""A group of which at least three are to come, its question to the organizer, and what is pressed on it."""

from datetime import UTC, datetime, timedelta

import discord

from buddybot.services.groups.groups import Changes
from tests.scenarios.forging import Forgery
from tests.scenarios.meetings.calendars import Calendar
from tests.world import texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
DUE = FIRST - timedelta(hours=6)
WEEK = timedelta(weeks=1)
ASKED = "Coming so far"
CLICKS = ["Meet anyway", "Move online", "Cancel"]


async def settle(rowan: Calendar, **changes: int) -> None:
    """Let the organizer set when answers are due, and how many people make a meeting."""
    groups = rowan.world.bot.services.groups
    await groups.change(rowan.circle.actor(rowan.person("Ana")), rowan.circle.group_id, Changes(**changes))  # type: ignore[arg-type]  # both are numbers


async def answered(rowan: Calendar, *names: str) -> None:
    """Let the card go up, and people say on it that they come."""
    await rowan.world.until(FIRST - timedelta(hours=20))
    for name in names:
        await rowan.press(name, "Going")


def questions(rowan: Calendar) -> list[discord.Message]:
    """Return the questions that were sent, as they are shown now."""
    words = (ASKED, "we meet anyway", "we meet online", "does not take place", "has begun")
    return [
        message
        for message in rowan.said()
        if "### Meeting" not in texts_in(message) and any(word in texts_in(message) for word in words)
    ]


def question(rowan: Calendar) -> discord.Message:
    """Return the only one."""
    [found] = questions(rowan)
    return found


async def decision(rowan: Calendar) -> str | None:
    """Return what was decided about the first meeting, by the rows."""
    [row] = await rowan.world.rows("SELECT few_decision FROM meetings WHERE slot = '2026-01-06'")
    decided: str | None = row["few_decision"]
    return decided


async def state(rowan: Calendar) -> str:
    """Return the state of the first meeting, by the rows."""
    [row] = await rowan.world.rows("SELECT state FROM meetings WHERE slot = '2026-01-06'")
    found: str = row["state"]
    return found


async def press_late(rowan: Calendar, pressed: list[str]) -> list[str]:
    """Let the organizer press buttons that Discord shows no more; return what she is shown for each."""
    forgery = Forgery(rowan.world, rowan.channel)
    await forgery.begin()
    return [
        texts_in(result.response)
        async for _, result in forgery.press(
            rowan.person("Ana"), [each.partition("~")[0] for each in pressed]
        )
    ]
