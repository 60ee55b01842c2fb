"""The long table: a row for each member and meeting, by meeting and then by name."""

import datetime as dt

from buddybot.domain.attendance.attendance import Attendance
from buddybot.exports.records import table
from tests.exports import example_records


def test_a_row_has_a_field_for_every_column() -> None:
    assert table.Line._fields == table.COLUMNS


def test_rows_go_by_meeting_then_by_name_and_visitors_come_last() -> None:
    record = example_records.record(
        example_records.people(Ana="+-", Ben="Le"),
        meeting_records=[
            example_records.meeting_record(0, visitors=["Zoë"], unnamed="-"),
            example_records.meeting_record(1),
        ],
    )
    assert [
        (line.meeting, line.role, line.member, line.state) for line in table.lines(record, deleted="gone")
    ] == [
        (1, "member", "Ana", Attendance.PRESENT),
        (1, "member", "Ben", Attendance.LATE),
        (1, "unnamed", "", Attendance.ABSENT),
        (1, "visitor", "Zoë", Attendance.PRESENT),
        (2, "member", "Ana", Attendance.ABSENT),
        (2, "member", "Ben", Attendance.EXCUSED),
    ]


def test_who_was_no_member_at_a_meeting_has_no_row_for_it() -> None:
    record = example_records.record(example_records.people(Ana=".+.", Ben="+++"))
    assert [line.meeting for line in table.lines(record, deleted="gone") if line.member == "Ana"] == [2]


def test_a_meeting_that_was_called_off_has_no_number() -> None:
    record = example_records.record(
        example_records.people(Ana="/+"), meeting_records=[example_records.meeting_record(0, called_off=True)]
    )
    (line,) = table.lines(record, deleted="gone")
    assert (line.meeting, line.state) == (None, Attendance.DIDNT_MEET)


def test_a_row_says_who_recorded_it_and_what_was_there_before() -> None:
    ana = example_records.person("Ana", "+", reason="mixed up", previous=Attendance.ABSENT)
    ben = example_records.person("Ben", "+", user_id=7, recorded_by=None)
    cho = example_records.person("", "+", user_id=8, recorded_by=9)
    dan = example_records.person("Dan", "+", user_id=10, recorded_by=0)
    seen = example_records.meeting_record(visitors=["Zoë"])
    rows = list(
        table.lines(example_records.record([ana, ben, cho, dan], meeting_records=[seen]), deleted="gone")
    )
    assert [(line.member, line.recorded_by) for line in rows] == [
        ("Ana", "Ana"),
        ("Ben", ""),
        ("8", "9"),
        ("Dan", "gone"),
        ("Zoë", "Ana"),
    ]
    assert (rows[0].previous, rows[0].reason) == (Attendance.ABSENT, "mixed up")
    assert rows[0].recorded_at == dt.datetime(2026, 1, 8, 20, 30, tzinfo=dt.UTC)
    assert rows[-1].recorded_at == dt.datetime(2026, 1, 8, 21, 0, tzinfo=dt.UTC)


def test_a_group_that_moved_has_the_zones_of_its_meetings() -> None:
    meeting_records = [
        example_records.meeting_record(place, zone=zone)
        for place, zone in enumerate(["Europe/Berlin"] * 2 + ["UTC"])
    ]
    assert table.zones_of(example_records.record(meeting_records=meeting_records)) == "Europe/Berlin, UTC"
    assert table.zones_of(example_records.record()) == example_records.ZONE


def test_progress_is_told_every_so_many_rows() -> None:
    told: list[int] = []
    assert len(list(table.count_rows(range(table.EVERY * 2 + 1), told.append))) == table.EVERY * 2 + 1
    assert told == [table.EVERY, table.EVERY * 2]
