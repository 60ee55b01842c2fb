"""A group on Tuesdays whose members host in turn: what is announced, and turns that are offered."""

from datetime import UTC, datetime, timedelta

import discord

from tests.scenarios.meetings.calendars import Calendar
from tests.world import texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)
SECOND = FIRST + WEEK


async def announced(rowan: Calendar) -> None:
    """Let a meeting be over whose summary told where the next two are: Ben's and Cho's."""
    await rowan.world.until(FIRST + timedelta(minutes=1))
    check_in = rowan.said()[-1]
    for name in ("Ana", "Ben", "Cho"):
        await rowan.person(name).click(check_in, label="I'm here")
    await rowan.world.pass_time(hours=1)
    await rowan.close("Ana")
    await rowan.world.run_due()
    summary = texts_in(rowan.said()[-1])
    assert f"hosted by {rowan.person('Ben').mention}" in summary
    assert f"hosted by {rowan.person('Cho').mention}" in summary


async def meeting_id(rowan: Calendar, starts_at: datetime) -> str:
    [row] = await rowan.world.rows(
        "SELECT id FROM meetings WHERE starts_at = :at", at=int(starts_at.timestamp())
    )
    return str(row["id"])


async def hosts(rowan: Calendar) -> list[str]:
    """Return the names of those who host the planned meetings."""
    rows = await rowan.world.rows(
        "SELECT v.host_id FROM venues v JOIN meetings m ON m.id = v.meeting_id "
        "WHERE m.state = 'scheduled' ORDER BY m.starts_at"
    )
    names = {rowan.person(name).id: name for name in ("Ana", "Ben", "Cho")}
    return [names.get(row["host_id"], "nobody") for row in rows]


async def offer(rowan: Calendar) -> discord.Message:
    """Let Ben offer his turn for Cho's; return the question in the channel."""
    reply = await rowan.ask(
        "Ben",
        "rotation swap",
        **{"turn": await meeting_id(rowan, SECOND), "with": await meeting_id(rowan, SECOND + WEEK)},
    )
    assert f"I ask {rowan.person('Cho').mention}" in texts_in(reply)
    await rowan.world.run_due()
    return rowan.said()[-1]
