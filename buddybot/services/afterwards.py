"""Whether anything waits to be said to a person behind the answer to their command."""

from buddybot.services.actor import Actor
from buddybot.services.offers import SHOWN_FOR
from buddybot.services.work import Work
from buddybot.storage.afterwards import AfterwardRepository


class AfterwardService:
    """Asked once with every command; the features that may have something to say look only then."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def waits(self, actor: Actor) -> bool:
        """Return whether there may be a notice, an alert, feedback or an offer that was not shown."""
        guild_id, since = actor.guild_id, self._work.now() - SHOWN_FOR
        if guild_id is None:
            return False
        return await self._work.read(
            lambda tx: AfterwardRepository(tx).waits(guild_id, actor.user_id, offered_since=since)
        )
