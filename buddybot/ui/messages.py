"""What the bot shows in Discord: who prepares and renders each kind, and what is edited later."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import discord

from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.cards import EARLIER, CardKind, ShownCard
from buddybot.domain.pings import PingKind
from buddybot.pings.delivery.requests import FAULTS, Bounded, Rests, describe_fault, judge_fault, serve_apart
from buddybot.pings.dispatch.verdicts import Verdict, is_blocked
from buddybot.services import what_follows
from buddybot.services.checkins import checkin_messages, kudos, summary_messages
from buddybot.services.checkins.summary_messages import SummaryPreparer
from buddybot.services.commitments.nudges import NudgePreparer
from buddybot.services.core import Announcement, Planner, Preparer, Rules, StorageError, Transactions
from buddybot.services.groups.archiving_steps import prepare_archive
from buddybot.services.groups.break_messages import prepare_break
from buddybot.services.health import offers
from buddybot.services.health.alert_messages import AlertPreparer
from buddybot.services.locations import home_questions, host_swaps
from buddybot.services.meetings import location_messages, meeting_messages, quorum, rsvps
from buddybot.services.registry import Services
from buddybot.services.what_follows import ViewOf
from buddybot.ui.checkins.checkins import checkin_card as render_checkin
from buddybot.ui.checkins.kudos import kudos_card
from buddybot.ui.checkins.summary import summary_card
from buddybot.ui.commitments.nudges import nudge_card
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import Texts
from buddybot.ui.groups.discord_roles import LiveRoles
from buddybot.ui.groups.groups import archived_card, break_card
from buddybot.ui.health.alerts import alert_card
from buddybot.ui.health.offers import offer_card
from buddybot.ui.locations.arrangements import change_card as location_change_card
from buddybot.ui.locations.home_requests import home_card
from buddybot.ui.locations.host_swaps import offer_card as swap_card
from buddybot.ui.meetings.event_interests import LiveInterests
from buddybot.ui.meetings.meetings import change_card, earlier_card, meeting_card, reminder_card
from buddybot.ui.meetings.quorum import question_card
from buddybot.ui.meetings.server_events import LiveEvents
from buddybot.ui.outdated_messages import OutdatedMessages

log = logging.getLogger(__name__)
Render = Callable[[Texts, Any], Card]
PATIENCE = 15.0
"""Seconds for one edit with the library's own retries."""

_MOST_ROUNDS = 5
"""Edits of one card in a row; changes that come faster are taken up by the next refresh."""


class MeetingCard(NamedTuple):
    """A message about a meeting that is edited in place.

    `view_of` reads what the card shows by now; `again` is the ping that posts a deleted card once more.
    """

    kind: CardKind
    view_of: ViewOf[Any]
    again: PingKind


class Message(NamedTuple):
    """What is shown in Discord for one kind of ping; without a `card` it stays as it was sent."""

    prepare: Preparer
    render: Render
    card: MeetingCard | None = None


