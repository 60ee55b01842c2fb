"""The meetings of a record as a calendar: when they were and how many came; without names or addresses."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import rates
from buddybot.domain.attendance.records import Record
from buddybot.exports.calendar.ics import Entry, calendar_file
from buddybot.exports.charts.drawing import Say


def write_ics(records: Sequence[Record], out: BinaryIO, *, say: Say, now: datetime) -> None:
    """Write one calendar; a meeting is the same to a calendar that knows it from `/meeting calendar`.

    This file may be handed on: of a place it has the name alone.
    """
    entries = [
        _entry(record, place, say) for record in records for place in range(len(record.meeting_records))
    ]
    name = records[0].group.name if len(records) == 1 else say("export.calendar.several")
    out.write(calendar_file(entries, name=name, now=now))


def _entry(record: Record, place: int, say: Say) -> Entry:
    meeting_record, is_held = record.meeting_records[place], record.met(place)
    meeting, group = meeting_record.meeting, record.group.name
    return Entry(
        guild_id=meeting.guild_id,
        group_id=meeting.group_id,
        slot=meeting.slot,
        kind=meeting.kind,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        zone=meeting.zone,
        sequence=meeting.sequence,
        called_off=not is_held,
        summary=say("export.calendar.met", group=group, number=meeting_record.number)
        if is_held
        else say("export.calendar.off", group=group),
        location=meeting_record.place if is_held else None,
        description=" ".join(_counts(record, place, say)) if is_held else None,
    )


def _counts(record: Record, place: int, say: Say) -> Iterator[str]:
    """How many came, in sentences."""
    states, visitors = record.states_at(place), len(record.meeting_records[place].visitors)
    if (found := rates([states])) is not None:
        yield say("export.calendar.came", came=found.came, of=found.counted)
        if found.excused:
            yield say("export.calendar.excused", count=found.excused)
    if unknown := states.count(Attendance.UNRECORDED):
        yield say("export.calendar.unrecorded", count=unknown)
    if visitors:
        yield say("export.calendar.visitors", count=visitors)
