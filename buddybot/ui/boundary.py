"""The one place where an unexpected error of a command, click or form ends.

The person gets a reference to quote; the log has the same reference and no personal text.
"""

import logging
import secrets
from typing import Any

import aiohttp
import discord
from discord import app_commands

from buddybot.storage.database import LostFileError
from buddybot.ui.reply import Reply, told

log = logging.getLogger(__name__)


async def failed(interaction: "discord.Interaction[Any]", error: Exception) -> None:
    """Log an unexpected error and tell the person that it is the bot's fault, not theirs."""
    reference = secrets.token_hex(4)
    cause = (
        error.__cause__ if isinstance(error, app_commands.CommandInvokeError) and error.__cause__ else error
    )
    log.error("interaction failed, reference %s", reference, exc_info=cause)
    try:
        async with Reply(interaction) as reply:
            key = "errors.rows_gone" if isinstance(cause, LostFileError) else "errors.unexpected"
            await reply.say(key, reference=reference)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as again:
        log.warning("could not tell about reference %s: %s", reference, told(again))


async def not_allowed(interaction: "discord.Interaction[Any]", error: app_commands.AppCommandError) -> bool:
    """Answer the library's own refusals with a sentence; False for anything else."""
    if isinstance(error, app_commands.TransformerError):
        key = "errors.bad_value"
    elif isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
        key = "errors.old_command"
    elif isinstance(error, app_commands.CheckFailure):
        key = "errors.not_here"
    else:
        return False
    async with Reply(interaction) as reply:
        await reply.say(key)
    return True
