"""The exports of the demo's eight weeks, cell by cell against the database's rows, by readers of others."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from PIL import Image, ImageChops, ImageStat

from buddybot.domain.attendance.attendance import Attendance
from buddybot.exports.charts.drawing import Canvas
from buddybot.exports.charts.heat_map import SIGNS
from buddybot.exports.records.formats import Format
from tests.exports.example_charts import say
from tests.exports.reading import read
from tests.exports.records.workbooks import rows
from tests.scenarios.attendance.demo_export import PRIVATE, EightWeeks, lived

STATES = {state.value: say(f"export.state.{state.value}") for state in Attendance}
LETTERS = {state.value: say(f"export.letter.{state.value}") for state in Attendance}


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> EightWeeks:
    """Lived through once for all of these tests."""
    return lived(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def book(weeks: EightWeeks) -> Workbook:
    """The spreadsheet, opened by openpyxl."""
    return load_workbook(io.BytesIO(weeks.files[Format.XLSX]))


def test_the_weeks_hold_what_is_worth_comparing(weeks: EightWeeks) -> None:
    assert (len(weeks.meetings), len(weeks.people), len(weeks.expected)) == (8, 6, 48)
    found = Counter(each.entry["state"] for each in weeks.expected)
    assert {"present", "late", "virtual", "excused", "absent"} <= set(found)
    assert any(each.entry["previous"] and each.entry["reason"] for each in weeks.expected)
    assert all(row["joined_at"] <= weeks.meetings[0]["starts_at"] for row in weeks.people)
    assert {row["visibility"] for row in weeks.promises} == {"group", "private"}


def instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(("form", "mark"), [(Format.CSV, b""), (Format.CSV_EXCEL, b"\xef\xbb\xbf")])
def test_csv(weeks: EightWeeks, form: Format, mark: bytes) -> None:
    data = weeks.files[form]
    assert data.startswith(mark + b"Group,")
    found = list(csv.reader(io.StringIO(data.removeprefix(mark).decode("utf-8"), newline="")))
    assert found[1:] == [
        [
            "Rowan group",
            str(each.number),
            each.meeting["local_day"],
            each.meeting["local_time"],
            each.meeting["zone"],
            instant(each.meeting["starts_at"]),
            each.meeting["place"] or "",
            "member",
            each.person["name"],
            str(each.person["user_id"]),
            STATES[each.entry["state"]],
            weeks.names.get(each.entry["recorded_by"], ""),
            instant(each.entry["recorded_at"]),
            STATES.get(each.entry["previous"], ""),
            each.entry["reason"] or "",
        ]
        for each in weeks.expected
    ]


def test_the_long_table_of_the_spreadsheet(weeks: EightWeeks, book: Workbook) -> None:
    found = [list(row) for row in book["Table"].iter_rows(min_row=2, values_only=True)]
    assert found == [
        [
            "Rowan group",
            each.number,
            datetime.combine(each.day, datetime.min.time()),
            each.time,
            each.meeting["zone"],
            each.starts_at.replace(tzinfo=None),
            each.meeting["place"],
            "member",
            each.person["name"],
            str(each.person["user_id"]),
            STATES[each.entry["state"]],
            weeks.names.get(each.entry["recorded_by"]),
            each.recorded_at.replace(tzinfo=None),
            STATES.get(each.entry["previous"]),
            each.entry["reason"],
        ]
        for each in weeks.expected
    ]


def test_who_came_at_a_glance(weeks: EightWeeks, book: Workbook) -> None:
    heading, numbers, days, *lines = rows(book["Attendance"])
    assert heading == [f"Rowan group · time zone {weeks.meetings[0]['zone']}"]
    assert numbers[1:] == list(range(1, 9))
    assert [day.date().isoformat() for day in days[1:] if isinstance(day, datetime)] == [
        row["local_day"] for row in weeks.meetings
    ]
    people = [[person["name"], *map(LETTERS.get, weeks.states(person["name"]))] for person in weeks.people]
    assert lines[:6] == people
    assert lines[6][1:] == weeks.came()
    known = [each.number for each in weeks.expected if each.entry["state"] != "unrecorded"]
    assert lines[7][1:] == [known.count(number) for number in range(1, 9)]


def test_the_commitments_and_no_word_of_a_private_one(weeks: EightWeeks, book: Workbook) -> None:
    numbers = {row["id"]: number for number, row in enumerate(weeks.meetings, 1)}
    found = rows(book["Commitments"])[1:]
    assert len(found) == len(weeks.promises)
    for line, row in zip(found, weeks.promises, strict=True):
        assert line[0] == "Rowan group"
        assert line[1] == numbers[row["meeting_id"]]
        assert line[3] == weeks.names[row["user_id"]]
        if row["visibility"] == "private":
            assert line[4:] == [None, "Private: its words are its owner's alone."]
        else:
            assert line[5:8] == [row["text"], row["target"], row["done"]]


def test_the_figures_of_the_summary(weeks: EightWeeks, book: Workbook) -> None:
    found = {str(row[0]): row[1:] for row in reversed(rows(book["Summary"])) if row}  # definitions come last
    states = [each.entry["state"] for each in weeks.expected]
    excused, absent, came = states.count("excused"), states.count("absent"), sum(weeks.came())
    assert found["Meetings held"] == [8]
    assert found["Attended"][0] == pytest.approx(came / (came + excused + absent))
    assert found["Attended or apologised"][0] == pytest.approx((came + excused) / (came + excused + absent))
    kept = sum(row["done"] >= row["target"] for row in weeks.promises)
    assert found["Commitments kept"][0] == pytest.approx(kept / len(weeks.promises))
    for person in weeks.people:
        counts = Counter(weeks.states(person["name"]))
        shown = [counts[state.value] for state in Attendance if state is not Attendance.NOT_YET_MEMBER]
        assert found[person["name"]][: len(shown)] == shown


def test_json_has_the_whole_ledger(weeks: EightWeeks) -> None:
    document = json.loads(weeks.files[Format.JSON])
    [group] = document["groups"]
    assert json.loads(weeks.files[Format.JSONL]) | {"exported_at": ""} == group | {"exported_at": ""}
    assert group["attendance"] == [
        {
            "meeting": row["meeting_id"],
            "member": str(row["user_id"]),
            "state": row["state"],
            "previous": row["previous"],
            "recorded_by": None if row["recorded_by"] is None else str(row["recorded_by"]),
            "recorded_at": instant(row["recorded_at"]),
            "reason": row["reason"],
        }
        for row in weeks.ledger
    ]
    assert {member["id"]: member["name"] for member in group["members"]} == {
        str(user_id): name for user_id, name in weeks.names.items()
    }
    for number, (meeting, row) in enumerate(zip(group["meetings"], weeks.meetings, strict=True), 1):
        assert (meeting["id"], meeting["number"], meeting["day"]) == (row["id"], number, row["local_day"])
        assert (meeting["starts_at"], meeting["place"]) == (instant(row["starts_at"]), row["place"])
        assert meeting["states"] == {
            str(each.person["user_id"]): each.entry["state"]
            for each in weeks.expected
            if each.number == number
        }


def test_json_has_the_commitments(weeks: EightWeeks) -> None:
    [group] = json.loads(weeks.files[Format.JSON])["groups"]
    for found, row in zip(group["commitments"], weeks.promises, strict=True):
        assert (found["meeting"], found["member"]) == (row["meeting_id"], str(row["user_id"]))
        assert found["private"] == (row["visibility"] == "private")
        said = [row[name] for name in ("category", "text", "target", "done")]
        assert [found[name] for name in ("category", "text", "target", "done")] == (
            [None] * 4 if found["private"] else said
        )


def test_the_calendar_has_each_meeting(weeks: EightWeeks) -> None:
    events = sorted(read(weeks.files[Format.ICS]).events, key=lambda event: event.start_datetime)
    assert len(events) == 8
    for number, (event, row, came) in enumerate(zip(events, weeks.meetings, weeks.came(), strict=True), 1):
        assert event.summary == f"Rowan group, meeting {number}"
        assert event.start_datetime.timestamp() == row["starts_at"]
        assert event.location == row["place"]
        assert event.description is not None
        assert event.description.startswith(f"{came} of ")


def test_the_picture_shows_the_state_of_everybody(weeks: EightWeeks) -> None:
    picture = Image.open(io.BytesIO(weeks.files[Format.PNG])).convert("RGBA").convert("RGB")
    assert "8 meetings" in weeks.alt
    assert not any(name in weeks.alt for name in weeks.names.values())
    left = min(range(60, 240), key=lambda x: seen(picture, x, 88)[0])
    for line, person in enumerate(weeks.people):
        shown = [seen(picture, left + 46 * column, 88 + 46 * line)[1] for column in range(8)]
        assert shown == weeks.states(person["name"]), person["name"]


def seen(picture: Image.Image, x: int, y: int, side: int = 41) -> tuple[float, str]:
    """Which sign is at a place, and how far it is from the sign as it is drawn alone."""
    tile = picture.crop((x, y, x + side, y + side))
    found = []
    for state, sign in SIGNS.items():
        canvas = Canvas(side, side)
        sign.stamp(canvas, side)
        difference = ImageStat.Stat(ImageChops.difference(tile, canvas.image)).mean
        found.append((sum(difference), state.value))
    return min(found)


class Report(HTMLParser):
    """The words between the tags, piece by piece; styles are no words."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._silent = False
        self.feed(data.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent = tag == "style"

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.pieces.append(data.strip())


def test_the_report_counts_and_names_nobody(weeks: EightWeeks) -> None:
    pieces = Report(weeks.files[Format.REPORT]).pieces
    text = weeks.files[Format.REPORT].decode("utf-8")
    for row in weeks.people:
        assert f"{row['name']}" not in " ".join(pieces).split()
        assert str(row["user_id"]) not in text
    states = [each.entry["state"] for each in weeks.expected]
    came, counted = sum(weeks.came()), sum(state != "unrecorded" for state in states)
    assert f"{came} of {counted} times" in pieces
    assert f"{came + states.count('excused')} of {counted} times" in pieces
    kept = sum(row["done"] >= row["target"] for row in weeks.promises)
    assert f"{kept} of {len(weeks.promises)}" in pieces
    start = pieces.index("Of how many") + 1
    table = pieces[start : start + 24]
    assert table[1::3] == [str(each) for each in weeks.came()]
    assert not any(row["text"] in text for row in weeks.promises)


def test_what_is_private_is_in_no_file(weeks: EightWeeks, book: Workbook) -> None:
    assert PRIVATE in {row["text"] for row in weeks.promises}
    said = "".join(str(cell) for sheet in book.worksheets for row in rows(sheet) for cell in row)
    assert PRIVATE not in said
    assert not any(PRIVATE.encode() in data for data in weeks.files.values())
