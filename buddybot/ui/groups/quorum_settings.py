"""When answers are due and how many people make a meeting: in words, and as a form."""

from buddybot.domain.attendance.rates import Rates, percent
from buddybot.domain.groups.groups import LONGEST_ANSWER_HOURS, LOWEST_MINIMUM, SHORTEST_ANSWER_HOURS, Group
from buddybot.domain.text import parse_count
from buddybot.services.groups.groups import Changes
from buddybot.ui.framework.choices import parse_minimum
from buddybot.ui.framework.components import Card, Form, option
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Markup, Texts

_HOURS = {"lowest": SHORTEST_ANSWER_HOURS, "highest": LONGEST_ANSWER_HOURS}


def answers_line(texts: Texts, group: Group) -> Markup:
    """Return when answers are due and what makes a meeting, for the group's card."""
    key = "quorum.info.minimum" if group.minimum else "quorum.info.any"
    return texts(key, hours=group.answer_hours, minimum=group.minimum)


def rates_line(texts: Texts, rates: Rates) -> Markup:
    """Return how the group's last meetings were attended, for its organizers; nobody is named."""
    return texts(
        "quorum.info.rate" if rates.meetings == 1 else "quorum.info.rates",
        meetings=rates.meetings,
        came=percent(rates.attended),
        word=percent(rates.attended_or_apologised),
    )


def answers_form(texts: Texts, group: Group) -> Form:
    """Return the form in which an organizer sets both."""
    counts = [0, *range(LOWEST_MINIMUM, group.capacity + 1)]
    form = Form(texts.plain("quorum.settings.title"), "group_answers_save", group.id, remembers=True)
    form.choose(
        "minimum",
        texts.plain("quorum.settings.minimum"),
        [
            option(
                texts.plain("quorum.settings.minimum_option", count=count)
                if count
                else texts.plain("quorum.settings.minimum_any"),
                count,
                default=count == group.minimum,
            )
            for count in counts
        ],
        hint=texts.plain("quorum.settings.minimum_hint"),
    )
    return form.ask(
        "hours",
        texts.plain("quorum.settings.hours"),
        default=str(group.answer_hours),
        hint=texts.plain("quorum.settings.hours_hint", **_HOURS),
        limit=len(str(LONGEST_ANSWER_HOURS)),
    )


def answers_in(given: Input) -> Changes:
    """Return what was changed in the form; Refusals `button.stale`, `number.unreadable`, `number.range`."""
    hours, minimum = given.written("hours"), given.written("minimum")
    return Changes(
        minimum=None if given.is_unchanged("minimum") else parse_minimum(minimum),
        answer_hours=None if given.is_unchanged("hours") else parse_count(hours, field="hours", **_HOURS),
    )


def answers_card(texts: Texts, group: Group) -> Card:
    """Return what was saved."""
    key = "quorum.settings.saved" if group.minimum else "quorum.settings.saved_any"
    return Card().text(
        texts(key, group=group.name, hours=group.answer_hours, minimum=group.minimum),
    )
