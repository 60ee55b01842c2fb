"""What a message that shows a meeting should show now, whichever of its messages it is."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from buddybot.domain.groups import Group
from buddybot.domain.meetings import Meeting
from buddybot.services.work import Work
from buddybot.storage.cards import ShownCard
from buddybot.storage.database import Tx
from buddybot.storage.groups import GroupRepository
from buddybot.storage.meetings import MeetingRepository

T = TypeVar("T")

ViewOf = Callable[[Tx, Group, Meeting], Awaitable[T]]
"""Reads what one kind of card shows of a meeting."""


class CardViews:
    """Reads the view behind a card."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def of(self, card: ShownCard, view_of: ViewOf[T]) -> T | None:
        """Return what a card should show, or None when its group or meeting is no more."""

        async def script(tx: Tx) -> T | None:
            group = await GroupRepository(tx).get(card.guild_id, card.group_id)
            meeting = await MeetingRepository(tx).get(card.group_id, card.meeting_id)
            return None if group is None or meeting is None else await view_of(tx, group, meeting)

        return await self._work.read(script)
