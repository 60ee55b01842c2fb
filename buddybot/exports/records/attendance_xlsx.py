"""Attendance as a workbook: who came at a glance, the long table, the commitments, and a summary."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.records import CommitmentRecord, Record
from buddybot.exports.charts.drawing import Say
from buddybot.exports.records import cells, table
from buddybot.exports.records.attendance_matrix import write_matrix
from buddybot.exports.records.attendance_summary import write_summary
from buddybot.exports.records.workbook import HEAD, Sheet, Styled, Value, workbook

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
