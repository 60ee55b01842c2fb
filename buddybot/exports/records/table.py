"""The long table of a record: a row for each member and meeting, the same in every format."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.records import Record
from buddybot.domain.ids import UserId

Progress = Callable[[int], None]
"""Called now and then with how many rows are written so far."""
EVERY = 250
"""Rows between two calls of it."""

NOBODY = UserId(0)
"""Who recorded something, and had their data deleted since."""
MEMBER, VISITOR, UNNAMED = ROLES = ("member", "visitor", "unnamed")
COLUMNS = (
    *("group", "meeting", "date", "time", "zone", "starts_at", "place", "role", "member", "member_id"),
    *("state", "recorded_by", "recorded_at", "previous", "reason"),
)
"""The columns by the names that machines read; people read `export.column.<name>`."""

Row = TypeVar("Row")


class Line(NamedTuple):
    """One row: how one person was at one meeting; `meeting` is its number, None for one that was called off.

    `date`, `time` and `zone` are local, `starts_at` and `recorded_at` aware UTC instants. `role` is one of
    `ROLES`, "unnamed" for somebody whose data was deleted. `recorded_by` is a name, "" when the bot settled
    it by itself. A tuple, because there are thousands of them.
    """

    group: str
    meeting: int | None
    date: dt.date
    time: dt.time
    zone: str
    starts_at: dt.datetime
    place: str
    role: str
    member: str
    member_id: UserId | None
    state: Attendance
    recorded_by: str
    recorded_at: dt.datetime | None
    previous: Attendance | None
    reason: str


def lines(record: Record, *, deleted: str) -> Iterator[Line]:
    """Return the table, by meeting and then by name; who was no member at a meeting has no row for it.

    `deleted` is said of who recorded something where that person's data was deleted.
    """
    names = names_of(record)
    recorders = names | {NOBODY: deleted}
    for place, meeting_record in enumerate(record.meeting_records):
        meeting = meeting_record.meeting
        start = (record.group.name, meeting_record.number, meeting.day, meeting.time, meeting.zone)
        at = (*start, meeting.starts_at, meeting_record.place or "")
        for person in record.people:
            state, entry = (cell := person.cells[place]).state, cell.entry
            if not cell.counts:
                continue
            who = (MEMBER, names[person.user_id], person.user_id)
            if entry is None:
                yield Line(*at, *who, state, "", None, None, "")
                continue
            by = _recorder(entry.recorded_by, recorders)
            yield Line(*at, *who, state, by, entry.recorded_at, entry.previous, entry.reason or "")
        for state in meeting_record.unnamed:
            yield Line(*at, UNNAMED, "", None, state, "", None, None, "")
        for visitor in meeting_record.visitors:
            by = _recorder(visitor.recorded_by, recorders)
            about = (VISITOR, visitor.name, None, Attendance.PRESENT)
            yield Line(*at, *about, by, visitor.recorded_at, None, "")


def names_of(record: Record) -> dict[UserId, str]:
    """Return what each person is called in an export: their name, or the id where none is known."""
    return {person.user_id: person.name or str(person.user_id) for person in record.people}


def _recorder(user_id: UserId | None, recorders: Mapping[UserId, str]) -> str:
    return "" if user_id is None else recorders.get(user_id, str(user_id))


def zones_of(record: Record) -> str:
    """Return in which time zone the meetings were; in which ones when the group moved."""
    found = dict.fromkeys(meeting_record.meeting.zone for meeting_record in record.meeting_records)
    return ", ".join(found or [record.group.zone])


def count_rows(rows: Iterable[Row], progress: Progress) -> Iterator[Row]:
    """Pass the rows on, and tell how many there were."""
    for number, row in enumerate(rows, 1):
        yield row
        if number % EVERY == 0:
            progress(number)
