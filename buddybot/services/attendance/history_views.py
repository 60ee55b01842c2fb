"""How meetings were attended, for an organizer the group's, for a member their own; half a year a page."""

from typing import NamedTuple

from buddybot.domain.attendance.rates import count_streak
from buddybot.domain.attendance.records import Page, Record, page
from buddybot.domain.ids import GroupId
from buddybot.services.core import Actor, Service, UnitOfWork, read_transaction
from buddybot.services.core.access import as_member

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
