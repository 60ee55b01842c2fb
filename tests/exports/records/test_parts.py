"""What is too large for one file becomes several, by meetings; nothing is lost and nothing is twice."""

import datetime as dt
from collections.abc import Sequence
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance.records import Record
from buddybot.domain.errors import Refusal
from buddybot.exports.charts.drawing import Say
from buddybot.exports.records import formats
from buddybot.exports.records.formats import Format
from buddybot.exports.records.parts import Maker, split
from buddybot.exports.records.table import Progress, lines
from buddybot.ui.framework.texts import Texts
from tests.exports.example_records import NOW, group, meeting_record, people, record

SPAN = (dt.date(2026, 1, 8), dt.date(2026, 3, 5))


def rowan(meetings: int = 9) -> Record:
    return record(people(Ana="+" * meetings, Ben="-" * meetings))


def stand_in(
    form: Format, records: Sequence[Record], out: BinaryIO, *, say: Say, now: dt.datetime, progress: Progress
) -> None:
    """Ten bytes a row: the group and the meeting."""
    del form, say, now
    for each in records:
        for number, line in enumerate(lines(each, deleted=""), 1):
            out.write(f"{line.group[:5]:5}{line.meeting:4}\n".encode())
            progress(number)


def made(records: Sequence[Record], limit: int) -> list[tuple[str, list[str]]]:
    """Each file's name and lines."""
    maker = Maker(
        form=Format.CSV, limit=limit, say=Texts().plain, now=NOW, progress=lambda _: None, write=stand_in
    )
    found = []
    for part in maker.make(records, SPAN):
        data = part.file.read()
        assert len(data) == part.size
        found.append((part.name, data.decode().splitlines()))
    return found


def joined(parts: list[tuple[str, list[str]]]) -> list[str]:
    return [row for _, rows in parts for row in rows]


def test_what_fits_is_one_file_named_by_group_and_days() -> None:
    [(name, rows)] = made([rowan()], 180)
    assert name == "rowan-attendance-2026-01-08-to-2026-03-05.csv"
    assert len(rows) == 18


def test_what_does_not_fit_is_split_between_meetings() -> None:
    parts = made([rowan()], 70)
    assert [name.partition("-part-")[2] for name, _ in parts] == ["1-of-3.csv", "2-of-3.csv", "3-of-3.csv"]
    assert [sorted({row.split()[1] for row in rows}) for _, rows in parts] == [
        ["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"],
    ]  # fmt: skip
    assert joined(parts) == made([rowan()], 1000)[0][1]


def test_meetings_of_unequal_size_are_split_again_where_a_part_is_too_large() -> None:
    crowded = meeting_record(0, visitors=[f"Visitor {number}" for number in range(20)])
    uneven = record(
        people(Ana="+" * 6), meeting_records=[crowded, *(meeting_record(place) for place in range(1, 6))]
    )
    parts = made([uneven], 210)
    assert all(len(rows) <= 21 for _, rows in parts)
    assert sum(len(rows) for _, rows in parts) == 26


def test_several_groups_are_split_through_all_of_them() -> None:
    birch = record(people(Cho="+" * 3), of=group("Birch", group_id=2))
    parts = made([rowan(), birch], 110)
    assert [name.partition("-attendance")[0] for name, _ in parts] == ["2-groups"] * len(parts)
    rows = joined(parts)
    assert rows == made([rowan()], 1000)[0][1] + made([birch], 1000)[0][1]


def test_a_meeting_is_never_torn_apart() -> None:
    with pytest.raises(Refusal) as refused:
        made([rowan()], 19)
    assert refused.value.code == "export.too_large"


@given(meetings=st.lists(st.integers(1, 9), min_size=1, max_size=4), pieces=st.integers(1, 40))
def test_splitting_loses_and_doubles_nothing(meetings: list[int], pieces: int) -> None:
    records = [
        record(people(Ana="+" * count), of=group(f"Group {number}", group_id=number))
        for number, count in enumerate(meetings)
    ]
    parts = split(records, pieces)
    assert len(parts) == min(pieces, sum(meetings))
    rows = [line for part in parts for each in part for line in lines(each, deleted="")]
    assert rows == [line for each in records for line in lines(each, deleted="")]
    sizes = [sum(len(each.meeting_records) for each in part) for part in parts]
    assert max(sizes) - min(sizes) <= 1


def test_pictures_are_files_of_their_own_with_words() -> None:
    maker = Maker(form=Format.PNG, limit=10**7, say=Texts().plain, now=NOW, progress=lambda _: None)
    parts = maker.make([rowan(27)], SPAN)
    assert [part.name.partition("-part-")[2] for part in parts] == ["1-of-2.png", "2-of-2.png"]
    for part in parts:
        assert part.alt
        assert part.file.read(8) == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("form", [each for each in Format if each is not Format.PNG])
def test_every_form_is_split_into_files_that_fit(form: Format) -> None:
    def maker(limit: int) -> Maker:
        return Maker(form=form, limit=limit, say=Texts().plain, now=NOW, progress=lambda _: None)

    [whole] = maker(10**8).make([rowan(40)], SPAN)
    least = max(part.size for part in maker(10**8).make([rowan(1)], SPAN))
    limit = max(whole.size * 2 // 3, least)
    parts = maker(limit).make([rowan(40)], SPAN)
    assert len(parts) > 1 or whole.size <= limit
    assert all(part.size <= limit for part in parts)
    assert all(part.name.endswith(f".{form.extension}") for part in parts)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Rowan group", "rowan-group"),
        ("Équipe Nº 2", "equipe-no-2"),
        ("../../etc/passwd", "etc-passwd"),
        ("=cmd|' /C calc'!A0", "cmd-c-calc-a0"),
        ("求職者", "group"),
        ("x" * 60, "x" * 40),
        ("\u202egnp.exe", "gnp-exe"),
    ],
)
def test_a_file_is_named_by_the_bot(name: str, expected: str) -> None:
    assert formats.plain(name, otherwise="group") == expected


def test_one_day_is_named_once() -> None:
    assert formats.make_stem([rowan(1)], (SPAN[0], SPAN[0])) == "rowan-attendance-2026-01-08"
