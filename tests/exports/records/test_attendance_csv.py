"""Attendance as CSV, read back by a program that knows nothing of the bot."""

import csv
import io
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.records import Record
from buddybot.exports.records import cells, table
from buddybot.exports.records.attendance_csv import write_csv
from tests.exports import example_records, hostile
from tests.exports.example_charts import say

ROWS = example_records.record(
    [
        example_records.person("Ana", "+-", reason="said later", previous=Attendance.ABSENT),
        example_records.person("Ben, jr.", ".?", user_id=7),
    ],
    meeting_records=[
        example_records.meeting_record(0, visitors=["Zoë"]),
        example_records.meeting_record(1, arrangement=None),
    ],
)


def written(*found: Record, bom: bool = False) -> bytes:
    out = io.BytesIO()
    write_csv(found, out, say=say, bom=bom, progress=lambda _: None)
    return out.getvalue()


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


def test_the_file_is_the_table_with_a_row_of_heads() -> None:
    first = "Rowan,1,2026-01-08,19:00,Europe/Berlin,2026-01-08T18:00:00Z,Café Lumen"
    second = "Rowan,2,2026-01-15,19:00,Europe/Berlin,2026-01-15T18:00:00Z,"
    assert written(ROWS).decode("utf-8").split("\r\n") == [
        ",".join(say(f"export.column.{name}") for name in table.COLUMNS),
        f"{first},member,Ana,100000000000000001,present,Ana,2026-01-08T20:30:00Z,absent,said later",
        f"{first},visitor,Zoë,,present,Ana,2026-01-08T21:00:00Z,,",
        f"{second},member,Ana,100000000000000001,absent,Ana,2026-01-15T20:30:00Z,absent,said later",
        f'{second},member,"Ben, jr.",7,not recorded,,,,',
        "",
    ]


def test_a_mark_for_excel_stands_at_the_beginning_when_it_is_asked_for() -> None:
    assert written(ROWS, bom=True) == b"\xef\xbb\xbf" + written(ROWS)


def test_lines_end_as_the_rfc_has_it_whatever_people_write() -> None:
    data = written(
        example_records.record([example_records.person("Ana\nBen\r\nCho\r", "+", reason="a\rb\nc")])
    )
    assert data.count(b"\r\n") == data.count(b"\r") == data.count(b"\n") == 2


def test_several_groups_are_one_table() -> None:
    other = example_records.record(
        example_records.people(Cho="+"), of=example_records.group("Alder", group_id=2)
    )
    assert [row[0] for row in read(written(ROWS, other))] == ["Group", *["Rowan"] * 4, "Alder"]


def test_a_record_without_meetings_is_a_row_of_heads() -> None:
    assert len(read(written(example_records.record()))) == 1


@given(name=hostile.texts, reason=hostile.texts, place=hostile.texts)
def test_whatever_people_write_comes_back_as_text_in_its_place(name: str, reason: str, place: str) -> None:
    record = example_records.record(
        [example_records.person(name, "+", reason=reason)],
        meeting_records=[example_records.meeting_record(0, arrangement=place, visitors=[name])],
        of=example_records.group(name),
    )
    heads, member, visitor = read(written(record))
    assert len(heads) == len(member) == len(visitor) == len(table.COLUMNS)
    row = dict(zip(table.COLUMNS, member, strict=True))
    assert row["group"] == visitor[8] == cells.for_csv(name)
    assert row["member"] == cells.for_csv(name or str(example_records.ORGANIZER))
    assert (row["reason"], row["place"]) == (cells.for_csv(reason), cells.for_csv(place))


@given(st.lists(hostile.texts, min_size=1, max_size=4))
def test_no_cell_is_a_formula_for_a_program_that_expects_semicolons(names: Sequence[str]) -> None:
    who = [example_records.person(name, "+", user_id=number) for number, name in enumerate(names, 1)]
    data = written(example_records.record(who, of=example_records.group(names[0]))).decode("utf-8")
    for line in csv.reader(io.StringIO(data, newline=""), delimiter=";"):
        assert not any(
            cell.strip(' "\u200d').startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in line
        )


def test_rows_are_written_as_they_are_read_and_progress_is_told() -> None:
    sizes: list[int] = []
    out = io.BytesIO()

    def groups() -> Iterator[Record]:
        for number in range(3):
            sizes.append(out.tell())
            yield example_records.record(
                [example_records.person("Ana", "+" * 300)], of=example_records.group(group_id=number + 1)
            )

    told: list[int] = []
    write_csv(groups(), out, say=say, bom=False, progress=told.append)
    assert sizes[0] == 0 < sizes[1] < sizes[2]
    assert told == [250, 500, 750]


def test_the_file_stays_open_after_an_error_too() -> None:
    def groups() -> Iterator[Record]:
        yield ROWS
        raise LookupError("the second group")

    out = io.BytesIO()
    with pytest.raises(LookupError):
        write_csv(groups(), out, say=say, bom=False, progress=lambda _: None)
    assert not out.closed
