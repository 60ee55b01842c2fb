"""Somebody's own weeks, for themselves alone: what they had promised, what came of it, and their wins."""

from collections.abc import Mapping
from dataclasses import dataclass

from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.records import Page, Record, page
from buddybot.services.access import as_member
from buddybot.services.actor import Actor
from buddybot.services.attendance_history import SHOWN, own_streak
from buddybot.services.work import Work
from buddybot.storage.checkins import CheckInRepository
from buddybot.storage.database import Tx
from buddybot.storage.records import RecordRepository

WEEKS = 5
"""Meetings a page: their words are read, not looked at."""


@dataclass(frozen=True, slots=True)
class OwnHistory:
    """One page of somebody's own record; `lately` is what `/attendance history` counts."""

    record: Record
    page: Page
    wins: Mapping[MeetingId, str]
    lately: Record
    streak: int


class OwnHistories:
    """Reads it."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def show(
        self, actor: Actor, group_id: GroupId | None = None, *, stop: int | None = None
    ) -> OwnHistory:
        """Return the page that stops at a meeting, counted from their first; without `stop` the newest."""

        async def script(tx: Tx) -> OwnHistory:
            group = (await as_member(tx, actor, group_id, archived=True)).group
            everybody = await RecordRepository(tx).read(group, now=self._work.now(), viewer=actor.user_id)
            record = everybody.own(actor.user_id, arrivals=True)
            counted = everybody.own(actor.user_id)
            total = len(record.sittings)
            shown = page(total, size=WEEKS, stop=stop)
            return OwnHistory(
                record=record.on(shown),
                page=shown,
                wins=await CheckInRepository(tx).wins(group.id, actor.user_id),
                lately=counted.on(page(len(counted.sittings), size=SHOWN)),
                streak=own_streak(counted),
            )

        return await self._work.read(script)
