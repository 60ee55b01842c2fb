"""A member's time away."""

from buddybot.services.away import AwayView
from buddybot.storage.away import StoredSpan
from buddybot.ui.kit import Card, button
from buddybot.ui.texts import Markup, Texts, moment

MOST_SHOWN = 10
"""Spans shown at a time: each takes three of a message's forty parts."""


def away_card(texts: Texts, view: AwayView) -> Card:
    """Return what is noted, with a button to take each back."""
    card = Card().text(texts("away.title"))
    if not view.spans:
        return card.text(texts("away.none"))
    for span in view.spans[:MOST_SHOWN]:
        card.beside(_span(texts, span), button(texts.plain("away.take_back"), "away_drop", span.id))
    if view.meetings:
        starts = Markup(", ".join(moment(meeting.starts_at) for _, meeting in view.meetings))
        card.text(texts("away.answered", starts=starts))
    card.note(texts("away.later"))
    return card.note(texts("away.who_sees"))


def _span(texts: Texts, span: StoredSpan) -> Markup:
    key = "away.span_one" if span.days.first == span.days.last else "away.span"
    return texts(
        key,
        group=span.group_name,
        first=span.days.first.isoformat(),
        last=span.days.last.isoformat(),
    )
