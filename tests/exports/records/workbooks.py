"""Workbooks for tests, opened with a library that did not write them."""

import io
from collections.abc import Iterator, Sequence

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from buddybot.domain.attendance.records import Record
from buddybot.exports.records.attendance_xlsx import write_xlsx
from buddybot.exports.records.table import Progress
from tests.exports import example_records
from tests.exports.example_charts import say


def written(found: Sequence[Record], progress: Progress = lambda _: None) -> bytes:
    """The file."""
    out = io.BytesIO()
    write_xlsx(found, out, say=say, now=example_records.NOW, progress=progress)
    return out.getvalue()


def opened(*found: Record) -> Workbook:
    """The workbook of some records."""
    return load_workbook(io.BytesIO(written(found)))


def rows(sheet: Worksheet) -> list[list[object]]:
    """The values of a sheet, without the empty cells at the end of each row."""
    found = []
    for row in sheet.iter_rows(values_only=True):
        values: list[object] = [shown(value) if isinstance(value, str) else value for value in row]
        while values and values[-1] is None:
            values.pop()
        found.append(values)
    return found


def all_cells(book: Workbook) -> Iterator[Cell]:
    """Every cell that holds something."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if isinstance(cell, Cell) and cell.value is not None)


def shown(text: str) -> str:
    """What a program reads where the form escapes a text that looks like its own escapes."""
    return text.replace("_x005F_", "_")
