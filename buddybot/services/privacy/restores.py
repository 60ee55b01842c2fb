"""A database that began as a copy: the world has gone on without it, so it repeats nothing old."""

import logging
from collections.abc import Mapping
from datetime import datetime

from buddybot.domain.groups.audit import Action
from buddybot.domain.groups.groups import GroupState
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.services.attendance import attendance
from buddybot.services.core import PlanningService, UnitOfWork, bot_transaction
from buddybot.storage.copies.restores import RESTORED
from buddybot.storage.engine.transaction import epoch

log = logging.getLogger(__name__)


class RestoreService(PlanningService):
    """Settles a copy once, before anything is sent."""

    async def settle_copy(self) -> int | None:
        """Settle the copy that this database is; None when it is none, or was settled before.

        Returns how many pings are given up. Every group's organizers are told once.
        """
        if await self._transactions.read(lambda uow: uow.restores.find_unsettled()) is None:
            return None
        return await self._transactions.write(self._settle)

    @bot_transaction
    async def settle_as_copy(self, uow: UnitOfWork) -> int:
        """Settle a database that was restored by other means, and so does not know that it is a copy."""
        restores = uow.restores
        if await restores.find_unsettled() is None:
            await restores.begin(await restores.last_known() or self._now())
        return await self._settle(uow) or 0

    async def _settle(self, uow: UnitOfWork) -> int | None:
        now, restores = self._now(), uow.restores
        copied_at = await restores.find_unsettled()
        if copied_at is None or not await restores.settle(now):
            return None
        missed = await restores.miss_due(now)
        await restores.leave_gap()
        for group_id, meeting_id in await restores.list_passed(now):
            await _close(uow, group_id, meeting_id, now)
        for group in await uow.groups.list_active():
            await self._planner.plan(uow, group, now)
        await restores.expect_events()
        await _tell(uow, copied_at, now, missed)
        count = sum(missed.values())
        log.info("this database is a copy of %s: %s pings are not sent again", copied_at, count)
        return count


async def _close(uow: UnitOfWork, group_id: GroupId, meeting_id: MeetingId, now: datetime) -> None:
    """Leave a meeting behind of which nobody knows who came; its cards stay as people saw them last."""
    meetings = uow.meetings
    passed = await meetings.get(group_id, meeting_id)
    if passed is not None:
        await meetings.set_state(meeting_id, MeetingState.CLOSED, now=passed.ends_at)
        await attendance.settle(uow, passed._replace(state=MeetingState.CLOSED), now)


async def _tell(uow: UnitOfWork, copied_at: datetime, now: datetime, missed: Mapping[GroupId, int]) -> None:
    """Write it into every group's log, and let the organizers of those that are not closed know."""
    for group in await uow.groups.list_everywhere():
        told = {
            "copied_at": epoch(copied_at),
            "restored_at": epoch(now),
            "count": missed.get(group.id, 0),
        }
        await uow.audit.log(group.guild_id, group.id, Action.RESTORE, actor_id=None, now=now, parameters=told)
        if group.state is not GroupState.ARCHIVED:
            await uow.notices.tell(
                group.id, code=RESTORED, key=f"{RESTORED}:{epoch(now)}", parameters=told, now=now
            )
