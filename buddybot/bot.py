"""The Discord client: intents, the command tree, and the one error boundary."""

import asyncio
import hashlib
import json
import logging
import secrets
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from buddybot.cache import LeanState
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GuildId
from buddybot.pings.delivery.answers import TolerantHttp
from buddybot.pings.delivery.requests import FAULTS, LONGEST_PAUSE, Bounded, describe_fault, judge_fault
from buddybot.pings.dispatch.dispatcher import Dispatcher
from buddybot.pings.dispatch.verdicts import Verdict
from buddybot.pings.periodic_jobs import Housekeeping
from buddybot.services.core.unit_of_work import Now
from buddybot.services.groups.guilds import EVERYWHERE
from buddybot.settings.errors import OperatorError
from buddybot.settings.paths import cogs_package
from buddybot.settings.settings import Settings
from buddybot.ui.cog import Client
from buddybot.ui.error_boundary import not_allowed, report_failure
from buddybot.ui.framework.choices import offer
from buddybot.ui.framework.reply import Reply, actor_of, answered_as
from buddybot.ui.framework.router import Router
from buddybot.ui.messages import MessageTable

log = logging.getLogger(__name__)

_OUT = (10004, 50001)
"""Discord's codes for a guild that the bot is not in; others may come from something before Discord."""

_PRESSED = (discord.InteractionType.component, discord.InteractionType.modal_submit)

COMMANDS_PATIENCE = 60.0
"""Seconds to tell Discord the commands, with the library's own retries."""

GRACE = 2.0
"""Seconds that clicks and forms under way have to be answered when the bot closes."""
LAST_WORD = 0.5
"""Seconds that those have which were not, once they are cancelled."""


def intents() -> discord.Intents:
    """Return what the bot listens to: guilds alone; members are known from their interactions."""
    return discord.Intents(guilds=True)


def _list_offered(command: "app_commands.Command[Any, ..., Any]") -> Mapping[str, Collection[Any]]:
    """Return the values that a command's options offer, by the names of those options that do."""
    known: Mapping[str, Collection[Any]] | None = command.extras.get("offered")
    if known is None:
        known = command.extras["offered"] = {
            option.display_name: [each.value for each in option.choices]
            for option in command.parameters
            if option.choices
        }
    return known


class Tree(app_commands.CommandTree["BuddyBot"]):
    """The slash commands; what goes wrong in them ends here."""

    async def interaction_check(self, interaction: "discord.Interaction[BuddyBot]", /) -> bool:
        """Refuse a command in a server that the bot is not in, and a value that an option does not offer.

        The library takes any value, Discord only those. Nothing is begun once the bot was told to end.
        """
        if interaction.client.closing:
            return False
        if is_elsewhere(interaction):
            if interaction.type is discord.InteractionType.autocomplete:
                await offer(interaction, [])
            else:
                await refuse_elsewhere(interaction)
            return False
        command = interaction.command
        if interaction.type is discord.InteractionType.autocomplete or not isinstance(
            command, app_commands.Command
        ):
            return True
        offered = _list_offered(command)
        if not offered or all(
            value in offered[name] for name, value in interaction.namespace if name in offered
        ):
            return True
        async with Reply(interaction) as reply:
            await reply.say("errors.bad_value")
        return False

    async def on_error(
        self, interaction: "discord.Interaction[BuddyBot]", error: app_commands.AppCommandError, /
    ) -> None:
        """Answer the library's refusals with a sentence, everything else with a reference."""
        if not await not_allowed(interaction, error):
            await report_failure(interaction, error)


def is_elsewhere(interaction: "discord.Interaction[BuddyBot]") -> bool:
    """Return whether something was asked in a server that the bot is not in, or not any more.

    People can install a bot for themselves, and messages with buttons outlive a farewell.
    """
    return interaction.guild_id is not None and interaction.client.get_guild(interaction.guild_id) is None


async def refuse_elsewhere(interaction: "discord.Interaction[BuddyBot]") -> None:
    """Say so before anything is asked."""
    async with Reply(interaction):
        raise Refusal("guild.not_in")


