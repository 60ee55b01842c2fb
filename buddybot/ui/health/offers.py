"""What a member alone is offered after harder weeks: a pause, a smaller commitment, another, or nothing."""

from buddybot.domain.commitments.commitments import Commitment
from buddybot.services.health.offers import LONGEST_PAUSE, OfferView, Paused
from buddybot.ui.framework.components import CALM, QUIET, WARM, Card, Form, button, option
from buddybot.ui.framework.texts import Texts, write_day


def offer_card(texts: Texts, view: OfferView) -> Card:
    """Return the offer; it says who sees it, and nothing of reasons, counts or other people."""
    place = (view.guild_id, view.meeting_id)
    card = Card(colour=WARM).text(texts("offers.offer.said", group=view.group.name))
    row = [button(texts.plain("offers.button.pause"), "offer_pause", *place)]
    if view.items:
        row.append(button(texts.plain("offers.button.smaller"), "offer_pick", *place, "smaller"))
        row.append(button(texts.plain("offers.button.swap"), "offer_pick", *place, "swap"))
    row.append(button(texts.plain("offers.button.fine"), "offer_fine", *place))
    card.row(*row)
    if view.direct:
        card.row(button(texts.plain("nudges.button.stop_direct"), "dm_stop", view.guild_id))
    return card.note(texts("offers.offer.note"))


def pause_form(texts: Texts, view: OfferView) -> Form:
    """Return the one question of a pause: how long."""
    weeks = [
        option(
            texts.plain("offers.pause.week" if number == 1 else "offers.pause.weeks", count=number), number
        )
        for number in range(1, LONGEST_PAUSE + 1)
    ]
    form = Form(texts.plain("offers.pause.title"), "offer_paused", view.guild_id, view.meeting_id)
    form.choose("weeks", texts.plain("offers.pause.field"), weeks)
    return form.say(texts("offers.pause.note"))


def paused_card(texts: Texts, paused: Paused) -> Card:
    """Return that a pause is noted, and how it is taken back."""
    first, last = (write_day(texts, day) for day in (paused.days.first, paused.days.last))
    return Card(colour=CALM).text(texts("offers.pause.done", group=paused.group.name, first=first, last=last))


def pick_card(texts: Texts, view: OfferView, how: str) -> Card:
    """Return one's own open commitments to choose from: which one to make smaller, or to swap."""
    card = Card().text(texts(f"offers.pick.{how}" if view.items else "offers.pick.nothing"))
    for item in view.items:
        choose = button(
            texts.plain("offers.button.this"), f"offer_{how}", view.guild_id, view.meeting_id, item.id
        )
        card.beside(texts("offers.pick.item", text=item.text), choose)
    return card


def changed_card(texts: Texts, how: str, item: Commitment) -> Card:
    """Return the commitment as it is now."""
    return Card(colour=CALM).text(texts(f"offers.changed.{how}", text=item.text))


def fine_card(texts: Texts) -> Card:
    """Return the last word on an offer."""
    return Card(colour=QUIET).text(texts("offers.fine"))
