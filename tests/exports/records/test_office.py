"""The exports, opened with LibreOffice: nothing becomes a formula, and everything is there.

`make test-office` runs this, and installs LibreOffice where it is missing; elsewhere it is skipped, because
opening it takes longer than hundreds of other tests.
"""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from buddybot.exports.records import cells, table
from buddybot.exports.records.attendance_csv import write_csv
from tests.exports import example_records, hostile
from tests.exports.example_charts import say
from tests.exports.records import workbooks

VARIABLE = "BUDDYBOT_TEST_OFFICE"

pytestmark = pytest.mark.skipif(
    not os.environ.get(VARIABLE), reason="opening files with LibreOffice is for make test-office"
)

SECONDS = 300
# The filter's numbers: how cells are separated and quoted, UTF-8, from the first line on, any language;
# quoted texts may be numbers, and what looks like a number, a day or a formula is taken for one.
AS_CSV = "CSV:{separator},34,76,1,,0,false,true,false,false,false,0,true"


class Office:
    """LibreOffice with a profile of its own."""

    def __init__(self, folder: Path) -> None:
        self._program = shutil.which("soffice") or shutil.which("libreoffice")
        self._folder = folder

    def opened(self, name: str, data: bytes, *, separator: str = "") -> Workbook:
        """The workbook that it makes of a file."""
        assert self._program is not None, f"{VARIABLE} is set and there is no LibreOffice: make test-office"
        source, made = self._folder / name, self._folder / "made"
        source.write_bytes(data)
        reading = [f"--infilter={AS_CSV.format(separator=ord(separator))}"] if separator else []
        subprocess.run(
            [
                *(
                    self._program,
                    f"-env:UserInstallation={(self._folder / 'profile').as_uri()}",
                    "--headless",
                ),
                *(
                    *reading,
                    "--convert-to",
                    "xlsx:Calc MS Excel 2007 XML",
                    "--outdir",
                    str(made),
                    str(source),
                ),
            ],
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )
        return load_workbook(made / f"{source.stem}.xlsx")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """LibreOffice for all tests here."""
    return Office(tmp_path_factory.mktemp("office"))


def formulas(book: Workbook) -> list[object]:
    """The cells that are computed, linked or broken."""
    return [
        cell.value
        for cell in workbooks.all_cells(book)
        if cell.data_type not in {"s", "n", "d", "b"} or cell.hyperlink is not None
    ]


def csv_file() -> bytes:
    """The hostile record as CSV."""
    out = io.BytesIO()
    write_csv([hostile.record()], out, say=say, bom=True, progress=lambda _: None)
    return out.getvalue()


def column(book: Workbook, name: str) -> Iterator[str]:
    """A column of the long table, as text."""
    sheet = book["Table"] if "Table" in book.sheetnames else book.worksheets[0]
    place = table.COLUMNS.index(name)
    return (workbooks.shown(str(row[place] or "")) for row in list(sheet.iter_rows(values_only=True))[1:])


def test_it_would_take_an_unguarded_text_for_a_formula(office: Office) -> None:
    for separator in ",;":
        assert formulas(
            office.opened("unguarded.csv", b"Ana" + separator.encode() + b"=1+1\r\n", separator=separator)
        )


def test_a_workbook_comes_back_as_it_was_written(office: Office) -> None:
    data = workbooks.written([hostile.record()])
    before, after = load_workbook(io.BytesIO(data)), office.opened("record.xlsx", data)
    assert formulas(after) == []
    assert after.sheetnames == before.sheetnames
    for one, other in zip(before.worksheets, after.worksheets, strict=True):
        assert workbooks.rows(other) == workbooks.rows(one)


def test_every_name_of_a_sheet_is_taken_as_it_is(office: Office) -> None:
    groups = [
        example_records.record(
            example_records.people(Ana="+"), of=example_records.group(text, group_id=number)
        )
        for number, text in enumerate(hostile.TEXTS[::2] + hostile.TEXTS[-16:], 1)
    ]
    data = workbooks.written(groups)
    assert office.opened("groups.xlsx", data).sheetnames == load_workbook(io.BytesIO(data)).sheetnames


def test_a_csv_file_has_the_same_names_and_reasons_and_no_formula(office: Office) -> None:
    book = office.opened("record.csv", csv_file(), separator=",")
    assert formulas(book) == []
    names = list(column(book, "member"))
    assert names[: len(hostile.TEXTS)] == [cells.for_csv(text) or "" for text in hostile.TEXTS]
    rows = list(csv.DictReader(io.StringIO(csv_file().decode("utf-8-sig"), newline="")))
    for heading in ("member", "reason", "place"):
        assert list(column(book, heading)) == [row[say(f"export.column.{heading}")] for row in rows]


def test_a_csv_file_has_no_formula_for_a_program_that_expects_semicolons(office: Office) -> None:
    assert formulas(office.opened("semicolons.csv", csv_file(), separator=";")) == []
