"""What organizers do with an alert, and how their group is watched."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from buddybot.domain.checkins.agenda import Library
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.health.alerts import USUAL_SNOOZE, AlertState, Fall, Raised, Watch, check_snooze
from buddybot.domain.health.stagnation import Sensitivity
from buddybot.domain.health.stagnation_signs import Sign
from buddybot.domain.ids import AlertId, ChannelId, GroupId
from buddybot.services.checkins.activities import set_activity
from buddybot.services.core import (
    Actor,
    Service,
    UnitOfWork,
    bot_transaction,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import as_organizer, guild_of
from buddybot.services.core.unit_of_work import Transactions
from buddybot.services.health.alert_messages import AlertView, Waiting, list_waiting, view_of
from buddybot.storage.health.alerts import AlertRepository
from buddybot.storage.outbox.alert_pings import AlertMessage


class Decided(NamedTuple):
    """An alert after a click; `again` when it was settled before. `messages` show it elsewhere."""

    view: AlertView
    messages: tuple[AlertMessage, ...]
    again: bool = False


class AlertChannel(NamedTuple):
    """A channel or thread for alerts; whoever reads `shared_with`, itself or its parent, can read it."""

    channel_id: ChannelId
    shared_with: ChannelId


class Watched(NamedTuple):
    """How a group is watched after a change."""

    group: Group
    watch: Watch


def may_be_holiday(raised: Raised) -> bool:
    """Return whether a meeting that does not count would explain an alert."""
    by_meetings = isinstance(raised.what, Fall) or raised.what.sign is Sign.NOT_HELD
    return by_meetings and raised.meeting_id is not None


class AlertService(Service):
    """Every method authorizes an organizer; what is settled stays settled."""

    def __init__(self, transactions: Transactions, library: Library) -> None:
        super().__init__(transactions)
        self._library = library

    @read_transaction
    async def open(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> Sequence[Raised]:
        """Return the open alerts of a group, the oldest first."""
        standing = await as_organizer(uow, actor, group_id)
        return await uow.alerts.open(standing.group.id)

    @read_transaction
    async def look(self, uow: UnitOfWork, actor: Actor, alert_id: AlertId) -> AlertView:
        """Return one alert; Refusals `alert.unknown`, `group.organizers_only`."""
        group = await _group_of(uow, actor, alert_id, lock=False)
        raised = await _require(uow.alerts, group, alert_id)
        return await view_of(uow, self._library, group, raised, self._now())

    async def resolve(self, actor: Actor, alert_id: AlertId, group_id: GroupId | None = None) -> Decided:
        """Note that it is taken care of; Refusals `alert.unknown`, `group.organizers_only`."""
        return await self._decide(
            actor, alert_id, AlertState.RESOLVED, partial(_require_group, group_id=group_id)
        )

    async def snooze(self, actor: Actor, alert_id: AlertId) -> Decided:
        """Let all alerts of the group rest for four weeks, or for longer where that was chosen."""
        return await self._decide(actor, alert_id, AlertState.SNOOZED, _snooze_group)

    async def holiday(self, actor: Actor, alert_id: AlertId) -> Decided:
        """Let the meeting after which it was raised not count; Refusal `alert.no_holiday`."""
        return await self._decide(actor, alert_id, AlertState.HOLIDAY, _mark_holiday)

    async def use(self, actor: Actor, alert_id: AlertId, activity: str) -> Decided:
        """Give the next meeting an activity; Refusals `button.stale` (none of ours), `alert.no_meeting`."""
        if activity not in self._library:
            raise Refusal("button.stale")
        return await self._decide(
            actor, alert_id, AlertState.TRIED, partial(self._plan_activity, activity=activity)
        )

    async def _plan_activity(
        self, uow: UnitOfWork, group: Group, raised: Raised, now: datetime, *, activity: str
    ) -> None:
        view = await view_of(uow, self._library, group, raised, now)
        if view.following is None:
            raise Refusal("alert.no_meeting")
        await set_activity(uow, group, view.following, activity, now)

    @write_transaction
    async def _decide(
        self,
        uow: UnitOfWork,
        actor: Actor,
        alert_id: AlertId,
        state: AlertState,
        carry_out: Callable[[UnitOfWork, Group, Raised, datetime], Awaitable[None]],
    ) -> Decided:
        alerts, now = uow.alerts, self._now()
        group = await _group_of(uow, actor, alert_id, lock=True)
        raised = await _require(alerts, group, alert_id)
        is_open = raised.open
        if is_open:
            await carry_out(uow, group, raised, now)
            await alerts.settle(alert_id, state, by=actor.user_id, now=now)
            raised = await _require(alerts, group, alert_id)
        view = await view_of(uow, self._library, group, raised, now)
        messages = await uow.alert_outbox.messages(group.id, alert_id)
        return Decided(view, tuple(messages), again=not is_open)

    # -- how a group is watched --------------------------------------------------------------------

    async def set_sensitivity(
        self, actor: Actor, sensitivity: Sensitivity, group_id: GroupId | None = None
    ) -> Watched:
        """Choose how much it takes to be told."""
        return await self._watch(actor, group_id, lambda watch, _now: watch._replace(sensitivity=sensitivity))

    async def rest(self, actor: Actor, weeks: int, group_id: GroupId | None = None) -> Watched:
        """Raise no alert for so many weeks; 0 ends the rest. Refusal `number.range`."""
        span = check_snooze(weeks)

        def change_watch(watch: Watch, now: datetime) -> Watch:
            return watch._replace(snoozed_until=now + span if span else None)

        return await self._watch(actor, group_id, change_watch)

    async def set_channel(
        self, actor: Actor, place: AlertChannel | None, group_id: GroupId | None = None
    ) -> Watched:
        """Choose where alerts are told; None: one by one. Refusal `alert.home` where the group meets.

        The caller has seen that not everybody can read there.
        """
        channel_id = None if place is None else place.channel_id
        shared_with = None if place is None else place.shared_with
        return await self._watch(
            actor, group_id, lambda watch, _now: watch._replace(channel_id=channel_id), shared_with
        )

    @write_transaction
    async def _watch(
        self,
        uow: UnitOfWork,
        actor: Actor,
        group_id: GroupId | None,
        changed: Callable[[Watch, datetime], Watch],
        shared_with: ChannelId | None = None,
    ) -> Watched:
        group = (await as_organizer(uow, actor, group_id, lock=True)).group
        if shared_with == group.channel_id:
            raise Refusal("alert.home")
        alerts = uow.alerts
        watch = changed(await alerts.get_watch(group.id), self._now())
        await alerts.put_watch(group.id, watch)
        return Watched(group, watch)

    # -- with the next command ---------------------------------------------------------------------

    async def list_waiting(self, actor: Actor) -> Sequence[Waiting]:
        """Return the alerts that reached this organizer no other way; nothing for anybody else."""
        guild_id = actor.guild_id
        if guild_id is None:
            return ()
        return await self._transactions.read(
            lambda uow: list_waiting(uow, self._library, actor.user_id, guild_id, self._now())
        )

    @bot_transaction
    async def mark_shown(self, uow: UnitOfWork, alerts: Sequence[Waiting]) -> None:
        """Note that these were shown; it goes with the answer to a command that was carried out."""
        now = self._now()
        for each in alerts:
            await uow.alert_outbox.mark_told([ping.id for ping in each.pings], now)
            await uow.alerts.mark_seen(each.view.raised.id, now)


async def _group_of(uow: UnitOfWork, actor: Actor, alert_id: AlertId, *, lock: bool) -> Group:
    """The group of an alert, when the actor organizes it; to others it is not there."""
    group_id = await uow.alerts.group_of(guild_of(actor), alert_id)
    if group_id is None or await uow.members.get(group_id, actor.user_id) is None:
        raise Refusal("alert.unknown")
    return (await as_organizer(uow, actor, group_id, lock=lock)).group


async def _require_group(
    _uow: UnitOfWork, group: Group, _raised: Raised, _now: datetime, *, group_id: GroupId | None
) -> None:
    if group_id not in (None, group.id):
        raise Refusal("alert.unknown")


async def _snooze_group(uow: UnitOfWork, group: Group, _raised: Raised, now: datetime) -> None:
    watch = await uow.alerts.get_watch(group.id)
    until = max(now + check_snooze(USUAL_SNOOZE), watch.snoozed_until or now)
    await uow.alerts.put_watch(group.id, watch._replace(snoozed_until=until))


async def _mark_holiday(uow: UnitOfWork, _group: Group, raised: Raised, _now: datetime) -> None:
    if raised.meeting_id is None or not may_be_holiday(raised):
        raise Refusal("alert.no_holiday")
    await uow.alerts.mark_holiday(raised.meeting_id)


async def _require(alerts: AlertRepository, group: Group, alert_id: AlertId) -> Raised:
    raised = await alerts.get(group.id, alert_id)
    if raised is None:
        raise Refusal("alert.unknown")
    return raised
