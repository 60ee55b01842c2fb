"""The long table of a record: a row for each member and meeting, the same in every format."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from buddybot.domain.attendance import Attendance
from buddybot.domain.ids import UserId
from buddybot.domain.records import Person, Record, Sitting

Progress = Callable[[int], None]
"""Called now and then with how many rows are written so far."""
EVERY = 250
"""Rows between two calls of it."""

COLUMNS = (
    *("group", "meeting", "date", "time", "zone", "starts_at", "place", "role", "member", "member_id"),
    *("state", "recorded_by", "recorded_at", "previous", "reason"),
)
"""The columns by the names that machines read; people read `export.column.<name>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: how one person was at one meeting; `meeting` is its number, None for one that was called off.

    `date`, `time` and `zone` are local, `starts_at` and `recorded_at` aware UTC instants. `role` is
    "member", "visitor", or "unnamed" for one whose data was deleted. `recorded_by` is a name, "" when the
    bot settled it by itself or nobody did.
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


def lines(record: Record) -> Iterator[Line]:
    """Return the table, by meeting and then by name; who was no member at a meeting has no row for it."""
    names = {person.user_id: person.name or str(person.user_id) for person in record.people}
    for place, sitting in enumerate(record.sittings):
        for person in record.people:
            if person.cells[place].counts:
                yield _line(record, sitting, person, place, names)
        for state in sitting.unnamed:
            yield _bare(record, sitting, "unnamed", "", state)
        for visitor in sitting.visitors:
            yield _bare(record, sitting, "visitor", visitor, Attendance.PRESENT)


def _line(record: Record, sitting: Sitting, person: Person, place: int, names: dict[UserId, str]) -> Line:
    cell = person.cells[place]
    entry = cell.entry
    by = None if entry is None else entry.recorded_by
    return Line(
        group=record.group.name,
        meeting=sitting.number,
        date=sitting.meeting.day,
        time=sitting.meeting.time,
        zone=sitting.meeting.zone,
        starts_at=sitting.meeting.starts_at,
        place=sitting.place or "",
        role="member",
        member=names[person.user_id],
        member_id=person.user_id,
        state=cell.state,
        recorded_by="" if by is None else names.get(by, str(by)),
        recorded_at=None if entry is None else entry.recorded_at,
        previous=None if entry is None else entry.previous,
        reason="" if entry is None else entry.reason or "",
    )


def _bare(record: Record, sitting: Sitting, role: str, name: str, state: Attendance) -> Line:
    return Line(
        group=record.group.name,
        meeting=sitting.number,
        date=sitting.meeting.day,
        time=sitting.meeting.time,
        zone=sitting.meeting.zone,
        starts_at=sitting.meeting.starts_at,
        place=sitting.place or "",
        role=role,
        member=name,
        member_id=None,
        state=state,
        recorded_by="",
        recorded_at=None,
        previous=None,
        reason="",
    )
