"""Tells an organizer, with the answer to a command, what went wrong since the last one."""

from collections.abc import Sequence

from buddybot.services.actor import Actor
from buddybot.services.work import Work
from buddybot.storage.notices import Notice, NoticeRepository


class NoticeService:
    """Each notice reaches one organizer once; only a crash between showing and noting repeats it."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def unseen(self, actor: Actor) -> Sequence[Notice]:
        """Return what the groups that the actor organizes in this guild have to tell, oldest first."""
        guild_id = actor.guild_id
        if guild_id is None:
            return ()
        return await self._work.read(lambda tx: NoticeRepository(tx).unseen(guild_id, actor.user_id))

    async def seen(self, actor: Actor, notices: Sequence[Notice]) -> None:
        """Note that the actor was shown these; what came in between waits for the next command.

        It is no interaction of its own: it goes with the answer to one that was carried out.
        """
        guild_id = actor.guild_id
        if guild_id is None or not notices:
            return
        last = max(notice.id for notice in notices)
        await self._work.write(
            None,
            lambda tx: NoticeRepository(tx).seen(guild_id, actor.user_id, up_to=last, now=self._work.now()),
        )
