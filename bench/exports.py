"""The exports: how long ten thousand rows take as a workbook and as CSV, against the libraries alone.

XlsxWriter alone writes the same cells into the same sheets, and the csv module the same rows. What the bot
adds is going through the record, cleaning what people wrote, and counting.
"""

import csv
import datetime as dt
import io
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter

import xlsxwriter  # type: ignore[import-untyped]  # it has no types
from openpyxl import load_workbook

from bench.support.report import Report, Verdict, run
from bench.support.timing import Contender, interleaved
from buddybot import locales
from buddybot.domain.attendance.records import Record
from buddybot.exports.records.attendance_csv import write_csv
from buddybot.exports.records.attendance_xlsx import write_xlsx
from tests.exports import example_records

ROUNDS = 7
ROWS = 10_000
PEOPLE, MEETINGS = 10, 100
XLSX_GOAL, CSV_GOAL = 1.5, 3.0
_NAMES = ("Ana", "Ben", "Cho", "Dev", "Eli", "Fay", "Gil", "Hanna", "Íñigo", "Jörg")
_LETTERS = "++L+V+e-+?+"

Cells = Sequence[tuple[str, Sequence[tuple[int, int, object, str]]]]
"""By the name of a sheet its cells: row, column, value and number format."""


def say(key: str, /, **parameters: object) -> str:
    """Say a sentence in English."""
    return locales.sentences("en")[key].format(**parameters)


def some_records(rows: int) -> list[Record]:
    """Return the records of groups of ten over a hundred meetings that have so many rows together."""
    return [_record(number) for number in range(1, rows // (PEOPLE * MEETINGS) + 1)]


def _record(number: int) -> Record:
    who = [
        example_records.person(
            f"{name} {number}",
            "".join(_LETTERS[(column * 7 + place * 3) % len(_LETTERS)] for column in range(MEETINGS)),
            user_id=example_records.ORGANIZER + number * PEOPLE + place,
            reason=None if place % 4 else f"was there, says {name}",
        )
        for place, name in enumerate(_NAMES)
    ]
    return example_records.record(who, of=example_records.group(f"Group {number}", group_id=number))


async def measure(rounds: int = ROUNDS, rows: int = ROWS) -> Report:
    """Write both files in every way, and judge by the libraries alone."""
    found = some_records(rows)
    cells, lines = _cells(_workbook(found)), list(csv.reader(io.StringIO(_table(found).decode(), newline="")))
    ways: dict[str, Callable[[], bytes]] = {
        "workbook": partial(_workbook, found),
        "workbook, XlsxWriter alone": partial(_cells_alone, cells),
        "workbook, XlsxWriter alone in memory": partial(_cells_alone, cells, streamed=False),
        "CSV": partial(_table, found),
        "CSV, csv alone": partial(_lines_alone, lines),
    }
    contenders: dict[str, Contender] = {name: partial(_seconds, way) for name, way in ways.items()}
    taken = await interleaved(contenders, rounds=rounds)
    report = Report("exports")
    report.figures += [
        *(f"{name}: {taken.median(name) * 1000:.0f} ms for {rows:,} rows" for name in ways),
        *(f"{name}: peak of {_peak(ways[name]):.1f} MB while it is written" for name in ("workbook", "CSV")),
    ]
    for name, alone, goal in (
        ("workbook", "XlsxWriter alone", XLSX_GOAL),
        ("CSV", "csv alone", CSV_GOAL),
    ):
        ratio = taken.ratio(name, f"{name}, {alone}")
        claim = f"{name}, of the time of {alone}"
        report.verdicts.append(Verdict(claim=claim, figure=ratio, sense="<=", goal=goal))
    return report


async def _seconds(way: Callable[[], bytes]) -> float:
    began = perf_counter()
    way()
    return perf_counter() - began


def _peak(way: Callable[[], bytes]) -> float:
    """The most memory in MB that it takes besides the record, the file itself included."""
    tracemalloc.start()
    try:
        way()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _workbook(found: Sequence[Record]) -> bytes:
    out = io.BytesIO()
    write_xlsx(found, out, say=say, now=example_records.NOW, progress=lambda _: None)
    return out.getvalue()


def _table(found: Sequence[Record]) -> bytes:
    out = io.BytesIO()
    write_csv(found, out, say=say, bom=False, progress=lambda _: None)
    return out.getvalue()


# -- the same, by the libraries alone --------------------------------------------------------------


def _cells(data: bytes) -> Cells:
    """What a workbook holds."""
    book = load_workbook(io.BytesIO(data), read_only=True)
    return [
        (
            sheet.title,
            [
                (row, column, cell.value, cell.number_format)
                for row, cells in enumerate(sheet.iter_rows())
                for column, cell in enumerate(cells)
                if cell.value is not None
            ],
        )
        for sheet in book.worksheets
    ]


def _cells_alone(cells: Cells, *, streamed: bool = True) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": streamed})
    forms = sorted({form for _, held in cells for *_, form in held})
    formats = {form: book.add_format({"num_format": form}) for form in forms}
    for name, held in cells:
        sheet = book.add_worksheet(name)
        for row, column, value, form in held:
            if isinstance(value, str):
                sheet.write_string(row, column, value, formats[form])
            elif isinstance(value, dt.datetime | dt.date | dt.time):
                sheet.write_datetime(row, column, value, formats[form])
            else:
                sheet.write_number(row, column, value, formats[form])
    book.close()
    return out.getvalue()


def _lines_alone(lines: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    text = io.TextIOWrapper(out, "utf-8", newline="")
    csv.writer(text).writerows(lines)
    text.flush()
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(run(measure))
