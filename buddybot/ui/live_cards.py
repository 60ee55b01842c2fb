"""What changes in Discord with the rows: cards, which are edited in place, and the servers' events."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import discord

from buddybot.domain.ids import GroupId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.cards import CardKind, ShownCard
from buddybot.pings.delivery.faults import FAULTS, Bounded, describe_fault, judge_fault
from buddybot.pings.dispatch.verdicts import Verdict, is_blocked
from buddybot.services.core.unit_of_work import StorageError
from buddybot.services.registry import Services
from buddybot.ui.framework.side_by_side import Rests, serve_apart
from buddybot.ui.groups.discord_roles import LiveRoles
from buddybot.ui.meetings.event_interests import LiveInterests
from buddybot.ui.meetings.server_events import LiveEvents
from buddybot.ui.outdated_messages import OutdatedMessages
from buddybot.ui.renderers import MessageTable

log = logging.getLogger(__name__)

PATIENCE = 15.0
"""Seconds for one edit with the library's own retries."""

_MOST_ROUNDS = 5
"""Edits of one card in a row; changes that come faster are taken up by the next refresh."""


class LiveCards:
    """Edits what is stale; of one card at most one edit is under way, and the last state wins."""

    def __init__(self, client: discord.Client, services: Services, messages: MessageTable) -> None:
        self._client = client
        self._cards = services.cards
        self._messages = messages
        self._rests = Rests(lambda: services.transactions.now())
        self._busy: set[tuple[MeetingId, CardKind]] = set()
        self._asked: set[tuple[MeetingId, CardKind]] = set()

    async def refresh(self) -> None:
        """Bring all cards that are stale up to date; never raises."""
        try:
            await self.bring(await self._cards.list_stale())
        except StorageError as error:
            log.error("cards could not be refreshed: %s", error)

    async def bring(self, stale: Sequence[ShownCard]) -> None:
        """Bring these cards up to date; what fails is logged, and left to the next refresh."""
        waiting = (card for card in stale if not self._rests.holds(card.channel_id))
        await serve_apart(waiting, lambda card: card.channel_id, self._bring)

    async def _bring(self, card: ShownCard) -> None:
        key = (card.meeting_id, card.kind)
        if key in self._busy:
            self._asked.add(key)  # whoever edits it looks again when the edit is done
            return
        if self._rests.holds(card.channel_id):
            return
        self._busy.add(key)
        try:
            await self._follow(card)
        finally:
            self._busy.discard(key)
            self._asked.discard(key)

    async def _follow(self, card: ShownCard) -> None:
        for _ in range(_MOST_ROUNDS):
            again = await self._edit(card)
            if again is None:
                return
            card = again

    async def _again(self, card: ShownCard) -> ShownCard | None:
        """Return the card if it is stale once more, having looked after the last who asked."""
        key = (card.meeting_id, card.kind)
        while True:
            self._asked.discard(key)
            stale = await self._cards.list_stale(card.meeting_id)
            found = next((each for each in stale if each.kind is card.kind), None)
            if found is not None or key not in self._asked:
                return found

    async def _edit(self, card: ShownCard) -> ShownCard | None:
        """Show the present state; return the card where it is stale again, and worth another edit at once."""
        view = await self._messages.render_again(card)
        if view is None:
            await self._cards.note_shown(card)
            return None
        message = self._client.get_partial_messageable(card.channel_id).get_partial_message(card.message_id)
        try:
            async with Bounded(self._client, PATIENCE):
                await message.edit(view=view, allowed_mentions=discord.AllowedMentions.none())
        except FAULTS as error:
            await self._handle_failure(card, error)
            return None
        key = (card.meeting_id, card.kind)
        self._asked.discard(key)  # whoever asked so far did so after a change that is seen here
        revision = await self._cards.note_taken(card)
        if revision is None or key in self._asked:
            return await self._again(card)
        return None if revision == card.revision else replace(card, shown=card.revision, revision=revision)

    async def _handle_failure(self, card: ShownCard, error: Exception) -> None:
        """Replace a deleted message; let one in a channel that refuses the bot wait with its pings.

        What Discord will not take at all is told, and not asked a second time for the same change. The rest
        is left to the next refresh.
        """
        verdict = judge_fault(error)
        again = self._messages.ping_again(card.kind)
        log.warning("could not edit a card (%s)", describe_fault(error))
        self._rests.note(card.channel_id, error)
        if verdict is Verdict.GONE:
            await self._cards.replace_deleted(card, again)
        elif verdict is Verdict.OURS and isinstance(error, discord.HTTPException):
            why, code = "blocked" if is_blocked(error.code) else "fault", error.code
            await self._cards.tell_refused(card, again, why=why, code=code)
        elif verdict is Verdict.CLOSED and isinstance(error, discord.HTTPException):
            await self._cards.close_channel(card, error.code)