class BuddyBot(Client):
    """The client; what it opens on the way in it closes on the way out, in reverse order."""

    messages: MessageTable
    dispatcher: Dispatcher
    housekeeping: Housekeeping

    def __init__(
        self, *, settings: Settings, now: Now, open_services: Callable[["BuddyBot"], Awaitable[None]]
    ) -> None:
        """`open_services` builds the services when the bot logs in; nothing is started before."""
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(),
            tree_cls=Tree,
            # For a person alone, outside the servers that have the bot, there is nothing to do.
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            # READY names all servers; nothing here waits for what comes behind it.
            guild_ready_timeout=0.5,
            max_messages=None,
            # What Discord asks to wait for longer is put off; nothing sleeps on it in the library.
            max_ratelimit_timeout=LONGEST_PAUSE,
            enable_debug_events=False,
        )
        self.settings = settings
        self.now = now
        self.router = Router()
        self._open_services = open_services
        self.handling = set()
        self.closing = False
        self.access_lost = asyncio.Event()
        self._at_start: Callable[[], Awaitable[None]] | None = None
        self._set_up = False
        self._commands_settled = False
        self._closers: list[Callable[[], Awaitable[None]]] = []

    def when_ready(self, start: Callable[[], Awaitable[None]]) -> None:
        """Call `start` once, when the servers are known; a reconnection does not call it again."""
        self._at_start = start

    async def on_ready(self) -> None:
        """Start what waited for Discord."""
        start, self._at_start = self._at_start, None
        if start is not None:
            await start()

    def on_close(self, closer: Callable[[], Awaitable[None]]) -> None:
        """Call `closer` when the bot closes; the last one registered goes first."""
        self._closers.append(closer)

    async def open(self) -> None:
        """Open the house when it is not open yet; a database that is out of reach shows before login."""
        if not self._closers:
            await self._open_services(self)

    async def setup_hook(self) -> None:
        """Open the house and load every cog; called once by the library, after login."""
        await self.open()
        await self.load_cogs()
        await self.sync_commands()

    async def load_cogs(self) -> None:
        """Add the cog of every file in the cogs folder, which runs once for all bots of a process."""
        package = cogs_package()
        for name in cog_names():
            module = import_module(f"{package}.{name}")
            for found in vars(module).values():
                if isinstance(found, commands.CogMeta) and found.__module__ == module.__name__:
                    await self.add_cog(found(self))

    async def add_cog(self, cog: commands.Cog, /, **options: Any) -> None:
        """Add a cog and enter its buttons, selects and forms in the router."""
        await super().add_cog(cog, **options)
        self.router.add(cog)

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Pass an event on, until the bot was told to end; a command goes through the tree alone."""
        if not self.closing and (event_name != "interaction" or args[0].type in _PRESSED):
            super().dispatch(event_name, *args, **kwargs)

    async def on_interaction(self, interaction: "discord.Interaction[BuddyBot]") -> None:
        """Hand a click or a form to its handler."""
        if self.closing:
            return
        if is_elsewhere(interaction):
            await refuse_elsewhere(interaction)
            return
        found = self.router.find(interaction)
        if found is None:
            log.warning("a click that no handler knows")
            async with Reply(interaction) as reply:
                await reply.refuse(Refusal("button.stale"))
            return
        handler, given = found
        async with Reply(interaction) as reply:
            await handler(reply, given)
        self.dispatch("press_handled", interaction)

    async def on_app_command_completion(
        self, interaction: "discord.Interaction[BuddyBot]", _command: object
    ) -> None:
        """Let the cogs follow a command's answer with what waits for the person."""
        await self._tell_what_waits(interaction, "answered")

    async def on_press_handled(self, interaction: "discord.Interaction[BuddyBot]") -> None:
        """The same after a button or a form."""
        await self._tell_what_waits(interaction, "press_completion")

    async def _tell_what_waits(self, interaction: "discord.Interaction[BuddyBot]", event: str) -> None:
        """Dispatch `event` where something may wait; a form, as the answer, leaves no room for it."""
        if answered_as(interaction) in (None, discord.InteractionResponseType.modal):
            return
        if await self.services.notices.has_waiting(actor_of(interaction)):
            self.dispatch(event, interaction)

    async def on_error(self, event_method: str, /, *args: Any, **_: Any) -> None:
        """End an unexpected error of a click, a form or an event: a reference and a log line.

        What follows an answer that was given is no fault of what was asked for: nobody is told of it.
        """
        error = sys.exc_info()[1]
        if not isinstance(error, Exception):
            return
        if self.closing:
            log.info("event %s was cut short by the end (%s)", event_method, type(error).__name__)
        elif event_method == "on_interaction":
            await report_failure(args[0], error)
        else:
            log.error("event %s failed, reference %s", event_method, secrets.token_hex(4), exc_info=error)

    async def sync_commands(self) -> None:
        """Tell Discord the command tree when it is not the one told last; a day allows 200 creations.

        What can't be told now is told by the next call; what Discord refuses, by the next start.
        """
        if self._commands_settled:
            return
        guild = self.settings.discord.test_guild
        where = GuildId(guild) if guild else EVERYWHERE
        present = self.commands_hash()
        if await self.services.guilds.commands_hash(where) != present:
            if guild:
                self.tree.copy_global_to(guild=discord.Object(guild))
            try:
                async with Bounded(self, COMMANDS_PATIENCE):
                    await self.tree.sync(guild=discord.Object(guild) if guild else None)
            except (*FAULTS, json.JSONDecodeError) as error:
                self._commands_settled = self._is_refused(error, guild)
                return
            await self.services.guilds.note_commands(where, present)
        self._commands_settled = True

    @staticmethod
    def _is_refused(error: Exception, guild: int) -> bool:
        """Go on with the commands that Discord has; return whether it will not take these at all.

        Raises OperatorError where the host can mend it.
        """
        verdict = judge_fault(error)
        if verdict not in (Verdict.OURS, Verdict.CLOSED, Verdict.GONE):
            log.warning("Discord takes no commands now (%s); they are told later", describe_fault(error))
            return False
        if guild and verdict is not Verdict.OURS:
            raise OperatorError(
                "The bot may have no commands in the server that discord.test_guild names: invite it there, "
                "or leave the setting out."
            ) from None
        log.error(
            "Discord refuses the commands (%s): those that it has stay. Update buddybot.",
            describe_fault(error),
        )
        return True

    def commands_hash(self) -> str:
        """Return what tells whether Discord has the present command tree."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()

    async def is_out_of(self, guild_id: GuildId) -> bool | None:
        """Ask Discord whether the bot is out of a server; None when it cannot say now."""
        try:
            async with Bounded(self, LONGEST_PAUSE):
                await self.fetch_guild(guild_id, with_counts=False)
        except FAULTS as error:
            if isinstance(error, discord.HTTPException) and error.code in _OUT:
                return True
            log.info("whether guild %s is gone could not be asked: %s", guild_id, describe_fault(error))
            return None
        return False

    async def close_services(self) -> None:
        """Close what `open_services` opened, the last first."""
        while self._closers:
            await self._closers.pop()()

    async def close(self) -> None:
        """Answer what was asked, finish or hand back what is being sent, disconnect, close the house."""
        self.closing = True
        async with asyncio.TaskGroup() as ending:
            ending.create_task(self._finish_handling())
            if hasattr(self, "dispatcher"):  # the house may never have been opened
                ending.create_task(self.dispatcher.stop())
        await self._disconnect()
        await self.close_services()

    def _get_state(self, **options: Any) -> LeanState:
        """Keep less of each server than the library would, and read any answer; called once by it."""
        self.http = TolerantHttp(self.http, unauthorized=lambda: self.access_lost.set())
        return LeanState(
            dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options
        )

    async def _async_setup_hook(self) -> None:
        await super()._async_setup_hook()
        self._set_up = True

    async def _finish_handling(self) -> None:
        handling = self.handling - {asyncio.current_task()}
        if handling:
            _, late = await asyncio.wait(handling, timeout=GRACE)
            for task in late:
                task.cancel()
            if late:  # what they still say must be said before the connection is gone
                await asyncio.wait(late, timeout=LAST_WORD)

    async def _disconnect(self) -> None:
        if self.is_closed():
            return
        if not self._set_up:  # a client with shards cannot be closed before
            await self._async_setup_hook()
        await super().close()


def cog_names() -> list[str]:
    """Return the names of the cogs' modules, such as `commit` and `buttons.quorum`, sorted."""
    package = import_module(cogs_package())
    found = walk_packages(package.__path__, f"{package.__name__}.")
    names = [each.name.removeprefix(f"{package.__name__}.") for each in found if not each.ispkg]
    return sorted(names, key=lambda name: name.rpartition(".")[2])
