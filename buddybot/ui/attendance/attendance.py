"""The organizer's list of people of whom nobody has said yet how it was, and the visitors beside them."""

from collections.abc import Iterable, Mapping

from buddybot.domain.attendance.attendance import NAME_LIMIT, REASON_LIMIT, Attendance, Visitor, present
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, UserId
from buddybot.pings.delivery.requests import Part
from buddybot.services.attendance.attendance import RECORDABLE, Unrecorded
from buddybot.ui.framework.components import PRIMARY, SECONDARY, Card, Form, button, option, select
from buddybot.ui.framework.texts import Markup, Texts, members

TAKE, CORRECT = "take", "correct"
"""Which of the two cards a visitor's form came from, and goes back to."""


def attendance_card(texts: Texts, waiting: Unrecorded, *before: Markup) -> Card:
    """Return what is suggested, and a list for each state to choose people in; a click records at once.

    `before` is what is said above it.
    """
    meeting, people = waiting.meeting, waiting.people
    lines = [*before, texts("attendance.title", number=waiting.number)]
    if not waiting.met:
        return Card().text(*lines, texts("attendance.not_met")).row(_correct(texts, meeting.id))
    lines += _recorded_lines(texts, waiting)
    recorded = waiting.members - len(people)
    lines.append(texts("attendance.progress", recorded=recorded, members=waiting.members))
    lines += _ask_lines(texts, waiting)
    if not people:
        lines.append(texts("attendance.done", at=meeting.starts_at))
    card = Card().text(*lines, *visitors_line(texts, waiting.visitors))
    if clicks := _clicks(texts, waiting):
        card.row(*clicks)
    card.row(
        did_not_meet(texts, meeting.id), visitor_came(texts, meeting.id, TAKE), _correct(texts, meeting.id)
    )
    for state in RECORDABLE if people else ():
        options = [option(name_of(texts, user_id, name), user_id) for user_id, name in people[:25]]
        card.row(
            select(
                "attendance_set",
                meeting.id,
                state.value,
                waiting.newest,
                options=options,
                placeholder=texts.plain(f"attendance.choose.{state.value}"),
                most=len(options),
            )
        )
    return card


def _recorded_lines(texts: Texts, waiting: Unrecorded) -> list[Markup]:
    """Who was recorded as what by the click before."""
    if waiting.recording is None:
        return []
    return [texts("attendance.recorded"), *_by_state(texts, waiting.recording.states)]


def _ask_lines(texts: Texts, waiting: Unrecorded) -> list[Markup]:
    """What is suggested of whom, then of whom nothing is known."""
    lines = []
    if waiting.suggested:
        lines += [texts("attendance.suggested"), *_by_state(texts, waiting.suggested)]
    unknown = [user_id for user_id, _ in waiting.people if user_id not in waiting.suggested]
    if unknown:
        lines.append(texts("attendance.ask", who=members(unknown)))
    return lines


def _by_state(texts: Texts, states: Mapping[UserId, Attendance]) -> list[Markup]:
    found = [(state, [user for user, each in states.items() if each is state]) for state in RECORDABLE]
    return [
        texts("attendance.state", state=texts(f"attendance.choose.{state.value}"), who=members(people))
        for state, people in found
        if people
    ]


def _clicks(texts: Texts, waiting: Unrecorded) -> list[Part]:
    """The buttons that record several people, and the one that takes the last click back."""
    meeting_id, newest, row = waiting.meeting.id, waiting.newest, []
    if waiting.suggested:
        label = texts.plain("attendance.confirm")
        row.append(button(label, "attendance_confirm", meeting_id, newest, style=PRIMARY))
    if waiting.people:
        style = SECONDARY if waiting.suggested else PRIMARY
        label = texts.plain("attendance.all_present")
        row.append(button(label, "attendance_all", meeting_id, newest, style=style))
    if (last := waiting.recording) is not None:
        row.append(
            button(texts.plain("attendance.undo"), "attendance_undo", meeting_id, last.first, last.last)
        )
    return row


def met_form(texts: Texts, meeting_id: MeetingId, *, met: bool) -> Form:
    """Return the form in which it is said of everybody whether the group met, and what happened."""
    key, route = ("did_meet", "attendance_on") if met else ("did_not_meet", "attendance_off")
    form = Form(texts.plain(f"attendance.{key}"), route, meeting_id)
    return form.ask(
        "reason",
        texts.plain("attendance.form.happened"),
        hint=texts.plain(f"attendance.form.{key}_hint"),
        limit=REASON_LIMIT,
        long=True,
    )


def visitor_form(texts: Texts, meeting_id: MeetingId, back: str) -> Form:
    """Return the form for a visitor's name."""
    form = Form(texts.plain("attendance.visitor.title"), "attendance_visit", meeting_id, back)
    return form.ask(
        "name",
        texts.plain("attendance.visitor.name"),
        hint=texts.plain("attendance.visitor.hint"),
        limit=NAME_LIMIT,
    )


def visitors_line(texts: Texts, visitors: Iterable[Visitor]) -> list[Markup]:
    """Return who was there besides the members, if anybody was; a name may have been forgotten since."""
    names = [visitor.name for visitor in present(visitors) if visitor.name]
    return [texts("attendance.visitors", names=", ".join(names))] if names else []


def visitor_came(texts: Texts, meeting_id: MeetingId, back: str) -> Part:
    """Return the button that opens the form for a visitor."""
    return button(texts.plain("attendance.visitor.came"), "attendance_visitor", meeting_id, back)


def did_not_meet(texts: Texts, meeting_id: MeetingId) -> Part:
    """Return the button that opens the form in which it is said that the group did not meet."""
    return button(texts.plain("attendance.did_not_meet"), "attendance_off_ask", meeting_id)


def name_of(texts: Texts, user_id: UserId, name: str) -> str:
    """Return what a list shows of somebody; their name may not be known yet."""
    return name or texts.plain("attendance.unnamed", tail=str(user_id)[-4:])


def state_name(texts: Texts, state: Attendance) -> str:
    """Return the word for a state, the same as in every export."""
    return texts.plain(f"export.state.{state.value}")


def parse_state(word: str) -> Attendance:
    """Return a state of the ledger; Refusal `button.stale` for what is none."""
    try:
        return Attendance(word)
    except ValueError:
        raise Refusal("button.stale") from None


def _correct(texts: Texts, meeting_id: MeetingId) -> Part:
    return button(texts.plain("attendance.correct"), "attendance_correct", meeting_id)
