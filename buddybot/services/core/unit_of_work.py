"""One transaction, one unit of work: what services decide and write with, and what runs it for an actor."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar, overload

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import ChannelId, GuildId, InteractionId, UserId
from buddybot.domain.text import cut_to, form_number, optional
from buddybot.storage.engine.database import Database, LostFileError, StorageError, Tx
from buddybot.storage.groups.interactions import Claim
from buddybot.storage.repositories import Repositories

__all__ = [
    "SENT_TWICE",
    "Actor",
    "AlreadyHandled",
    "DatabaseTransactions",
    "FormSentTwice",
    "LostFileError",
    "Now",
    "Planner",
    "Script",
    "StorageError",
    "Transactions",
    "UnitOfWork",
    "Untold",
]

log = logging.getLogger(__name__)

SENT_TWICE = timedelta(minutes=2)
"""Within this, the same words of the same person are one form that was sent twice."""

_NAME_LIMIT = 80
_MOST_STORED = 5_000

T = TypeVar("T")
P = ParamSpec("P")
S = TypeVar("S", bound="_Service")
R = TypeVar("R", bound="_Runner")

Now = Callable[[], datetime]


class Actor(NamedTuple):
    """The person behind one interaction; what they may do is read from the database each time.

    `guild_id` is None in a direct message, and `display_name` empty in one that is about a guild.
    `manages_guild` is Discord's Manage Server permission. `form` tells one opening of the form that was sent
    from every other; it is empty when no form was.
    """

    user_id: UserId
    guild_id: GuildId | None
    channel_id: ChannelId | None
    interaction_id: InteractionId
    display_name: str
    manages_guild: bool = False
    form: str = ""

    def in_guild(self, guild_id: GuildId) -> "Actor":
        """Return the person in the guild that a direct message is about; it does not say their name there."""
        name = self.display_name if self.guild_id == guild_id else ""
        return self._replace(guild_id=guild_id, display_name=name)

    @property
    def shown_name(self) -> str:
        """The name that exports, suggestions and calendars show; empty where an interaction does not say."""
        return optional(cut_to(self.display_name, _NAME_LIMIT), limit=_NAME_LIMIT, field="name") or ""

    def is_renamed(self, known_as: str | None) -> bool:
        """Return whether they go by another name than that under which they are kept, if they are."""
        return known_as is not None and self.shown_name not in ("", known_as)


_TELLING = frozenset({"alerts", "feedback", "members", "notices", "offers"})
"""The repositories through which something comes to wait for a person to be told."""
_PLANNING = frozenset({"alert_outbox", "channel_health", "outbox", "sending"})
"""The repositories through which a ping is planned, or becomes due earlier."""


class UnitOfWork(Repositories):
    """The repositories of one transaction, which is kept whole or not at all."""

    @property
    def may_leave_untold(self) -> bool:
        """Whether a repository was used through which something comes to wait for a person."""
        return not _TELLING.isdisjoint(self.__dict__)

    @property
    def may_plan_pings(self) -> bool:
        """Whether a repository was used through which a ping is planned, or becomes due earlier."""
        return not _PLANNING.isdisjoint(self.__dict__)

    async def follow_name(self, actor: Actor, known_as: str | None) -> None:
        """Keep the actor's name of today, where they are kept at all: whatever they do, it follows them."""
        if actor.guild_id is not None and actor.is_renamed(known_as):
            await self.preferences.rename(actor.guild_id, actor.user_id, actor.shown_name)


Script = Callable[[UnitOfWork], Awaitable[T]]
"""What runs in one transaction. It awaits nothing but its unit of work, and may run twice."""


class Planner(Protocol):
    """Brings a group's meetings and pings in line with its rows, inside the caller's transaction."""

    async def plan(self, uow: UnitOfWork, group: Group, now: datetime, *, by: UserId | None = None) -> None:
        """Make the meetings ahead, plan the pings that are due for them, and cancel what no longer is.

        `by` is whose act made it necessary: notices do not mention them.
        """


class AlreadyHandled(Exception):  # it is no error: the first time was carried out
    """This interaction was carried out before; it is not carried out, nor answered, again."""


