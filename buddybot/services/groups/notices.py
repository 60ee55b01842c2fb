"""Tells people, behind the answer to a command, what waits for them, and organizers what went wrong."""

from collections.abc import Sequence

from buddybot.domain.groups.notices import Notice
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.services.health.offers import SHOWN_FOR


class NoticeService:
    """Each notice reaches one organizer once; only a crash between showing and noting repeats it."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def waits(self, actor: Actor) -> bool:
        """Return whether anything may wait to be said to the actor behind the answer they got.

        Those who only read are known by today's name from then on, as after a change.
        """
        guild_id = actor.guild_id
        if guild_id is None:
            return False
        since = self._transactions.now() - SHOWN_FOR
        found = await self._transactions.read(
            lambda uow: uow.dashboard.waiting(guild_id, actor.user_id, offered_since=since)
        )
        if found.known_as != actor.display_name and actor.is_renamed(found.known_as):
            await self._transactions.write(lambda uow: uow.follow_name(actor, found.known_as))
        return found.waits

    async def unseen(self, actor: Actor) -> Sequence[Notice]:
        """Return what the groups that the actor organizes in this guild have to tell, oldest first."""
        guild_id = actor.guild_id
        if guild_id is None:
            return ()
        return await self._transactions.read(lambda uow: uow.notices.unseen(guild_id, actor.user_id))

    async def seen(self, actor: Actor, notices: Sequence[Notice]) -> None:
        """Note that the actor was shown these; what came in between waits for the next command.

        It is no interaction of its own: it goes with the answer to one that was carried out.
        """
        guild_id = actor.guild_id
        if guild_id is None or not notices:
            return
        last = max(notice.id for notice in notices)
        await self._transactions.write(
            lambda uow: uow.notices.seen(guild_id, actor.user_id, up_to=last, now=self._transactions.now()),
        )
