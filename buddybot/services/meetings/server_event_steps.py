"""What the server's own event of a meeting should say, and what an interest in it means."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import EventId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.cards import ServerEvent
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.attendance.attendance import met
from buddybot.services.checkins.speaking_turns import follow_answers
from buddybot.services.core import Service, UnitOfWork, bot_transaction
from buddybot.services.locations import arrangement_views
from buddybot.services.locations.arrangement_views import ArrangementView


class EventView(NamedTuple):
    """A meeting as the whole server may know it; `took_place` once it is closed and the group met."""

    group: Group
    meeting: Meeting
    number: int
    arrangement: ArrangementView
    took_place: bool = False

    @property
    def held(self) -> bool:
        """Whether people are to come; else there is no event, or it ends."""
        return self.group.state is GroupState.ACTIVE and self.meeting.ahead


async def view_of(uow: UnitOfWork, event: ServerEvent) -> EventView | None:
    """Return what an event should say now; None when its meeting was dropped."""
    if event.group_id is None:
        return None
    group = await uow.groups.get(event.guild_id, event.group_id)
    meeting = await uow.meetings.get(event.group_id, event.meeting_id)
    if group is None or meeting is None:
        return None
    return EventView(
        group=group,
        meeting=meeting,
        number=await uow.meetings.get_number(meeting),
        arrangement=await arrangement_views.load_view(uow, meeting),
        took_place=await met(uow, meeting),
    )


async def keep_interests(uow: UnitOfWork, event: ServerEvent, user_ids: Collection[UserId]) -> bool:
    """Keep which of the group's members are interested; returns whether that is news to the cards."""
    if event.group_id is None:
        return False
    await uow.groups.lock(event.group_id)
    members = {member.user_id for member in await uow.members.list_current(event.group_id)}
    interested = members & set(user_ids)
    interests = uow.interests
    if interested == await interests.list_interested(event.meeting_id):
        return False
    await interests.put(event.meeting_id, sorted(interested))
    meeting = await uow.meetings.get(event.group_id, event.meeting_id)
    if meeting is not None:
        await follow_answers(uow, meeting)
    await uow.cards.touch(event.meeting_id)
    return True


class EventService(Service):
    """What is known of the servers' events, a transaction a step; Discord is asked in between."""

    async def list_stale(self, meeting_id: MeetingId | None = None) -> Sequence[ServerEvent]:
        """Return the events of one meeting's group, or of all, that do not show what they should."""
        now = self._now()
        return await self._transactions.read(lambda uow: uow.events.list_stale(now, meeting_id))

    async def list_near(self, ahead: timedelta, meeting_id: MeetingId | None = None) -> Sequence[ServerEvent]:
        """Return the shown events of meetings that start within `ahead`, or of one meeting."""
        now = self._now()
        return await self._transactions.read(lambda uow: uow.events.list_soon(now, now + ahead, meeting_id))

    async def list_waiting(self, guild_id: GuildId | None = None) -> Sequence[ServerEvent]:
        """Return what is shown and what was refused, of one guild or of all, to look at it again."""
        return await self._transactions.read(lambda uow: uow.events.list_waiting(guild_id))

    async def list_ids(self, guild_id: GuildId) -> frozenset[EventId]:
        """Return which of a guild's events belong to a meeting already."""
        return await self._transactions.read(lambda uow: uow.events.list_ids(guild_id))

    async def read_view(self, event: ServerEvent) -> EventView | None:
        """Return what an event should say now; None when its meeting was dropped."""
        return await self._transactions.read(lambda uow: view_of(uow, event))

    @bot_transaction
    async def look_again(self, uow: UnitOfWork, events: Collection[ServerEvent]) -> None:
        """Let events be looked at with the next refresh, and drop those from which nothing follows."""
        for event in events:
            await uow.events.mark_unshown(event)
        await uow.events.sweep()

    async def claim(self, event: ServerEvent, mark: str) -> bool:
        """Hold an event until it is noted what became of it; False when Discord is not to be asked."""
        now = self._now()
        return await self._transactions.write(lambda uow: uow.events.claim(event, mark, now))

    async def note_making(self, event: ServerEvent, mark: str) -> None:
        """Note, before Discord is asked once more, how an event that is held is found again."""
        now = self._now()
        await self._transactions.write(lambda uow: uow.events.making(event, mark, now))

    async def note_found(self, event: ServerEvent, event_id: EventId) -> None:
        """Note which event of Discord's is the one that was being made."""
        await self._transactions.write(lambda uow: uow.events.note_found(event, event_id))

    async def note_shown(self, event: ServerEvent, event_id: EventId, shown: str) -> None:
        """Note what Discord shows now."""
        await self._transactions.write(lambda uow: uow.events.mark_shown(event, event_id, shown))

    async def note_over(self, event: ServerEvent) -> None:
        """Note that people ended or deleted the event."""
        await self._transactions.write(lambda uow: uow.events.mark_over(event))

    async def note_refused(self, event: ServerEvent) -> None:
        """Note that Discord is not asked any more for the time being."""
        await self._transactions.write(lambda uow: uow.events.mark_refused(event))

    async def release(self, event: ServerEvent) -> None:
        """Let any process take up an event whose state Discord did not tell."""
        await self._transactions.write(lambda uow: uow.events.release(event))

    async def forget(self, event: ServerEvent) -> None:
        """Drop an event that the bot took away; if the meeting is held after all it gets a new one."""
        await self._transactions.write(lambda uow: uow.events.forget(event))

    async def keep_interests(self, event: ServerEvent, user_ids: Collection[UserId]) -> bool:
        """Keep which of the group's members are interested; returns whether that is news to the cards."""
        return await self._transactions.write(lambda uow: keep_interests(uow, event, user_ids))
