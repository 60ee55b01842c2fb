"""From what a ping says to the card it is sent as, by the kind of ping."""

from collections.abc import Callable, Mapping
from typing import Any

from buddybot.domain.pings import PingKind
from buddybot.services.announcements import Announcement
from buddybot.ui import venue_notices
from buddybot.ui.alerts import alert_card
from buddybot.ui.checkins import checkin_card
from buddybot.ui.few import question_card
from buddybot.ui.fit import offer_card
from buddybot.ui.groups import archived_card, break_card
from buddybot.ui.homes import home_card
from buddybot.ui.kit import Card
from buddybot.ui.kudos import kudos_card
from buddybot.ui.meetings import change_card, meeting_card
from buddybot.ui.nudges import nudge_letter
from buddybot.ui.rsvps import reminder_card
from buddybot.ui.summary import summary_card
from buddybot.ui.swaps import offer_card as swap_card
from buddybot.ui.texts import Texts

LETTERS: Mapping[PingKind, Callable[[Texts, Any], Card]] = {
    PingKind.CHECKIN: checkin_card,
    PingKind.SUMMARY: summary_card,
    PingKind.NUDGE: nudge_letter,
    PingKind.CARD: meeting_card,
    PingKind.CARD_AGAIN: meeting_card,
    PingKind.CHECKIN_AGAIN: checkin_card,
    PingKind.FEW_AGAIN: question_card,
    PingKind.SUMMARY_AGAIN: summary_card,
    PingKind.CHANGE: change_card,
    PingKind.REMINDER: reminder_card,
    PingKind.PLACE: venue_notices.change_card,
    PingKind.SWAP: swap_card,
    PingKind.FEW: question_card,
    PingKind.ALERT: alert_card,
    PingKind.OFFER: offer_card,
    PingKind.KUDOS: kudos_card,
    PingKind.ARCHIVE: archived_card,
    PingKind.BREAK: break_card,
    PingKind.HOME: home_card,
}


def compose(kind: PingKind, announcement: Announcement) -> Card:
    """Return the card of what a ping says, in the language of its group."""
    return LETTERS[kind](Texts(announcement.language), announcement.content)
