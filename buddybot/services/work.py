"""One transaction, one unit of work: what every service does around its scripts."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from buddybot.domain.groups import Group
from buddybot.services.actor import Actor
from buddybot.services.pace import Pace
from buddybot.storage.database import Database, Script, Tx
from buddybot.storage.interactions import InteractionRepository

T = TypeVar("T")

Now = Callable[[], datetime]


class Planner(Protocol):
    """Brings a group's meetings and pings in line with its rows, inside the caller's transaction."""

    async def plan(self, tx: Tx, group: Group, now: datetime) -> None:
        """Make the meetings ahead, plan what is owed for them, and cancel what no longer is."""


class AlreadyHandled(Exception):  # it is no error: the first time was carried out
    """This interaction was carried out before; it is not carried out, nor answered, again."""


class Work:
    """Runs scripts against the database in the name of an actor."""

    def __init__(
        self, *, database: Database, now: Now, changed: Callable[[], None], pace: Pace | None = None
    ) -> None:
        """`changed` is called after every commit; it lets the alarm clock look for earlier dues.

        `pace` bounds how much people change in a while; None bounds nothing.
        """
        self._database = database
        self._changed = changed
        self._deletions = 1  # what an earlier run deleted may be in the files still
        self._scrubbed = 0
        self._pace = pace
        self.now = now

    async def read(self, script: Script[T]) -> T:
        """Run a script that only reads, on one consistent snapshot."""
        return await self._database.read(script)

    def deleted(self) -> None:
        """Say that something was deleted of which no byte may stay in the database's files."""
        self._deletions += 1

    async def scrub(self) -> None:
        """Leave no deleted byte in the database's files; a reader in the way leaves it to the next time."""
        deletions = self._deletions
        if self._scrubbed < deletions and await self._database.scrub():
            self._scrubbed = deletions

    async def write(self, actor: Actor | None, script: Script[T]) -> T:
        """Run a script that writes, once per interaction; None is the bot itself.

        Raises AlreadyHandled when the actor's interaction was carried out before, and Refusal `pace.*`
        when there is too much of it.
        """
        if actor is not None and self._pace is not None:
            self._pace.take(actor)

        async def unit(tx: Tx) -> T:
            if actor is not None and not await InteractionRepository(tx).claim(
                actor.interaction_id, self.now()
            ):
                raise AlreadyHandled
            return await script(tx)

        result = await self._database.write(unit)
        self._changed()
        return result
