"""A workbook that is written row by row: texts stay texts, days and times are numbers with a format.

Only one row of each sheet is held in memory; the rest waits in temporary files until the workbook is closed.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, BinaryIO, NamedTuple

from buddybot import __version__
from buddybot.exports.records import cells, scratch_folder

Filled = str | int | float | dt.date | dt.time | dt.datetime
Value = Filled | None
"""What a cell holds: a share is a float from 0 to 1, an instant is aware; None and "" are empty."""
ROWS = 1_048_576
"""What a sheet takes."""
MANY_SHEETS = 200
"""Up to so many wait in files; more would be too many open files, and all is held in memory instead."""
_A4 = 9
_DAY_ZERO, _ONE_DAY = dt.datetime(1899, 12, 30, tzinfo=dt.UTC), dt.timedelta(days=1)
_REMEMBERED = 4096

Said = str | int | float


@dataclass(frozen=True, eq=False, slots=True)
class Style:
    """How a cell looks, in XlsxWriter's words for it."""

    properties: tuple[tuple[str, object], ...]


def make_style(**properties: object) -> Style:
    """Return a style."""
    return Style(tuple(properties.items()))


TITLE = make_style(bold=True, font_size=14, num_format="@")
_HEAD: dict[str, object] = {"bold": True, "bg_color": "#E8EAEE", "border": 1, "border_color": "#D0D2D8"}
HEAD = make_style(**_HEAD, num_format="@")
HEAD_NUMBER = make_style(**_HEAD, num_format="0", align="center")
HEAD_DAY = make_style(**_HEAD, num_format="yyyy-mm-dd", align="center", rotation=90)
WORDS = make_style(num_format="@", text_wrap=True, valign="top")
COUNT = make_style(align="center", num_format="0")
TEXT = make_style(num_format="@")
"""What the usual cell with a text has; it stays text when somebody edits it."""
_NUMBER, _SHARE, _DAY, _TIME, _INSTANT = (
    make_style(num_format=form, align="left")
    for form in ("0", "0 %", "yyyy-mm-dd", "hh:mm", "yyyy-mm-dd hh:mm")
)
_USUAL: dict[type, Style] = {
    str: TEXT,
    int: _NUMBER,
    float: _SHARE,
    dt.date: _DAY,
    dt.time: _TIME,
    dt.datetime: _INSTANT,
}
_LINE = 15
"""How high a line is, in points."""


class Styled(NamedTuple):
    """A value that does not look like others of its kind."""

    value: Value
    style: Style


class Sheet:
    """One sheet, written from its first row to its last; fit for A4 across, a page wide."""

    def __init__(self, sheet: Any, formats: Callable[[Style], Any], said: Callable[[Filled], Said]) -> None:
        self._sheet = sheet
        self._formats = formats
        self._convert_value = said
        self._usual = {kind: formats(usual) for kind, usual in _USUAL.items()}
        self.next_row = 0
        """Counted from 0."""
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&R&P / &N")  # the page, and how many there are

    def row(self, values: Iterable[Value | Styled], *, lines: int = 1) -> None:
        """Write the next row from its first cell on; it is so many lines high."""
        if lines > 1:
            self._sheet.set_row(self.next_row, _LINE * lines)
        for column, value in enumerate(values):
            self._cell(column, value)
        self.next_row += 1

    def write_words(self, term: str, sentence: str, *, last_column: int, width: int) -> None:
        """Write a term, and beside it a sentence over some columns, so many letters wide."""
        self._sheet.merge_range(self.next_row, 1, self.next_row, last_column, "", self._formats(WORDS))
        self.row([Styled(term, WORDS), Styled(sentence, WORDS)], lines=1 + len(sentence) // width)

    def set_widths(self, *columns: float, others: tuple[int, float] | None = None) -> None:
        """Set the widths of the first columns, in digits; `others` is for so many after them."""
        for column, width in enumerate(columns):
            self._sheet.set_column(column, column, width)
        if others is not None and others[0]:
            self._sheet.set_column(len(columns), len(columns) + others[0] - 1, others[1])

    def hold(self, *, rows: Sequence[int], columns: int = 0, pages_wide: int = 1) -> None:
        """Keep rows (the first and the last of them) and columns in view, on paper too."""
        self._sheet.freeze_panes(rows[-1] + 1, columns)
        self._sheet.repeat_rows(rows[0], rows[-1])
        if columns:
            self._sheet.repeat_columns(0, columns - 1)
        self._sheet.fit_to_pages(pages_wide, 0)

    def filter(self, columns: int) -> None:
        """Let people filter all rows by the first one."""
        self._sheet.autofilter(0, 0, max(self.next_row - 1, 1), columns - 1)

    def digits_as_text(self, column: str) -> None:
        """Say that the digits in a column are no numbers, so that nobody is warned of them."""
        self._sheet.ignore_errors({"number_stored_as_text": f"{column}1:{column}{ROWS}"})

    def _cell(self, column: int, value: Value | Styled) -> None:
        look = None
        if isinstance(value, Styled):
            look = self._formats(value.style)
            value = value.value
        if value is None:
            if look is not None:
                self._sheet.write_blank(self.next_row, column, None, look)
            return
        said = self._convert_value(value)
        # Never `write`: that one makes formulas and links of texts.
        write = self._sheet.write_string if isinstance(said, str) else self._sheet.write_number
        if said != "" and write(self.next_row, column, said, look or self._usual[type(value)]):
            raise OverflowError(f"row {self.next_row + 1}, column {column + 1} is more than a sheet takes")


def _convert_value(value: Filled) -> Said:
    """A value as a workbook has it: days are counted from the end of 1899, hours are shares of a day."""
    if isinstance(value, str):
        return cells.for_workbook(value)
    if isinstance(value, dt.datetime):
        return (value - _DAY_ZERO) / _ONE_DAY
    if isinstance(value, dt.date):
        return value.toordinal() - _DAY_ZERO.toordinal()
    if isinstance(value, dt.time):
        return (dt.datetime.combine(_DAY_ZERO, value, dt.UTC) - _DAY_ZERO) / _ONE_DAY
    return value


@contextmanager
def workbook(out: BinaryIO, *, title: str, now: dt.datetime, sheets: int) -> Iterator[Callable[[str], Sheet]]:
    """Write a workbook of so many sheets; what is handed out adds one by its name.

    It is in `out` when the block ends without an error.
    """
    # The library takes long to load, and most runs of the bot never write a workbook.
    import xlsxwriter  # type: ignore[import-untyped]  # it has no types

    with scratch_folder.folder() as folder:
        book = xlsxwriter.Workbook(out, {"constant_memory": sheets <= MANY_SHEETS, "tmpdir": folder})
        made = now.astimezone(dt.UTC).replace(tzinfo=None)
        book.set_properties({"title": title, "author": f"buddybot {__version__}", "created": made})
        formats = cache(lambda look: book.add_format(dict(look.properties)))
        # Most values come again and again. What is remembered goes with the workbook.
        said = lru_cache(_REMEMBERED, typed=True)(_convert_value)
        yield lambda name: Sheet(book.add_worksheet(name), formats, said)
        book.close()
