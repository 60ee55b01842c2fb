"""The record of one past meeting: who was how, the trail of what was corrected, and what can be."""

from collections.abc import Iterator
from datetime import datetime

from discord.app_commands import Choice

from buddybot.domain.attendance.attendance import REASON_LIMIT, Attendance, Correction, Visitor, present
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.text import fold_text, length_of
from buddybot.services.attendance.corrections import CORRECTABLE, CorrectionView, Seat
from buddybot.ui.attendance.attendance import (
    CORRECT,
    did_not_meet,
    name_of,
    state_name,
    visitor_came,
    visitors_line,
)
from buddybot.ui.framework.choices import Interaction, choice, guard_suggest, read_group
from buddybot.ui.framework.components import Card, Form, button, option, select
from buddybot.ui.framework.reply import actor_of, texts_of
from buddybot.ui.framework.texts import Markup, Texts, length_together, member, moment
from buddybot.ui.meetings.meetings import day_and_year

ROOM = 3700
"""Characters that the card may fill; of the trail the newest lines that fit are shown."""


def correction_card(texts: Texts, view: CorrectionView) -> Card:
    """Return everybody who was a member then, with their state, and the trail."""
    meeting = view.meeting
    key = "title_off" if view.number is None else "title"
    lines = [
        texts(f"attendance.record.{key}", number=view.number, group=view.group.name),
        texts("attendance.record.when", at=meeting.starts_at),
    ]
    if view.met:
        lines += [_seat(texts, seat) for seat in view.seats]
        lines += visitors_line(texts, view.visitors)
    else:
        lines.append(texts("attendance.not_met" if view.number else "attendance.called_off"))
    card = Card().text(*lines)
    if story := _trail(texts, view, room=ROOM - length_together(lines)):
        card.text(texts("attendance.record.trail"), *story)
    if not view.met:
        return card.row(button(texts.plain("attendance.did_meet"), "attendance_on_ask", meeting.id))
    if view.seats:
        people = [
            option(name_of(texts, seat.user_id, seat.name), seat.user_id, description=_state(texts, seat))
            for seat in view.seats[:25]
        ]
        placeholder = texts.plain("attendance.record.choose")
        card.row(select("attendance_who", meeting.id, options=people, placeholder=placeholder))
    if here := [visitor for visitor in present(view.visitors) if visitor.name]:
        names = [option(visitor.name, visitor.id) for visitor in here]
        placeholder = texts.plain("attendance.visitor.take_back")
        card.row(select("attendance_visitor_back", meeting.id, options=names, placeholder=placeholder))
    return card.row(visitor_came(texts, meeting.id, CORRECT), did_not_meet(texts, meeting.id))


def correction_form(texts: Texts, view: CorrectionView, seat: Seat) -> Form:
    """Return the form for one person: what is right, and why."""
    name = name_of(texts, seat.user_id, seat.name)
    form = Form(
        texts.plain("attendance.form.title", name=name), "attendance_set_right", view.meeting.id, seat.user_id
    )
    right = seat.suggested or seat.state
    form.choose(
        "state",
        texts.plain("attendance.form.state"),
        [option(state_name(texts, state), state.value, default=state is right) for state in CORRECTABLE],
        hint=texts.plain("attendance.form.state_hint"),
    )
    return form.ask(
        "reason",
        texts.plain("attendance.form.reason"),
        hint=texts.plain("attendance.form.reason_hint"),
        limit=REASON_LIMIT,
        long=True,
    )


@guard_suggest
async def past_meetings(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer every meeting of the record, the latest first."""
    group_id = read_group(interaction)
    found = await interaction.client.services.corrections.choices(actor_of(interaction), group_id)
    texts, wanted = texts_of(interaction), fold_text(current)
    named = ((meeting, meeting_name(texts, meeting, number)) for meeting, number in found)
    return [
        choice(name, meeting.id)
        for meeting, name in named
        if wanted in fold_text(name) or wanted in meeting.day.isoformat() or wanted == str(meeting.id)
    ]


def meeting_name(texts: Texts, meeting: Meeting, number: int | None) -> str:
    """Return a past meeting as plain text, for choices."""
    day = day_and_year(texts, meeting.day)
    key = "off" if number is None else "held"
    return texts.plain(f"attendance.choice.{key}", number=number, day=day)


def _state(texts: Texts, seat: Seat) -> str:
    return state_name(texts, seat.state)


def _seat(texts: Texts, seat: Seat) -> Markup:
    who, state = member(seat.user_id), _state(texts, seat)
    if seat.state is Attendance.UNRECORDED:
        return texts("attendance.record.open", who=who, state=state)
    by = None if seat.entry is None else seat.entry.recorded_by
    if by is None:
        return texts("attendance.record.known", who=who, state=state)
    if by == seat.user_id:
        return texts("attendance.record.own", who=who, state=state)
    return texts("attendance.record.said", who=who, state=state, by=_by(texts, by))


def _by(texts: Texts, user_id: UserId | None) -> Markup:
    """Who said something; of whom all data was deleted nothing is left but that somebody did."""
    known = user_id is not None and user_id > 0
    return member(user_id) if known and user_id is not None else texts("attendance.record.somebody")


def _trail(texts: Texts, view: CorrectionView, *, room: int) -> list[Markup]:
    """The newest corrections that there is room for, in the order in which they were made."""
    told = [(each.recorded_at, _correction(texts, each)) for each in view.trail]
    told += [(at, line) for visitor in view.visitors for at, line in _taken_back(texts, visitor)]
    kept: list[Markup] = []
    told.sort(key=lambda each: each[0])
    for _, line in reversed(told):
        room -= length_of(line) + 1
        if room < 0:
            kept.append(texts("attendance.record.earlier"))
            break
        kept.append(line)
    return kept[::-1]


def _correction(texts: Texts, line: Correction) -> Markup:
    by, at = _by(texts, line.recorded_by), moment(line.recorded_at, "f")
    if line.user_id is None:
        key = "off" if line.state is Attendance.DIDNT_MEET else "on"
        said = texts(f"attendance.trail.{key}", by=by, at=at)
    else:
        said = texts(
            "attendance.trail.person",
            who=member(line.user_id),
            before=state_name(texts, line.previous or Attendance.UNRECORDED),
            state=state_name(texts, line.state),
            by=by,
            at=at,
        )
    return texts("attendance.trail.why", said=said, reason=line.reason) if line.reason else said


def _taken_back(texts: Texts, visitor: Visitor) -> Iterator[tuple[datetime, Markup]]:
    if visitor.withdrawn_at is not None and visitor.name:
        at, by = moment(visitor.withdrawn_at, "f"), _by(texts, visitor.withdrawn_by)
        yield visitor.withdrawn_at, texts("attendance.trail.visitor", name=visitor.name, by=by, at=at)
