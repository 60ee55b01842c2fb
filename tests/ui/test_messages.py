"""The table of messages has a line for each kind of ping, and a place for each card of a meeting."""

from types import SimpleNamespace
from typing import Any

import pytest

from buddybot.domain.meetings.cards import EARLIER, CardKind
from buddybot.domain.pings import PingKind
from buddybot.services.what_follows import CardService
from buddybot.storage.engine.database import Database
from buddybot.ui.messages import MessageTable
from tests.services.builder import RULES, Builder


@pytest.fixture
def messages(database: Database) -> MessageTable:
    builder = Builder(database)
    services: Any = SimpleNamespace(
        transactions=builder.transactions, cards=CardService(builder.transactions)
    )
    return MessageTable(services, builder.planner, RULES)


def test_the_table_has_a_line_when_there_is_a_kind_of_ping(messages: MessageTable) -> None:
    assert set(messages.preparers) == set(PingKind)


def test_a_message_is_a_card_when_it_follows_a_meeting(messages: MessageTable) -> None:
    assert messages.cards == {
        PingKind.CARD: CardKind.MEETING,
        PingKind.CARD_AGAIN: CardKind.MEETING,
        PingKind.CHECKIN: CardKind.CHECKIN,
        PingKind.CHECKIN_AGAIN: CardKind.CHECKIN,
        PingKind.QUORUM: CardKind.QUORUM,
        PingKind.QUORUM_AGAIN: CardKind.QUORUM,
        PingKind.SUMMARY: CardKind.SUMMARY,
        PingKind.SUMMARY_AGAIN: CardKind.SUMMARY,
    }


@pytest.mark.parametrize("kind", CardKind)
def test_a_card_is_posted_again_as_itself_when_no_other_took_its_place(
    messages: MessageTable, kind: CardKind
) -> None:
    again = messages.ping_again(kind)
    assert (again is None) == (kind in EARLIER.values())
    assert again is None or messages.cards[again] is kind
