"""The forms in which a record is handed out, and names for its files that every system takes."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from buddybot.domain.attendance.records import Record


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


_LIMIT = 40


def plain(name: str, *, otherwise: str) -> str:
    """A name in lowercase ASCII letters, digits and hyphens; `otherwise` when nothing of it is left."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", ascii_only))[:_LIMIT].strip("-") or otherwise


def make_stem(records: Sequence[Record], days: tuple[dt.date, dt.date]) -> str:
    """What files with these records are called, before the number of the part and the extension."""
    name = plain(records[0].group.name, otherwise="group") if len(records) == 1 else f"{len(records)}-groups"
    first, last = days
    return f"{name}-attendance-{first}" if first == last else f"{name}-attendance-{first}-to-{last}"
