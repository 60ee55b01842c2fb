"""Attendance as a workbook, opened with a library that did not write it."""

import datetime as dt
import io
import re
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.records import Record
from buddybot.exports.records import cells, table
from buddybot.exports.records.attendance_xlsx import COLOURS
from buddybot.exports.records.workbook import ROWS, workbook
from tests.exports import example_records, hostile
from tests.exports.example_charts import contrast, say
from tests.exports.records.workbooks import all_cells, opened, rows, shown, written

RECORD = example_records.record(
    [
        *example_records.people(Ana="+LVe-?./", Ben="+++--+++"),
        example_records.person("", ".-++++++", user_id=77),
    ],
    meeting_records=[
        example_records.meeting_record(
            place,
            called_off=place == 7,
            unnamed="-+" if place == 2 else "",
            visitors=["Zoë"] if place == 1 else (),
        )
        for place in range(8)
    ],
    first=dt.date(2026, 1, 1),
    commitments=[
        example_records.commitment("Four coffee meetings"),
        example_records.commitment(None),
        example_records.commitment("Two letters", place=1, target=2, done=1, user_id=77),
        example_records.commitment(None, user_id=None),
    ],
)


def day(place: int) -> dt.datetime:
    """The day of a meeting as a workbook says it."""
    return dt.datetime.combine(example_records.FIRST_DAY + dt.timedelta(weeks=place), dt.time())


def test_the_sheets_of_one_group() -> None:
    assert opened(RECORD).sheetnames == ["Attendance", "Table", "Commitments", "Summary"]


def test_the_matrix_has_people_down_meetings_across_and_counts_below() -> None:
    found = rows(opened(RECORD)["Attendance"])
    assert found[0] == ["Rowan · time zone Europe/Berlin"]
    assert found[1] == ["Meeting", 1, 2, 3, 4, 5, 6, 7]
    assert found[2][:3] == ["Date", day(0), day(1)]
    assert found[3:11] == [
        ["Ana", "P", "L", "V", "E", "A", "?", "·", "/"],
        ["Ben", "P", "P", "P", "A", "A", "P", "P", "P"],
        ["77", "·", "A", "P", "P", "P", "P", "P", "P"],
        ["Came", 2, 2, 4, 1, 1, 2, 2, 2],
        ["Of how many", 2, 3, 5, 3, 3, 2, 2, 2],
        ["Visitors", None, 1],
        ["Name deleted: present", None, None, 1],
        ["Name deleted: absent", None, None, 1],
    ]


def test_the_legend_has_every_letter_in_its_colour() -> None:
    sheet = opened(RECORD)["Attendance"]
    legend = {
        row[0]: (row[1], cell[1].fill.fgColor.rgb)
        for row, cell in zip(rows(sheet), sheet, strict=True)
        if len(row) == 2
    }
    for state, (ground, _) in COLOURS.items():
        assert legend[say(f"export.state.{state}")] == (say(f"export.letter.{state}"), f"FF{ground[1:]}")
    assert sheet["F4"].value == "A"
    assert sheet["F4"].fill.fgColor.rgb == f"FF{COLOURS[Attendance.ABSENT][0][1:]}"


def test_no_two_states_have_the_same_letter_and_every_letter_can_be_read() -> None:
    assert len({say(f"export.letter.{state}") for state in Attendance}) == len(Attendance) == len(COLOURS)
    for pair in COLOURS.values():
        ground, letter = ((int(ink[1:3], 16), int(ink[3:5], 16), int(ink[5:7], 16)) for ink in pair)
        assert contrast(ground, letter) >= 4.5


