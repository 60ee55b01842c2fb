"""The one answer to an interaction.

Discord wants an acknowledgement within three seconds. Most work takes milliseconds and is answered
with its result in one request; when it takes longer the interaction is acknowledged meanwhile.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import partial
from json import JSONDecodeError
from types import TracebackType
from typing import Any, Self

import discord

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId, GuildId, InteractionId, UserId
from buddybot.pings.delivery.answers import ANSWERED_ALREADY
from buddybot.pings.delivery.requests import FAULTS, Bounded, describe_fault, judge_fault, pause_after
from buddybot.pings.dispatch.verdicts import Verdict
from buddybot.services.core.unit_of_work import Actor, AlreadyHandled, FormSentTwice
from buddybot.ui.framework.components import QUIET, STAMPED, Card, Form
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Texts, write_day

log = logging.getLogger(__name__)

PATIENCE = 1.5
"""Seconds after which an interaction is acknowledged without its result."""

NOBODY = discord.AllowedMentions.none()
"""An edit that says nothing of mentions would allow them all."""

LONGEST = 10.0
"""Seconds for one request with the library's own retries; nobody looks at the answer for longer."""
UPLOAD = 120.0
"""Seconds for one that hands over files."""
LONGEST_PAUSE = 2.0
"""Seconds to wait when Discord is busy; after three nobody waits for the answer any more."""

_TOO_LATE = (Verdict.LATE, Verdict.GONE, Verdict.CLOSED)
"""What an answer may meet through nobody's fault: the click, its message or the channel is over."""
_Kind = discord.InteractionResponseType
_ANSWERED = "buddybot.answered"
"""Where an interaction keeps how it was answered, when Discord has the answer and the library missed that."""
Attempt = Callable[[], Awaitable[Any]]


def answered_as(interaction: "discord.Interaction[Any]") -> discord.InteractionResponseType | None:
    """Return how an interaction was answered for the first time; None while it was not."""
    kind: discord.InteractionResponseType | None = interaction.extras.get(_ANSWERED)
    return interaction.response.type or kind


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
        form=_stamp_of(interaction),
    )


