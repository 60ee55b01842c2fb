"""The days on which a member is away, and which meetings that answers for them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import DaySpan, StoredSpan
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings import schedule
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.checkins.speaking_turns import follow_answers
from buddybot.services.core import Actor, PlanningService, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import as_member, guild_of, refuse_groupless

LONGEST = 180
"""Days that one span may last."""
_ZONES_APART = timedelta(days=2)
"""By which the days of two zones differ at most."""
MOST = 10
"""Spans that a member may have ahead in one group."""


class Missed(NamedTuple):
    """A planned meeting that the member does not come to, and what that means for it.

    `hosted` when it was theirs to host until now, `host_id` is who hosts it now. `asks` when fewer
    than the group's minimum can come at all and the organizers are still to be asked about that.
    """

    group: Group
    meeting: Meeting
    host_id: UserId | None
    hosted: bool = False
    asks: bool = False


class Freed(NamedTuple):
    """A planned meeting that the days away answer no more; `hosts` when it is the member's to host."""

    group: Group
    meeting: Meeting
    hosts: bool


class AwayView(NamedTuple):
    """What is noted, the meetings that it answers, and those that it answers no more.

    `again` when the days were taken back before, so that nothing changed.
    """

    spans: tuple[StoredSpan, ...]
    meetings: tuple[Missed, ...]
    freed: tuple[Freed, ...] = ()
    again: bool = False


