"""Tells people, behind the answer to a command, what waits for them, and organizers what went wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from buddybot.domain.groups.notices import Notice
from buddybot.domain.ids import GuildId, UserId
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.services.health.offers import SHOWN_FOR

_ASKED_AGAIN = timedelta(minutes=10)
"""After which the database is asked again, whatever is known: another process may have written to it."""
_MOST_KNOWN = 5_000


class NoticeService:
    """Each notice reaches one organizer once; only a crash between showing and noting repeats it."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._nothing_until: dict[tuple[GuildId, UserId, str], datetime] = {}
        """For whom nothing waits, unless something was written since that may wait for anyone."""
        self._untold = transactions.untold.count

    async def waits(self, actor: Actor) -> bool:
        """Return whether anything may wait to be said to the actor behind the answer they got.

        Those who only read are known by today's name from then on, as after a change.
        """
        guild_id = actor.guild_id
        if guild_id is None:
            return False
        now, untold = self._transactions.now(), self._transactions.untold.count
        if untold != self._untold or len(self._nothing_until) > _MOST_KNOWN:
            self._nothing_until.clear()
            self._untold = untold
        asker = (guild_id, actor.user_id, actor.display_name)
        if self._nothing_until.get(asker, now) > now:
            return False
        found = await self._transactions.read(
            lambda uow: uow.dashboard.waiting(guild_id, actor.user_id, offered_since=now - SHOWN_FOR)
        )
        if found.known_as != actor.display_name and actor.is_renamed(found.known_as):
            await self._transactions.write(lambda uow: uow.follow_name(actor, found.known_as))
        if not found.waits and self._transactions.untold.count == untold:
            self._nothing_until[asker] = now + _ASKED_AGAIN
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
