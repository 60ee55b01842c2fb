"""How a meeting is shown, and how members say whether they come: its card, `/next`, and a reminder."""

from collections.abc import Sequence
from datetime import date, datetime

from buddybot.domain.checkins.agenda import Plan
from buddybot.domain.groups.groups import GroupState
from buddybot.domain.ids import GroupId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState, NextMeeting, Reason, Roll
from buddybot.pings.delivery.requests import Part
from buddybot.services.core.meeting_days import Slot
from buddybot.services.meetings.change_views import What
from buddybot.services.meetings.meeting_messages import ChangeView, ReminderView
from buddybot.services.meetings.meetings import Changed
from buddybot.services.meetings.rsvps import ComingMeeting, MeetingView, NextView
from buddybot.services.meetings.schedule_messages import Carried, Fallen
from buddybot.services.meetings.schedules import ScheduleView
from buddybot.ui.framework.components import CALM, DANGER, PRIMARY, QUIET, SECONDARY, SUCCESS, Card, button
from buddybot.ui.framework.texts import Markup, Texts, channel, day_name, member, members, moment
from buddybot.ui.groups.groups import schedule_line
from buddybot.ui.locations.arrangements import asked_to_choose, change_lines, change_rows, say_where


def meeting_card(texts: Texts, view: MeetingView) -> Card:
    """Return the one message that shows a meeting from the day before until it is over."""
    meeting = view.meeting
    card = Card(colour=CALM if meeting.ahead else QUIET)
    lines = [
        texts("meetings.card.title", number=view.number, group=view.group.name),
        texts("meetings.card.when", **_when(meeting)),
    ]
    if meeting.state is not MeetingState.SCHEDULED:
        lines.append(_add_reason(texts, texts(f"meetings.card.{meeting.state.value}"), meeting))
    elif meeting.moved_from is not None and meeting.moved_from != meeting.starts_at:
        lines.append(texts("meetings.card.moved", start=meeting.moved_from))
    where = say_where(texts, view.arrangement) if meeting.ahead else None
    if where is not None:
        lines.append(where)
    if meeting.state is MeetingState.SCHEDULED:
        lines += asked_to_choose(texts, view.arrangement)
    if meeting.ahead:
        lines += _activity_line(texts, view.plan)
    card.text(*lines)
    if meeting.ahead:
        card.text(*list_people(texts, view.roll), *answer_by(texts, view))
        row = buttons(texts, "rsvp", meeting.id)
        if meeting.state is MeetingState.SCHEDULED:
            check_in = texts.plain("meetings.card.check_in")
            row.append(button(check_in, "checkin", meeting.id, style=PRIMARY))
        card.row(*row)
        row = [button(texts.plain("agenda.button"), "agenda", meeting.id)]
        if where is not None:
            row.insert(0, button(texts.plain("arrangements.where.button"), "venue_open", meeting.id))
        card.row(*row)
    return card


def _activity_line(texts: Texts, plan: Plan) -> list[Markup]:
    """Return the line of a meeting's card that says what the group will do; none when that is open."""
    if plan.activity is None:
        return []
    if plan.agenda.activity is None:
        return [texts("agenda.card.activity_unfit", name=plan.activity.name)]
    return [
        texts(
            "agenda.card.activity",
            name=plan.activity.name,
            minutes=texts("agenda.minutes", count=plan.agenda.room),
        )
    ]


def earlier_card(texts: Texts, view: MeetingView) -> Card:
    """Return what is left of a message about a meeting that was moved since, and is announced again."""
    return Card(colour=QUIET).text(
        texts("meetings.card.earlier", group=view.group.name, **_when(view.meeting)),
    )


def change_card(texts: Texts, view: ChangeView) -> Card:
    """Return the short notice of a change; its button shows each member what is next for them."""
    meeting = view.meeting
    said = texts(
        f"meetings.change.{view.what.value}",
        group=view.group.name,
        before=meeting.moved_from or meeting.starts_at,
        **_when(meeting),
    )
    lines = [_add_reason(texts, said, meeting)]
    if view.carried:
        lines.append(texts("meetings.change.carried"))
        lines += [_carried_line(texts, each) for each in view.carried]
    if view.fallen:
        lines.append(texts("meetings.change.fallen"))
        lines += [_fallen_line(texts, each) for each in view.fallen]
    lines += [texts("meetings.change.instead", start=each.starts_at) for each in view.instead]
    if view.people:
        lines.append(texts(f"meetings.change.{_addressing(view)}", people=members(view.people)))
    if view.following is not None:
        lines.append(texts("meetings.change.following", **_when(view.following)))
    if view.what is What.MEETS and view.schedule is not None:
        lines.append(texts("meetings.change.schedule", schedule=schedule_line(texts, view.schedule)))
    card = Card(colour=QUIET).text(*lines)
    if view.location_changes:
        card.text(*change_lines(texts, view.location_changes))
    for row in change_rows(texts, view.location_changes):
        card.row(*row)
    return card.row(button(texts.plain("meetings.change.more"), "next_open", view.group.id))


def _addressing(view: ChangeView) -> str:
    if view.carried or view.fallen:
        return "people_rescheduled"
    return "people" if view.meeting.ahead else "people_off"


def _carried_line(texts: Texts, each: Carried) -> Markup:
    days = {"before": each.before, "start": each.meeting.starts_at}
    if each.left_out:
        return texts("meetings.change.carried_off", **days)
    if each.host_id is not None:
        return texts("meetings.change.carried_host", host=member(each.host_id), **days)
    return texts("meetings.change.carried_day", **days)