class FormSentTwice(Exception):  # it is no error: the first time was carried out
    """This form was carried out before, and came in another interaction; it is not carried out again."""


class _StoredActs:
    """Remembers the latest interactions that were carried out, and whether that stored what they ask for.

    An act that only counts that it was asked for, such as an export, stored nothing that a person would miss.
    """

    def __init__(self) -> None:
        self._known: dict[InteractionId, bool] = {}

    def note(self, interaction_id: InteractionId, *, saved: bool) -> None:
        """Keep what a committed transaction was; the oldest entry makes room for the newest."""
        self._known[interaction_id] = saved
        if len(self._known) > _MOST_STORED:
            del self._known[next(iter(self._known))]

    def find(self, interaction_id: InteractionId) -> bool | None:
        """Return whether an interaction stored what it asks for; None when nothing is known of it."""
        return self._known.get(interaction_id)


class _Limiter(Protocol):
    def take(self, actor: Actor) -> None: ...


class Untold:
    """Counts the transactions that may have left something to tell a person."""

    def __init__(self) -> None:
        self.count = 0


class DatabaseTransactions:
    """Runs units of work against a database."""

    def __init__(self, database: Database, untold: Untold | None = None) -> None:
        """`untold` is shared by all that write in one process; None counts for this one alone."""
        self._database = database
        self.untold = untold or Untold()

    async def read(self, script: Script[T]) -> T:
        """Run a script that only reads, on one consistent snapshot, and return its result."""
        return await self._database.read(lambda tx: script(UnitOfWork(tx)))

    async def write(self, script: Script[T]) -> T:
        """Run a script in the bot's own name, and return its result once all of it is on disk."""
        opened: list[UnitOfWork] = []

        def run(tx: Tx) -> Awaitable[T]:
            opened.append(UnitOfWork(tx))
            return script(opened[-1])

        try:
            return await self._database.write(run)
        finally:
            if opened:
                self._follow(opened[-1])

    def _follow(self, uow: UnitOfWork) -> None:
        """Let others know of a transaction that is over, by what it used."""
        if uow.may_leave_untold:
            self.untold.count += 1


class Transactions(DatabaseTransactions):
    """Runs units of work for services: in the bot's own name, or in the name of an actor."""

    def __init__(
        self,
        *,
        database: Database,
        now: Now,
        changed: Callable[[], None],
        rate_limiter: _Limiter | None = None,
        untold: Untold | None = None,
    ) -> None:
        """`changed` is called after transactions that may plan pings: the alarm clock looks for earlier dues.

        `rate_limiter` bounds how much people change in a while; None bounds nothing.
        """
        super().__init__(database, untold)
        self._changed = changed
        self._deletions = self._whole = 1  # what an earlier run deleted may be in the files still
        self._scrubbed = 0
        self._rate_limiter = rate_limiter
        self._stored = _StoredActs()
        self.now = now

    async def write_for(
        self, actor: Actor, script: Script[T], *, saves: bool = True, repeats: bool = False
    ) -> T:
        """Run a script in the name of an actor, once per interaction.

        `saves` is False where the person wants the answer alone, and the rows only count that they asked.
        `repeats` is whether the script makes sense of a form that is sent twice.
        Raises AlreadyHandled when the actor's interaction was carried out before, FormSentTwice when that is
        so of the form they sent, and Refusal `rate_limit.*` when there is too much of it.
        """
        if self._rate_limiter is not None:
            self._rate_limiter.take(actor)
        result = await self.write(lambda uow: self._run_once(uow, actor, script, once=not repeats))
        self._stored.note(actor.interaction_id, saved=saves)
        return result

    async def take_back(self, actor: Actor, script: Script[T]) -> T:
        """Run a script that undoes what the actor's interaction stored before; then it stored nothing."""
        result = await self.write(script)
        self._stored.note(actor.interaction_id, saved=False)
        return result

    def has_stored(self, actor: Actor) -> bool:
        """Return whether this process committed what the actor's interaction asks for."""
        return self._stored.find(actor.interaction_id) is True

    async def verify_stored(self, actor: Actor) -> bool:
        """Return, for certain, whether what the actor's interaction asks for was stored.

        One that was not never will be: whoever still has it under way finds it claimed.
        """
        known = self._stored.find(actor.interaction_id)
        if known is not None:
            return known
        return await self.write(lambda uow: self._claim(uow, actor)) is None

    def note_deletion(self, *, whole: bool = True) -> None:
        """Say that something was deleted of which no byte may stay in the database's files.

        Without `whole` it was overwritten where it was, and is in the journal only.
        """
        self._deletions += 1
        if whole:
            self._whole = self._deletions

    async def scrub(self) -> bool:
        """Leave no deleted byte in the database's files; False when that is left to the next time.

        What was deleted stays so: neither a reader in the way nor a full disk takes it back.
        """
        deletions = self._deletions
        try:
            if self._scrubbed < deletions and await self._database.scrub(whole=self._whole > self._scrubbed):
                self._scrubbed = deletions
        except StorageError as error:
            log.error("deleted bytes are in the database's files still: %s", error)
        return self._scrubbed >= deletions

    def _follow(self, uow: UnitOfWork) -> None:
        super()._follow(uow)
        if uow.may_plan_pings:
            self._changed()

    async def _run_once(self, uow: UnitOfWork, actor: Actor, script: Script[T], *, once: bool) -> T:
        """Run a script behind the claim of its interaction, and of its form unless that may repeat."""
        claim = await self._claim(uow, actor)
        if claim is None:
            raise AlreadyHandled
        if once and actor.form and await self._claim(uow, actor, form=True) is None:
            raise FormSentTwice
        if claim.known_as not in (None, actor.display_name):
            await uow.follow_name(actor, claim.known_as)
        return await script(uow)

    async def _claim(self, uow: UnitOfWork, actor: Actor, *, form: bool = False) -> Claim | None:
        """Claim the interaction, or the form that came with it."""
        number = InteractionId(form_number(actor.form, actor.user_id)) if form else actor.interaction_id
        return await uow.interactions.claim(
            number, self.now(), guild_id=actor.guild_id, user_id=actor.user_id
        )


