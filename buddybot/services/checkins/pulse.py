"""The pulse: members rate a meeting, anonymously, until the next morning."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from buddybot.domain.checkins.pulse import DuePulse, Pulse, check_rating, kept_total, publish_band
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings.meetings import Meeting, began
from buddybot.services.core import Actor, Service, StorageError, Transactions, UnitOfWork, write_transaction
from buddybot.services.core.access import at_meeting
from buddybot.storage.engine.database import TransientError

log = logging.getLogger(__name__)

Evaluate = Callable[[UnitOfWork, Group, Meeting, datetime], Awaitable[None]]
"""What looks at a group after a meeting of it, in the transaction that closes the meeting's pulse."""


class PulseService(Service):
    """Votes, and their end.

    Nothing that names both a person and a rating may be logged, stored or returned here.
    """

    def __init__(self, transactions: Transactions, evaluate: Evaluate) -> None:
        super().__init__(transactions)
        self._evaluate = evaluate

    async def vote(self, actor: Actor, meeting_id: MeetingId, rating: int) -> Pulse:
        """Count a member's one vote; return the pulse, which does not say how many there are.

        Refusals: `meeting.unknown`, `button.stale` (no such rating), `pulse.closed`, `pulse.not_there`
        (the member joined later), `pulse.voted`.
        """
        pulse = await self._count_vote(actor, meeting_id, rating)
        self._transactions.note_deletion(
            whole=False
        )  # a count was raised: how it was before is in the journal
        return pulse

    @write_transaction
    async def _count_vote(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, rating: int) -> Pulse:
        standing, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        check_rating(rating)
        pulses = uow.pulse
        pulse = await pulses.get(meeting.id)
        if pulse is None or not pulse.open or pulse.closes_at <= self._now():
            raise Refusal("pulse.closed")
        if actor.user_id not in await uow.members.at(standing.group.id, began(meeting)):
            raise Refusal("pulse.not_there")
        if not await pulses.vote(meeting.id, actor.user_id, rating):
            raise Refusal("pulse.voted")
        return pulse

    async def close_due(self) -> None:
        """Close every pulse whose time is over; what was voted is deleted with it."""
        for due in await self._transactions.read(lambda uow: uow.pulse.list_due(self._now())):
            try:
                await self._close(due)
            except StorageError as error:  # this one again in a minute, the others now
                log.error("the pulse of meeting %s could not be closed: %s", due.meeting_id, error)
            else:
                self._transactions.note_deletion()

    async def _close(self, due: DuePulse) -> None:
        try:
            await self._transactions.write(lambda uow: self._end(uow, due, self._evaluate))
        except TransientError:
            raise
        except Exception as error:  # whatever fails in judging the group, who voted is deleted in time
            log.error("after meeting %s the group was not evaluated", due.meeting_id, exc_info=error)
            await self._transactions.write(lambda uow: self._end(uow, due, None))

    async def _end(self, uow: UnitOfWork, due: DuePulse, evaluate: Evaluate | None) -> None:
        await uow.groups.lock(due.group_id)
        pulses, now = uow.pulse, self._now()
        pulse = await pulses.get(due.meeting_id)
        if pulse is None or not pulse.open:
            return
        ratings = await pulses.ratings(due.meeting_id)
        await pulses.close(
            due.meeting_id, votes=len(ratings), total=kept_total(ratings), band=publish_band(ratings)
        )
        await uow.cards.touch(due.meeting_id)
        group = await uow.groups.get(due.guild_id, due.group_id)
        meeting = await uow.meetings.get(due.group_id, due.meeting_id)
        if evaluate is None or group is None or meeting is None:
            return
        if group.state is GroupState.ACTIVE:
            await evaluate(uow, group, meeting, now)
