"""Records for tests, put together by hand: letters for states, one meeting a week from 8 January 2026.

The n-th meeting, counted from 0, has the id `FIRST_MEETING + n`; the letters are those of `charts.LETTERS`.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from buddybot.domain import zones
from buddybot.domain.attendance.attendance import Attendance, Entry, Visitor
from buddybot.domain.attendance.rates import Kept
from buddybot.domain.attendance.records import Cell, CommitmentRecord, MeetingRecord, Person, Record
from buddybot.domain.commitments.commitments import Category
from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.ids import ChannelId, GroupId, GuildId, MeetingId, UserId, VisitorId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from tests.exports.example_charts import LETTERS

FIRST_DAY = dt.date(2026, 1, 8)
FIRST_MEETING = 100
ZONE = "Europe/Berlin"
SERVER = GuildId(900_000_000_000_000_001)
ORGANIZER = UserId(100_000_000_000_000_001)
NOW = dt.datetime(2026, 4, 1, 12, 0, tzinfo=dt.UTC)
_SILENT = "?./"  # letters that stand for no entry in the ledger


def meeting_id(place: int) -> MeetingId:
    """The id of the n-th meeting."""
    return MeetingId(FIRST_MEETING + place)


def group(name: str = "Rowan", *, group_id: int = 1, zone: str = ZONE) -> Group:
    """A group that meets."""
    return Group(
        id=GroupId(group_id),
        guild_id=SERVER,
        name=name,
        channel_id=ChannelId(500 + group_id),
        role_id=None,
        zone=zone,
        capacity=6,
        charter="",
        rotation=Rotation.TURNS,
        language="en",
        state=GroupState.ACTIVE,
        route_error=None,
        created_by=ORGANIZER,
        created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def meeting_record(
    place: int = 0,
    *,
    number: int | None = None,
    called_off: bool = False,
    time: dt.time = dt.time(19, 0),
    zone: str = ZONE,
    arrangement: str | None = "Café Lumen",
    visitors: Sequence[str] = (),
    unnamed: str = "",
) -> MeetingRecord:
    """The n-th meeting, numbered from 1 unless it was called off; `unnamed` are letters."""
    day = FIRST_DAY + dt.timedelta(weeks=place)
    starts_at = dt.datetime.combine(day, time, zones.zone(zone)).astimezone(dt.UTC)
    ends_at = starts_at + dt.timedelta(minutes=75)
    return MeetingRecord(
        meeting=Meeting(
            id=meeting_id(place),
            group_id=GroupId(1),
            guild_id=SERVER,
            slot=day,
            kind=MeetingKind.REGULAR,
            day=day,
            time=time,
            zone=zone,
            duration_minutes=75,
            starts_at=starts_at,
            ends_at=ends_at,
            state=MeetingState.CANCELLED if called_off else MeetingState.CLOSED,
            reason=None,
            moves=0,
            opened_at=None if called_off else starts_at,
            closed_at=None if called_off else ends_at,
            facilitator_id=None,
            timekeeper_id=None,
        ),
        number=None if called_off else number or place + 1,
        place=arrangement,
        visitors=tuple(_visitor(place, name) for name in visitors),
        unnamed=tuple(LETTERS[letter] for letter in unnamed),
        commitments=Kept(0, 0),
    )


def _visitor(place: int, name: str) -> Visitor:
    recorded_at = dt.datetime(2026, 1, 8, 21, 0, tzinfo=dt.UTC) + dt.timedelta(weeks=place)
    return Visitor(VisitorId(1), meeting_id(place), name, ORGANIZER, recorded_at)


def person(
    name: str,
    letters: str,
    *,
    user_id: int = ORGANIZER,
    is_member: bool = True,
    recorded_by: int | None = ORGANIZER,
    previous: Attendance | None = None,
    reason: str | None = None,
) -> Person:
    """Somebody with a letter for each meeting; every entry of theirs was made in the same way."""
    return Person(
        user_id=UserId(user_id),
        name=name,
        is_member=is_member,
        cells=tuple(
            Cell(
                LETTERS[letter],
                None
                if letter in _SILENT
                else Entry(
                    meeting_id=meeting_id(place),
                    user_id=UserId(user_id),
                    state=LETTERS[letter],
                    previous=previous,
                    recorded_by=None if recorded_by is None else UserId(recorded_by),
                    recorded_at=dt.datetime(2026, 1, 8, 20, 30, tzinfo=dt.UTC) + dt.timedelta(weeks=place),
                    reason=reason,
                ),
            )
            for place, letter in enumerate(letters)
        ),
    )


def people(**letters: str) -> list[Person]:
    """Some people by name, with ids that follow each other from the organizer's on."""
    return [
        person(name, states, user_id=ORGANIZER + place)
        for place, (name, states) in enumerate(letters.items())
    ]


def commitment(
    text: str | None = "Four coffee meetings",
    *,
    place: int = 0,
    user_id: int | None = ORGANIZER,
    target: int = 4,
    done: int = 4,
    category: Category = Category.NETWORKING,
) -> CommitmentRecord:
    """A commitment that was due at the n-th meeting; one without a text is private to its owner."""
    return CommitmentRecord(
        meeting_id=meeting_id(place),
        user_id=None if user_id is None else UserId(user_id),
        is_private=text is None,
        category=None if text is None else category,
        text=text,
        target=None if text is None else target,
        done=None if text is None else done,
    )


def record(
    who: Sequence[Person] = (),
    *,
    meeting_records: Sequence[MeetingRecord] | None = None,
    of: Group | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    commitments: Sequence[CommitmentRecord] = (),
    kept: Mapping[int, Kept] | None = None,
) -> Record:
    """A record; without `meetings` each letter of the first person is a plain meeting.

    `kept` says by place how many commitments were kept; without it all that say how many were done count.
    """
    if meeting_records is None:
        meeting_records = [meeting_record(place) for place in range(len(who[0].cells) if who else 0)]
    entries = [cell.entry for each in who for cell in each.cells if cell.entry is not None]
    return Record(
        group=of or group(),
        first=first,
        last=last,
        meeting_records=tuple(
            dataclasses.replace(each, commitments=(kept or {}).get(place) or _kept(each, commitments))
            for place, each in enumerate(meeting_records)
        ),
        people=tuple(who),
        commitments=tuple(commitments),
        ledger=tuple(sorted(entries, key=lambda entry: entry.meeting_id)),
    )


def _kept(of: MeetingRecord, commitments: Sequence[CommitmentRecord]) -> Kept:
    theirs = [each for each in commitments if each.meeting_id == of.meeting.id]
    done = [each for each in theirs if each.done is not None and each.done >= (each.target or 1)]
    return Kept(len(theirs), len(done))
