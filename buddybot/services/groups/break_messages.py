"""A break of a group: the channel is told when it begins and when the group meets again."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.meetings.schedule import instant, local
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core import Announcement, UnitOfWork, plan_group_ping
from buddybot.services.locations.arrangement_views import ArrangementView, load_view
from buddybot.services.meetings.change_views import find_coming, find_present
from buddybot.services.meetings.location_messages import LocationChange, changes_told_by

WORD_LIFE = timedelta(days=7)
"""How long the channel can still be told."""
MOST = 10
"""Words about breaks that a channel hears in a day."""


class BreakView(NamedTuple):
    """A group that rests, or that meets again with `following`; `people` planned to come to what is ahead.

    `arrangement` is where the following meeting is, `location_changes` are the meetings
    that are elsewhere since the break.
    """

    group: Group
    following: Meeting | None
    people: tuple[UserId, ...]
    arrangement: ArrangementView | None = None
    location_changes: tuple[LocationChange, ...] = ()

    @property
    def resting(self) -> bool:
        """Whether the break goes on."""
        return self.group.state is not GroupState.ACTIVE


async def plan_break_ping(uow: UnitOfWork, group: Group, *, by: UserId, now: datetime) -> None:
    """Plan a ping that a break began or ended; one that nobody heard of yet is taken back."""
    outbox = uow.outbox
    waiting = [
        ping
        for ping in await outbox.list_waiting(group.id, PingKind.BREAK)
        if ping.state is PingState.PLANNED
    ]
    for ping in waiting:
        await outbox.cancel(ping.id, now)
    day = local(now, group.zone).date()
    told = await outbox.count(group.id, PingKind.BREAK, since=instant(day, time.min, group.zone))
    if waiting or told >= MOST:
        return
    await plan_group_ping(uow, group, PingKind.BREAK, now, WORD_LIFE, edition=told, by=by)


async def prepare_break(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """Say whether the group rests, else when and where it meets again.

    It concerns those who host a meeting ahead or said that they come.
    """
    if group.state is GroupState.ARCHIVED:
        return None
    coming = await uow.meetings.list_coming(group.id, now)
    ahead = [meeting for meeting in coming if meeting.state is MeetingState.SCHEDULED]
    present = await find_present(uow, group)
    people = [user for meeting in ahead for user in await find_coming(uow, meeting) if user in present]
    view = BreakView(group, ahead[0] if ahead else None, _leave_out(people, ping.caused_by))
    if view.following is not None and not view.resting:
        await uow.arrangements.mark_announced([view.following.id])
        arrangement, location_changes = (
            await load_view(uow, view.following),
            await changes_told_by(uow, ping, group, now),
        )
        view = view._replace(arrangement=arrangement, location_changes=location_changes)
    mentions = dict.fromkeys(
        (*view.people, *(user for each in view.location_changes for user in each.people))
    )
    return Announcement(view, group.language, mentions=tuple(mentions))


def _leave_out(people: Sequence[UserId], by: UserId | None) -> tuple[UserId, ...]:
    return tuple(user for user in dict.fromkeys(people) if user != by)
