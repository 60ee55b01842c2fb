"""How long what people said and did is kept; afterwards only counts without a name are."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from buddybot.domain.groups.audit import Action
from buddybot.domain.ids import GroupId, GuildId, MeetingId
from buddybot.services.attendance.closing_steps import end_forgotten
from buddybot.services.core import Service, StorageError, Transactions, UnitOfWork, bot_transaction
from buddybot.services.privacy.fairness_retention import remember_meeting

log = logging.getLogger(__name__)

_BATCH = 200
"""Meetings that are read at a time."""


class RetentionService(Service):
    """Carries out the host's setting, once a day."""

    def __init__(self, transactions: Transactions, keep: timedelta | None) -> None:
        """`keep` is how long; None is for ever."""
        super().__init__(transactions)
        self._keep = keep

    async def reduce_old(self) -> None:
        """Reduce meetings that are older to counts, a group at a time, and delete what else is older."""
        if self._keep is None:
            return
        before = self._now() - self._keep
        while found := await self._transactions.read(lambda uow: uow.erasure.list_old(before, limit=_BATCH)):
            for (guild_id, group_id), meetings in _by_group(found).items():
                try:
                    await self._reduce(guild_id, group_id, meetings)
                    self._transactions.note_deletion()
                except StorageError as error:  # tomorrow again; going on would find the same meetings
                    log.error("old meetings of group %s could not be reduced: %s", group_id, error)
                    return
        await self._forget(before)

    @bot_transaction
    async def _reduce(
        self, uow: UnitOfWork, guild_id: GuildId, group_id: GroupId, meetings: Sequence[MeetingId]
    ) -> None:
        await uow.groups.lock(group_id)
        for meeting_id in meetings:
            await end_forgotten(uow, group_id, meeting_id, self._now())
            await remember_meeting(uow, group_id, meeting_id)
            await uow.erasure.reduce(meeting_id)
        await uow.audit.log(
            guild_id,
            group_id,
            Action.RETENTION,
            actor_id=None,
            now=self._now(),
            parameters={"meetings": len(meetings)},
        )

    async def _forget(self, before: datetime) -> None:
        if await self._transactions.write(lambda uow: uow.erasure.forget_before(before)):
            self._transactions.note_deletion()


def _by_group(
    found: Sequence[tuple[GuildId, GroupId, MeetingId]],
) -> Mapping[tuple[GuildId, GroupId], Sequence[MeetingId]]:
    groups: dict[tuple[GuildId, GroupId], list[MeetingId]] = defaultdict(list)
    for guild_id, group_id, meeting_id in found:
        groups[guild_id, group_id].append(meeting_id)
    return groups
