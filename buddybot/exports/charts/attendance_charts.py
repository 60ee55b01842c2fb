"""The heat map of a record: what cards show and what exports hold is drawn from the same."""

from buddybot.domain.attendance.records import Record
from buddybot.exports.charts.drawing import Picture, Say
from buddybot.exports.charts.heat_map import MOST_MEETINGS, AttendanceChart, Row, attendance_picture


def chart(record: Record, *, own: bool = False) -> AttendanceChart:
    """Return who came; whoever was no member at any of the meetings has no row.

    `own` is for one person's own record, whose words speak to them. ValueError when there is no meeting, or
    nobody has a row; `record.has_members` tells.
    """
    return AttendanceChart(
        tuple(meeting_record.meeting.day for meeting_record in record.meeting_records),
        tuple(
            Row(person.name, person.states)
            for person in record.people
            if any(cell.counts for cell in person.cells)
        ),
        tuple(meeting_record.unnamed for meeting_record in record.meeting_records),
        own=own,
    )


def pictures(record: Record, say: Say) -> list[Picture]:
    """Draw the whole record, 26 meetings a picture, the newest last; none when there is nothing to draw."""
    stops = range(len(record.meeting_records), 0, -MOST_MEETINGS)
    parts = [record.part(max(stop - MOST_MEETINGS, 0), stop) for stop in reversed(stops)]
    return [attendance_picture(chart(part), say) for part in parts if part.has_members]
