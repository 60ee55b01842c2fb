"""The activities of a group as one member sees them: the list, one whole, and what they would like."""

from collections.abc import Sequence
from typing import Any

import discord
from discord.app_commands import Choice

from buddybot.domain.checkins.agenda import Activity, PlannedStep, Practice
from buddybot.domain.errors import Refusal
from buddybot.services.checkins.activities import ActivityList, ActivityView
from buddybot.services.checkins.agenda_views import AgendaView
from buddybot.ui.framework.choices import MOST, guard_suggest, match_names, read_group, read_pick
from buddybot.ui.framework.components import Card, button, option, select
from buddybot.ui.framework.reply import actor_of
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Markup, Texts, neutralize_text
from buddybot.ui.meetings.agenda import bring, cut, steps

PAGE = 20
"""Activities on one page of the list."""
_MOST_SELECTS = 5
"""Selects that a message holds beside its texts."""


def page_of(activities: Sequence[Activity], page: int, size: int) -> Sequence[Activity]:
    """Return one page; Refusal `button.stale` for one that there is not."""
    if page and page * size >= len(activities):
        raise Refusal("button.stale")
    return activities[page * size : (page + 1) * size]


def list_card(texts: Texts, view: ActivityList, page: int = 0) -> Card:
    """Return what fits the group, a line each, with a way to read one whole."""
    group, shown = view.group, page_of(view.activities, page, PAGE)
    card = Card().text(texts("activities.list.title", group=group.name))
    if not shown:
        return card.text(texts("activities.list.none"))
    lines = (
        texts(
            "activities.list.line",
            name=each.name,
            minutes=texts("agenda.minutes", count=each.minutes),
            practises=_practises(texts, each),
        )
        for each in shown
    )
    card.text(cut(*lines))
    options = [option(each.name, each.key, description=each.summary) for each in shown]
    card.row(
        select("activity_open", group.id, options=options, placeholder=texts.plain("activities.list.open"))
    )
    row = [button(texts.plain("activities.mine"), "activity_mine", group.id)]
    if len(view.activities) > PAGE:
        following = 0 if (page + 1) * PAGE >= len(view.activities) else page + 1
        row.append(button(texts.plain("activities.more"), "activity_list", group.id, following))
    return card.row(*row).note(texts("activities.list.note"))


def activity_card(texts: Texts, view: ActivityView) -> Card:
    """Return one activity whole: what it is good for, what to bring, and its steps."""
    activity = view.activity
    facts = texts(
        "activities.one.facts",
        minutes=texts("agenda.minutes", count=activity.minutes),
        fewest=activity.fewest,
        most=activity.most,
        practises=_practises(texts, activity),
    )
    card = Card().text(texts("activities.one.title", name=activity.name), facts)
    with_whom = (
        texts("activities.one.steps", people=view.people)
        if view.steps
        else texts("activities.one.steps_usual")
    )
    planned = view.steps or _write_steps(activity)
    about = (neutralize_text(activity.summary), bring(texts, activity.needs), with_whom)
    card.text(cut(*about, *steps(texts, planned)))
    return card.row(
        button(texts.plain("activities.all"), "activity_list", view.group.id, 0),
        button(texts.plain("activities.mine"), "activity_mine", view.group.id),
    )


def _write_steps(activity: Activity) -> Sequence[PlannedStep]:
    """The steps as the library has them, for six people."""
    return [
        PlannedStep(0, step.minutes, None if step.turns is None else step.minutes_each(), step.text)
        for step in activity.steps
    ]


def wish_card(texts: Texts, view: ActivityList, *, kept: bool = False) -> Card:
    """Return the choice of what a member would like, as they chose before."""
    card = Card().text(texts("activities.wish.title", group=view.group.name))
    if not view.activities:
        return card.text(texts("activities.list.none"))
    if kept:
        count = sum(each.key in view.wished for each in view.activities)
        key = {0: "kept_none", 1: "kept_one"}.get(count, "kept")
        card.text(texts(f"activities.wish.{key}", count=count))
    card.text(texts("activities.wish.ask"))
    pages = min(-(-len(view.activities) // MOST), _MOST_SELECTS)
    for page in range(pages):
        shown = page_of(view.activities, page, MOST)
        said = "choose" if pages == 1 else "choose_page"
        card.row(
            select(
                "activity_wish",
                view.group.id,
                page,
                options=[option(each.name, each.key, default=each.key in view.wished) for each in shown],
                placeholder=texts.plain(f"activities.wish.{said}", page=page + 1),
                least=0,
                most=len(shown),
            )
        )
    return card.row(button(texts.plain("activities.all"), "activity_list", view.group.id, 0))


def chosen_card(texts: Texts, view: AgendaView) -> Card:
    """Return the answer to an organizer's choice."""
    start, plan = view.meeting.starts_at, view.plan
    if plan.activity is None:
        return Card().text(texts("activities.chosen.cleared", start=start))
    set_aside = texts("agenda.minutes", count=plan.agenda.room)
    return Card().text(
        texts("activities.chosen.set", name=plan.activity.name, start=start, minutes=set_aside)
    )


def activity_chosen(given: Input) -> str:
    """Return the one activity that was chosen from a select; Refusal `button.stale` when there is none."""
    if not given.values:
        raise Refusal("button.stale")
    return given.values[0]


def _practises(texts: Texts, activity: Activity) -> Markup:
    return Markup(
        ", ".join(
            texts(f"activities.practises.{each.value}") for each in Practice if each in activity.practises
        )
    )


@guard_suggest
async def offer_activities(interaction: "discord.Interaction[Any]", current: str) -> list[Choice[str]]:
    """Offer the activities that fit the meeting in `meeting`, or the next one."""
    found = await interaction.client.services.activities.fitting_meeting(
        actor_of(interaction), read_pick(interaction), read_group(interaction)
    )
    return match_names(((each.name, each.key) for each in found), current)