class _Runner(Protocol):
    @property
    def _transactions(self) -> DatabaseTransactions: ...


class _Service(Protocol):
    @property
    def _transactions(self) -> Transactions: ...


def read_transaction(
    method: Callable[Concatenate[R, UnitOfWork, P], Awaitable[T]],
) -> Callable[Concatenate[R, P], Awaitable[T]]:
    """Run a method that only reads on one consistent snapshot; callers leave out the unit of work."""

    @wraps(method)
    async def run(self: R, /, *given: P.args, **named: P.kwargs) -> T:
        return await self._transactions.read(lambda uow: method(self, uow, *given, **named))

    return run


def bot_transaction(
    method: Callable[Concatenate[R, UnitOfWork, P], Awaitable[T]],
) -> Callable[Concatenate[R, P], Awaitable[T]]:
    """Run a method that writes in the bot's own name; callers leave out the unit of work."""

    @wraps(method)
    async def run(self: R, /, *given: P.args, **named: P.kwargs) -> T:
        return await self._transactions.write(lambda uow: method(self, uow, *given, **named))

    return run


class _Writing(Protocol):
    """What makes a method that writes for its actor out of one that takes a unit of work."""

    def __call__(
        self, method: Callable[Concatenate[S, UnitOfWork, Actor, P], Awaitable[T]], /
    ) -> Callable[Concatenate[S, Actor, P], Awaitable[T]]: ...


@overload
def write_transaction(
    method: Callable[Concatenate[S, UnitOfWork, Actor, P], Awaitable[T]], /
) -> Callable[Concatenate[S, Actor, P], Awaitable[T]]: ...


@overload
def write_transaction(*, saves: bool = True, repeats: bool = False) -> _Writing: ...


def write_transaction(method: Any = None, /, *, saves: bool = True, repeats: bool = False) -> Any:
    """Run a method that writes for its actor, once per interaction; `Transactions.write_for` says how."""
    if method is None:
        return partial(write_transaction, saves=saves, repeats=repeats)

    @wraps(method)
    async def run(self: _Service, actor: Actor, /, *given: Any, **named: Any) -> Any:
        return await self._transactions.write_for(
            actor, lambda uow: method(self, uow, actor, *given, **named), saves=saves, repeats=repeats
        )

    return run
