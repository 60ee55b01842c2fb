"""Who writes a record in which form; a start does without them, so they are imported when a file is made."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from buddybot.domain.attendance.records import Record
from buddybot.exports.charts.drawing import Say
from buddybot.exports.records.attendance_csv import write_csv
from buddybot.exports.records.attendance_ics import write_ics
from buddybot.exports.records.attendance_json import write_json, write_jsonl
from buddybot.exports.records.attendance_report import write_report
from buddybot.exports.records.attendance_xlsx import write_xlsx
from buddybot.exports.records.formats import Format
from buddybot.exports.records.table import Progress


def write(
    form: Format, records: Iterable[Record], out: BinaryIO, *, say: Say, now: datetime, progress: Progress
) -> None:
    """Write records into one file; a PNG holds one picture only, which `parts.Maker` sees to."""
    if form in (Format.CSV, Format.CSV_EXCEL):
        write_csv(records, out, say=say, bom=form is Format.CSV_EXCEL, progress=progress)
    elif form is Format.XLSX:
        write_xlsx(list(records), out, say=say, now=now, progress=progress)
    elif form is Format.JSON:
        write_json(records, out, now=now, progress=progress)
    elif form is Format.JSONL:
        write_jsonl(records, out, now=now, progress=progress)
    elif form is Format.ICS:
        write_ics(list(records), out, say=say, now=now)
    elif form is Format.REPORT:
        write_report(list(records), out, say=say, now=now)
    else:
        raise ValueError(f"{form} is not one file")