def _stamp_of(interaction: "discord.Interaction[Any]") -> str:
    """Return what tells the opening of a form from every other; empty for what is no form."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return ""
    data: Mapping[str, Any] = interaction.data or {}
    return str(data.get("custom_id", "")).partition(STAMPED)[2]


def texts_of(interaction: "discord.Interaction[Any]") -> Texts:
    """Return the sentences in the language of who asks."""
    return Texts.for_locale(interaction.locale.value)


class Reply:
    """Answers one interaction; a Refusal inside the block becomes its sentence, to that person only."""

    def __init__(self, interaction: "discord.Interaction[Any]", *, public: bool = False) -> None:
        """`public` shows the answer to the channel; nearly everything is for the asking person."""
        self.interaction = interaction
        self._public = public
        self._timer: asyncio.TimerHandle | None = None
        self._acknowledging: asyncio.Task[None] | None = None
        self._thinking = answered_as(interaction) is _Kind.deferred_channel_message
        self._over = False
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
                await self._end_with(error)
                return True
            if isinstance(error, FormSentTwice):
                self._public = False
                await self.say("errors.sent_twice")
                return True
            return isinstance(error, AlreadyHandled)
        finally:
            self._handling.discard(self._task)

    @property
    def _on_message(self) -> bool:
        return self.interaction.type is discord.InteractionType.component or (
            self.interaction.type is discord.InteractionType.modal_submit
            and self.interaction.message is not None
        )

    @property
    def _is_answered(self) -> bool:
        return answered_as(self.interaction) is not None

    def _lose_patience(self) -> None:
        self._acknowledging = asyncio.ensure_future(self._acknowledge())

    async def _acknowledge(self) -> None:
        response, on_message = self.interaction.response, self._on_message
        if self._is_answered:
            return

        async def defer() -> None:
            if on_message:
                await response.defer()
            else:
                await response.defer(ephemeral=not self._public, thinking=True)

        kind = _Kind.deferred_message_update if on_message else _Kind.deferred_channel_message
        try:
            self._thinking = await self._ask_discord(defer, first=kind) and not on_message
        except FAULTS as error:
            # Perhaps the answer itself gets through.
            log.warning("could not acknowledge an interaction (%s)", describe_fault(error))

    async def _ask_discord(
        self,
        attempt: Attempt,
        *,
        again: bool = True,
        first: discord.InteractionResponseType | None = None,
        patience: float = LONGEST,
    ) -> bool:
        """Ask Discord, and once more where that says nothing twice (`again`) and the answer got lost.

        `first` is how that answers the interaction for the first time: what got lost and is known to Discord
        the second time did arrive.
        False when it was too late, or is lost: what was done stands all the same, and whatever follows it
        goes on. A request that Discord finds at fault is raised.
        """
        if self._over:
            return False
        for is_last in (not again, True):
            try:
                async with Bounded(self.interaction.client, patience):
                    await attempt()
            except (*FAULTS, JSONDecodeError) as error:
                if first is not None and is_last and getattr(error, "code", 0) == ANSWERED_ALREADY:
                    self.interaction.extras[_ANSWERED] = first
                    return True
                verdict = judge_fault(error)
                if verdict is Verdict.OURS:
                    raise
                if verdict in _TOO_LATE:
                    log.info("an interaction was answered too late (%s)", describe_fault(error))
                    self._over = verdict is Verdict.LATE
                    return False
                if is_last:
                    log.warning("an answer to an interaction was lost (%s)", describe_fault(error))
                    return False
                if verdict is Verdict.BUSY:
                    await asyncio.sleep(min(pause_after(error), LONGEST_PAUSE))
            else:
                return True
        return False

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
            await self.interaction.client.presence.require_here(actor)
        return actor

    async def show(self, card: Card, *, files: Sequence[discord.File] = ()) -> bool:
        """Answer with a message of its own; False when it did not get through."""
        await self._settle()
        interaction, sent = self.interaction, list(files)
        if not self._is_answered:
            respond = partial(interaction.response.send_message, view=card, ephemeral=not self._public)
            if files:
                return await self._hand_files(partial(respond, files=sent))
            return await self._ask_discord(respond, first=_Kind.channel_message)
        if self._thinking:
            self._thinking = False  # the next answer is one of its own
            return await self.change(card, files=files)
        return await self._more(card, sent, ephemeral=not self._public)

    async def change(self, card: Card, *, files: Sequence[discord.File] | None = ()) -> bool:
        """Put `card` in the place of the answer that was given; False when that did not get through.

        `files` take the place of those that the message had; None leaves them.
        """
        sent: dict[str, Any] = {} if files is None else {"attachments": list(files)}

        async def edit() -> None:
            await self.interaction.edit_original_response(view=card, allowed_mentions=NOBODY, **sent)

        return await (self._hand_files(edit) if files else self._ask_discord(edit))

    async def follow(self, card: Card, *, files: Sequence[discord.File] = ()) -> bool:
        """Say one thing more, to that person only, behind an answer that was given; False when it is lost."""
        return await self._more(card, list(files), ephemeral=True)

    async def _more(self, card: Card, files: list[discord.File], *, ephemeral: bool) -> bool:
        async def send() -> None:
            await self.interaction.followup.send(view=card, ephemeral=ephemeral, files=files)

        return await (self._hand_files(send) if files else self._ask_discord(send, again=False))

    async def _hand_files(self, attempt: Attempt) -> bool:
        """Answer with files, which are read once and so cannot be sent again; say so when they got lost."""
        if await self._ask_discord(attempt, again=False, patience=UPLOAD):
            return True
        if not self._over:
            self._public = False
            await self.say("errors.files_lost")
        return False

    async def replace(self, card: Card, *, files: Sequence[discord.File] | None = None) -> bool:
        """Put `card` in the place of the message that was clicked (or that the form came from).

        `files` take the place of those that the message had; None leaves them.
        """
        await self._settle()
        response = self.interaction.response
        if not self._on_message:
            return await self.show(card, files=files or ())
        if self._is_answered:
            return await self.change(card, files=files)
        sent: dict[str, Any] = {} if files is None else {"attachments": list(files)}
        return await self._ask_discord(
            lambda: response.edit_message(view=card, allowed_mentions=NOBODY, **sent),
            first=_Kind.message_update,
        )

    async def ask(self, form: Form) -> None:
        """Open a form; not possible once the answer was late, then Refusal `button.slow`."""
        await self._settle()
        response = self.interaction.response
        if self._is_answered:
            raise Refusal("button.slow")
        form.stamp()
        await self._ask_discord(lambda: response.send_modal(form), first=_Kind.modal)

    async def acknowledge(self) -> None:
        """Answer with nothing to read: the clicked card itself shows what changed."""
        await self._settle()
        response = self.interaction.response
        if not self._is_answered:
            await self._ask_discord(response.defer, first=_Kind.deferred_message_update)

    async def say(self, key: str, /, **parameters: object) -> bool:
        """Answer with one sentence; False when it did not get through."""
        return await self.show(Card().text(self.texts(key, **parameters)))

    async def _end_with(self, refusal: Refusal) -> None:
        """Answer with a refusal, but for one that came behind a committed change: that was not refused."""
        if not self.interaction.client.services.transactions.has_stored(self.actor):
            await self.refuse(refusal)
            return
        log.info("a saved change could not be shown (%s)", refusal.code)
        self._public = False
        await self.say("errors.stored_unseen")

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with the sentence of a refusal, to that person only."""
        self._public = False
        parameters = {
            name: write_day(self.texts, value) if type(value) is date else value
            for name, value in refusal.parameters.items()
        }
        if "field" in parameters:
            parameters["field"] = self.texts(f"fields.{parameters['field']}")
        text = self.texts(f"refusals.{refusal.code}", **parameters)
        await self.show(Card(colour=QUIET).text(text))
