"""The sheet that sums a record up: what was read and when, the rates with their definitions, the counts."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from buddybot import __version__
from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Rates
from buddybot.domain.attendance.records import Record
from buddybot.exports.charts.drawing import Say
from buddybot.exports.records.table import names_of, zones_of
from buddybot.exports.records.workbook import HEAD, TITLE, Sheet, Styled, Value

_COUNTED = tuple(state for state in Attendance if state is not Attendance.NOT_YET_MEMBER)
_WIDTHS = (34, 17, *(13 for _ in _COUNTED[1:]), 13, 24)
_DEFINED = ("attended", "apologised", "kept", "visitors", "unnamed")


def write_summary(sheet: Sheet, records: Sequence[Record], say: Say, now: dt.datetime) -> None:
    """Write the figures of each group one below the other, and then what the figures mean."""
    sheet.set_widths(*_WIDTHS)
    sheet.row([Styled(say("export.sheet.title"), TITLE)])
    sheet.row([say("export.summary.made"), now])
    sheet.row([say("export.summary.by"), f"buddybot {__version__}"])
    for record in records:
        sheet.row([])
        for row in _figures(record, say):
            sheet.row(row)
        for row in _people(record, say):
            sheet.row(row)
    sheet.row([])
    sheet.row([Styled(say("export.summary.definitions"), HEAD)])
    for name in _DEFINED:
        term, words = say(f"export.summary.{name}"), say(f"export.definition.{name}")
        sheet.write_words(term, words, last_column=len(_WIDTHS) - 1, width=sum(_WIDTHS[1:]) - 10)


def _figures(record: Record, say: Say) -> Iterator[list[Value | Styled]]:
    """A group's name, the time that was read, its meetings and its rates."""
    yield [Styled(record.group.name, TITLE)]
    yield [say("export.summary.zone"), zones_of(record)]
    yield [say("export.summary.first"), record.first or say("export.summary.open_start")]
    yield [say("export.summary.last"), record.last or say("export.summary.open_end")]
    held = sum(record.met(place) for place in range(len(record.meeting_records)))
    yield [say("export.summary.held"), held]
    yield [say("export.summary.not_held"), len(record.meeting_records) - held]
    rates, kept = record.rates, record.kept
    attended: list[Value] = [say("export.summary.unknown")]
    apologised = attended
    if rates is not None:
        attended = [rates.attended, _of(rates.came, rates.counted, say)]
        apologised = [rates.attended_or_apologised, _of(rates.came + rates.excused, rates.counted, say)]
    yield [say("export.summary.attended"), *attended]
    yield [say("export.summary.apologised"), *apologised]
    share = say("export.summary.unknown") if kept.share is None else kept.share
    yield [say("export.summary.kept"), share, _of(kept.kept, kept.due, say) if kept.due else None]


def _people(record: Record, say: Say) -> Iterator[list[Value | Styled]]:
    """How often each person was how, by name, with both rates."""
    heads = [say("export.summary.members"), *(say(f"export.state.{state}") for state in _COUNTED)]
    heads += [say("export.summary.attended"), say("export.summary.apologised")]
    yield [Styled(head, HEAD) for head in heads]
    names = names_of(record)
    for person in record.people:
        yield [names[person.user_id], *_counts(person.states), *_shares(person.rates)]
    unnamed = [state for meeting_record in record.meeting_records for state in meeting_record.unnamed]
    if unnamed:
        yield [say("export.summary.unnamed"), *_counts(unnamed)]


def _counts(states: Sequence[Attendance]) -> list[int]:
    found = Counter(states)
    return [found[state] for state in _COUNTED]


def _shares(rates: Rates | None) -> list[float | None]:
    return [None, None] if rates is None else [rates.attended, rates.attended_or_apologised]


def _of(part: int, whole: int, say: Say) -> str:
    return say("export.summary.of", part=part, whole=whole)
