"""The sheet that shows who came: people down, meetings across, a letter and a colour for each state."""

from collections import Counter
from collections.abc import Iterator, Mapping

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import rates
from buddybot.domain.attendance.records import Record
from buddybot.exports.charts.drawing import Say
from buddybot.exports.records.table import names_of, zones_of
from buddybot.exports.records.workbook import (
    COUNT,
    HEAD,
    HEAD_DAY,
    HEAD_NUMBER,
    TITLE,
    Sheet,
    Styled,
    Value,
    make_style,
)

MEETINGS_ON_A_PAGE = 40
"""So many columns can still be read on paper; more go on another page."""
WIDEST = 40
"""Digits; of a longer name the rest is in the cell, and not on paper."""

COLOURS: Mapping[Attendance, tuple[str, str]] = {
    Attendance.PRESENT: ("#D3EEE2", "#0B4A37"),
    Attendance.LATE: ("#FBE8C2", "#5E4100"),
    Attendance.VIRTUAL: ("#DAE5FC", "#1E3C85"),
    Attendance.EXCUSED: ("#E6E7EB", "#3B3D44"),
    Attendance.ABSENT: ("#FADBD0", "#752710"),
    Attendance.UNRECORDED: ("#FFFFFF", "#3B3D44"),
    Attendance.NOT_YET_MEMBER: ("#FFFFFF", "#6A6C74"),
    Attendance.DIDNT_MEET: ("#F3F3F5", "#54565E"),
}
"""The ground and the letters; pale enough to be printed."""
_LOOKS = {
    state: make_style(
        bg_color=ground, font_color=letter, align="center", border=1, border_color="#D0D2D8", num_format="@"
    )
    for state, (ground, letter) in COLOURS.items()
}

Cell = Value | Styled


def write_matrix(sheet: Sheet, record: Record, say: Say) -> None:
    """Write the heads, a row for each person, the counts, and what the letters mean."""
    meeting_records = record.meeting_records
    names = names_of(record)
    labels = [*names.values(), *(say(f"export.state.{state}") for state in Attendance)]
    width = min(max(map(len, labels)) + 4, WIDEST)
    sheet.set_widths(width, others=(len(meeting_records), 4.5))
    sheet.hold(rows=(1, 2), columns=1, pages_wide=max(-(-len(meeting_records) // MEETINGS_ON_A_PAGE), 1))
    heading = say("export.sheet.heading", group=record.group.name, zone=zones_of(record))
    sheet.row([Styled(heading, TITLE)])
    numbers = (Styled(each.number, HEAD_NUMBER) for each in meeting_records)
    sheet.row([Styled(say("export.sheet.meeting"), HEAD), *numbers])
    days = (Styled(each.meeting.day, HEAD_DAY) for each in meeting_records)
    sheet.row([Styled(say("export.sheet.date"), HEAD), *days], lines=5)
    letters = {state: Styled(say(f"export.letter.{state}"), look) for state, look in _LOOKS.items()}
    reduced = [each.meeting.reduced for each in meeting_records]
    for person in record.people:
        shown = zip(person.states, reduced, strict=True)
        sheet.row([names[person.user_id], *(None if gone else letters[state] for state, gone in shown)])
    for row in _counts(record, say):
        sheet.row(row)
    sheet.row([])
    if not meeting_records:
        sheet.row([say("export.sheet.empty")])
    sheet.row([Styled(say("export.sheet.legend"), HEAD)])
    for state, letter in letters.items():
        sheet.row([say(f"export.state.{state}"), letter])


def _counts(record: Record, say: Say) -> Iterator[list[Cell]]:
    """How many came of how many, the visitors, and those without a name by their states."""
    meeting_records = record.meeting_records
    found = [rates([record.states_at(place)]) for place in range(len(meeting_records))]
    yield _row(say("export.sheet.came"), [None if each is None else each.came for each in found])
    yield _row(say("export.sheet.counted"), [None if each is None else each.counted for each in found])
    if any(each.visitors for each in meeting_records):
        yield _row(say("export.sheet.visitors"), [len(each.visitors) for each in meeting_records])
    unnamed = [Counter(each.unnamed) for each in meeting_records]
    for state in Attendance:
        if any(each[state] for each in unnamed):
            label = say("export.sheet.unnamed", state=say(f"export.state.{state}"))
            yield _row(label, [each[state] or None for each in unnamed])


def _row(label: str, counts: list[int] | list[int | None]) -> list[Cell]:
    return [label, *(Styled(count or None, COUNT) for count in counts)]
