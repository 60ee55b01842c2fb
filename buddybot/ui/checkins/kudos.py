"""Thanks from one member to another: the one message in the channel, and the answer to who gave them."""

from buddybot.services.checkins.kudos import Given
from buddybot.ui.framework.components import WARM, Card, button
from buddybot.ui.framework.texts import Texts, member


def kudos_card(texts: Texts, given: Given) -> Card:
    """Return what the channel reads; only the thanked person is notified."""
    kudos = given.kudos
    who = {"giver": member(kudos.from_id), "member": member(kudos.to_id)}
    about = kudos.about
    lines = [texts("kudos.said", **who) if about is None else texts("kudos.said_for", **who, about=about)]
    if kudos.text is not None:
        lines.append(texts("kudos.words", text=kudos.text))
    mine = button(texts.plain("kudos.button"), "commit_mine", given.group.id)
    return Card(colour=WARM).text(*lines).row(mine)


def given_card(texts: Texts, given: Given) -> Card:
    """Return that the thanks are on their way."""
    return Card().text(texts("kudos.given", member=member(given.kudos.to_id), group=given.group.name))
