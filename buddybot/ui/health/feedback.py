"""Words in confidence: the form for a member, and what the organizers read."""

from collections.abc import Sequence

from buddybot.domain.groups.groups import Group
from buddybot.domain.health.feedback import HIGHEST_RATING, LOWEST_RATING, MOST_PHRASES, Feedback, Phrase
from buddybot.services.health.feedback import Desk, Heard
from buddybot.ui.framework.components import PRIMARY, QUIET, Card, Form, button, option
from buddybot.ui.framework.texts import Markup, Texts, member, moment


def desk_card(texts: Texts, desk: Desk) -> Card:
    """Return what feedback is and who reads it, before anything is written."""
    card = Card().text(texts("feedback.desk.said", group=desk.group.name), texts("feedback.confidential"))
    row = [button(texts.plain("feedback.button.write"), "feedback_open", desk.group.id, style=PRIMARY)]
    if desk.reads:
        row.append(button(texts.plain("feedback.button.read"), "feedback_read", desk.group.id))
    return card.row(*row)


def feedback_form(texts: Texts, group: Group) -> Form:
    """Return the form; it says once more who will see the name."""
    form = Form(texts.plain("feedback.form.title"), "feedback_send", group.id)
    form.say(texts("feedback.confidential"))
    form.choose(
        "phrases",
        texts.plain("feedback.form.phrases"),
        [option(texts.plain(f"feedback.phrase.{each.value}"), each.value) for each in Phrase],
        hint=texts.plain("feedback.form.phrases_hint", most=MOST_PHRASES),
        most=MOST_PHRASES,
    )
    return form.choose(
        "rating",
        texts.plain("feedback.form.rating"),
        [
            option(texts.plain(f"feedback.rating.{value}"), value)
            for value in range(LOWEST_RATING, HIGHEST_RATING + 1)
        ],
    )


def sent_card(texts: Texts, group: Group) -> Card:
    """Return the thanks to who said something."""
    return Card().text(texts("feedback.sent", group=group.name))


def heard_card(texts: Texts, heard: Heard) -> Card:
    """Return what was said last of one group."""
    if not heard.items:
        return Card(colour=QUIET).text(texts("feedback.heard.nothing", group=heard.group.name))
    card = Card(colour=QUIET).text(texts("feedback.heard.title", group=heard.group.name))
    for item in heard.items:
        card.text(*_feedback_lines(texts, item))
    return card.note(texts("feedback.heard.note"))


def unread_card(texts: Texts, items: Sequence[Feedback]) -> Card:
    """Return what an organizer has not read yet, behind the answer to what they did."""
    card = Card(colour=QUIET).text(Markup(f"-# {texts('feedback.heard.unread')}"))
    for item in items:
        card.text(
            Markup(f"**{texts('feedback.heard.of', group=item.group_name)}**"), *_feedback_lines(texts, item)
        )
    return card.note(texts("feedback.heard.note"))


def _feedback_lines(texts: Texts, item: Feedback) -> list[Markup]:
    phrases = [Markup(f"- {texts(f'feedback.phrase.{each.value}')}") for each in item.phrases]
    who = texts("feedback.heard.who", who=member(item.user_id), day=moment(item.given_at, "D"))
    return [who, *phrases, texts(f"feedback.going.{item.rating}")]
