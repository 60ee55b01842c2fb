"""A member's own weeks, for their eyes only: calm also where they were hard."""

from buddybot.domain.attendance.records import CommitmentRecord, Record
from buddybot.services.attendance.history_views import OwnHistory
from buddybot.ui.attendance.history import add_page_buttons, own_figures
from buddybot.ui.checkins.checkins import LENGTHS, result
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import Markup, Texts, length_together, moment, shorten_text

_ROOM = 2900
"""Characters for the weeks: what a card holds, less the figures and the rest."""


def weeks_card(texts: Texts, view: OwnHistory) -> Card:
    """Return some of their weeks, the newest first; the figures stand on the newest page."""
    card = Card().text(Markup(f"### {texts('history.weeks.title', group=view.record.group.name)}"))
    if not view.record.meeting_records:
        return card.text(texts("history.own.nothing"))
    for week in _fit_weeks(texts, view):
        card.text(week)
    if view.page.newer is None and view.lately.meeting_records:
        count = len(view.lately.meeting_records)
        key = "history.weeks.lately_one" if count == 1 else "history.weeks.lately"
        card.line().text(texts(key, count=count))
        own_figures(texts, card, view.lately, view.streak)
        if _was_hard(view.record):
            card.text(texts("history.weeks.hard"))
    add_page_buttons(texts, card, "me_history", view.record, view.page)
    return card.note(texts("history.weeks.note"))


def _was_hard(record: Record) -> bool:
    """Whether less than half was done, or come to, in these weeks."""
    rates, share = record.rates, record.kept.share
    return (share is not None and share < 0.5) or (rates is not None and rates.attended < 0.5)


def _fit_weeks(texts: Texts, view: OwnHistory) -> list[Markup]:
    """Return the weeks, each text cut to the same length where they do not all fit."""
    places = range(len(view.record.meeting_records) - 1, -1, -1)
    for length in LENGTHS:
        shown = [_week(texts, view, place, length) for place in places]
        if length_together(shown) <= _ROOM:
            break
    return shown


def _week(texts: Texts, view: OwnHistory, place: int, length: int) -> Markup:
    meeting_record, [person] = view.record.meeting_records[place], view.record.people
    day, cell = moment(meeting_record.meeting.starts_at, "D"), person.cells[place]
    state = texts("history.weeks.joined" if cell.joined else f"pictures.state.{cell.state}")
    lines = [
        texts("history.weeks.off", day=day)
        if not (cell.joined or view.record.met(place))
        else texts("history.weeks.meeting", number=meeting_record.number, day=day, state=state)
    ]
    lines += [
        _commitment_line(texts, each, length)
        for each in view.record.commitments
        if each.meeting_id == meeting_record.meeting.id
    ]
    if (win := view.wins.get(meeting_record.meeting.id)) is not None:
        lines.append(texts("history.weeks.win", text=shorten_text(win, length)))
    return Markup("\n> ".join(lines))


def _commitment_line(texts: Texts, commitment: CommitmentRecord, length: int) -> Markup:
    done, target = commitment.done or 0, commitment.target or 1
    said = result(texts, done, target)
    if commitment.let_go and done < target:
        key = "history.weeks.let_go_partly" if done else "history.weeks.let_go"
        said = texts(key, done=done, target=target)
    key = "history.weeks.private" if commitment.is_private else "history.weeks.commitment"
    return texts(key, text=shorten_text(commitment.text or "", length), result=said)
