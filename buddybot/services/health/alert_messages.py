"""Brings an alert to organizers and nobody else: to their channel, by message, or with their next command."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.checkins.activity_choice import suggest_activities
from buddybot.domain.checkins.agenda import Activity, Library, agenda
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.health.alerts import Raised
from buddybot.domain.ids import AlertId, UserId
from buddybot.domain.meetings import schedule
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.pings import GROUP, Ping, PingKind
from buddybot.services.core import Announcement, UnitOfWork, plan_group_ping

OF_USE = timedelta(weeks=4)
_USUAL_MINUTES = 75


class AlertView(NamedTuple):
    """An alert as its card shows it; `following` is the meeting at which a suggestion would be used.

    `names` has the activities' names by their keys, `direct` is set in a direct message.
    """

    group: Group
    raised: Raised
    suggested: tuple[Activity, ...]
    following: Meeting | None
    names: Mapping[str, str]
    direct: bool = False


async def tell(uow: UnitOfWork, group: Group, alert_id: AlertId, now: datetime) -> None:
    """Plan the pings that tell organizers of an alert."""
    if (await uow.alerts.get_watch(group.id)).channel_id is None:
        await _tell_each(uow, group, alert_id, now)
    else:
        await plan_group_ping(uow, group, PingKind.ALERT, now, OF_USE, edition=alert_id)


async def _tell_each(uow: UnitOfWork, group: Group, alert_id: AlertId, now: datetime) -> None:
    """Plan one for every organizer; who takes no direct messages is shown it with the next command."""
    for member in await uow.members.present(group.id):
        if member.organizes:
            user_id = member.user_id
            await plan_group_ping(
                uow, group, PingKind.ALERT, now, OF_USE, recipient=user_id, edition=alert_id, direct=True
            )


def alert_of(ping_key: str) -> AlertId:
    """Return which alert a ping tells of."""
    return AlertId(int(ping_key.rpartition(":")[2]))


async def channel_refused(uow: UnitOfWork, ping: Ping, now: datetime) -> None:
    """Forget an alert channel that does not take the bot's messages, and tell each organizer instead.

    One that was chosen meanwhile is kept.
    """
    alerts = uow.alerts
    await uow.groups.lock(ping.group_id)
    group = await uow.groups.get(ping.guild_id, ping.group_id)
    if group is not None:
        watch = await alerts.get_watch(group.id)
        if watch.channel_id == await uow.alert_outbox.channel_of(ping.id):
            await alerts.put_watch(group.id, watch._replace(channel_id=None))
        await _tell_each(uow, group, alert_of(ping.key), now)


async def view_of(
    uow: UnitOfWork, library: Library, group: Group, raised: Raised, now: datetime
) -> AlertView:
    """Return what an alert's card shows now."""
    ahead = await uow.meetings.list_ahead(group.id)
    following = next(
        (each for each in ahead if each.state is MeetingState.SCHEDULED and each.starts_at > now), None
    )
    minutes = _USUAL_MINUTES if following is None else following.duration_minutes
    suggested = await _suggest_activities(uow, library, group, minutes, now) if raised.open else []
    names = {each.key: each.name for each in library.values()}
    return AlertView(group, raised, tuple(suggested), following, names)


async def _suggest_activities(
    uow: UnitOfWork, library: Library, group: Group, minutes: int, now: datetime
) -> Sequence[Activity]:
    activities = uow.activities
    members = {member.user_id for member in await uow.members.present(group.id)}
    wishes = await activities.list_wishes(group.id)
    return suggest_activities(
        list(library.values()),
        {user_id: marked for user_id, marked in wishes.items() if user_id in members},
        await activities.last_used(group.id),
        today=schedule.local(now, group.zone).date(),
        people=len(members),
        minutes=agenda(minutes, len(members)).room,
    )


class AlertPreparer:
    """Prepares the card of an alert for where it is told."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def __call__(
        self, uow: UnitOfWork, ping: Ping, group: Group, now: datetime, /
    ) -> Announcement | None:
        """Return the card; None when it is settled, or goes another way by now."""
        alerts, alert_id = uow.alerts, alert_of(ping.key)
        raised = await alerts.get(group.id, alert_id)
        if raised is None or not raised.open:
            return None
        channel_id = None
        if ping.recipient == GROUP:
            channel_id = (await alerts.get_watch(group.id)).channel_id
            if channel_id is None or channel_id == group.channel_id:
                await _tell_each(uow, group, alert_id, now)
                return None
        else:
            member = await uow.members.get(group.id, ping.recipient)
            if member is None or not member.organizes:
                return None
        await alerts.mark_seen(alert_id, now)
        view = await view_of(uow, self._library, group, raised, now)
        return Announcement(view._replace(direct=ping.direct), group.language, channel_id=channel_id)


class Waiting(NamedTuple):
    """An alert that an organizer is shown with the answer to a command, and the pings it settles."""

    view: AlertView
    pings: tuple[Ping, ...]


async def list_waiting(
    uow: UnitOfWork, library: Library, user_id: UserId, guild_id: int, now: datetime
) -> list[Waiting]:
    """Return what could not be told otherwise to somebody who organizes; each alert once."""
    found: dict[AlertId, list[Ping]] = {}
    for ping in await uow.alert_outbox.list_untold(guild_id, user_id):
        found.setdefault(alert_of(ping.key), []).append(ping)
    shown: list[Waiting] = []
    for alert_id, pings in found.items():
        group = await uow.groups.get(pings[0].guild_id, pings[0].group_id)
        raised = None if group is None else await uow.alerts.get(group.id, alert_id)
        if group is None or group.state is GroupState.ARCHIVED or raised is None or not raised.open:
            continue
        shown.append(Waiting(await view_of(uow, library, group, raised, now), tuple(pings)))
    return shown
