"""The pulse on the summary's card: five buttons while it is open, one sentence when it is closed."""

from buddybot.domain.checkins.pulse import HIGHEST, LOWEST, Pulse
from buddybot.pings.delivery.requests import Part
from buddybot.ui.framework.components import Card, button
from buddybot.ui.framework.texts import Markup, Texts


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
