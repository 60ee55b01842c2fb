"""Messages that are out of date: what their buttons were for is over, so they lose them."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import discord

from buddybot.domain.ids import ChannelId, GuildId, MeetingId, MessageId, UserId
from buddybot.domain.pings import Ping, PingKind
from buddybot.pings.delivery.requests import (
    FAULTS,
    Bounded,
    Part,
    Payload,
    Rests,
    describe_fault,
    judge_fault,
    serve_apart,
)
from buddybot.pings.dispatch.verdicts import Verdict
from buddybot.services.core.unit_of_work import StorageError
from buddybot.services.locations.home_questions import HomeQuestion
from buddybot.services.locations.host_swaps import SwapView
from buddybot.services.outdated_messages import EndedInvitation, OutdatedMessage
from buddybot.services.registry import Services
from buddybot.ui.framework.texts import Texts
from buddybot.ui.groups.invitations import answered_card
from buddybot.ui.locations.home_requests import home_card, settled_card
from buddybot.ui.locations.host_swaps import ended_card, offer_card
from buddybot.ui.meetings.meetings import over_card, reminder_card

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds for one message."""
_ROW, _SECTION = 1, 9
_NOT_NOW = (Verdict.BUSY, Verdict.UNCLEAR, Verdict.UNREACHABLE, Verdict.UNAUTHORIZED)
Change = Callable[[discord.Message], Payload | None]
"""Makes of a message as it is what is to be left of it; None where it stays."""
Ended = tuple[str, Callable[[Texts], Payload]]
_ENDED: Mapping[PingKind, Ended] = {
    PingKind.SWAP: ("swap_agree", ended_card),
    PingKind.HOME: ("home_agree", settled_card),
}
"""What is said in the place of a question that is over, and by which button it can still be answered."""
_NOBODY = discord.AllowedMentions.none()


class OutdatedMessages:
    """Edits each such message once; one that can't be edited is left as it is."""

    def __init__(self, client: discord.Client, services: Services) -> None:
        self._client = client
        self._outdated_messages = services.outdated_messages
        self._rests = Rests(services.transactions.now)
        self._busy = False

    async def refresh(self) -> None:
        """Edit what is out of date, a few messages at a time; never raises."""
        if self._busy:
            return
        self._busy = True
        try:
            await serve_apart(
                await self._outdated_messages.list_outdated(),
                lambda each: each.ping.channel_id or 0,
                self._retire,
            )
            await serve_apart(
                await self._outdated_messages.moved_swaps(),
                lambda each: each[0].channel_id or 0,
                self._follow_swap,
            )
            await serve_apart(
                await self._outdated_messages.moved_homes(),
                lambda each: each[0].channel_id or 0,
                self._follow_home,
            )
            await serve_apart(
                await self._outdated_messages.list_invitations(), lambda each: each.card[0], self._close
            )
        except StorageError as error:
            log.error("messages that are out of date could not be looked for: %s", error)
        finally:
            self._busy = False

    async def drop_stop(self, guild_id: GuildId, user_id: UserId, pressed: discord.Message | None) -> None:
        """Take the button that stops direct messages off those a person has; never raises."""
        done = None if pressed is None else pressed.id
        if pressed is not None and (left := _without_stop(pressed)) is not None:
            place = ChannelId(pressed.channel.id), MessageId(pressed.id)
            await self._edit(*place, left)
        try:
            for ping in await self._outdated_messages.direct_to(guild_id, user_id):
                if ping.message_id != done:
                    await self._edit(ping.channel_id, ping.message_id, _without_stop)
        except StorageError as error:
            log.error("direct messages with a stop button could not be looked for: %s", error)

    async def follow_answer(self, meeting_id: MeetingId, user_id: UserId) -> None:
        """Let a person's reminder say what they answered elsewhere; never raises."""
        try:
            message = await self._outdated_messages.find_reminder(meeting_id, user_id)
        except StorageError as error:
            log.error("a reminder could not be looked for: %s", error)
            return
        if message is not None and message.reminder is not None and message.reminder.answer is not None:
            await self._show(message)

    async def follow_meeting(self, meeting_id: MeetingId) -> None:
        """Let the reminders of a meeting that was moved, or is held after all, ask about it; never raises."""
        try:
            for message in await self._outdated_messages.reopen(meeting_id):
                await self._show(message)
        except StorageError as error:
            log.error("the reminders of a meeting could not be looked for: %s", error)

    async def follow_days(self, guild_id: GuildId, user_id: UserId) -> None:
        """Let a person's reminders say what they answer since their days away are others; never raises."""
        try:
            for message in await self._outdated_messages.reminders_to(guild_id, user_id):
                await self._show(message)
        except StorageError as error:
            log.error("a person's reminders could not be looked for: %s", error)

    async def _show(self, message: OutdatedMessage) -> None:
        """Let a reminder ask, with its buttons, as its meeting and its reader's answer are by now."""
        if message.reminder is not None:
            card = reminder_card(Texts(message.language), message.reminder)
            await self._edit(message.ping.channel_id, message.ping.message_id, card)

    async def _retire(self, message: OutdatedMessage) -> None:
        """Edit one message and note it, unless Discord is to be asked again later."""
        ping, texts = message.ping, Texts(message.language)
        change: Payload | Change = _without_outdated
        if ping.kind in _ENDED:
            change = partial(_end_question, ended=_ENDED[ping.kind], texts=texts)
        elif message.reminder is not None:
            change = over_card(texts, message.reminder)
        if await self._edit(ping.channel_id, ping.message_id, change):
            await self._outdated_messages.mark_retired(ping)

    async def _follow_swap(self, moved: tuple[Ping, SwapView]) -> None:
        """Let a question name its meetings as they are now."""
        ping, view = moved
        card = offer_card(Texts(view.group.language), view)
        if await self._edit(ping.channel_id, ping.message_id, card):
            await self._outdated_messages.note_followed(view)

    async def _follow_home(self, moved: tuple[Ping, HomeQuestion]) -> None:
        """Let a question about a home name its meeting as it is now."""
        ping, view = moved
        card = home_card(Texts(view.group.language), view)
        if await self._edit(ping.channel_id, ping.message_id, card):
            await self._outdated_messages.followed_home(ping, view)

    async def _close(self, ended: EndedInvitation) -> None:
        card = answered_card(Texts(ended.group.language), ended.invitation, ended.group)
        if await self._edit(*ended.card, card):
            await self._outdated_messages.forget_card(ended.invitation.id)

    async def _edit(
        self,
        channel_id: ChannelId | None,
        message_id: MessageId | None,
        change: "Payload | Change",
    ) -> bool:
        """Show what takes a message's place, or what a change makes of it; False when that may work later."""
        if channel_id is None or message_id is None or self._rests.holds(channel_id):
            return False
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        try:
            async with Bounded(self._client, PATIENCE):
                left = change if isinstance(change, Payload) else change(await message.fetch())
                if left is not None:
                    await message.edit(view=left, allowed_mentions=_NOBODY)
        except FAULTS as error:
            self._rests.note(channel_id, error)
            log.info("a message that is out of date was not edited (%s)", describe_fault(error))
            return judge_fault(error) not in _NOT_NOW
        return True


