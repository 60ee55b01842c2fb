"""Discord's own events: one for each group's next meeting, where the bot may; nothing depends on it."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord

from buddybot.domain.ids import ChannelId, EventId, GuildId, MeetingId
from buddybot.domain.meetings.cards import EventState, ServerEvent
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.pings.delivery.requests import FAULTS, Bounded, Rests, describe_fault, judge_fault, serve_apart
from buddybot.pings.dispatch.verdicts import UNKNOWN_EVENT, Verdict
from buddybot.services.core.unit_of_work import StorageError
from buddybot.services.meetings.server_event_steps import EventView
from buddybot.services.registry import Services
from buddybot.ui.framework.texts import Texts
from buddybot.ui.meetings.event_texts import EventWords, is_of, mark, mark_of, words_of

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds for what one event takes, the library's own retries included."""


class LiveEvents:
    """Makes, edits and ends events, in one server after the other; a row says what Discord was last told."""

    def __init__(self, client: discord.Client, services: Services) -> None:
        self._client = client
        self._now = services.transactions.now
        self._events = services.server_events
        self._asked: set[MeetingId | None] = set()
        self.busy = False  # whether events are being brought up to date: one may change at the same time
        self._rests = Rests(lambda: services.transactions.now())

    async def refresh(self, meeting_id: MeetingId | None = None) -> None:
        """Bring the events of one meeting's group, or all that are stale, up to date; never raises."""
        self._asked.add(meeting_id)
        if self.busy:
            return  # whoever is at it looks again
        self.busy = True
        try:
            while self._asked:
                await self._refresh(self._asked.pop())
        except StorageError as error:  # what a member did is saved, and the next refresh shows it
            log.error("events could not be refreshed: %s", error)
        finally:
            self.busy = False

    async def review(self, guild_id: GuildId | None = None) -> None:
        """Look again where Discord or a permission stood in the way, and who can see the channels.

        What that changes is carried out by the next refresh; never raises.
        """
        try:
            waiting = await self._events.list_waiting(guild_id)
            again = [event for event in waiting if self._is_to_be_looked_at(event)]
            if again or guild_id is None:
                await self._events.look_again(again)
        except StorageError as error:
            log.error("events could not be looked through: %s", error)

    def _is_to_be_looked_at(self, event: ServerEvent) -> bool:
        guild = self._guild(event)
        if guild is None or not may_make_events(guild):
            return False
        everybody = event.channel_id is not None and is_public(guild, event.channel_id)
        if event.state is EventState.SHOWN:
            return not everybody
        return everybody or event.event_id is not None

    async def _refresh(self, meeting_id: MeetingId | None) -> None:
        stale = await self._events.list_stale(meeting_id)
        await serve_apart(stale, lambda event: event.guild_id, self._bring)

    def _guild(self, event: ServerEvent) -> discord.Guild | None:
        """The event's server; None while it cannot be reached."""
        guild = self._client.get_guild(event.guild_id)
        return None if guild is None or guild.unavailable else guild

    async def _bring(self, event: ServerEvent) -> None:
        """Bring one event up to date, if no other process is at it and its server can be asked."""
        guild = self._guild(event)
        if guild is None or self._rests.holds(event.guild_id):
            return
        view = await self._events.read_view(event)
        public = view is not None and is_public(guild, view.group.channel_id)
        wanted = view if view is not None and view.held and public else None
        known_by = "" if wanted is None else _mark(wanted)
        if not await self._events.claim(event, known_by):
            return
        if not may_make_events(guild) or (event.state is None and not public):
            await self._events.note_refused(event)
            return
        try:
            async with Bounded(self._client, PATIENCE):
                if event.event_id is None:
                    await self._make(guild, event, view, wanted)
                else:
                    await self._follow(guild, event, event.event_id, view, wanted)
        except FAULTS as error:
            await self._note_failure(event, error)

    async def _make(
        self, guild: discord.Guild, event: ServerEvent, view: EventView | None, wanted: EventView | None
    ) -> None:
        """Make an event, unless a process that was killed before it noted it has made it."""
        if event.state is EventState.MAKING:
            found = await self._find(guild, event, wanted)
            if found is not None:
                event_id = EventId(found.id)
                await self._events.note_found(event, event_id)
                made = replace(event, event_id=event_id, shown="")
                await self._align(made, found, view, wanted)
                return
        if wanted is None or wanted.meeting.starts_at <= self._now():
            await self._events.forget(event)
            return
        if event.state is EventState.MAKING:
            await self._events.note_making(event, _mark(wanted))
        found = await guild.create_scheduled_event(
            **_entity(_words(wanted)), start_time=wanted.meeting.starts_at, end_time=wanted.meeting.ends_at
        )
        await self._note_shown(event, found, event.wanted)

    async def _find(
        self, guild: discord.Guild, event: ServerEvent, wanted: EventView | None
    ) -> discord.ScheduledEvent | None:
        """The bot's own event that was being made, if it arrived.

        A restored database knows only what it would be by now, and not how many meetings there were.
        """
        taken = await self._events.list_ids(event.guild_id)
        for found in await guild.fetch_scheduled_events(with_counts=False):
            own = found.creator_id == guild.me.id and EventId(found.id) not in taken
            if own and not _is_over(found) and _is_it(found, event, wanted):
                return found
        return None

    async def _follow(
        self,
        guild: discord.Guild,
        event: ServerEvent,
        event_id: EventId,
        view: EventView | None,
        wanted: EventView | None,
    ) -> None:
        try:
            found = await guild.fetch_scheduled_event(event_id, with_counts=False)
        except discord.NotFound as error:
            if error.code != UNKNOWN_EVENT:
                raise
            await self._over(event)
            return
        await self._align(event, found, view, wanted)

    async def _align(
        self,
        event: ServerEvent,
        found: discord.ScheduledEvent,
        view: EventView | None,
        wanted: EventView | None,
    ) -> None:
        """Let an event that Discord has be what is wanted; none is wanted where nobody is to come."""
        if _is_over(found):
            await self._over(event)
            return
        if wanted is None or _began_too_early(found, wanted):
            if view is not None and view.took_place and found.status is discord.EventStatus.scheduled:
                found = await found.start()  # people met: Discord's list is not to say that it was called off
            await (found.end() if found.status is discord.EventStatus.active else found.cancel())
            await self._events.forget(event)
            return
        now, waits = self._now(), found.status is discord.EventStatus.scheduled
        if changes := _changes(found, wanted, movable=waits and wanted.meeting.starts_at > now):
            found = await found.edit(**changes)
        if waits and wanted.meeting.state is MeetingState.OPEN and now < found.start_time:
            found = await found.start()  # at its time Discord does that by itself
        await self._note_shown(event, found, event.wanted)

    async def _note_shown(self, event: ServerEvent, found: discord.ScheduledEvent, shown: str) -> None:
        await self._events.note_shown(event, EventId(found.id), shown)

    async def _over(self, event: ServerEvent) -> None:
        await self._events.note_over(event)

    async def _note_failure(self, event: ServerEvent, error: Exception) -> None:
        """Ask what refused no second time before the next review; the rest is left to the next refresh."""
        log.warning("the event of meeting %s (%s)", event.meeting_id, describe_fault(error))
        self._rests.note(event.guild_id, error)
        refused = judge_fault(error) in (Verdict.CLOSED, Verdict.GONE, Verdict.OURS, Verdict.UNAUTHORIZED)
        if not isinstance(error, TimeoutError):  # it may be on the way still: the lease runs out by itself
            await (self._events.note_refused(event) if refused else self._events.release(event))


