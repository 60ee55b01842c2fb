"""The live card of a check-in, and the one question before it is closed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from buddybot.domain.groups.groups import GroupState
from buddybot.domain.meetings.meetings import Meeting, MeetingState, began
from buddybot.domain.text import length_of
from buddybot.services.attendance.attendance import Unrecorded
from buddybot.services.checkins.checkin_messages import CheckInView, Quote, Reporter
from buddybot.services.checkins.checkins import Closing
from buddybot.services.checkins.speaking_turns import Round
from buddybot.ui.attendance.attendance import attendance_card
from buddybot.ui.framework.components import CALM, PRIMARY, QUIET, Card, button
from buddybot.ui.framework.texts import Markup, Texts, length_together, member, members, moment, shorten_text
from buddybot.ui.meetings.agenda import parts_line

ROOM = 3800
"""Characters that a card may fill; Discord takes 4,000."""
LENGTHS = (300, 200, 150, 110, 80, 60, 45, 30, 20, 10)
"""How long each text may be, from whole to as short as it takes for all of them to fit."""


def checkin_card(texts: Texts, view: CheckInView) -> Card:
    """Return the card: roles, the round, and what each said they would do, in their own words."""
    is_open = view.meeting.state is MeetingState.OPEN
    head = _head(texts, view)
    card = Card(colour=CALM if is_open else QUIET).text(head)
    people = fit_parts(texts, view.people, ROOM - length_of(head))
    if people:
        card.line()
    for person in people:  # each a text of its own, or a quotation would swallow the next person's name
        card.text(person)
    if is_open:
        meeting = view.meeting.id
        over = not view.round.waiting
        card.row(
            button(texts.plain("checkins.check_in"), "checkin", meeting, style=PRIMARY),
            button(texts.plain("checkins.card.here"), "here", meeting),
            button(
                texts.plain("checkins.card.next_turn"), "next_turn", meeting, view.round.begun, disabled=over
            ),
            button(texts.plain("agenda.button"), "agenda", meeting),
            button(texts.plain("checkins.card.close"), "close", meeting),
        )
    elif view.meeting.state is MeetingState.CLOSED and view.group.state is not GroupState.ARCHIVED:
        card.row(button(texts.plain("checkins.correct"), "checkin", view.meeting.id))
    return card


def which_card(texts: Texts, meetings: Sequence[Meeting], now: datetime) -> Card:
    """Return the question which meeting a check-in is for; each button opens its form."""
    card = Card().text(texts("checkins.which.ask"))
    for meeting in meetings:
        key = "over" if meeting.ends_at <= now else "ahead"
        pick = button(texts.plain("checkins.check_in"), "checkin", meeting.id)
        card.beside(texts(f"checkins.which.{key}", start=meeting.starts_at), pick)
    return card


def _head(texts: Texts, view: CheckInView) -> Markup:
    if view.meeting.state is not MeetingState.OPEN:
        closed = view.meeting.state is MeetingState.CLOSED
        note = texts("checkins.card.over" if closed else "checkins.card.cancelled")
        return Markup(f"{texts('checkins.card.closed', number=view.number)}\n-# {note}")
    lines = [texts("checkins.card.open", number=view.number)]
    facilitator, timekeeper = view.meeting.facilitator_id, view.meeting.timekeeper_id
    if facilitator is not None and timekeeper in (None, facilitator):
        lines.append(texts("checkins.card.facilitator", who=member(facilitator)))
    elif facilitator is not None and timekeeper is not None:
        roles = texts("checkins.card.both", facilitator=member(facilitator), timekeeper=member(timekeeper))
        lines.append(Markup(" · ".join([roles, *_lead(texts, view)])))
    lines.append(_round(texts, view.round))
    one = view.round.minutes == 1
    if view.round.ran_long:
        key = "checkins.card.ran_long_one" if one else "checkins.card.ran_long"
        lines.append(texts(key, minutes=view.round.minutes))
    if view.plan is not None:
        lines.append(Markup(f"-# {parts_line(texts, view.plan, began(view.meeting))}"))
    if view.people:
        counts = texts(
            f"checkins.card.{'counts_one' if one else 'counts'}",
            minutes=view.round.minutes,
            reported=view.reported,
            people=len(view.people),
        )
        lines.append(Markup(f"-# {counts}"))
    return Markup("\n".join(lines))


def _lead(texts: Texts, view: CheckInView) -> Iterable[Markup]:
    """Who leads the activity, where there is one."""
    if view.meeting.lead_id is not None and view.plan is not None and view.plan.agenda.activity is not None:
        yield texts("checkins.card.lead", who=member(view.meeting.lead_id))


def _round(texts: Texts, the_round: Round) -> Markup:
    others = members(the_round.waiting)
    if the_round.speaker is None or the_round.until is None:
        key = "order" if the_round.waiting else "all_spoke" if the_round.people else "nobody"
        return texts(f"checkins.card.{key}", others=others)
    who, until = member(the_round.speaker), moment(the_round.until, "t")
    if not the_round.waiting:
        return texts("checkins.card.floor", who=who, until=until)
    return texts("checkins.card.floor_then", who=who, until=until, others=others)


def fit_parts(texts: Texts, people: Sequence[Reporter], room: int) -> list[Markup]:
    """Return everybody's part, each text cut to the same length where they do not all fit in `room`.

    The plans go first: the commitment is what the group asks about.
    """
    for plans in (True, False):
        for length in LENGTHS if not plans else LENGTHS[:4]:
            shown = [_person(texts, person, length=length, plans=plans) for person in people]
            if length_together(shown) <= room:
                return shown
    return [*(member(person.user_id) for person in people), texts("checkins.card.more")]


def _person(texts: Texts, person: Reporter, *, length: int, plans: bool) -> Markup:
    key = "checkins.card.person_reported" if person.reported else "checkins.card.person"
    lines = [texts(key, who=member(person.user_id))]
    lines += [_quote(texts, quote, length=length, plans=plans) for quote in person.quotes]
    if person.private:
        one = person.private == 1
        lines.append(
            texts("checkins.card.private" if one else "checkins.card.privates", count=person.private)
        )
    if person.blocker is not None:
        lines.append(texts("checkins.card.blocker", text=shorten_text(person.blocker, length)))
    return Markup("\n> ".join(lines))


def _quote(texts: Texts, quote: Quote, *, length: int, plans: bool) -> Markup:
    said = texts("checkins.card.quote", text=shorten_text(quote.text, length))
    if quote.done is not None:
        said = texts("checkins.card.result", quote=said, result=result(texts, quote.done, quote.target))
    if plans and quote.plan is not None:
        said = texts("checkins.card.planned", quote=said, plan=shorten_text(quote.plan, length))
    return said


def result(texts: Texts, done: int, target: int) -> Markup:
    """Return how a commitment came out, never as a failure."""
    if done >= target:
        return texts("checkins.result.done")
    if done == 0:
        return texts("checkins.result.carried")
    return texts("checkins.result.partly", done=done, target=target)


def closing_card(texts: Texts, closing: Closing, *before: Markup) -> Card:
    """Return the one question before a meeting is closed; `before` is what is said above it."""
    key = "checkins.closing.ask_resting" if closing.resting else "checkins.closing.ask"
    card = Card().text(*before, texts(key, number=closing.number))
    if closing.waiting:
        card.text(texts("checkins.closing.waiting", who=members(closing.waiting)))
    return card.row(
        button(texts.plain("checkins.closing.yes"), "close_now", closing.meeting.id, style=PRIMARY)
    )


def closed_card(texts: Texts, closing: Closing, waiting: Unrecorded | None) -> Card:
    """Return that the meeting is closed, and to an organizer at once the list of who is not recorded."""
    done = texts("checkins.closing.done", number=closing.number)
    return Card().text(done) if waiting is None else attendance_card(texts, waiting, done)
