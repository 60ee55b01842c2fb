"""The forms in which a record is handed out, and who writes each."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO

from buddybot.domain.records import Record
from buddybot.exports.table import Progress

if TYPE_CHECKING:
    from buddybot.exports.pictures import Say


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
    form: Format, records: Iterable[Record], out: BinaryIO, *, say: "Say", now: datetime, progress: Progress
) -> None:
    """Write records into one file; a PNG holds one picture only, which `parts.Maker` sees to."""
    # Imported here: a file is asked for rarely, and a start does without those who write it.
    if form in (Format.CSV, Format.CSV_EXCEL):
        from buddybot.exports.attendance_csv import write_csv

        write_csv(records, out, say=say, bom=form is Format.CSV_EXCEL, progress=progress)
    elif form is Format.XLSX:
        from buddybot.exports.attendance_xlsx import write_xlsx

        write_xlsx(list(records), out, say=say, now=now, progress=progress)
    elif form in (Format.JSON, Format.JSONL):
        from buddybot.exports.attendance_json import write_json, write_jsonl

        (write_json if form is Format.JSON else write_jsonl)(records, out, now=now, progress=progress)
    elif form is Format.ICS:
        from buddybot.exports.attendance_ics import write_ics

        write_ics(list(records), out, say=say, now=now)
    elif form is Format.REPORT:
        from buddybot.exports.attendance_report import write_report

        write_report(list(records), out, say=say, now=now)
    else:
        raise ValueError(f"{form} is not one file")
