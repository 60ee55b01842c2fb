"""Looks at how a group is doing: what the detector says of its history, and the facts beside it."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from buddybot.domain.attendance.records import MeetingPast
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.health.alerts import AlertState, Fall, Watch
from buddybot.domain.health.stagnation import SILENT_WEEKS, Sensitivity, State, Verdict, observe
from buddybot.domain.health.stagnation_signs import Fact, Sign, facts
from buddybot.domain.health.stagnation_tally import GROUPS_TO_LEARN, USUAL, Priors, learn_priors
from buddybot.domain.ids import GroupId, GuildId
from buddybot.domain.meetings import schedule
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core import Service, StorageError, UnitOfWork, bot_transaction
from buddybot.services.health.alert_messages import tell

LEARNED_FROM = timedelta(weeks=52)
LOOKED_BACK = timedelta(days=3)
"""How long after a meeting its group is looked at daily: its attendance may be completed meanwhile."""
PULSE_OVER = timedelta(hours=36)
"""How long after its end a meeting's pulse is surely closed, and the meeting evaluated once."""
_BATCH = 50

log = logging.getLogger(__name__)

Step = tuple[MeetingPast, State, Verdict]


async def evaluate(uow: UnitOfWork, group: Group, meeting: Meeting, now: datetime) -> None:
    """Raise what is to be raised after a meeting; once a meeting and signal, and none while alerts rest.

    The whole history is replayed, so that corrected attendance and a meeting marked as a holiday count.
    """
    await uow.groups.lock(group.id)
    history = await uow.history.of_group(group.id, until=now)
    watch = await uow.alerts.get_watch(group.id)
    await _note_fall(uow, group, meeting, history, watch, now)
    await _note_facts(uow, group, history, watch, now)


def replay(
    history: Sequence[MeetingPast], sensitivity: Sensitivity, priors: Priors = USUAL
) -> Iterator[Step]:
    """Observe meeting by meeting, none of which knows the next.

    No alert silences the next ones here: whether one was told while alerts rested, or would have been by
    another sensitivity, only the alerts that are kept know.
    """
    state = State()
    for each in history:
        state, verdict = observe(state, each.tally, sensitivity=sensitivity, priors=priors)
        state = replace(state, silent_through=None)
        yield each, state, verdict


async def priors_of(uow: UnitOfWork, guild_id: GuildId, now: datetime) -> Priors:
    """Return what is usual in a guild, learned once it has enough groups, from their last year."""
    history = uow.history
    if await history.groups_of(guild_id) < GROUPS_TO_LEARN:
        return USUAL
    found = await history.of_guild(guild_id, since=now - LEARNED_FROM, until=now)
    return learn_priors([each.tally for each in meetings] for meetings in found.values())


async def _note_fall(
    uow: UnitOfWork,
    group: Group,
    meeting: Meeting,
    history: Sequence[MeetingPast],
    watch: Watch,
    now: datetime,
) -> None:
    priors = await priors_of(uow, group.guild_id, now)
    steps = replay(history, watch.sensitivity, priors)
    found = next((verdict for each, _, verdict in steps if each.meeting_id == meeting.id), None)
    if found is None or found.alert is None or watch.is_quiet(now):
        return
    if await _told_lately(uow, group, history, found.week):
        return
    what = Fall.from_alert(found.alert)
    key = f"{what.chart.value}:{meeting.id}"
    alert_id = await uow.alerts.add(group.id, key=key, what=what, meeting_id=meeting.id, now=now)
    if alert_id is not None:
        await tell(uow, group, alert_id, now)


async def _told_lately(uow: UnitOfWork, group: Group, history: Sequence[MeetingPast], week: int) -> bool:
    """Whether a fall was told in the silent weeks: corrections may have moved it since then."""
    weeks = {each.meeting_id: each.tally.week for each in history}
    return any(
        isinstance(each.what, Fall)
        and each.state is not AlertState.HOLIDAY
        and each.meeting_id in weeks
        and week - SILENT_WEEKS <= weeks[each.meeting_id] <= week
        for each in await uow.alerts.of_group(group.id)
    )


async def _note_facts(
    uow: UnitOfWork, group: Group, history: Sequence[MeetingPast], watch: Watch, now: datetime
) -> None:
    """Tell each fact once while it lasts; one that comes back is told again."""
    found = {_key(fact): fact for fact in await facts_of(uow, group, history, now)}
    alerts = uow.alerts
    quiet = watch.is_quiet(now)
    await alerts.end_facts(group.id, found, now, rested=not quiet)
    if quiet:
        return
    for key, fact in found.items():
        last = history[-1].meeting_id if history else None
        alert_id = await alerts.add(group.id, key=key, what=fact, meeting_id=last, now=now)
        if alert_id is not None:
            await tell(uow, group, alert_id, now)


def _key(fact: Fact) -> str:
    return (
        f"fact:{fact.sign.value}:{fact.what}"
        if fact.sign is Sign.SAME_ACTIVITY
        else f"fact:{fact.sign.value}"
    )


async def facts_of(
    uow: UnitOfWork, group: Group, history: Sequence[MeetingPast], now: datetime
) -> tuple[Fact, ...]:
    """Return every fact that holds of a group today."""
    ahead = await uow.meetings.list_coming(group.id, now)
    return facts(
        [each.past for each in history],
        today=schedule.local(now, group.zone).date(),
        since=history[-1].day if history else schedule.local(group.created_at, group.zone).date(),
        next_meeting=min((meeting.day for meeting in ahead), default=None),
    )


class HealthWatch(Service):
    """The daily look at groups in which something may be new."""

    async def look(self) -> None:
        """Look at each such group in a transaction of its own."""
        after = GroupId(0)
        while batch := await self._batch(after):
            for guild_id, group_id in batch:
                try:
                    await self._look_at(guild_id, group_id)
                except StorageError as error:  # this group again tomorrow, the others now
                    log.error("group %s could not be looked at: %s", group_id, error)
                except Exception as error:  # a fault in one group holds up no other
                    log.error("group %s could not be judged", group_id, exc_info=error)
            after = batch[-1][1]

    async def _batch(self, after: GroupId) -> Sequence[tuple[GuildId, GroupId]]:
        now = self._now()
        return await self._transactions.read(
            lambda uow: uow.alerts.to_look_at(since=now - LOOKED_BACK, now=now, after=after, limit=_BATCH)
        )

    @bot_transaction
    async def _look_at(self, uow: UnitOfWork, guild_id: GuildId, group_id: GroupId) -> None:
        now = self._now()
        await uow.groups.lock(group_id)
        group = await uow.groups.get(guild_id, group_id)
        if group is None or group.state is not GroupState.ACTIVE:
            return
        held = await uow.meetings.list_held(group_id, limit=1)
        if held and now - held[0].ends_at >= PULSE_OVER:
            await evaluate(uow, group, held[0], now)
        else:
            history = await uow.history.of_group(group_id, until=now)
            watch = await uow.alerts.get_watch(group_id)
            await _note_facts(uow, group, history, watch, now)