def _fallen_line(texts: Texts, each: Fallen) -> Markup:
    parts = []
    if each.host_id is not None:
        parts.append(texts("meetings.change.fallen_host", host=member(each.host_id)))
    if each.activity is not None:
        parts.append(texts("meetings.change.fallen_activity"))
    if each.answers:
        parts.append(texts("meetings.change.fallen_answers", count=each.answers))
    what = Markup(", ".join(parts) or texts("meetings.change.fallen_plans"))
    return texts("meetings.change.fallen_day", start=each.meeting.starts_at, what=what)


def _add_reason(texts: Texts, said: Markup, meeting: Meeting) -> Markup:
    key = f"meetings.reason.{meeting.reason}"
    return Markup(f"{said} {texts(key)}") if texts.has_sentence(key) else said


def _when(meeting: Meeting) -> dict[str, object]:
    return {
        "start": meeting.starts_at,
        "soon": moment(meeting.starts_at, "R"),
        "minutes": meeting.duration_minutes,
    }


def day_and_year(texts: Texts, day: date) -> str:
    """Return a local day, which may be long ago, as plain text."""
    return texts.plain("meetings.slot.dated", day=day_name(texts, day), year=day.year)


def slot_name(texts: Texts, slot: Slot, now: datetime) -> str:
    """Return a day of the calendar as plain text, for choices."""
    day, at = day_name(texts, slot.day), slot.at.strftime("%H:%M")
    name = texts.plain("meetings.slot.name", day=day, time=at)
    if slot.skipped:
        return texts.plain("meetings.slot.skipped", name=name)
    if slot.meeting is not None and slot.meeting.state is MeetingState.OPEN:
        return texts.plain(f"meetings.slot.{'open' if slot.ends_at > now else 'over'}", name=name)
    return name


def done_card(texts: Texts, key: str, changed: Changed) -> Card:
    """Return the answer to an organizer's command: `meetings.done.<key>`."""
    meeting = changed.meeting
    return Card().text(
        texts(
            f"meetings.done.{key}",
            group=changed.group.name,
            channel=channel(changed.group.channel_id),
            **_when(meeting),
        )
    )


def skipped_card(texts: Texts, changed: Changed) -> Card:
    """Return the answer to a skip, with the way back."""
    key = "skipped_before" if changed.again else "skipped"
    revive = button(texts.plain("meetings.done.revive"), "meeting_revive", changed.meeting.id)
    return done_card(texts, key, changed).row(revive)


def cancel_card(texts: Texts, changed: Changed, reason: Reason) -> Card:
    """Return the one question before a meeting is cancelled."""
    yes = button(
        texts.plain("meetings.done.cancel_yes"),
        "meeting_cancel",
        changed.meeting.id,
        reason.value,
        style=DANGER,
    )
    no = button(texts.plain("meetings.done.cancel_no"), "meeting_keep", changed.meeting.id)
    return done_card(texts, "cancel_ask", changed).row(yes, no)


def kept_card(texts: Texts) -> Card:
    """Return the answer when a meeting is not cancelled after all."""
    return Card(colour=QUIET).text(texts("meetings.done.kept"))


def schedule_card(texts: Texts, view: ScheduleView, *, changed: bool) -> Card:
    """Return a group's schedule and its next days."""
    card = Card().text(
        texts("meetings.schedule.title", group=view.group.name),
        schedule_line(texts, view.schedule),
    )
    starts = [moment(slot.starts_at) for slot in view.ahead if not slot.skipped]
    if starts:
        card.text(texts("meetings.schedule.ahead"), *(Markup(f"- {each}") for each in starts))
    if view.kept is not None:
        key = "kept_moved" if view.kept.by_hand else "kept"
        card.text(texts(f"meetings.schedule.{key}", start=view.kept.starts_at))
    return card.note(texts("meetings.schedule.changed")) if changed else card


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
            style=SUCCESS if answer is mine else SECONDARY,
        )
        for answer, sentence in _SENTENCES.items()
    ]


def list_people(texts: Texts, roll: Roll) -> list[Markup]:
    """Return who comes in one line, and who does not or has not said in another."""
    if not roll.given:
        return [texts("meetings.card.nobody")]
    who = {answer.value: roll.list_members(answer) for answer in Answer}
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
        where = say_where(texts, found.arrangement)
        lines += [_next_when(texts, found.meeting), *([where] if where is not None else [])]
        lines += [*list_people(texts, found.roll), _say_own(texts, view.mine)]
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
            row.append(button(check_in, "checkin", found.meeting.id, style=PRIMARY))
        card.row(*row)
        if found.arrangement.known:
            card.row(button(texts.plain("arrangements.where.button"), "venue_open", found.meeting.id))
    unclosed = view.group.unclosed
    if unclosed is not None and not view.paused:
        late = button(texts.plain("meetings.next.check_in"), "checkin", unclosed.id)
        card.beside(texts("meetings.next.unclosed", start=unclosed.starts_at), late)


def _next_when(texts: Texts, meeting: NextMeeting) -> Markup:
    key = "open" if meeting.state is MeetingState.OPEN else "when"
    return texts(
        f"meetings.next.{key}",
        start=meeting.starts_at,
        soon=moment(meeting.starts_at, "R"),
        minutes=meeting.duration_minutes,
    )


def _say_own(texts: Texts, mine: Answer | None) -> Markup:
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
