"""How a group is doing, for its organizers: the signals, what is open, and what the charts are drawn from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.attendance.records import MeetingPast, Record, Span, page
from buddybot.domain.checkins.agenda import Library
from buddybot.domain.groups.groups import Group
from buddybot.domain.health.alerts import Fall, Raised, Watch
from buddybot.domain.health.stagnation_charts import Chart
from buddybot.domain.health.stagnation_evidence import Evidence, evidence
from buddybot.domain.health.stagnation_signs import Fact
from buddybot.domain.health.stagnation_tally import Signal
from buddybot.domain.ids import GroupId
from buddybot.services.core import Actor, Service, Transactions, UnitOfWork, as_organizer, read_transaction
from buddybot.services.health.health_watch import facts_of, priors_of, replay

CHARTED = 26
"""Meetings: the newest half year."""


class HealthView(NamedTuple):
    """`meetings` are the charted ones, the oldest first, and `fallen` says after which an alert came.

    `record` is the group's over about the same time. `names` has the activities' names by their keys.
    """

    group: Group
    watch: Watch
    now: datetime
    signals: tuple[Evidence, ...]
    facts: tuple[Fact, ...]
    open: tuple[Raised, ...]
    meetings: tuple[MeetingPast, ...]
    record: Record
    fallen: tuple[tuple[int, Chart], ...]
    names: Mapping[str, str]


class HealthViews(Service):
    """Reads it, for an organizer."""

    def __init__(self, transactions: Transactions, library: Library) -> None:
        super().__init__(transactions)
        self._library = library

    @read_transaction
    async def show(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> HealthView:
        """Return how the group is doing."""
        standing = await as_organizer(uow, actor, group_id)
        return await view_of(uow, self._library, standing.group, self._now())


async def view_of(uow: UnitOfWork, library: Library, group: Group, now: datetime) -> HealthView:
    """Return how a group is doing now."""
    history = await uow.history.of_group(group.id, until=now)
    watch = await uow.alerts.get_watch(group.id)
    alerts = await uow.alerts.of_group(group.id)
    charted = tuple(history[-CHARTED:])
    places = {each.meeting_id: place for place, each in enumerate(charted)}
    return HealthView(
        group=group,
        watch=watch,
        now=now,
        signals=await _signals(uow, group, history, watch, now),
        facts=await facts_of(uow, group, history, now),
        open=tuple(each for each in alerts if each.open),
        meetings=charted,
        record=await _record(uow, group, charted, now),
        fallen=tuple(
            (places[each.meeting_id], each.what.chart)
            for each in alerts
            if isinstance(each.what, Fall) and each.meeting_id in places
        ),
        names={each.key: each.name for each in library.values()},
    )


async def _signals(
    uow: UnitOfWork, group: Group, history: Sequence[MeetingPast], watch: Watch, now: datetime
) -> tuple[Evidence, ...]:
    priors = await priors_of(uow, group.guild_id, now)
    steps = list(replay(history, watch.sensitivity, priors))
    if not steps:
        return ()
    _, state, _ = steps[-1]
    return evidence(Signal, state.past, state.recent, priors)


async def _record(uow: UnitOfWork, group: Group, charted: Sequence[MeetingPast], now: datetime) -> Record:
    span = Span(first=charted[0].day if charted else None)
    record = await uow.records.read(group, now=now, span=span)
    return record.select_page(page(len(record.meeting_records), size=CHARTED))
