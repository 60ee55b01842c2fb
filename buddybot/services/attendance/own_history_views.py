"""A member's own weeks, for their eyes only: commitments, what came of them, and wins."""

from collections.abc import Mapping
from typing import NamedTuple

from buddybot.domain.attendance.records import Page, Record, page
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.services.attendance.history_views import SHOWN, own_streak
from buddybot.services.core.access import as_member
from buddybot.services.core.unit_of_work import Actor, Transactions, UnitOfWork, read_transaction

WEEKS = 5
"""Meetings a page: their words are read, not looked at."""


class OwnHistory(NamedTuple):
    """One page of a member's own record; `lately` is what `/attendance history` counts."""

    record: Record
    page: Page
    wins: Mapping[MeetingId, str]
    lately: Record
    streak: int


class OwnHistories:
    """Reads it."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    @read_transaction
    async def show(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None, *, stop: int | None = None
    ) -> OwnHistory:
        """Return the page that stops at a meeting, counted from their first; without `stop` the newest."""
        group = (await as_member(uow, actor, group_id, archived=True)).group
        everybody = await uow.records.read(group, now=self._transactions.now(), viewer=actor.user_id)
        record = everybody.own(actor.user_id, arrivals=True)
        counted = everybody.own(actor.user_id)
        total = len(record.meeting_records)
        shown = page(total, size=WEEKS, stop=stop)
        return OwnHistory(
            record=record.on(shown),
            page=shown,
            wins=await uow.checkins.wins(group.id, actor.user_id),
            lately=counted.on(page(len(counted.meeting_records), size=SHOWN)),
            streak=own_streak(counted),
        )
