"""The question whether a meeting may be at a member's home, and what came of it."""

from buddybot.services.locations.arrangement_steps import ArrangementChange
from buddybot.services.locations.home_questions import HomeQuestion
from buddybot.ui.framework.components import QUIET, Card, button
from buddybot.ui.framework.texts import Texts, member
from buddybot.ui.locations.arrangements import say_location


def home_card(texts: Texts, view: HomeQuestion) -> Card:
    """Return the question in the channel; only the owner can answer it."""
    key = "rotation.home.ask" if view.host_id is None else "rotation.home.ask_hosted"
    said = texts(
        key,
        owner=member(view.owner_id),
        group=view.group.name,
        start=view.meeting.starts_at,
        place=view.location.name,
        host="" if view.host_id is None else member(view.host_id),
    )
    arguments = view.meeting.id, view.location.id
    return (
        Card(colour=QUIET)
        .text(said)
        .row(
            button(texts.plain("rotation.home.agree"), "home_agree", *arguments, view.host_id or 0),
            button(texts.plain("rotation.home.decline"), "home_decline", *arguments),
        )
        .note(texts("rotation.home.note"))
    )


def agreed_card(texts: Texts, view: ArrangementChange) -> Card:
    """Return where the meeting is now, in the place of the question."""
    said = texts(
        "rotation.home.agreed", start=view.meeting.starts_at, place=say_location(texts, view.arrangement)
    )
    return Card(colour=QUIET).text(said)


def settled_card(texts: Texts) -> Card:
    """Return that an answer is needed no more, in the place of the question."""
    return Card(colour=QUIET).text(texts("rotation.home.settled"))


def kept_card(texts: Texts, view: HomeQuestion) -> Card:
    """Return that another place is needed, in the place of the question; a no needs no reason."""
    said = texts("rotation.home.kept", start=view.meeting.starts_at)
    return (
        Card(colour=QUIET)
        .text(said)
        .row(button(texts.plain("locations.button.choose"), "host_choose", view.meeting.id))
    )
