"""How meetings were attended, for an organizer the group's, for a member their own; half a year a page."""

from collections.abc import Mapping
from typing import NamedTuple

from buddybot.domain.attendance.rates import count_streak
from buddybot.domain.attendance.records import Page, Record, page
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.services.core import Actor, Service, UnitOfWork, as_member, read_transaction

SHOWN = 26
"""Meetings a page: as many as a picture holds."""


class AttendanceHistory(NamedTuple):
    """One page of a record; `own` is a member's own, who alone is told their `streak`."""

    record: Record
    page: Page
    own: bool
    streak: int


class AttendanceHistories(Service):
    """Reads it."""

    @read_transaction
    async def show(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None, *, stop: int | None = None
    ) -> AttendanceHistory:
        """Return the page that stops at a meeting, counted from the first; without `stop` the newest."""
        standing = await as_member(uow, actor, group_id, archived=True)
        record = await uow.records.read(standing.group, now=self._now(), viewer=actor.user_id)
        if standing.member.organizes:
            return _history(record, stop, own=False)
        return _history(record.own(actor.user_id), stop, own=True)


def _history(record: Record, stop: int | None, *, own: bool) -> AttendanceHistory:
    shown = page(len(record.meeting_records), size=SHOWN, stop=stop)
    return AttendanceHistory(record.select_page(shown), shown, own, own_streak(record) if own else 0)


def own_streak(record: Record) -> int:
    """Return how many meetings in a row the person came to, by their own record."""
    return sum(count_streak(person.states) for person in record.people)


WEEKS = 5
"""Meetings a page: their words are read, not looked at."""


class OwnHistory(NamedTuple):
    """One page of a member's own record; `lately` is what `/attendance history` counts."""

    record: Record
    page: Page
    wins: Mapping[MeetingId, str]
    lately: Record
    streak: int


class OwnHistories(Service):
    """Reads it."""

    @read_transaction
    async def show(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None, *, stop: int | None = None
    ) -> OwnHistory:
        """Return the page that stops at a meeting, counted from their first; without `stop` the newest."""
        group = (await as_member(uow, actor, group_id, archived=True)).group
        everybody = await uow.records.read(group, now=self._now(), viewer=actor.user_id)
        record = everybody.own(actor.user_id, arrivals=True)
        counted = everybody.own(actor.user_id)
        total = len(record.meeting_records)
        shown = page(total, size=WEEKS, stop=stop)
        return OwnHistory(
            record=record.select_page(shown),
            page=shown,
            wins=await uow.checkins.list_wins(group.id, actor.user_id),
            lately=counted.select_page(page(len(counted.meeting_records), size=SHOWN)),
            streak=own_streak(counted),
        )
