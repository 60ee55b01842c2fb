"""A whole small Discord with the real bot in it, and people to act in it.

Everything a scenario does goes through here: people type, click and write; time passes and what is
due is delivered; the process is killed and started again on the same database.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import discord
import simcord

from buddybot.app import create_bot
from buddybot.bot import BuddyBot
from buddybot.demo.stage import deliver_due, pass_until
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import Tx
from tests.contract import assert_contract

T = TypeVar("T")


Message = discord.Message | simcord.ResponseMessage


class World:
    """One simulated Discord with one running bot."""

    def __init__(self, env: simcord.Env, settings: Settings) -> None:
        self.env = env
        self._settings = settings
        self._people: dict[tuple[int, str], simcord.MemberActor] = {}
        self._users: dict[str, simcord.UserHandle] = {}
        self.expected_errors: tuple[type[Exception], ...] = ()

    # -- the places and the people ------------------------------------------------------------

    @property
    def bot(self) -> BuddyBot:
        """The bot that runs now; another one after a restart."""
        assert isinstance(self.env.bot, BuddyBot)
        return self.env.bot

    def guild(self, name: str = "Job seekers") -> simcord.GuildHandle:
        """Make a server."""
        return self.env.create_guild(name)

    def person(self, name: str, guild: simcord.GuildHandle, *, manages: bool = False) -> simcord.MemberActor:
        """Bring a person into a server; the same name is the same person in another server."""
        known = self._people.get((guild.id, name))
        if known is not None:
            return known
        user = (
            self._users.setdefault(name, self.env.create_user(name.lower(), global_name=name))
            if name not in self._users
            else self._users[name]
        )
        roles = []
        if manages:
            roles.append(
                guild.roles.get("Managers")
                or guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
            )
        actor = guild.add_member(user, roles=roles)
        self._people[guild.id, name] = actor
        return actor

    def know(
        self, name: str, guild: simcord.GuildHandle, user: simcord.UserHandle, actor: simcord.MemberActor
    ) -> None:
        """Take over a person who is in a server already."""
        self._users[name], self._people[guild.id, name] = user, actor

    # -- time ---------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The instant it is, for the simulator and the bot alike."""
        return self.env.now()

    async def run_due(self) -> None:
        """Deliver what is due now, and edit the cards that are stale."""
        await deliver_due(self.env, self.bot)

    async def until(self, moment: datetime) -> None:
        """Let time pass, delivering each ping when it is due."""
        await pass_until(self.env, self.bot, moment)

    async def pass_time(self, **span: float) -> None:
        """Let a span pass, in the words of timedelta."""
        await self.until(self.now + timedelta(**span))

    async def sleep_through(self, **span: float) -> None:
        """Let a span pass while the bot does nothing, as if it were down."""
        await self.env.advance_time(timedelta(**span).total_seconds())

    # -- the process --------------------------------------------------------------------------

    async def restart(self) -> None:
        """Stop the process and start another on the same database."""
        old = self.bot
        await old.close_services()
        await self.env.restart_bot(create_bot(self._settings, now=self.env.now))

    async def read(self, script: Callable[[Tx], Awaitable[T]]) -> T:
        """Look into the database."""
        return await self.bot.services.transactions.read(lambda uow: script(uow.tx))

    async def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return what a statement selects."""

        async def script(tx: Tx) -> list[dict[str, Any]]:
            return [dict(row) for row in await tx.all(sql, **parameters)]

        return await self.read(script)

    def check(self) -> None:
        """Fail when a request breaks Discord's contract or the bot failed unseen."""
        assert_contract(self.env)
        unseen = [
            error
            for error in self.env.errors
            if not isinstance(error.__cause__ or error, self.expected_errors)
        ]
        if unseen:
            raise BaseExceptionGroup("the bot failed", unseen)


def texts_in(message: Message | None) -> str:
    """Return all that a message says, in reading order: texts, labels of buttons and choices."""
    if message is None:
        return ""
    return "\n".join([message.content, *_texts(_components(message))]).strip()


def labels(message: Message) -> list[str]:
    """Return the labels of the buttons that can be pressed."""
    return [
        item["label"]
        for item in _walk(_components(message))
        if item.get("type") == 2 and not item.get("disabled") and item.get("label")
    ]


def custom_ids(message: Message) -> list[str]:
    """Return the custom ids of everything that can be pressed or chosen."""
    return [item["custom_id"] for item in _walk(_components(message)) if item.get("custom_id")]


def offered(message: Message) -> dict[str, str]:
    """Return what can be chosen from a message's selects: each value by its label."""
    return {
        choice["label"]: choice["value"]
        for item in _walk(_components(message))
        for choice in item.get("options") or []
    }


def modal_text(result: simcord.InteractionResult) -> str:
    """Return all that a form says: its title, labels, hints and choices."""
    assert result.modal is not None, f"no form was opened: {texts_in(result.response)}"
    return "\n".join([result.modal["title"], *_texts(result.modal["components"])])


def _components(message: Message) -> Sequence[dict[str, Any]]:
    if isinstance(message, simcord.ResponseMessage):
        return message.components
    return [component.to_dict() for component in message.components]  # type: ignore[misc]  # a union of TypedDicts


def _walk(components: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components") or [])
        for inner in ("component", "accessory"):
            if component.get(inner):
                yield from _walk([component[inner]])


def _texts(components: Sequence[dict[str, Any]]) -> Iterator[str]:
    for item in _walk(components):
        for part in ("content", "label", "description", "placeholder"):
            if item.get(part):
                yield str(item[part])
        for choice in item.get("options") or []:
            yield choice["label"]
