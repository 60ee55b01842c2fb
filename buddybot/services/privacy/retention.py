"""How long what people said and did is kept; afterwards only counts without a name are."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from buddybot.domain.groups.audit import Action
from buddybot.domain.ids import GroupId, GuildId, MeetingId
from buddybot.domain.locations.fairness import Memory, remember
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.services.attendance.closing_steps import end_forgotten
from buddybot.services.core import Service, StorageError, Transactions, UnitOfWork, bot_transaction
from buddybot.storage.locations.fairness_balances import Kind


async def remember_meeting(uow: UnitOfWork, group_id: GroupId, meeting_id: MeetingId) -> None:
    """Add up, before a meeting is reduced, whose turn it was; the group's meetings come oldest first."""
    meeting = await uow.meetings.get(group_id, meeting_id)
    if meeting is None or meeting.state is not MeetingState.CLOSED or meeting.reduced:
        return
    balances = uow.balances
    turns = await uow.turns.of_meeting(meeting_id)
    lead = None if meeting.activity is None else meeting.lead_id
    held = await uow.fairness.find_held(meeting_id)
    for kind, user_id in (
        (Kind.OPENER, turns[0].user_id if turns else None),
        (Kind.FACILITATOR, meeting.facilitator_id),
        (Kind.TIMEKEEPER, meeting.timekeeper_id),
        (Kind.LEAD, lead),
        (Kind.HOST, None if held is None else held.host_id),
    ):
        await balances.had_turn(group_id, kind, [] if user_id is None else [user_id])
    if held is not None:
        await balances.keep(group_id, remember(await balances.find_memory(group_id) or Memory(), held))


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