def may_make_events(guild: discord.Guild) -> bool:
    """Return whether the bot may make events, and so change and end its own."""
    return guild.me is not None and guild.me.guild_permissions.create_events


def is_public(guild: discord.Guild, channel_id: ChannelId) -> bool:
    """Return whether everybody in the server can see a group's channel, and so may know of the group."""
    channel = guild.get_channel(channel_id)
    return channel is not None and channel.permissions_for(guild.default_role).view_channel


def _words(view: EventView) -> EventWords:
    return words_of(Texts(view.group.language), view)


def _is_it(found: discord.ScheduledEvent, event: ServerEvent, wanted: EventView | None) -> bool:
    """Whether an event is the one that was being made; without a mark, whether it can be this meeting's."""
    if event.shown or wanted is None:
        return mark_of(found) == event.shown
    return found.start_time == wanted.meeting.starts_at and is_of(Texts(wanted.group.language), found, wanted)


def _is_over(found: discord.ScheduledEvent) -> bool:
    return found.status in (discord.EventStatus.completed, discord.EventStatus.cancelled)


def _began_too_early(found: discord.ScheduledEvent, wanted: EventView) -> bool:
    """Whether an event goes on whose meeting was moved: it cannot, and makes room for another."""
    return (
        found.status is discord.EventStatus.active
        and wanted.meeting.state is MeetingState.SCHEDULED
        and found.start_time != wanted.meeting.starts_at
    )


def _mark(wanted: EventView) -> str:
    return mark(_words(wanted).name, wanted.meeting.starts_at)


def _entity(words: EventWords) -> dict[str, Any]:
    """What an event is, whole: somebody may have made one in a voice channel of it by hand."""
    return {
        "name": words.name,
        "description": words.description,
        "location": words.location,
        "entity_type": discord.EntityType.external,
        "privacy_level": discord.PrivacyLevel.guild_only,
    }


def _changes(found: discord.ScheduledEvent, wanted: EventView, *, movable: bool) -> Mapping[str, Any]:
    """What to send, all of it, when anything differs; the times as far as Discord still lets them change."""
    words, meeting = _words(wanted), wanted.meeting
    start = meeting.starts_at if movable else found.start_time
    end = meeting.ends_at
    if start >= end:  # it goes on, and began later than the meeting was to end
        end = found.end_time or start + (meeting.ends_at - meeting.starts_at)
    now = (found.name, found.description or "", found.location, found.entity_type)
    then = (words.name, words.description, words.location, discord.EntityType.external)
    if (*now, found.start_time, found.end_time) == (*then, start, end):
        return {}
    times = {"start_time": start, "end_time": end} if movable else {"end_time": end}
    return _entity(words) | times