class AwayService(PlanningService):
    """Time away answers only where the member did not, and the later word counts."""

    @write_transaction
    async def add(
        self, uow: UnitOfWork, actor: Actor, days: DaySpan, group_id: GroupId | None = None
    ) -> AwayView:
        """Note days away, in the actor's own zone, from one group, or from all of their groups here.

        Refusals: `away.long`, `away.past`, `away.many`, `group.none`, `group.unknown`.
        """
        return await self.enter(uow, actor, days, group_id)

    async def enter(
        self, uow: UnitOfWork, actor: Actor, days: DaySpan, group_id: GroupId | None = None
    ) -> AwayView:
        """Do the same inside the caller's transaction."""
        if (days.last - days.first).days >= LONGEST:
            raise Refusal("away.long", days=LONGEST)
        now = self._now()
        hosted: set[MeetingId] = set()
        for group in await self._groups(uow, actor, group_id):
            held = (await as_member(uow, actor, group.id, lock=True)).group
            zone = await uow.preferences.zone_in(held, actor.user_id)
            hosted |= await _hosting(uow, actor.user_id, held.id, days, zone)
            await self._note(uow, actor, held, days, zone, now)
        return await self._view(uow, actor, hosted=hosted)

    @read_transaction
    async def list_own(self, uow: UnitOfWork, actor: Actor) -> AwayView:
        """Return the actor's days away that are not over."""
        guild_of(actor)
        return await self._view(uow, actor)

    @write_transaction
    async def remove(self, uow: UnitOfWork, actor: Actor, span_id: int) -> AwayView:
        """Take days back; removing what is gone already changes nothing."""
        noted = [span for span in await self._list_spans(uow, actor) if span.id == span_id]
        for group_id in {span.group_id for span in noted}:
            await uow.groups.lock(group_id)  # of two presses at once one finds the days
        freed: list[Freed] = []
        found = [span for span in await self._list_spans(uow, actor) if span.id == span_id]
        for span in found:
            before = await _find_missed(uow, actor.user_id, span)
            await uow.away.remove(group_id=span.group_id, user_id=actor.user_id, span_id=span_id)
            await self._follow_change(uow, actor, span.group_id, span.days, span.zone)
            freed += await _find_freed(uow, actor, span, before)
        return (await self._view(uow, actor))._replace(freed=tuple(freed), again=not found)

    async def _list_spans(self, uow: UnitOfWork, actor: Actor) -> Sequence[StoredSpan]:
        return await uow.away.of_user(guild_of(actor), actor.user_id)

    @read_transaction
    async def find_today(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> date:
        """Return the day it is where the actor lives, to offer days from."""
        groups = await self._groups(uow, actor, group_id)
        zone = await uow.preferences.zone_in(groups[0], actor.user_id)
        return schedule.local(self._now(), zone).date()

    async def _groups(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None) -> Sequence[Group]:
        if group_id is not None:
            return [(await as_member(uow, actor, group_id)).group]
        groups = await uow.groups.of_user(guild_of(actor), actor.user_id)
        if not groups:
            raise await refuse_groupless(uow, actor)
        return groups

    async def _note(
        self, uow: UnitOfWork, actor: Actor, group: Group, days: DaySpan, zone: str, now: datetime
    ) -> None:
        today = schedule.local(now, zone).date()
        if days.last < today:
            raise Refusal("away.past", last=days.last)
        if days.first > today + timedelta(days=2 * LONGEST):
            raise Refusal("away.far", days=2 * LONGEST)
        mine = [
            span
            for span in await uow.away.of_user(group.guild_id, actor.user_id)
            if span.group_id == group.id and span.days.last >= today
        ]
        if any(span.days == days for span in mine):
            return
        if len(mine) >= MOST:
            raise Refusal("away.many", most=MOST)
        await uow.away.add(group_id=group.id, user_id=actor.user_id, days=days)
        for meeting in await _on(uow, group.id, days, zone):
            if meeting.state is MeetingState.SCHEDULED:
                # What was answered before this is no longer what the member says.
                await uow.rsvps.take_back(
                    meeting_id=meeting.id, user_id=actor.user_id, interaction_id=actor.interaction_id
                )
        await self._follow_change(uow, actor, group.id, days, zone)

    async def _follow_change(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId, days: DaySpan, zone: str
    ) -> None:
        for meeting in await _on(uow, group_id, days, zone):
            await follow_answers(uow, meeting)
            await uow.cards.touch(meeting.id)
        group = await uow.groups.get(guild_of(actor), group_id)
        if group is not None:
            await self._planner.plan(uow, group, self._now(), by=actor.user_id)

    async def _view(self, uow: UnitOfWork, actor: Actor, *, hosted: Collection[MeetingId] = ()) -> AwayView:
        now = self._now()
        groups = {group.id: group for group in await uow.groups.of_user(guild_of(actor), actor.user_id)}
        spans = tuple(
            span
            for span in await uow.away.of_user(guild_of(actor), actor.user_id)
            if span.group_id in groups and span.days.last >= schedule.local(now, span.zone).date()
        )
        answered = {
            meeting.id: await _consequence(uow, actor.user_id, groups[span.group_id], meeting, hosted)
            for span in spans
            for meeting in await _find_missed(uow, actor.user_id, span)
        }
        return AwayView(spans, tuple(answered.values()))


async def _on(uow: UnitOfWork, group_id: GroupId, days: DaySpan, zone: str) -> list[Meeting]:
    """Which meetings ahead start on these days, as a clock in a zone shows them."""
    first, last = days.first - _ZONES_APART, days.last + _ZONES_APART
    near = await uow.meetings.list_between(group_id, first=first, last=last)
    return [each for each in near if days.first <= schedule.local(each.starts_at, zone).date() <= days.last]


async def _hosting(
    uow: UnitOfWork, user_id: UserId, group_id: GroupId, days: DaySpan, zone: str
) -> set[MeetingId]:
    """Which meetings on these days are the member's to host."""
    hosted = set()
    for meeting in await _on(uow, group_id, days, zone):
        arrangement = await uow.arrangements.get(meeting.id)
        if arrangement is not None and arrangement.host_id == user_id:
            hosted.add(meeting.id)
    return hosted


async def _find_missed(uow: UnitOfWork, user_id: UserId, span: StoredSpan) -> list[Meeting]:
    """Which meetings on noted days the member does not come to."""
    return [
        meeting
        for meeting in await _on(uow, span.group_id, span.days, span.zone)
        if (await uow.rsvps.get_roll(meeting)).find_rsvp(user_id) is Answer.APOLOGIES
    ]


async def _consequence(
    uow: UnitOfWork, user_id: UserId, group: Group, meeting: Meeting, hosted: Collection[MeetingId]
) -> Missed:
    roll = await uow.rsvps.get_roll(meeting)
    arrangement = await uow.arrangements.get(meeting.id)
    below_quorum = len(roll.coming) + len(roll.no_word) < group.minimum
    to_ask = any(
        ping.kind is PingKind.QUORUM and ping.state is PingState.PLANNED
        for ping in await uow.outbox.of_meeting(meeting.id)
    )
    host_id = None if arrangement is None else arrangement.host_id
    handed_on = meeting.id in hosted and host_id != user_id
    return Missed(group, meeting, host_id, hosted=handed_on, asks=below_quorum and to_ask)


async def _find_freed(
    uow: UnitOfWork, actor: Actor, span: StoredSpan, before: Sequence[Meeting]
) -> list[Freed]:
    """Which of the meetings missed before are answered so no more."""
    group = await uow.groups.get(guild_of(actor), span.group_id)
    hosting = await _hosting(uow, actor.user_id, span.group_id, span.days, span.zone)
    return [
        Freed(group, meeting, meeting.id in hosting)
        for meeting in before
        if group is not None
        and (await uow.rsvps.get_roll(meeting)).find_rsvp(actor.user_id) is not Answer.APOLOGIES
    ]
