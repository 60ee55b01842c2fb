"""A member's time away."""

from collections.abc import Iterator, Sequence

from buddybot.domain.groups.preferences import StoredSpan
from buddybot.services.meetings.away import AwayView, Freed, Missed
from buddybot.ui.framework.components import Card, button
from buddybot.ui.framework.texts import Markup, Texts, member, moment, write_day

MOST_SHOWN = 10
"""Spans shown at a time: each takes three of a message's forty parts."""


def away_card(texts: Texts, view: AwayView) -> Card:
    """Return what is noted, with a button to take each back."""
    card = Card().text(texts("away.title"))
    if view.freed:
        card.text(*_freed_lines(texts, view.freed))
    if not view.spans:
        return card.text(texts("away.none"))
    for span in view.spans[:MOST_SHOWN]:
        card.beside(_span(texts, span), button(texts.plain("away.take_back"), "away_drop", span.id))
    if view.meetings:
        card.text(texts("away.answered", starts=_starts(view.meetings)))
        consequences = [line for each in view.meetings for line in _consequences(texts, each)]
        if consequences:
            card.text(*consequences)
    card.note(_zone(texts, view.spans))
    card.note(texts("away.later"))
    return card.note(texts("away.who_sees"))


def _zone(texts: Texts, spans: Sequence[StoredSpan]) -> Markup:
    """By which clock the days are meant: the member's own, or those of their groups."""
    names = ", ".join(dict.fromkeys(span.zone.replace("_", " ") for span in spans))
    return texts("away.zone_own" if spans[0].is_own else "away.zone_group", zone=names)


def _starts(meetings: Sequence[Missed | Freed]) -> Markup:
    return Markup(", ".join(moment(each.meeting.starts_at) for each in meetings))


def _consequences(texts: Texts, missed: Missed) -> Iterator[Markup]:
    """What follows for a meeting beyond the answer: who hosts it now, and that it may become small."""
    start = missed.meeting.starts_at
    if missed.hosted and missed.host_id is not None:
        yield texts("away.hosts", start=start, host=member(missed.host_id))
    elif missed.hosted:
        yield texts("away.hosts_open", start=start)
    if missed.asks:
        yield texts("away.below_quorum", start=start, minimum=missed.group.minimum)


def _freed_lines(texts: Texts, freed: Sequence[Freed]) -> Iterator[Markup]:
    yield texts("away.freed", starts=_starts(freed))
    for each in freed:
        if each.hosts:
            yield texts("away.hosts_again", start=each.meeting.starts_at)


def _span(texts: Texts, span: StoredSpan) -> Markup:
    key = "away.span_one" if span.days.first == span.days.last else "away.span"
    return texts(
        key,
        group=span.group_name,
        first=write_day(texts, span.days.first),
        last=write_day(texts, span.days.last),
    )
