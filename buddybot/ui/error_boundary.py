"""The one place where an unexpected error of a command, click or form ends.

The person gets a reference to quote; the log has the same reference and no personal text.
"""

import logging
import secrets
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from buddybot.pings.delivery.requests import FAULTS, describe_fault
from buddybot.services.core.unit_of_work import LostFileError, StorageError
from buddybot.ui.framework.reply import Reply, actor_of

if TYPE_CHECKING:  # the bot knows the interface, not the other way round
    from buddybot.ui.cog import Client

log = logging.getLogger(__name__)


async def report_failure(interaction: "discord.Interaction[Client]", error: Exception) -> None:
    """Log an unexpected error; tell the person that it is the bot's fault, and what became of their wish."""
    if interaction.client.closing:
        log.info("an interaction was cut short by the end (%s)", type(error).__name__)
        return
    reference = secrets.token_hex(4)
    cause = (
        error.__cause__ if isinstance(error, app_commands.CommandInvokeError) and error.__cause__ else error
    )
    log.error("interaction failed, reference %s", reference, exc_info=cause)
    try:
        async with Reply(interaction) as reply:
            await reply.say(await _key_of(interaction, cause), reference=reference)
    except FAULTS as again:
        log.warning("could not tell about reference %s: %s", reference, describe_fault(again))


async def _key_of(interaction: "discord.Interaction[Client]", cause: BaseException) -> str:
    """Return the sentence: what is on disk must never be called unchanged."""
    transactions, actor = interaction.client.services.transactions, actor_of(interaction)
    if isinstance(cause, LostFileError):
        return "errors.unknown" if transactions.has_stored(actor) else "errors.rows_gone"
    try:
        carried_out = await transactions.verify_stored(actor)
    except StorageError:
        return "errors.unknown"
    return "errors.stored" if carried_out else "errors.unexpected"


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
