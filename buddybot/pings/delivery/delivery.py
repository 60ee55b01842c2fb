"""The end of the pings that knows Discord: send with a nonce, look for it in the history, open a DM."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import discord

from buddybot.domain.ids import ChannelId, MessageId, UserId
from buddybot.domain.pings import MARK, PingKind
from buddybot.domain.text import length_of
from buddybot.pings.delivery.requests import (
    FAULTS,
    Bounded,
    Part,
    Payload,
    describe_fault,
    every_part,
    judge_fault,
    pause_after,
)
from buddybot.pings.dispatch.message_gateway import (
    Busy,
    OutgoingMessage,
    Refused,
    Unauthorized,
    Unclear,
    Unreachable,
)
from buddybot.pings.dispatch.verdicts import OPENING_TOO_FAST, Verdict
from buddybot.services.core.service import Announcement

EVERY = 256
"""So many new ones are let in between two looks at all of them."""


def forget_limits(client: discord.Client) -> None:
    """Let the client's memories of rate limits go when they tell nothing any more.

    The library keeps each for five minutes and, with more than 255 of them, goes through all of them for
    each new channel: that makes a message to the 14,000th channel ten times as dear as to the first.
    """
    http = client.http
    http._try_clear_expired_ratelimits = _Sweep(http)  # type: ignore[method-assign]  # noqa: SLF001  # the library offers no other way


class _Sweep:
    """Called by the library with each new one."""

    def __init__(self, http: Any) -> None:
        self._http = http
        self._new = 0

    def __call__(self) -> None:
        self._new += 1
        if self._new < EVERY:
            return
        self._new = 0
        buckets = self._http._buckets  # noqa: SLF001  # see above
        for key in [key for key, bucket in buckets.items() if _is_idle(bucket)]:
            del buckets[key]


def _is_idle(bucket: Any) -> bool:
    """Whether nobody is using it or waits for it, and its limit is whole again."""
    waited_for = bucket.outgoing or bucket._pending_requests  # noqa: SLF001  # see above
    return not waited_for and (bucket.is_expired() or bucket.is_inactive())


log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds for one request with the library's own retries."""
HISTORY = 300
CUSTOM_ID_LIMIT = 100

Compose = Callable[[PingKind, Announcement], Payload]


class DiscordMessageGateway:
    """The way to Discord through discord.py."""

    def __init__(self, bot: discord.Client, compose: Compose, *, patience: float = PATIENCE) -> None:
        """`compose` makes the card of what a ping says."""
        forget_limits(bot)
        self._bot = bot
        self._compose = compose
        self._patience = patience

    def make_message(self, kind: PingKind, announcement: Announcement, nonce: str) -> OutgoingMessage:
        """Make the message and mark it; ValueError when no button of it can carry the nonce."""
        view = self._compose(kind, announcement)
        mark_components(view.components, nonce)
        people = [discord.Object(user_id) for user_id in announcement.mentions]
        return _OutgoingMessage(
            self, view, nonce, discord.AllowedMentions(users=people, roles=False, everyone=False)
        )

    async def find_message(self, channel_id: ChannelId, nonce: str, *, since: datetime) -> MessageId | None:
        """Return the bot's own message with this nonce, newest first, not far beyond `since`."""
        async with _BoundedRequest(self._bot, self._patience):
            history = self._bot.get_partial_messageable(channel_id).history(
                limit=HISTORY, after=since, oldest_first=False
            )
            async for message in history:
                if self._is_mine(message) and any(
                    custom_id.endswith(MARK + nonce) for custom_id in _custom_ids(message.components)
                ):
                    return MessageId(message.id)
        return None

    async def open_direct(self, user_id: UserId) -> ChannelId:
        """Return the channel of direct messages with a person."""
        async with _BoundedRequest(self._bot, self._patience):
            return ChannelId((await self._bot.create_dm(discord.Object(user_id))).id)

    async def post(
        self, channel_id: ChannelId, view: Payload, nonce: str, mentions: discord.AllowedMentions
    ) -> MessageId:
        """Send one message."""
        async with _BoundedRequest(self._bot, self._patience):
            channel = self._bot.get_partial_messageable(channel_id)
            sent = await channel.send(view=view, nonce=nonce, allowed_mentions=mentions)
            return MessageId(sent.id)

    def _is_mine(self, message: discord.Message) -> bool:
        return self._bot.user is not None and message.author.id == self._bot.user.id


class _OutgoingMessage:
    def __init__(
        self, gateway: DiscordMessageGateway, view: Payload, nonce: str, mentions: discord.AllowedMentions
    ) -> None:
        self._gateway = gateway
        self._view = view
        self._nonce = nonce
        self._mentions = mentions

    async def send(self, channel_id: ChannelId) -> MessageId:
        return await self._gateway.post(channel_id, self._view, self._nonce, self._mentions)


def mark_components(components: list[Part], nonce: str) -> None:
    """Write the nonce behind the custom id of the first button or select that has room for it.

    Discord does not keep a nonce, so this is what tells the message in the channel's history.
    """
    for part in every_part(components):
        custom_id = part.get("custom_id")
        if custom_id is not None and length_of(custom_id + MARK + nonce) <= CUSTOM_ID_LIMIT:
            part["custom_id"] = custom_id + MARK + nonce
            return
    raise ValueError("a card that is sent as a ping needs a button whose custom id has room for the nonce")


def _custom_ids(components: Any) -> Iterator[str]:
    """Every custom id in a message's components, however deep."""
    for component in components:
        custom_id = getattr(component, "custom_id", None)
        if custom_id is not None:
            yield custom_id
        yield from _custom_ids(getattr(component, "children", ()))
        accessory = getattr(component, "accessory", None)
        if accessory is not None:
            yield from _custom_ids([accessory])


class _BoundedRequest:
    """Bounds one request in time and says in our words what went wrong."""

    def __init__(self, bot: discord.Client, patience: float) -> None:
        self._bounded = Bounded(bot, patience)

    async def __aenter__(self) -> None:
        await self._bounded.__aenter__()

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        try:
            await self._bounded.__aexit__(kind, error, trace)
        except TimeoutError as late:
            raise Unclear("no answer in time") from late
        if isinstance(error, Exception):
            raise _translate_error(error) from error


def _translate_error(error: Exception) -> Exception:
    verdict = judge_fault(error)
    if verdict is Verdict.UNAUTHORIZED:
        return Unauthorized()
    if isinstance(error, discord.HTTPException) and error.code == OPENING_TOO_FAST:
        return Refused(status=error.status, code=error.code)
    if verdict is Verdict.BUSY:
        return Busy(pause_after(error))
    if verdict is Verdict.UNREACHABLE:
        return Unreachable(describe_fault(error))
    if isinstance(error, discord.HTTPException) and verdict is not Verdict.UNCLEAR:
        return Refused(status=error.status, code=error.code)
    if not isinstance(error, FAULTS):
        log.warning("an answer of Discord makes no sense", exc_info=error)
    return Unclear(describe_fault(error))
