"""The forms in which a record is handed out, and who writes each."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from buddybot.domain.records import Record
from buddybot.exports.attendance_csv import write_csv
from buddybot.exports.attendance_ics import write_ics
from buddybot.exports.attendance_json import write_json, write_jsonl
from buddybot.exports.attendance_report import write_report
from buddybot.exports.attendance_xlsx import write_xlsx
from buddybot.exports.pictures import Say
from buddybot.exports.table import Progress


class Format(StrEnum):
    """What somebody can choose; `csv_excel` begins with the mark by which Excel knows UTF-8."""

    XLSX = "xlsx"
    CSV = "csv"
    CSV_EXCEL = "csv_excel"
    JSON = "json"
    JSONL = "jsonl"
    ICS = "ics"
    PNG = "png"
    REPORT = "report"

    @property
    def extension(self) -> str:
        """What the file's name ends with, without the dot."""
        return _EXTENSIONS.get(self, self.value)


_EXTENSIONS = {Format.CSV_EXCEL: "csv", Format.REPORT: "html"}


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
