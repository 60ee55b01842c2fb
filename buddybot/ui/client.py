"""The bot as the commands and cards see it."""

import asyncio
from typing import Any

import discord
from discord.ext import commands

from buddybot.services.core.unit_of_work import Now
from buddybot.services.registry import Services
from buddybot.settings.settings import Settings
from buddybot.ui.framework.router import Router
from buddybot.ui.groups.server_presence import MemberCheck
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
