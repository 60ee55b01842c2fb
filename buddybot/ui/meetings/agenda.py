"""A meeting's agenda: one line on the check-in, and the whole of it for one member."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from buddybot.domain.checkins.agenda import Part, PartKind, Plan, PlannedStep
from buddybot.domain.meetings.meetings import began
from buddybot.services.checkins.agenda_views import AgendaView
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import Markup, Texts, moment, neutralize_text, shorten_text

_ROOM = 2900
"""Characters for an activity below the parts of an agenda, or beside other texts; a card holds 4,000."""


def cut(*lines: Markup) -> Markup:
    """Return lines as one text, cut where a host's own activities would not fit."""
    return Markup(shorten_text("\n".join(lines), _ROOM))


def parts_line(texts: Texts, plan: Plan, start: datetime) -> Markup:
    """Return when each part begins, as small as it can be said."""
    return Markup(
        " · ".join(
            f"{moment(start + timedelta(minutes=part.start), 't')} {_name(texts, plan, part)}"
            for part in plan.agenda.parts
        )
    )


def agenda_card(texts: Texts, view: AgendaView) -> Card:
    """Return the parts with their times, then the activity with what to bring and its steps."""
    meeting, plan = view.meeting, view.plan
    start, length = began(meeting), texts("agenda.minutes", count=meeting.duration_minutes)
    card = Card().text(
        texts("agenda.card.title", number=view.number, group=view.group.name),
        texts("agenda.card.begins", start=start, minutes=length),
    )
    card.text(*(_part(texts, plan, part, start) for part in plan.agenda.parts))
    card.note(texts("agenda.card.shared")).line()
    if plan.activity is None or plan.agenda.activity is None:
        return card.text(_say_missing(texts, plan))
    activity = plan.activity
    about = texts("agenda.card.about", name=activity.name, summary=activity.summary)
    return card.text(cut(about, bring(texts, activity.needs), *steps(texts, plan.agenda.steps)))


def bring(texts: Texts, needs: Sequence[str]) -> Markup:
    """Return what each person needs for an activity."""
    if not needs:
        return texts("agenda.card.bring_nothing")
    return texts("agenda.card.bring", needs=Markup(", ".join(map(neutralize_text, needs))))


def steps(texts: Texts, planned: Sequence[PlannedStep]) -> list[Markup]:
    """Return the steps of an activity, a line each."""
    return [
        texts(
            "agenda.card.step",
            number=number,
            text=step.text,
            minutes=_rest(texts, step.minutes, step.each),
        )
        for number, step in enumerate(planned, 1)
    ]


def _part(texts: Texts, plan: Plan, part: Part, start: datetime) -> Markup:
    return texts(
        "agenda.card.part",
        at=moment(start + timedelta(minutes=part.start), "t"),
        part=_name(texts, plan, part),
        rest=_rest(texts, part.minutes, part.each),
    )


def _name(texts: Texts, plan: Plan, part: Part) -> Markup:
    if part.kind is PartKind.ACTIVITY and plan.agenda.activity is not None:
        return neutralize_text(plan.agenda.activity.name)
    return texts(f"agenda.part.{part.kind.value}")


def _rest(texts: Texts, length: int, each: int | None) -> Markup:
    whole = texts("agenda.minutes", count=length)
    if each is None:
        return whole
    return Markup(f"{whole}, {texts('agenda.each', minutes=texts('agenda.minutes', count=each))}")


def _say_missing(texts: Texts, plan: Plan) -> Markup:
    if not plan.agenda.room:
        return texts("agenda.card.none")
    if plan.activity is None:
        return texts("agenda.card.open")
    return texts("agenda.card.unfit", name=plan.activity.name)
