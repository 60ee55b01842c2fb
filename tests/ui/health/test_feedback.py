"""What organizers read fits into Discord, however much was said."""

from datetime import timedelta

from buddybot.domain.health.feedback import MOST_PHRASES, Feedback, Phrase
from buddybot.domain.ids import UserId
from buddybot.services.health.feedback import READ_AT_ONCE, SHOWN_AT_ONCE, Heard
from buddybot.ui.health.feedback import heard_card, unread_card
from tests.ui.checkins.test_checkins import GROUP, NOW, TEXTS, assert_fits, said

NAMED = GROUP._replace(name="*" * 40)
LONGEST = sorted(Phrase, key=lambda each: -len(TEXTS.plain(f"feedback.phrase.{each.value}")))[:MOST_PHRASES]


def much(count: int) -> tuple[Feedback, ...]:
    """Return so many answers, each as long as one can be."""
    return tuple(
        Feedback(
            id=number,
            group_id=NAMED.id,
            group_name=NAMED.name,
            user_id=UserId(10**18 + number),
            phrases=tuple(LONGEST),
            rating=2,
            given_at=NOW + timedelta(hours=number),
        )
        for number in range(count)
    )


def test_all_that_is_read_at_once_is_shown_whole() -> None:
    items = much(READ_AT_ONCE)
    card = heard_card(TEXTS, Heard(NAMED, items))
    assert_fits(card)
    assert "…" not in said(card)
    assert said(card).count(TEXTS("feedback.going.2")) == READ_AT_ONCE


def test_all_that_is_news_is_shown_whole() -> None:
    items = much(SHOWN_AT_ONCE)
    card = unread_card(TEXTS, items)
    assert_fits(card)
    assert "…" not in said(card)
    assert said(card).count(TEXTS("feedback.going.2")) == SHOWN_AT_ONCE