def _end_question(shown: discord.Message | None, ended: Ended, texts: Texts) -> Payload | None:
    """Return what takes the place of a question that still has its answers; an answered one stays."""
    route, card = ended
    if without_buttons(shown, lambda name: name == route) is None:
        return without_buttons(shown)
    return card(texts)


def _without_outdated(message: discord.Message | None) -> Payload | None:
    """What stops further nudges in the channel is of use for as long as anybody reads it."""
    return without_buttons(message, lambda route: route != "nudge_stop")


def _without_stop(message: discord.Message | None) -> Payload | None:
    return without_buttons(message, lambda route: route == "dm_stop")


def has_stop(message: discord.Message | None) -> bool:
    """Return whether a message has the button that stops direct messages."""
    return _without_stop(message) is not None


def without_buttons(
    message: discord.Message | None, drop: Callable[[str], bool] = lambda _route: True
) -> Payload | None:
    """Return a message without the buttons and selects of these routes; None when it has none of them."""
    if message is None:
        return None
    parts: Sequence[Part] = [dict(component.to_dict()) for component in message.components]
    kept = list(_keep_parts(parts, drop))
    return None if kept == list(parts) else Payload(kept)


def _keep_parts(parts: Sequence[Part], drop: Callable[[str], bool]) -> Iterator[Part]:
    for part in parts:
        if part["type"] == _ROW:
            items = [item for item in part["components"] if not _drops(item, drop)]
            if items:
                yield {**part, "components": items}
        elif part["type"] == _SECTION and _drops(part["accessory"], drop):
            yield from part["components"]
        elif "components" in part:
            yield {**part, "components": list(_keep_parts(part["components"], drop))}
        else:
            yield part


def _drops(item: Part, drop: Callable[[str], bool]) -> bool:
    """Whether a button or select leads to such a route; a link leads to none."""
    name = item.get("custom_id")
    return name is not None and drop(name.partition(":")[0])
