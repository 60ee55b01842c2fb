"""The forms in which a record is handed out."""

from enum import StrEnum


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
