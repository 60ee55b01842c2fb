"""Who is interested in Discord's own event of a meeting, read into what the group knows.

Discord would tell of each press, but the library drops that for users it does not keep in memory,
and this bot keeps nobody; so the list is asked for.
"""

import asyncio
import logging
from datetime import timedelta

import discord

from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.cards import ServerEvent
from buddybot.pings.delivery.requests import FAULTS, Bounded, Rests, describe_fault, serve_apart
from buddybot.pings.dispatch.verdicts import UNKNOWN_EVENT
from buddybot.services.core.unit_of_work import StorageError
from buddybot.services.registry import Services

log = logging.getLogger(__name__)

AHEAD = timedelta(hours=26)
"""How long before their start meetings are asked for: their cards go up a day before."""
PATIENCE = 10.0
"""Seconds that a question which waits for a fresh list waits at most."""

_PAGE = 100
_MOST_PAGES = 10


class LiveInterests:
    """Reads the lists of the events that are shown."""

    def __init__(self, client: discord.Client, services: Services) -> None:
        self._client = client
        self._events = services.server_events
        self._rests = Rests(lambda: services.transactions.now())

    async def read(self) -> None:
        """Read the lists of all meetings that are near; never raises."""
        await self._read(None)

    async def read_for(self, meeting_id: MeetingId) -> None:
        """Read the list of one meeting, however far it is, without making anybody wait for long."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._read(meeting_id)
        except TimeoutError:
            log.warning("who is interested in meeting %s could not be read in time", meeting_id)

    async def _read(self, meeting_id: MeetingId | None) -> None:
        try:
            near = await self._events.list_near(AHEAD, meeting_id)
            await serve_apart(near, lambda event: event.guild_id, self._look)
        except StorageError as error:
            log.error("who is interested could not be read: %s", error)

    async def _look(self, event: ServerEvent) -> None:
        guild = self._client.get_guild(event.guild_id)
        if guild is None or guild.unavailable or event.event_id is None or self._rests.holds(guild.id):
            return
        try:
            async with Bounded(self._client, PATIENCE):
                found = await guild.fetch_scheduled_event(event.event_id)
                user_ids = await _list_interested(found) if found.user_count else []
        except FAULTS as error:
            self._rests.note(guild.id, error)
            if isinstance(error, discord.HTTPException) and error.code == UNKNOWN_EVENT:
                await self._events.note_over(event)
            else:
                log.info("interest in meeting %s (%s)", event.meeting_id, describe_fault(error))
            return
        await self._events.keep_interests(event, user_ids)


async def _list_interested(event: discord.ScheduledEvent) -> list[UserId]:
    """Everybody on the list, page by page: the library's own paging takes its order for another."""
    found: list[UserId] = []
    for _ in range(_MOST_PAGES):
        last = discord.Object(max(found, default=0))
        page = [UserId(user.id) async for user in event.users(limit=_PAGE, after=last)]
        found += page
        if len(page) < _PAGE:
            break
    return found
