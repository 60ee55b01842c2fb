"""The summary of a meeting: what went well."""

from collections.abc import Sequence

from buddybot.domain.checkins.pulse import HIGHEST, LOWEST, Pulse
from buddybot.domain.commitments.commitments import Commitment
from buddybot.domain.text import length_of
from buddybot.pings.delivery.requests import Part
from buddybot.services.checkins.summary_messages import SummaryView
from buddybot.ui.checkins.checkins import LENGTHS
from buddybot.ui.framework.components import WARM, Card, button
from buddybot.ui.framework.texts import Markup, Texts, member, shorten_text
from buddybot.ui.locations.arrangements import asked_to_choose, list_following


def pulse_lines(texts: Texts, pulse: Pulse | None) -> list[Markup]:
    """Return what the card says of the pulse: who can see what, or how the meeting was rated."""
    if pulse is None:
        return []
    if pulse.open:
        return [texts("pulse.card.ask"), Markup(f"-# {texts('pulse.card.anonymity', until=pulse.closes_at)}")]
    return [texts(f"pulse.card.{'none' if pulse.band is None else pulse.band.value}")]


def pulse_buttons(texts: Texts, pulse: Pulse | None) -> list[Part]:
    """Return a button for each rating while the pulse is open."""
    if pulse is None or not pulse.open:
        return []
    return [
        button(texts.plain("pulse.card.rating", rating=rating), "pulse", pulse.meeting_id, rating)
        for rating in range(LOWEST, HIGHEST + 1)
    ]


def thanks_card(texts: Texts, pulse: Pulse) -> Card:
    """Return the answer to a vote; it does not repeat the rating."""
    return Card().text(texts("pulse.thanks.said")).note(texts("pulse.thanks.kept", until=pulse.closes_at))


ROOM = 3900
"""Characters that a summary may fill, with its pulse and what lies ahead; Discord takes 4,000."""
MOST_THANKS = 8


def summary_card(texts: Texts, view: SummaryView) -> Card:
    """Return wins and commitments met; nobody's failure, and nobody who was missing."""
    card = Card(colour=WARM)
    pulse = view.pulse if view.met else None
    ahead, asked = list_following(texts, view.following), pulse_lines(texts, pulse)
    for _, arrangement in view.following[:1]:
        ahead += asked_to_choose(texts, arrangement)
    room = ROOM - sum(length_of(line) + 1 for line in (*ahead, *asked))
    for section in _fit_sections(texts, view, room=room):
        card.text(*section)
    if ahead:
        card.text(*ahead)
    if asked:
        card.text(*asked)
    if ratings := pulse_buttons(texts, pulse):
        card.row(*ratings)
    buttons = [
        button(texts.plain("checkins.correct"), "checkin", view.meeting.id),
    ]
    if any(arrangement.known for _, arrangement in view.following):
        buttons.append(
            button(texts.plain("arrangements.where.button"), "venue_open", view.following[0][0].id)
        )
    return card.row(*buttons)


def _fit_sections(texts: Texts, view: SummaryView, *, room: int) -> Sequence[Sequence[Markup]]:
    for length in LENGTHS:
        shown = _sections(texts, view, length)
        if sum(length_of(line) + 1 for section in shown for line in section) <= room:
            return shown
    return shown


def _sections(texts: Texts, view: SummaryView, length: int) -> Sequence[Sequence[Markup]]:
    wins = [
        texts("checkins.summary.win", who=member(user_id), text=shorten_text(win, length))
        for user_id, win in view.wins
    ]
    begun = [
        _commitment_line(texts, commitment, "checkins.summary.partly", length) for commitment in view.begun
    ]
    sections = [
        [texts("checkins.summary.title", number=view.number)],
        [texts("checkins.summary.wins"), *wins] if wins else [],
        _kept_lines(texts, view, length),
        [texts("checkins.summary.begun"), *begun] if begun else [],
        _thanks(texts, view),
    ]
    found = [section for section in sections if section]
    if not view.met:
        return [*found, [texts("checkins.summary.not_met")]]
    return found if len(found) > 1 else [*found, [texts("checkins.summary.together")]]


def _thanks(texts: Texts, view: SummaryView) -> list[Markup]:
    """Who thanked whom since the last meeting, in the order in which it was said; no numbers."""
    if not view.thanks:
        return []
    lines = [
        texts("checkins.summary.thank", giver=member(giver), member=member(thanked))
        for giver, thanked in view.thanks[:MOST_THANKS]
    ]
    more = [texts("checkins.summary.thanks_more")] if len(view.thanks) > MOST_THANKS else []
    return [texts("checkins.summary.thanks"), *lines, *more]


def _kept_lines(texts: Texts, view: SummaryView, length: int) -> list[Markup]:
    if not view.kept_in_all:
        return []
    key = "checkins.summary.kept_one" if view.kept_in_all == 1 else "checkins.summary.kept"
    lines = [texts(key, count=view.kept_in_all)]
    lines += [
        _commitment_line(texts, commitment, "checkins.summary.quote", length) for commitment in view.kept
    ]
    private = view.kept_in_all - len(view.kept)
    if private and view.kept:
        key = "checkins.summary.kept_private_one" if private == 1 else "checkins.summary.kept_private"
        lines.append(texts(key, count=private))
    return lines


def _commitment_line(texts: Texts, commitment: Commitment, key: str, length: int) -> Markup:
    return texts(
        key,
        who=member(commitment.user_id),
        text=shorten_text(commitment.text, length),
        done=commitment.done,
        target=commitment.target,
    )
