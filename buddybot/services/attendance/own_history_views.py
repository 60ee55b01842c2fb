"""A member's own weeks, for their eyes only: commitments, what came of them, and wins."""

from collections.abc import Mapping
from typing import NamedTuple

from buddybot.domain.attendance.records import Page, Record, page
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.services.attendance.history_views import SHOWN, own_streak
from buddybot.services.core import Actor, Service, UnitOfWork, read_transaction
from buddybot.services.core.access import as_member

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