class Live:
    """Lets Discord follow the rows: the cards first, then the servers' own events."""

    def __init__(self, client: discord.Client, services: Services, messages: MessageTable) -> None:
        self._services = services
        self._cards = LiveCards(client, services, messages)
        self._events = LiveEvents(client, services)
        self._interests = LiveInterests(client, services)
        self._outdated = OutdatedMessages(client, services)
        self._roles = LiveRoles(client, services)

    async def refresh(
        self, meeting_id: MeetingId | None = None, *, answered_by: UserId | None = None
    ) -> None:
        """Bring what shows one meeting, or all that is stale, up to date; never raises to the member.

        `answered_by` answered for the meeting, and their own reminder of it says so.
        """
        if meeting_id is None:
            await self._cards.refresh()
            await self._events.refresh()
            return
        try:
            behind = await self._services.cards.list_behind(meeting_id, answered_by)
            await self._cards.bring(behind.cards)
        except StorageError as error:  # what the member did is saved, and the next refresh shows it
            log.error("what shows a meeting could not be refreshed: %s", error)
            return
        if behind.event or self._events.busy:
            await self._events.refresh(meeting_id)
        if behind.reminder and answered_by is not None:
            await self._outdated.follow_answer(meeting_id, answered_by)

    async def settle_roles(self, group_id: GroupId | None = None) -> None:
        """Bring the role of one group, or of all, in line with its members; never raises."""
        await self._roles.settle(group_id)

    async def take_roles_from(self, user_id: UserId) -> frozenset[GroupId]:
        """Take the roles of a person whose data is about to be deleted; return where they have none now."""
        return await self._roles.take_from(user_id)

    async def retire_outdated(self) -> None:
        """Take the buttons off messages that are out of date; never raises."""
        await self._outdated.refresh()

    async def drop_stop(self, guild_id: GuildId, user_id: UserId, pressed: discord.Message | None) -> None:
        """Take the button that stops direct messages off those a person has; never raises."""
        await self._outdated.drop_stop(guild_id, user_id, pressed)

    async def follow_meeting(self, meeting_id: MeetingId) -> None:
        """Let the reminders of a meeting that was moved, or is held after all, ask about it; never raises."""
        await self._outdated.follow_meeting(meeting_id)

    async def follow_days(self, guild_id: GuildId, user_id: UserId) -> None:
        """Let a person's reminders say what they answer since their days away are others; never raises."""
        await self._outdated.follow_days(guild_id, user_id)

    async def review_events(self, guild_id: GuildId | None = None) -> None:
        """Let events that could not be made be tried again, and those of private channels go."""
        await self._events.review(guild_id)

    async def read_interests(self) -> None:
        """Read who is interested in the events of near meetings, and show it."""
        await self._interests.read()
        await self._cards.refresh()

    async def read_interests_for(self, meeting_id: MeetingId) -> None:
        """Read who is interested in the event of one meeting, for what is decided by it now."""
        await self._interests.read_for(meeting_id)
