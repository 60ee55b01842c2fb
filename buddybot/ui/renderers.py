"""The one table of messages: who prepares each kind of ping, who renders it, and which are cards."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from buddybot.domain.meetings.cards import EARLIER, CardKind, ShownCard
from buddybot.domain.pings import PingKind
from buddybot.services import cards
from buddybot.services.cards import ViewOf
from buddybot.services.checkins import checkin_messages, kudos, summary_messages
from buddybot.services.checkins.summary_messages import SummaryPreparer
from buddybot.services.commitments.nudges import NudgePreparer
from buddybot.services.core.announcements import Announcement, Preparer
from buddybot.services.core.rules import Rules
from buddybot.services.core.unit_of_work import Planner, Transactions
from buddybot.services.groups.archiving_steps import prepare_archive
from buddybot.services.groups.break_messages import prepare_break
from buddybot.services.health import offers
from buddybot.services.health.alert_messages import AlertPreparer
from buddybot.services.locations import home_questions, host_swaps
from buddybot.services.meetings import location_messages, meeting_messages, quorum, rsvps
from buddybot.services.registry import Services
from buddybot.ui.checkins.checkins import checkin_card as render_checkin
from buddybot.ui.checkins.kudos import kudos_card
from buddybot.ui.checkins.summary import summary_card
from buddybot.ui.commitments.nudges import nudge_card
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import Texts
from buddybot.ui.groups.groups import archived_card, break_card
from buddybot.ui.health.alerts import alert_card
from buddybot.ui.health.offers import offer_card
from buddybot.ui.locations.home_requests import home_card
from buddybot.ui.locations.host_swaps import offer_card as swap_card
from buddybot.ui.locations.location_notices import change_card as place_card
from buddybot.ui.meetings.meetings import change_card, earlier_card, meeting_card, reminder_card
from buddybot.ui.meetings.quorum import question_card

Render = Callable[[Texts, Any], Card]


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
    prepare_checkin_again = partial(cards.prepare_checkin_again, library=library)
    return {
        PingKind.CARD: Message(prepare_card, meeting_card, meeting_shown),
        PingKind.CARD_AGAIN: Message(prepare_card, meeting_card, meeting_shown),
        PingKind.CHECKIN: Message(prepare_checkin, render_checkin, checkin_shown),
        PingKind.CHECKIN_AGAIN: Message(prepare_checkin_again, render_checkin, checkin_shown),
        PingKind.QUORUM: Message(quorum.prepare_question, question_card, question_shown),
        PingKind.QUORUM_AGAIN: Message(cards.prepare_question_again, question_card, question_shown),
        PingKind.SUMMARY: Message(SummaryPreparer(planner), summary_card, summary_shown),
        PingKind.SUMMARY_AGAIN: Message(cards.prepare_summary_again, summary_card, summary_shown),
        PingKind.CHANGE: Message(meeting_messages.prepare_change, change_card),
        PingKind.PLACE: Message(location_messages.prepare_location_change, place_card),
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
