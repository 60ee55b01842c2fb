"""A calendar file is read back by a library that did not write it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ical.event import Event, EventStatus
from ical.timezone import IcsTimezoneInfo

from buddybot.domain import zones
from buddybot.domain.ids import GroupId, GuildId
from buddybot.domain.meetings.meetings import MeetingKind
from buddybot.domain.meetings.schedule import make_occurrence
from buddybot.exports.calendar.ics import Entry, calendar_file
from tests.exports.reading import read

NOW = datetime(2026, 1, 1, 9, 30, 15, tzinfo=UTC)
EVENING = datetime(2026, 3, 5, 19, tzinfo=UTC)
ODD_ZONES = [
    "Africa/Cairo",  # changes in the night before Friday, and the last Thursday
    "Africa/Casablanca",  # goes back for Ramadan
    "America/Asuncion",  # gave up changing
    "America/Nuuk",  # west of Greenwich, changes with Europe
    "America/Santiago",  # changes at midnight
    "Australia/Lord_Howe",  # by half an hour
    "Europe/Dublin",  # whose winter is the exception by law
    "Pacific/Apia",
    "Pacific/Chatham",  # three quarters of an hour
]
HOSTILE = [
    "x\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT1M\r\nEND:VALARM",
    "x\rBEGIN:VALARM\u2028BEGIN:VALARM\u0085BEGIN:VALARM\vBEGIN:VALARM",
    r"C:\New folder\notes; a, b\; c\, d\\n",
    "a\"b:c;d=e,f^n^'",
    "\ud800 half a character, \x00\x07\x1b[31m controls",
    "שלום \u200f(עברית), Ünïcödé",
    "👩🏽‍👩🏽‍👧🏽" * 30,
    "é" * 200,
    " leading, trailing ",
]


def entry(**changes: object) -> Entry:
    """A meeting of a Thursday evening."""
    usual = Entry(
        guild_id=GuildId(1234567890123456789),
        group_id=GroupId(4),
        slot=date(2026, 3, 5),
        kind=MeetingKind.REGULAR,
        starts_at=EVENING,
        ends_at=EVENING + timedelta(minutes=75),
        zone="Europe/London",
        sequence=0,
        called_off=False,
        summary="Rowan meets",
    )
    return usual._replace(**changes)  # type: ignore[arg-type]  # any of its fields


def written(*entries: Entry, name: str = "Rowan") -> bytes:
    return calendar_file(entries, name=name, now=NOW)


def reread(one: Entry) -> Event:
    (event,) = read(written(one)).events
    return event


def meant(raw: str) -> str:
    """What of a hostile text a person would read."""
    for line_break in ("\r\n", "\r", "\u2028", "\u0085", "\v"):
        raw = raw.replace(line_break, "\n")
    return "".join(char for char in raw if char == "\n" or char not in "\ud800\x00\x07\x1b")


def test_everything_of_a_meeting_is_read_back() -> None:
    told = entry(
        sequence=3,
        location="Café Lumen, 3 Mill Lane",
        url="https://meet.example.org/rowan?a=b&c=%20d#e",
        description="Hosted by Ana\nstep-free",
    )
    calendar = read(written(told, name="Rowan group"))
    assert (calendar.method, calendar.version) == ("PUBLISH", "2.0")
    assert calendar.prodid == "-//buddybot//Meetings//EN"
    assert calendar.name == ["Rowan group"]
    assert [(extra.name, extra.value) for extra in calendar.extras] == [("x-wr-calname", "Rowan group")]
    (event,) = calendar.events
    assert event.uid == told.uid
    assert event.dtstamp == NOW
    assert (event.dtstart, event.dtend) == (told.starts_at, told.ends_at)
    assert event.sequence == 3
    assert event.status is EventStatus.CONFIRMED
    assert event.summary == "Rowan meets"
    assert event.location == told.location
    assert event.url == told.url
    assert event.description == told.description


def test_nothing_rings_and_nobody_is_named_by_address() -> None:
    event = reread(entry(location="Here", description="Hosted by Ana"))
    assert (event.alarm, event.attendees, event.contacts, event.extras) == ([], [], [], [])
    assert event.organizer is None


def test_what_is_not_known_is_left_out() -> None:
    event = reread(entry())
    assert (event.location, event.url, event.description) == (None, None, None)


def test_a_meeting_called_off_is_cancelled() -> None:
    assert reread(entry(called_off=True)).status is EventStatus.CANCELLED


def test_no_time_has_a_part_in_what_a_meeting_is_known_by() -> None:
    first = entry()
    moved = entry(
        starts_at=EVENING + timedelta(days=2),
        ends_at=EVENING + timedelta(days=2, hours=1),
        zone="Asia/Tokyo",
        sequence=1,
        called_off=True,
        summary="Maple meets",
    )
    assert reread(moved).uid == reread(first).uid == "1234567890123456789-4-2026-03-05-regular@buddybot"
    others = [
        entry(slot=date(2026, 3, 12)),
        entry(kind=MeetingKind.EXTRA),
        entry(group_id=GroupId(5)),
        entry(guild_id=GuildId(9)),
    ]
    assert len({each.uid for each in [first, *others]}) == 5


# -- what members write -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_and_intact(text: str) -> None:
    calendar = read(written(entry(summary=text, location=text, description=text), name=text))
    (event,) = calendar.events
    assert (event.summary, event.location, event.description) == (meant(text),) * 3
    assert calendar.name == [meant(text)]
    assert (event.alarm, event.extras) == ([], [])
    assert event.uid == entry().uid


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029")))
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    assert (reread(entry(description=text)).description or "") == text


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/x\r\nBEGIN:VALARM\r\nTRIGGER:-PT1M\r\nEND:VALARM",
        "https://a.example/é ü\ud800\x00",
        "https://a.example/" + "%20" * 120,
    ],
)
def test_a_hostile_link_stays_one_address(link: str) -> None:
    event = reread(entry(url=link))
    assert event.url is not None
    assert event.url.startswith("https://a.example/")
    assert event.url.isascii()
    assert event.url.isprintable()
    assert (event.alarm, event.extras) == ([], [])


# -- clocks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [*ODD_ZONES, "Europe/Berlin", "Asia/Kolkata"])
def test_the_zones_in_the_file_give_the_same_instants_around_each_change(zone: str) -> None:
    number = count(1)
    told = [
        entry(
            group_id=GroupId(next(number)),
            zone=zone,
            starts_at=start,
            ends_at=start + timedelta(minutes=75),
        )
        for start in around_changes(zone)
    ]
    events = read(written(*told), own_zones=True).events
    assert len(events) == len(told) >= 27
    assert any(isinstance(starts(event).tzinfo, IcsTimezoneInfo) for event in events)
    for each, event in zip(told, events, strict=True):
        assert starts(event).astimezone(UTC) == each.starts_at
        assert ends(event).astimezone(UTC) == each.ends_at


@pytest.mark.parametrize(
    ("zone", "hour", "repeated"),
    [
        ("Europe/Berlin", "2026-10-24T23:30", False),
        ("Europe/Berlin", "2026-10-25T00:00", True),
        ("Europe/Berlin", "2026-10-25T00:30", True),
        ("Europe/Berlin", "2026-10-25T01:00", True),
        ("Europe/Berlin", "2026-10-25T01:59", True),
        ("Europe/Berlin", "2026-10-25T02:00", False),
        ("America/New_York", "2026-11-01T05:30", True),
        ("America/New_York", "2026-11-01T06:30", True),
        ("America/New_York", "2026-11-01T07:00", False),
        ("Australia/Lord_Howe", "2026-04-04T14:45", True),
        ("Australia/Lord_Howe", "2026-04-04T15:15", True),
        ("Australia/Lord_Howe", "2026-04-04T15:30", False),
        ("Europe/Berlin", "2026-03-29T01:00", False),
    ],
)
@pytest.mark.parametrize("begins", [True, False])
def test_an_entry_is_written_in_utc_when_a_clock_shows_its_start_or_end_twice(
    zone: str, hour: str, repeated: bool, begins: bool
) -> None:
    at, hours = datetime.fromisoformat(hour).replace(tzinfo=UTC), timedelta(hours=5)
    start, end = (at, at + hours) if begins else (at - hours, at)
    text = written(entry(zone=zone, starts_at=start, ends_at=end)).decode()
    event = text[text.index("BEGIN:VEVENT") :]
    for key, moment in (("DTSTART", start), ("DTEND", end)):
        assert (f"{key}:{moment:%Y%m%dT%H%M%SZ}" in event) is repeated
        assert (f"{key};TZID={zone}:" in event) is not repeated


def around_changes(zone: str) -> list[datetime]:
    """Instants before, in and after the changes of five years, and around the beginning of the first."""
    first, hour = datetime(2025, 1, 1, tzinfo=UTC), timedelta(hours=1)
    hours = [first + hour * number for number in range(5 * 365 * 24)]
    offsets = [each.astimezone(zones.zone(zone)).utcoffset() for each in hours]
    changes = [
        later for later, (one, other) in zip(hours[1:], pairwise(offsets), strict=True) if one != other
    ]
    return [
        change + timedelta(minutes=minutes)
        for change in [first, *changes]
        for minutes in range(-195, 200, 15)
    ]


def starts(event: Event) -> datetime:
    assert isinstance(event.dtstart, datetime)
    return event.dtstart


def ends(event: Event) -> datetime:
    assert isinstance(event.dtend, datetime)
    return event.dtend


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(2026, 3, 29), time(2, 30)),  # no clock shows that
        (date(2026, 10, 25), time(2, 30)),  # clocks show it twice
        (date(2026, 10, 25), time(1, 45)),  # it ends when they show the hour for the second time
    ],
)
def test_a_meeting_in_the_night_of_a_change_is_when_we_say(day: date, at: time) -> None:
    when = make_occurrence(day, at, zone="Europe/Berlin", duration_minutes=60)
    told = entry(zone="Europe/Berlin", starts_at=when.starts_at, ends_at=when.ends_at)
    for own_zones in (False, True):
        (event,) = read(written(told), own_zones=own_zones).events
        assert starts(event).astimezone(UTC) == when.starts_at
        assert ends(event).astimezone(UTC) == when.ends_at


def test_each_zone_is_described_once_and_universal_time_never() -> None:
    told = [entry(zone=zone) for zone in ("Asia/Tokyo", "UTC", "Europe/London", "Asia/Tokyo")]
    calendar = read(written(*told))
    assert [timezone.tz_id for timezone in calendar.timezones] == ["Asia/Tokyo", "Europe/London"]
    assert [starts(event).tzname() for event in calendar.events] == ["JST", "UTC", "GMT", "JST"]


@pytest.mark.parametrize(
    ("zone", "daylight"),
    [
        ("Asia/Tokyo", []),
        ("Europe/Berlin", ["CEST"]),
        ("Europe/Dublin", ["IST"]),
        ("America/Santiago", ["-03", "-03"]),
    ],
)
def test_summer_is_when_clocks_are_ahead(zone: str, daylight: list[str]) -> None:
    (timezone,) = read(written(entry(zone=zone))).timezones
    assert [name for part in timezone.daylight for name in part.tz_name] == daylight
    assert timezone.standard


def test_a_zone_is_right_for_all_years_of_the_file() -> None:
    late = datetime(2031, 7, 3, 18, tzinfo=UTC)
    told = [entry(), entry(slot=date(2031, 7, 3), starts_at=late, ends_at=late + timedelta(hours=1))]
    events = read(written(*told), own_zones=True).events
    assert [starts(event).hour for event in events] == [19, 19]
    assert [starts(event).astimezone(UTC) for event in events] == [EVENING, late]


def test_the_same_meetings_give_the_same_file() -> None:
    assert written(entry(), entry(slot=date(2026, 3, 12))) == written(entry(), entry(slot=date(2026, 3, 12)))