def list_messages(transactions: Transactions, planner: Planner, rules: Rules) -> Mapping[PingKind, Message]:
    """Return the message of each kind of ping; a new kind is one more line here."""
    library = rules.library
    meeting_shown = MeetingCard(
        CardKind.MEETING,
        # The clock counts too: the card asks for answers until they are due.
        lambda uow, group, meeting: rsvps.view_of(
            uow, group, meeting, now=transactions.now(), library=library
        ),
        again=PingKind.CARD_AGAIN,
    )
    checkin_shown = MeetingCard(
        CardKind.CHECKIN, partial(checkin_messages.view_of, library=library), again=PingKind.CHECKIN_AGAIN
    )
    question_shown = MeetingCard(CardKind.QUORUM, quorum.view_of, again=PingKind.QUORUM_AGAIN)
    summary_shown = MeetingCard(CardKind.SUMMARY, summary_messages.view_of, again=PingKind.SUMMARY_AGAIN)
    prepare_card = partial(meeting_messages.prepare_card, library=library)
    prepare_checkin = partial(checkin_messages.prepare_checkin, library=library)
    prepare_checkin_again = partial(what_follows.prepare_checkin_again, library=library)
    return {
        PingKind.CARD: Message(prepare_card, meeting_card, meeting_shown),
        PingKind.CARD_AGAIN: Message(prepare_card, meeting_card, meeting_shown),
        PingKind.CHECKIN: Message(prepare_checkin, render_checkin, checkin_shown),
        PingKind.CHECKIN_AGAIN: Message(prepare_checkin_again, render_checkin, checkin_shown),
        PingKind.QUORUM: Message(quorum.prepare_question, question_card, question_shown),
        PingKind.QUORUM_AGAIN: Message(what_follows.prepare_question_again, question_card, question_shown),
        PingKind.SUMMARY: Message(SummaryPreparer(planner), summary_card, summary_shown),
        PingKind.SUMMARY_AGAIN: Message(what_follows.prepare_summary_again, summary_card, summary_shown),
        PingKind.CHANGE: Message(meeting_messages.prepare_change, change_card),
        PingKind.PLACE: Message(location_messages.prepare_location_change, location_change_card),
        PingKind.SWAP: Message(host_swaps.prepare_question, swap_card),
        PingKind.HOME: Message(home_questions.prepare_question, home_card),
        PingKind.KUDOS: Message(kudos.prepare_kudos, kudos_card),
        PingKind.BREAK: Message(prepare_break, break_card),
        PingKind.ARCHIVE: Message(prepare_archive, archived_card),
        PingKind.ALERT: Message(AlertPreparer(library), alert_card),
        PingKind.REMINDER: Message(meeting_messages.prepare_reminder, reminder_card),
        PingKind.NUDGE: Message(NudgePreparer(quiet=rules.quiet), nudge_card),
        PingKind.OFFER: Message(offers.prepare_offer, offer_card),
    }


class MessageTable:
    """What the delivery of pings, and the editing of cards, take from the table.

    `preparers` prepare each kind of ping; `cards` says which of its meeting's cards a ping becomes.
    """

    def __init__(self, services: Services, planner: Planner, rules: Rules) -> None:
        self._messages = list_messages(services.transactions, planner, rules)
        self._cards = services.cards
        self._edited = {
            each.card.kind: (each.card.view_of, each.render) for each in self._messages.values() if each.card
        }
        view_of, _ = self._edited[CardKind.MEETING]
        self._edited |= dict.fromkeys(EARLIER.values(), (view_of, earlier_card))
        self._again = {each.card.kind: each.card.again for each in self._messages.values() if each.card}
        self.preparers = {kind: each.prepare for kind, each in self._messages.items()}
        self.cards = {kind: each.card.kind for kind, each in self._messages.items() if each.card}

    def render(self, kind: PingKind, announcement: Announcement) -> Card:
        """Return what a ping is sent as, in the language of its group."""
        return self._messages[kind].render(Texts(announcement.language), announcement.content)

    async def render_again(self, card: ShownCard) -> Card | None:
        """Return what a card shows by now; None when its group or meeting is no more.

        What was said before a meeting was moved loses its buttons to the card that took its place.
        """
        view_of, render = self._edited[card.kind]
        view = await self._cards.read_view(card, view_of)
        return None if view is None else render(Texts(view.group.language), view)

    def ping_again(self, kind: CardKind) -> PingKind | None:
        """Return the ping that posts a deleted card once more; None for one that was replaced."""
        return self._again.get(kind)


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
        return None if revision == card.revision else card._replace(shown=card.revision, revision=revision)

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
        self.events = LiveEvents(client, services)
        self.interests = LiveInterests(client, services)
        self.outdated = OutdatedMessages(client, services)
        self.roles = LiveRoles(client, services)

    async def refresh(
        self, meeting_id: MeetingId | None = None, *, answered_by: UserId | None = None
    ) -> None:
        """Bring what shows one meeting, or all that is stale, up to date; never raises to the member.

        `answered_by` answered for the meeting, and their own reminder of it says so.
        """
        if meeting_id is None:
            await self._cards.refresh()
            await self.events.refresh()
            return
        try:
            behind = await self._services.cards.list_behind(meeting_id, answered_by)
            await self._cards.bring(behind.cards)
        except StorageError as error:  # what the member did is saved, and the next refresh shows it
            log.error("what shows a meeting could not be refreshed: %s", error)
            return
        if behind.event or self.events.busy:
            await self.events.refresh(meeting_id)
        if behind.reminder and answered_by is not None:
            await self.outdated.follow_answer(meeting_id, answered_by)

    async def read_interests(self) -> None:
        """Read who is interested in the events of near meetings, and show it."""
        await self.interests.read()
        await self._cards.refresh()
