"""The one answer to an interaction.

Discord wants an acknowledgement within three seconds. Most work takes milliseconds and is answered
with its result in one request; when it takes longer the interaction is acknowledged meanwhile.
"""

import asyncio
import logging
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp
import discord

from buddybot import locales
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId, GuildId, InteractionId, UserId
from buddybot.services.actor import Actor
from buddybot.services.work import AlreadyHandled
from buddybot.ui.callback import answer
from buddybot.ui.kit import QUIET, Card, Form
from buddybot.ui.router import Input
from buddybot.ui.texts import Texts

log = logging.getLogger(__name__)

PATIENCE = 1.5
"""Seconds after which an interaction is acknowledged without its result."""

NOBODY = discord.AllowedMentions.none()
"""An edit that says nothing of mentions would allow them all."""

_TOO_LATE = (10062, 10015, 40060)
_DEFERRED = discord.InteractionResponseType.deferred_channel_message


def actor_of(interaction: "discord.Interaction[Any]") -> Actor:
    """Return who asks, as plain values."""
    user = interaction.user
    return Actor(
        user_id=UserId(user.id),
        guild_id=None if interaction.guild_id is None else GuildId(interaction.guild_id),
        channel_id=None if interaction.channel_id is None else ChannelId(interaction.channel_id),
        interaction_id=InteractionId(interaction.id),
        display_name=user.display_name,
        manages_guild=interaction.guild_id is not None and interaction.permissions.manage_guild,
    )


def texts_of(interaction: "discord.Interaction[Any]") -> Texts:
    """Return the sentences in the language of who asks."""
    return Texts(locales.best(interaction.locale.value))


class Reply:
    """Answers one interaction; a Refusal inside the block becomes its sentence, to that person only."""

    def __init__(self, interaction: "discord.Interaction[Any]", *, public: bool = False) -> None:
        """`public` shows the answer to the channel; nearly everything is for the asking person."""
        self._interaction = interaction
        self._public = public
        self._timer: asyncio.TimerHandle | None = None
        self._acknowledging: asyncio.Task[None] | None = None
        self._thinking = interaction.response.type is _DEFERRED
        self._handling: set[asyncio.Task[Any] | None] = interaction.client.handling
        self._task = asyncio.current_task()
        self.actor = actor_of(interaction)
        self.texts = texts_of(interaction)

    async def __aenter__(self) -> Self:
        self._handling.add(self._task)
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._lose_patience)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        try:
            await self._settle()
            if isinstance(error, Refusal):
                await self._refuse_in_time(error)
                return True
            return isinstance(error, AlreadyHandled) or _is_too_late(error)
        finally:
            self._handling.discard(self._task)

    @property
    def _on_message(self) -> bool:
        return self._interaction.type is discord.InteractionType.component or (
            self._interaction.type is discord.InteractionType.modal_submit
            and self._interaction.message is not None
        )

    def _lose_patience(self) -> None:
        self._acknowledging = asyncio.ensure_future(self._acknowledge())

    async def _acknowledge(self) -> None:
        if self._interaction.response.is_done():
            return
        try:
            if self._on_message:
                await self._interaction.response.defer()
            else:
                await self._interaction.response.defer(ephemeral=not self._public, thinking=True)
            self._thinking = not self._on_message
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            # Perhaps the answer itself gets through.
            log.warning("could not acknowledge an interaction: %s", told(error))

    async def _settle(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        acknowledging, self._acknowledging = self._acknowledging, None
        if acknowledging is not None:
            await acknowledging

    async def actor_at_home(self, given: Input) -> Actor:
        """Return the actor in the server that a button of a direct message names.

        Discord is asked whether they are in it still: such buttons outlive a membership. Refusals:
        `button.stale`, `guild.left`, `guild.unsure`.
        """
        actor = given.at_home(self.actor)
        if self.actor.guild_id is None:
            await self._interaction.client.presence.require_here(actor)
        return actor

    async def show(self, card: Card, *, files: Sequence[discord.File] = ()) -> None:
        """Answer with a message of its own."""
        await self._settle()
        response = self._interaction.response
        if not response.is_done() and files:
            await response.send_message(view=card, ephemeral=not self._public, files=list(files))
        elif not response.is_done():
            # Answers that are ready together are all worded before the first is sent: a processor is faster
            # at one kind of work than at two in turns.
            await asyncio.sleep(0)
            await answer(self._interaction, card, ephemeral=not self._public)
        elif self._thinking:
            self._thinking = False  # the next answer is one of its own
            await self._interaction.edit_original_response(
                view=card, attachments=list(files), allowed_mentions=NOBODY
            )
        else:
            await self._interaction.followup.send(view=card, ephemeral=not self._public, files=list(files))

    async def change(self, card: Card, *, files: Sequence[discord.File] = ()) -> None:
        """Put `card` in the place of the answer that was given."""
        await self._interaction.edit_original_response(
            view=card, attachments=list(files), allowed_mentions=NOBODY
        )

    async def follow(self, card: Card, *, files: Sequence[discord.File] = ()) -> None:
        """Say one thing more, to that person only, behind an answer that was given."""
        await self._interaction.followup.send(view=card, ephemeral=True, files=list(files))

    async def replace(self, card: Card, *, files: Sequence[discord.File] | None = None) -> None:
        """Put `card` in the place of the message that was clicked (or that the form came from).

        `files` take the place of those that the message had; None leaves them.
        """
        await self._settle()
        if not self._on_message:
            await self.show(card, files=files or ())
            return
        sent: dict[str, Any] = {} if files is None else {"attachments": list(files)}
        if self._interaction.response.is_done():
            await self._interaction.edit_original_response(view=card, allowed_mentions=NOBODY, **sent)
        else:
            await self._interaction.response.edit_message(view=card, allowed_mentions=NOBODY, **sent)

    async def ask(self, form: Form) -> None:
        """Open a form; not possible once the answer was late, then Refusal `button.slow`."""
        await self._settle()
        if self._interaction.response.is_done():
            raise Refusal("button.slow")
        await self._interaction.response.send_modal(form)

    async def done(self) -> None:
        """Answer with nothing to read: the clicked card itself shows what changed."""
        await self._settle()
        if not self._interaction.response.is_done():
            await self._interaction.response.defer()

    async def say(self, key: str, /, **parameters: object) -> None:
        """Answer with one sentence."""
        await self.show(Card().text(self.texts(key, **parameters)))

    async def _refuse_in_time(self, refusal: Refusal) -> None:
        try:
            await self.refuse(refusal)
        except discord.HTTPException as error:
            if not _is_too_late(error):
                raise

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with the sentence of a refusal, to that person only."""
        self._public = False
        parameters = dict(refusal.parameters)
        if "field" in parameters:
            parameters["field"] = self.texts(f"fields.{parameters['field']}")
        text = self.texts(f"refusals.{refusal.code}", **parameters)
        await self.show(Card(colour=QUIET).text(text))


def told(error: Exception) -> str:
    """Return what a log line may say of a request that failed: no address, which holds a token."""
    return f"code {error.code}" if isinstance(error, discord.HTTPException) else type(error).__name__


def _is_too_late(error: BaseException | None) -> bool:
    if isinstance(error, discord.HTTPException) and error.code in _TOO_LATE:
        log.info("an interaction was answered too late: %s", error.code)
        return True
    return False
