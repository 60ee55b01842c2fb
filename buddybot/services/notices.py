"""Tells an organizer, with the answer to a command, what went wrong since the last one."""

from collections.abc import Sequence

from buddybot.services.actor import Actor
from buddybot.services.work import Work
from buddybot.storage.database import Tx
from buddybot.storage.notices import Notice, NoticeRepository


class NoticeService:
    """Each notice reaches one organizer once."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def take(self, actor: Actor) -> Sequence[Notice]:
        """Return what the actor's groups in this guild have to tell, and note that it was seen.

        It is no interaction of its own: it goes with the answer to one that was carried out.
        """
        guild_id = actor.guild_id
        if guild_id is None:
            return ()

        async def unseen(tx: Tx) -> Sequence[Notice]:
            return await NoticeRepository(tx).unseen(guild_id, actor.user_id)

        async def take(tx: Tx) -> Sequence[Notice]:
            repository = NoticeRepository(tx)
            found = await repository.unseen(guild_id, actor.user_id)
            await repository.seen(guild_id, actor.user_id, self._work.now())
            return found

        return await self._work.write(None, take) if await self._work.read(unseen) else ()
