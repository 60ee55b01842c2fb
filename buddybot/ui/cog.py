"""What every cog is made of: the bot behind it, and commands that are handed their reply."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from buddybot.services.core.unit_of_work import Now
from buddybot.services.registry import Services
from buddybot.settings.settings import Settings
from buddybot.ui.framework.choices import Suggest, organized_groups
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Router
from buddybot.ui.groups.server_presence import MemberCheck
from buddybot.ui.help import Audience, list_for
from buddybot.ui.messages import Live


class Client(commands.AutoShardedBot):
    """A client with the services behind it; `buddybot.bot` makes the one that runs."""

    settings: Settings
    now: Now
    services: Services
    live: Live
    presence: MemberCheck
    router: Router
    handling: set[asyncio.Task[Any]]
    """Clicks, forms and commands that are being answered."""
    closing: bool
    """Whether it was told to end: nothing that comes from now on is begun."""


Interaction = discord.Interaction[Client]
"""What a command, a click or a form brings along."""


Handler = Callable[..., Awaitable[None]]
Command = app_commands.Command[Any, ..., None]

_WHICH = "Which group, if you are in several"
_WHICH_ORGANIZED = "Which group, if you organize several"


class BotCog(commands.Cog):
    """A cog with the bot, its services, and what lets Discord follow a change."""

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._services = bot.services
        self._live = bot.live


def command(
    description: str,
    family: app_commands.Group | None = None,
    *,
    name: str | None = None,
    group: Suggest | None = None,
    audience: Audience | None = None,
) -> Callable[[Handler], Command]:
    """Make a cog's method a slash command, which is handed the reply to answer with.

    It is called like the method, unless a `name` is given. `group` offers what can be chosen for the option
    of that name, which most commands have; `audience` is whom `/help` lists it for.
    """
    make = app_commands.command if family is None else family.command

    def mark(handler: Handler) -> Command:
        @wraps(handler)
        async def answer(cog: BotCog, interaction: Interaction, **chosen: Any) -> None:
            async with Reply(interaction) as reply:
                await handler(cog, reply, **chosen)

        if group is not None:
            app_commands.autocomplete(group=group)(answer)
            app_commands.describe(group=_WHICH_ORGANIZED if group is organized_groups else _WHICH)(answer)
        extras = {} if audience is None else list_for(audience)
        return make(name=name or handler.__name__, description=description, extras=extras)(answer)

    return mark