def test_the_table_is_the_same_as_in_every_format_with_real_days_and_times() -> None:
    sheet = opened(RECORD)["Table"]
    heads, *found = rows(sheet)
    assert heads == [say(f"export.column.{name}") for name in table.COLUMNS]
    lines = list(table.lines(RECORD, deleted="name deleted"))
    assert len(found) == len(lines)
    for row, line in zip(found, lines, strict=True):
        row += [None] * (len(heads) - len(row))
        assert row[:10] == [
            *(line.group, line.meeting, dt.datetime.combine(line.date, dt.time()), line.time, line.zone),
            *(line.starts_at.replace(tzinfo=None), line.place, say(f"export.role.{line.role}")),
            *(line.member or None, line.member_id and str(line.member_id)),
        ]
        recorded = line.recorded_at and line.recorded_at.replace(tzinfo=None)
        assert row[10:13] == [say(f"export.state.{line.state}"), line.recorded_by or None, recorded]
    first = dict(zip(table.COLUMNS, sheet[2], strict=True))
    assert [first[name].number_format for name in ("date", "time", "starts_at", "member")] == [
        *("yyyy-mm-dd", "hh:mm", "yyyy-mm-dd hh:mm", "@")
    ]
    assert first["date"].data_type == "d"


def test_the_commitments_and_of_private_ones_only_that_they_are() -> None:
    _, *found = rows(opened(RECORD)["Commitments"])
    private = say("export.commitment.private")
    assert found == [
        ["Rowan", 1, day(0), "Ana", "Networking, one to one", "Four coffee meetings", 4, 4, "kept"],
        ["Rowan", 1, day(0), "Ana", None, private],
        [
            "Rowan",
            2,
            day(1),
            "77",
            "Networking, one to one",
            "Two letters",
            2,
            1,
            "carried over",
        ],
        ["Rowan", 1, day(0), "name deleted", None, private],
    ]


def test_the_summary_has_the_rates_the_counts_by_name_and_what_they_mean() -> None:
    found = rows(opened(RECORD)["Summary"])
    figures = {row[0]: row[1:] for row in found if row}
    rates = RECORD.rates
    assert rates is not None
    assert figures["Made at (UTC)"] == [example_records.NOW.replace(tzinfo=None)]
    assert str(figures["Made by"][0]).startswith("buddybot ")
    assert figures["Time zone"] == ["Europe/Berlin"]
    assert (figures["From"], figures["To"]) == (
        [dt.datetime.combine(dt.date(2026, 1, 1), dt.time())],
        ["now"],
    )
    assert (figures["Meetings held"], figures["Meetings that did not take place"]) == ([7], [1])
    assert figures["Ana"] == [1, 1, 1, 1, 1, 1, 1, 0.6, 0.8]
    assert figures["Name deleted"][:5] != [1, 0, 0, 0, 1]  # the last of that name is the definition
    assert [row[0] for row in found if row and row[0] in {"Ana", "Ben", "77"}] == ["Ana", "Ben", "77"]
    attended = next(row for row in found if row[:1] == ["Attended"])
    assert attended[1:] == [pytest.approx(rates.attended), f"{rates.came} of {rates.counted}"]
    assert figures["Attended"] == [say("export.definition.attended")]


def test_a_record_without_meetings_says_so() -> None:
    book = opened(example_records.record())
    assert [say("export.sheet.empty")] in rows(book["Attendance"])
    assert ["Attended", say("export.summary.unknown")] in rows(book["Summary"])
    assert len(rows(book["Table"])) == len(rows(book["Commitments"])) == 1


def test_of_several_groups_each_has_a_sheet_and_the_others_are_joined() -> None:
    groups = ("Rowan", "rowan", "Table", "'History'", "[]", "x" * 60)
    found = [
        example_records.record(
            example_records.people(Ana="+"),
            of=example_records.group(name, group_id=number),
            commitments=[example_records.commitment()],
        )
        for number, name in enumerate(groups, 1)
    ]
    book = opened(*found)
    assert book.sheetnames == [
        *("Rowan", "rowan 2", "Table 2", "History 2", "Group 5", "x" * 31),
        *("Table", "Commitments", "Summary"),
    ]
    for sheet in ("Table", "Commitments"):
        assert [row[0] for row in rows(book[sheet])[1:]] == list(groups)
    assert [row[0] for row in rows(book["Summary"]) if row and row[0] in groups] == list(groups)


