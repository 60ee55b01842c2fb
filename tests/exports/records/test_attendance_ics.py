"""The calendar of a record tells when a group met and how many came, and nobody's name or address."""

import io
from dataclasses import replace
from datetime import UTC, datetime

from ical.event import Event, EventStatus

from buddybot.domain.attendance.records import Record
from buddybot.exports.calendar.ics import Entry
from buddybot.exports.records.attendance_ics import write_ics
from tests.exports.example_charts import say
from tests.exports.example_records import NOW, SERVER, group, meeting_record, people, person, record
from tests.exports.reading import read


def written(*records: Record) -> bytes:
    out = io.BytesIO()
    write_ics(records, out, say=say, now=NOW)
    return out.getvalue()


def events(*records: Record) -> list[Event]:
    return list(read(written(*records)).events)


def test_each_meeting_is_in_it_with_its_counts_in_words() -> None:
    of = record(
        people(Ana="+-", Ben="Le", Cho="V?"),
        meeting_records=[meeting_record(visitors=["Zoë"]), meeting_record(1, arrangement=None)],
    )
    first, second = events(of)
    assert (first.summary, second.summary) == ("Rowan, meeting 1", "Rowan, meeting 2")
    assert first.description == "3 of 3 came. Visitors: 1."
    assert second.description == "0 of 2 came. Sent word: 1. Not recorded: 1."
    assert (first.location, second.location) == ("Café Lumen", None)
    assert first.dtstart == datetime(2026, 1, 8, 18, tzinfo=UTC)
    assert {each.status for each in (first, second)} == {EventStatus.CONFIRMED}


def test_a_meeting_that_was_called_off_or_not_held_is_cancelled() -> None:
    of = record(
        people(Ana="/+/", Ben="/+/"),
        meeting_records=[meeting_record(called_off=True), meeting_record(1), meeting_record(2)],
    )
    off, held, told_so = events(of)
    for each in (off, told_so):
        assert each.status is EventStatus.CANCELLED
        assert (each.summary, each.location, each.description) == (
            "Did not take place: Rowan",
            None,
            None,
        )
    assert held.status is EventStatus.CONFIRMED


def test_a_meeting_of_which_nothing_is_known_says_so() -> None:
    assert events(record(people(Ana="?")))[0].description == "Not recorded: 1."


def test_nobody_is_named() -> None:
    words = written(
        record(
            [person("Ana Berg", "+", reason="Ana told me")],
            meeting_records=[meeting_record(visitors=["Zoë Quist"])],
        )
    ).decode()
    assert not [name for name in ("Ana", "Berg", "Zo", "Quist", "ATTENDEE", "ORGANIZER") if name in words]


def test_a_meeting_is_the_one_that_calendars_know_already() -> None:
    of = record(people(Ana="+"), meeting_records=[meeting_record()])
    meeting = of.meeting_records[0].meeting._replace(sequence=3)
    told = record(people(Ana="+"), meeting_records=[replace(of.meeting_records[0], meeting=meeting)])
    known = Entry(
        guild_id=SERVER,
        group_id=meeting.group_id,
        slot=meeting.slot,
        kind=meeting.kind,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        zone=meeting.zone,
        sequence=3,
        called_off=False,
        summary="",
    )
    (event,) = events(told)
    assert (event.uid, event.sequence) == (known.uid, 3)


def test_several_groups_are_one_calendar() -> None:
    records = [record(people(Ana="+"), of=group(name)) for name in ("Rowan", "Birch")]
    calendar = read(written(*records))
    assert [each.summary for each in calendar.events] == ["Rowan, meeting 1", "Birch, meeting 1"]
    assert calendar.name == ["Meetings of buddy groups"]
    assert read(written(records[0])).name == ["Rowan"]


def test_hostile_words_stay_words() -> None:
    hostile = "x\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nTRIGGER:-PT1M\u2028\ud800\x00"
    of = record(people(Ana="+"), meeting_records=[meeting_record(arrangement=hostile)], of=group(hostile))
    (event,) = events(of)
    assert (event.alarm, event.extras) == ([], [])
    assert "BEGIN:VALARM" in (event.location or "")
    assert (event.summary or "").endswith(", meeting 1")


def test_a_record_without_a_meeting_is_an_empty_calendar() -> None:
    assert written(record()).startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"VEVENT" not in written(record())
