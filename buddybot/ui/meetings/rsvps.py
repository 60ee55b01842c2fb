"""How answers are shown and given: on the meeting's card, in `/next`, and in a reminder."""

from collections.abc import Sequence

from discord import ButtonStyle

from buddybot.domain.groups.groups import GroupState
from buddybot.domain.ids import GroupId
from buddybot.domain.meetings.meetings import MeetingState, NextMeeting
from buddybot.domain.meetings.rsvps import Answer, Roll
from buddybot.pings.delivery.payload import Part
from buddybot.services.meetings.meeting_messages import ReminderView
from buddybot.services.meetings.meeting_views import ComingMeeting, MeetingView, NextView
from buddybot.ui.framework.components import QUIET, Card, button
from buddybot.ui.framework.texts import Markup, Texts, members, moment
from buddybot.ui.locations.arrangements import where

MOST_SHOWN = 3
"""Groups that `/next` shows at a time: a message holds forty parts."""

_COMING = tuple(answer.value for answer in Answer if answer.coming)
_SENTENCES = {answer: f"meetings.answer.{answer}" for answer in Answer}


def buttons(
    texts: Texts, route: str, *before: object, after: Sequence[object] = (), mine: Answer | None = None
) -> list[Part]:
    """Return a button for each answer; the answer stands between the other arguments."""
    return [
        button(
            texts.plain(sentence),
            route,
            *before,
            answer,
            *after,
            style=ButtonStyle.success if answer is mine else ButtonStyle.secondary,
        )
        for answer, sentence in _SENTENCES.items()
    ]


def people(texts: Texts, roll: Roll) -> list[Markup]:
    """Return who comes in one line, and who does not or has not said in another."""
    if not roll.given:
        return [texts("meetings.card.nobody")]
    who = {answer.value: roll.who(answer) for answer in Answer}
    coming = [texts(f"meetings.card.{key}", people=members(who[key])) for key in _COMING if who[key]]
    rest = [
        texts(f"meetings.card.{key}", people=members(found))
        for key, found in (("no_word", roll.no_word), ("apologies", who["apologies"]))
        if found
    ]
    return [Markup(" · ".join(line)) for line in (coming, rest) if line]


def answer_by(texts: Texts, view: MeetingView | ComingMeeting) -> list[Markup]:
    """Return the line that asks for answers while they are not due yet and somebody's is missing."""
    return [] if view.answer_by is None else [texts("quorum.card.answer_by", by=view.answer_by)]


def next_card(texts: Texts, views: Sequence[NextView], scope: GroupId | None) -> Card:
    """Return what is next for one member; `scope` is the group that was asked for, if one was."""
    card = Card()
    shown = sorted(views, key=_soonest)[:MOST_SHOWN]
    for index, view in enumerate(shown):
        if index:
            card.line()
        _next_in(texts, card, view, scope)
    if len(views) > len(shown):
        card.note(texts("meetings.next.more"))
    return card


def _soonest(view: NextView) -> tuple[bool, float]:
    ahead = view.meeting is not None and not view.paused
    return (not ahead, view.meeting.meeting.starts_at.timestamp() if view.meeting is not None else 0)


def _next_in(texts: Texts, card: Card, view: NextView, scope: GroupId | None) -> None:
    lines = [texts("meetings.next.title", group=view.group.name)]
    found = None if view.paused else view.meeting
    if view.paused:
        lines.append(texts("meetings.next.paused"))
    elif found is None:
        lines.append(texts("meetings.next.none"))
    else:
        place = where(texts, found.arrangement)
        lines += [_when(texts, found.meeting), *([place] if place is not None else [])]
        lines += [*people(texts, found.roll), _mine(texts, view.mine)]
        lines += answer_by(texts, found) if view.mine is None else []
    card.text(*lines)
    if view.commitments:
        card.text(
            texts("meetings.next.commitments"),
            *(
                texts("meetings.next.commitment", text=each.text, done=each.done, target=each.target)
                for each in view.commitments
            ),
        )
    elif not view.paused:
        card.note(texts("meetings.next.commitments_none"))
    if found is not None:
        row = buttons(texts, "next_rsvp", found.meeting.id, after=[scope or 0], mine=view.mine)
        if view.check_in:
            check_in = texts.plain("meetings.next.check_in")
            row.append(button(check_in, "checkin", found.meeting.id, style=ButtonStyle.primary))
        card.row(*row)
        if found.arrangement.known:
            card.row(button(texts.plain("arrangements.where.button"), "venue_open", found.meeting.id))
    unclosed = view.group.unclosed
    if unclosed is not None and not view.paused:
        late = button(texts.plain("meetings.next.check_in"), "checkin", unclosed.id)
        card.beside(texts("meetings.next.unclosed", start=unclosed.starts_at), late)


def _when(texts: Texts, meeting: NextMeeting) -> Markup:
    key = "open" if meeting.state is MeetingState.OPEN else "when"
    return texts(
        f"meetings.next.{key}",
        start=meeting.starts_at,
        soon=moment(meeting.starts_at, "R"),
        minutes=meeting.duration_minutes,
    )


def _mine(texts: Texts, mine: Answer | None) -> Markup:
    if mine is None:
        return texts("meetings.next.mine_none")
    return texts("meetings.next.mine", answer=texts.plain(_SENTENCES[mine]))


def over_card(texts: Texts, view: ReminderView) -> Card:
    """Return what is left of a reminder whose time is over: what became of the meeting, and no button."""
    meeting, answer = view.meeting, view.answer
    paused = view.group.state is GroupState.PAUSED and meeting.state is MeetingState.SCHEDULED
    if view.group.state is GroupState.ARCHIVED:
        key = "archived"
    elif not view.member:
        key = "left"
    elif paused or meeting.state in (MeetingState.SKIPPED, MeetingState.CANCELLED):
        key = "off"
    else:
        key = "begun" if answer is None else "over"
    said = "" if answer is None else texts.plain(_SENTENCES[answer])
    return Card(colour=QUIET).text(
        texts(f"meetings.reminder.{key}", group=view.group.name, start=meeting.starts_at, answer=said)
    )


def reminder_card(texts: Texts, view: ReminderView) -> Card:
    """Return a reminder to one person; it keeps its buttons, so the answer can be changed."""
    meeting = view.meeting
    card = Card(colour=QUIET)
    key = "text" if view.answer is None else "answered"
    answer = "" if view.answer is None else texts.plain(_SENTENCES[view.answer])
    card.text(
        texts(
            f"meetings.reminder.{key}",
            group=view.group.name,
            start=meeting.starts_at,
            soon=moment(meeting.starts_at, "R"),
            answer=answer,
        )
    )
    card.row(*buttons(texts, "dm_rsvp", meeting.guild_id, meeting.id, mine=view.answer))
    if view.stoppable:
        card.row(button(texts.plain("meetings.reminder.stop"), "dm_stop", meeting.guild_id))
        card.note(texts("meetings.reminder.note"))
    return card
