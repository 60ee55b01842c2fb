"""Attendance as a workbook: who came at a glance, the long table, the commitments, and a summary."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

from buddybot import __version__
from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Rates, rates
from buddybot.domain.attendance.records import CommitmentRecord, Record
from buddybot.exports.charts.drawing import Say
from buddybot.exports.records import cells, table
from buddybot.exports.records.table import names_of, zones_of
from buddybot.exports.records.workbook import (
    COUNT,
    HEAD,
    HEAD_DAY,
    HEAD_NUMBER,
    TITLE,
    Sheet,
    Styled,
    Value,
    make_style,
    workbook,
)

MEETINGS_ON_A_PAGE = 40
"""So many columns can still be read on paper; more go on another page."""
WIDEST = 40
"""Digits; of a longer name the rest is in the cell, and not on paper."""

COLOURS: Mapping[Attendance, tuple[str, str]] = {
    Attendance.PRESENT: ("#D3EEE2", "#0B4A37"),
    Attendance.LATE: ("#FBE8C2", "#5E4100"),
    Attendance.VIRTUAL: ("#DAE5FC", "#1E3C85"),
    Attendance.EXCUSED: ("#E6E7EB", "#3B3D44"),
    Attendance.ABSENT: ("#FADBD0", "#752710"),
    Attendance.UNRECORDED: ("#FFFFFF", "#3B3D44"),
    Attendance.NOT_YET_MEMBER: ("#FFFFFF", "#6A6C74"),
    Attendance.DIDNT_MEET: ("#F3F3F5", "#54565E"),
}
"""The ground and the letters; pale enough to be printed."""
_LOOKS = {
    state: make_style(
        bg_color=ground, font_color=letter, align="center", border=1, border_color="#D0D2D8", num_format="@"
    )
    for state, (ground, letter) in COLOURS.items()
}

Cell = Value | Styled


def write_matrix(sheet: Sheet, record: Record, say: Say) -> None:
    """Write the heads, a row for each person, the counts, and what the letters mean."""
    meeting_records = record.meeting_records
    names = names_of(record)
    labels = [*names.values(), *(say(f"export.state.{state}") for state in Attendance)]
    width = min(max(map(len, labels)) + 4, WIDEST)
    sheet.set_widths(width, others=(len(meeting_records), 4.5))
    sheet.hold(rows=(1, 2), columns=1, pages_wide=max(-(-len(meeting_records) // MEETINGS_ON_A_PAGE), 1))
    heading = say("export.sheet.heading", group=record.group.name, zone=zones_of(record))
    sheet.row([Styled(heading, TITLE)])
    numbers = (Styled(each.number, HEAD_NUMBER) for each in meeting_records)
    sheet.row([Styled(say("export.sheet.meeting"), HEAD), *numbers])
    days = (Styled(each.meeting.day, HEAD_DAY) for each in meeting_records)
    sheet.row([Styled(say("export.sheet.date"), HEAD), *days], lines=5)
    letters = {state: Styled(say(f"export.letter.{state}"), look) for state, look in _LOOKS.items()}
    reduced = [each.meeting.reduced for each in meeting_records]
    for person in record.people:
        shown = zip(person.states, reduced, strict=True)
        sheet.row([names[person.user_id], *(None if gone else letters[state] for state, gone in shown)])
    for row in _counts(record, say):
        sheet.row(row)
    sheet.row([])
    if not meeting_records:
        sheet.row([say("export.sheet.empty")])
    sheet.row([Styled(say("export.sheet.legend"), HEAD)])
    for state, letter in letters.items():
        sheet.row([say(f"export.state.{state}"), letter])


def _counts(record: Record, say: Say) -> Iterator[list[Cell]]:
    """How many came of how many, the visitors, and those without a name by their states."""
    meeting_records = record.meeting_records
    found = [rates([record.states_at(place)]) for place in range(len(meeting_records))]
    yield _row(say("export.sheet.came"), [None if each is None else each.came for each in found])
    yield _row(say("export.sheet.counted"), [None if each is None else each.counted for each in found])
    if any(each.visitors for each in meeting_records):
        yield _row(say("export.sheet.visitors"), [len(each.visitors) for each in meeting_records])
    unnamed = [Counter(each.unnamed) for each in meeting_records]
    for state in Attendance:
        if any(each[state] for each in unnamed):
            label = say("export.sheet.unnamed", state=say(f"export.state.{state}"))
            yield _row(label, [each[state] or None for each in unnamed])


def _row(label: str, counts: list[int] | list[int | None]) -> list[Cell]:
    return [label, *(Styled(count or None, COUNT) for count in counts)]


_COUNTED = tuple(state for state in Attendance if state is not Attendance.NOT_YET_MEMBER)
_SUMMARY_WIDTHS = (34, 17, *(13 for _ in _COUNTED[1:]), 13, 24)
_DEFINED = ("attended", "apologised", "kept", "visitors", "unnamed")


def write_summary(sheet: Sheet, records: Sequence[Record], say: Say, now: dt.datetime) -> None:
    """Write the figures of each group one below the other, and then what the figures mean."""
    sheet.set_widths(*_SUMMARY_WIDTHS)
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
        sheet.write_words(
            term, words, last_column=len(_SUMMARY_WIDTHS) - 1, width=sum(_SUMMARY_WIDTHS[1:]) - 10
        )


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
        yield [names[person.user_id], *_count_states(person.states), *_shares(person.rates)]
    unnamed = [state for meeting_record in record.meeting_records for state in meeting_record.unnamed]
    if unnamed:
        yield [say("export.summary.unnamed"), *_count_states(unnamed)]


def _count_states(states: Sequence[Attendance]) -> list[int]:
    found = Counter(states)
    return [found[state] for state in _COUNTED]


def _shares(rates: Rates | None) -> list[float | None]:
    return [None, None] if rates is None else [rates.attended, rates.attended_or_apologised]


def _of(part: int, whole: int, say: Say) -> str:
    return say("export.summary.of", part=part, whole=whole)


_WIDTHS = (14, 9, 11, 7, 16, 17, 18, 13, 18, 20, 19, 18, 19, 19, 30)
_ROLE = table.COLUMNS.index("role")
_ID_COLUMN = "J"
_COMMITMENT_WIDTHS = (18, 9, 11, 22, 24, 60, 10, 7, 18)
_COMMITMENT_COLUMNS = ("category", "text", "target", "done", "outcome")


def write_xlsx(
    records: Sequence[Record], out: BinaryIO, *, say: Say, now: datetime, progress: table.Progress
) -> None:
    """Write the workbook; of several groups each has a sheet of who came, and the others are joined."""
    joined = [say(f"export.sheet.{name}") for name in ("table", "commitments", "summary")]
    names = cells.sheet_names(
        [say("export.sheet.attendance")] if len(records) == 1 else [each.group.name for each in records],
        spare=lambda number: say("export.sheet.group", number=number),
        taken=joined,
    )
    sheets = len(names) + len(joined)
    with workbook(out, title=say("export.sheet.title"), now=now, sheets=sheets) as sheet:
        for name, record in zip(names, records, strict=True):
            write_matrix(sheet(name), record, say)
        _write_table(sheet(joined[0]), records, say, progress)
        _write_commitments(sheet(joined[1]), records, say)
        write_summary(sheet(joined[2]), records, say, now)


def _write_table(sheet: Sheet, records: Sequence[Record], say: Say, progress: table.Progress) -> None:
    sheet.set_widths(*_WIDTHS)
    sheet.hold(rows=(0, 0))
    sheet.digits_as_text(_ID_COLUMN)
    sheet.row([Styled(say(f"export.column.{name}"), HEAD) for name in table.COLUMNS])
    states = {state: say(f"export.state.{state}") for state in Attendance}
    roles = {role: say(f"export.role.{role}") for role in table.ROLES}
    deleted = roles[table.UNNAMED]
    lines = (line for record in records for line in table.lines(record, deleted=deleted))
    for line in table.count_rows(lines, progress):
        # An id has more digits than a number in a spreadsheet keeps: it is a text.
        sheet.row(
            (
                *line[:_ROLE],
                roles[line.role],
                line.member,
                None if line.member_id is None else str(line.member_id),
                states[line.state],
                line.recorded_by,
                line.recorded_at,
                states[line.previous] if line.previous else None,
                line.reason,
            )
        )
    sheet.filter(len(table.COLUMNS))


def _write_commitments(sheet: Sheet, records: Sequence[Record], say: Say) -> None:
    sheet.set_widths(*_COMMITMENT_WIDTHS)
    sheet.hold(rows=(0, 0))
    heads = [say(f"export.column.{name}") for name in ("group", "meeting", "date", "member")]
    heads += [say(f"export.commitment.column_{name}") for name in _COMMITMENT_COLUMNS]
    sheet.row([Styled(head, HEAD) for head in heads])
    for record in records:
        names = table.names_of(record)
        meeting_records = {
            meeting_record.meeting.id: meeting_record for meeting_record in record.meeting_records
        }
        for commitment in record.commitments:
            meeting_record = meeting_records[commitment.meeting_id]
            owner = commitment.user_id
            name = say("export.role.unnamed") if owner is None else names.get(owner, str(owner))
            at = (record.group.name, meeting_record.number, meeting_record.meeting.day)
            sheet.row((*at, name, *_commitment_cells(commitment, say)))
    sheet.filter(len(heads))


def _commitment_cells(commitment: CommitmentRecord, say: Say) -> tuple[Value, ...]:
    """What was promised and what became of it; of a private one only that it is one."""
    if (
        commitment.is_private
        or commitment.text is None
        or commitment.target is None
        or commitment.done is None
    ):
        return (None, say("export.commitment.private"), None, None, None)
    if commitment.done >= commitment.target:
        outcome = say("export.commitment.kept")
    else:
        outcome = say("export.commitment.let_go" if commitment.let_go else "export.commitment.carried")
    category = None if commitment.category is None else say(f"commitments.category.{commitment.category}")
    return (category, commitment.text, commitment.target, commitment.done, outcome)