def test_heads_stay_in_view_and_pages_are_a_sheet_wide() -> None:
    book = opened(RECORD)
    assert [book[name].freeze_panes for name in ("Attendance", "Table", "Commitments")] == ["B4", "A2", "A2"]
    assert book["Attendance"].print_title_rows == "$2:$3"
    assert book["Attendance"].print_title_cols == "$A:$A"
    assert book["Table"].print_title_rows == "$1:$1"
    assert book["Table"].auto_filter.ref == f"A1:O{RECORD.rows + 1}"
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    long = example_records.record(example_records.people(Ana="+" * 100))
    assert opened(long)["Attendance"].page_setup.fitToWidth == 3


def test_the_same_record_gives_the_same_file_and_nobody_is_in_its_properties() -> None:
    data = written([RECORD])
    assert data == written([RECORD])
    properties = opened(RECORD).properties
    assert properties.created == example_records.NOW.replace(tzinfo=None)
    assert str(properties.creator).startswith("buddybot ")
    for name in ("Ana", "Ben", "Rowan"):
        with ZipFile(io.BytesIO(data)) as archive:
            assert name.encode() not in archive.read("docProps/core.xml") + archive.read("docProps/app.xml")


def inert(record: Record) -> Workbook:
    """Its workbook: no cell is a formula, a link or an error, and no other part could do anything."""
    data = written([record])
    book = load_workbook(io.BytesIO(data))
    for cell in all_cells(book):
        assert cell.data_type in {"s", "n", "d"}
        assert cell.hyperlink is None
        assert cell.comment is None
    with ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if "rels" in name and "sheet" in name]
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert not re.search(b"<f[ >]|<hyperlink", archive.read(name))
    return book


@settings(max_examples=40)
@given(name=hostile.texts, reason=hostile.texts, promised=hostile.texts, group=hostile.texts)
def test_whatever_people_write_is_text_and_nothing_else(
    name: str, reason: str, promised: str, group: str
) -> None:
    record = example_records.record(
        [example_records.person(name, "+", reason=reason)],
        meeting_records=[example_records.meeting_record(0, arrangement=reason, visitors=[name])],
        of=example_records.group(group),
        commitments=[example_records.commitment(promised)],
    )
    book = inert(record)
    row = dict(zip(table.COLUMNS, (cell.value for cell in book["Table"][2]), strict=True))
    wanted = name or str(example_records.ORGANIZER)
    for field, text in (("group", group), ("member", wanted), ("reason", reason), ("place", reason)):
        assert shown(str(row[field] or "")).strip() == cells.clean(text)
    assert shown(str(book["Attendance"]["A4"].value or "")).strip() == cells.clean(wanted)
    assert shown(str(book["Commitments"]["F2"].value or "")).strip() == cells.clean(promised)


def test_hostile_text_is_inert() -> None:
    book = inert(hostile.record())
    members = [shown(str(cell.value or "")) for cell in book["Table"]["I"][1:]]
    assert members[: len(hostile.TEXTS)] == [cells.for_workbook(text) for text in hostile.TEXTS]


def test_progress_counts_the_rows_of_the_table() -> None:
    told: list[int] = []
    written([example_records.record(example_records.people(Ana="+" * 300, Ben="+" * 300))], told.append)
    assert told == [250, 500]


def test_hundreds_of_groups_need_no_hundreds_of_open_files() -> None:
    found = [
        example_records.record(example_records.people(Ana="+"), of=example_records.group(group_id=number))
        for number in range(1, 220)
    ]
    book = opened(*found)
    assert len(book.sheetnames) == len(found) + 3


def test_more_than_a_sheet_takes_is_refused_and_never_left_out() -> None:
    with workbook(io.BytesIO(), title="", now=example_records.NOW, sheets=1) as sheet:
        full = sheet("Table")
        full.next_row = ROWS
        with pytest.raises(OverflowError):
            full.row(["Ana"])


def test_nothing_is_written_when_it_fails_halfway() -> None:
    out = io.BytesIO()

    def fail() -> None:
        with workbook(out, title="", now=example_records.NOW, sheets=1) as sheet:
            sheet("Table").row(["Ana"])
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert out.getvalue() == b""
