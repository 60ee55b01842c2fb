"""How meetings were attended: the heat map, and its figures in words with what each of them means."""

from datetime import datetime

from buddybot.domain.attendance.rates import percent
from buddybot.domain.attendance.records import Page, Record
from buddybot.services.attendance.history_views import AttendanceHistory
from buddybot.ui.framework.components import Card, button
from buddybot.ui.framework.pictures import Drawn, show
from buddybot.ui.framework.texts import Markup, Texts, moment

PICTURE = "attendance.png"
_MOST_UNRECORDED = 3


def picture(texts: Texts, view: AttendanceHistory) -> Drawn:
    """Draw who came, which takes a moment; nothing before the first meeting."""
    if not view.record.has_members:
        return {}
    # Imported here: files and pictures are asked for rarely, and a start does without what makes them.
    from buddybot.exports.charts.attendance_charts import chart
    from buddybot.exports.charts.heat_map import attendance_picture

    return {PICTURE: attendance_picture(chart(view.record, own=view.own), texts.plain)}


def history_card(texts: Texts, view: AttendanceHistory, drawn: Drawn) -> Card:
    """Return the record of some meetings; what was drawn is sent along."""
    key = "history.own.title" if view.own else "history.group.title"
    card = Card().text(Markup(f"### {texts(key, group=view.record.group.name)}"))
    if not view.record.meeting_records:
        return card.text(texts("history.own.nothing" if view.own else "history.group.nothing"))
    card.text(_span(texts, view.record))
    show(card, drawn)
    if view.own:
        own_figures(texts, card, view.record, view.streak if view.page.newer is None else 0)
    else:
        _figures(texts, card, view.record)
        _unrecorded_lines(texts, card, view.record)
        if any(meeting_record.meeting.reduced for meeting_record in view.record.meeting_records):
            card.text(texts("history.group.reduced"))
    add_page_buttons(texts, card, "attendance_page", view.record, view.page)
    return card.note(texts("history.own.note" if view.own else "history.group.note"))


def add_page_buttons(texts: Texts, card: Card, route: str, record: Record, page: Page) -> None:
    """Add the buttons to the meetings before and after, where there are any."""
    pages = (("history.older", page.older), ("history.newer", page.newer))
    ways = [(key, stop) for key, stop in pages if stop is not None]
    if ways:
        card.row(*(button(texts.plain(key), route, record.group.id, stop) for key, stop in ways))


def own_figures(texts: Texts, card: Card, record: Record, streak: int) -> None:
    """Add somebody's own figures, in counts and never as a percentage, each with what it means."""
    rates, kept = record.rates, record.kept
    if rates is not None:
        either = rates.came + rates.excused
        _figure(texts, card, "history.own.attended", part=rates.came, whole=rates.counted)
        _figure(texts, card, "history.own.apologised", part=either, whole=rates.counted)
    if kept.due:
        _figure(texts, card, "history.own.kept", part=kept.kept, whole=kept.due)
    if streak > 1:
        _figure(texts, card, "history.own.streak", count=streak)
    if rates is None and not kept.due:
        card.text(texts("history.own.unknown"))


def _figures(texts: Texts, card: Card, record: Record) -> None:
    """Add the group's figures, each with what it means."""
    rates, kept = record.rates, record.kept
    if rates is None:
        card.text(texts("history.group.unknown"))
    else:
        either = rates.came + rates.excused
        share, whole = percent(rates.attended), rates.counted
        _figure(texts, card, "history.group.attended", percent=share, part=rates.came, whole=whole)
        share = percent(rates.attended_or_apologised)
        _figure(texts, card, "history.group.apologised", percent=share, part=either, whole=whole)
    if kept.share is not None:
        share = percent(kept.share)
        _figure(texts, card, "history.group.kept", percent=share, part=kept.kept, whole=kept.due)
    if visitors := sum(len(meeting_record.visitors) for meeting_record in record.meeting_records):
        _figure(texts, card, "history.group.visitors", count=visitors)


def _figure(texts: Texts, card: Card, key: str, **parameters: object) -> None:
    card.text(texts(f"{key}.text", **parameters), Markup(f"-# {texts(f'{key}.means')}"))


def _span(texts: Texts, record: Record) -> Markup:
    """Return from when to when, and how many meetings were held and were not."""
    first, last = (_day(record.meeting_records[place].meeting.starts_at) for place in (0, -1))
    held = sum(record.met(place) for place in range(len(record.meeting_records)))
    off = len(record.meeting_records) - held
    span = texts(
        "history.day" if len(record.meeting_records) == 1 else "history.span", first=first, last=last
    )
    met = texts("history.met_one" if held == 1 else "history.met", span=span, met=held)
    return texts("history.off", met=met, off=off) if off else met


def _unrecorded_lines(texts: Texts, card: Card, record: Record) -> None:
    """Name the meetings at which somebody is unrecorded, the newest first, each with the way to say it."""
    places = [place for place in range(len(record.meeting_records)) if record.unrecorded_at(place)]
    for place in reversed(places[-_MOST_UNRECORDED:]):
        meeting, count = record.meeting_records[place].meeting, record.unrecorded_at(place)
        key = "history.group.unrecorded_one" if count == 1 else "history.group.unrecorded"
        take = button(texts.plain("history.group.take"), "attendance", meeting.id)
        card.beside(texts(key, day=_day(meeting.starts_at), count=count), take)
    if more := len(places[:-_MOST_UNRECORDED]):
        card.text(texts("history.group.unrecorded_more", count=more))


def _day(at: datetime) -> Markup:
    return moment(at, "D")
