"""The record of groups for programs: JSON as one document, or JSON Lines with a group a line.

The form is described in `docs/organizers/exports.md` and by `docs/record.schema.json`. The document has
each group on a line of its own, so that `buddybot backtest` reads either file line by line.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from buddybot.domain.attendance.rates import Rates
from buddybot.domain.attendance.records import CommitmentRecord, MeetingRecord, Person, Record
from buddybot.domain.ids import UserId
from buddybot.exports.records.table import EVERY, Progress

SCHEMA = "buddybot.record/1"
OPENS = f'{{"schema":"{SCHEMA}","groups":['.encode()
"""The first line of a document; each group follows on its own."""
CLOSES = b"]}"
"""Its last line."""

Item = Mapping[str, Any]

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_HALF = re.compile("[\ud800-\udfff]")
"""Halves of characters: UTF-8 cannot say them, and strict readers refuse even their escapes."""
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What ends a line or turns the direction in some program: allowed in JSON, and escaped all the same."""


def write_json(records: Iterable[Record], out: BinaryIO, *, now: dt.datetime, progress: Progress) -> None:
    """Write one document: the schema's name and the groups; progress counts the rows of the long table."""
    out.write(OPENS)
    for number, group in enumerate(_groups(records, now, progress)):
        out.write(b",\n" if number else b"\n")
        _write(group, out)
    out.write(b"\n" + CLOSES + b"\n")


def write_jsonl(records: Iterable[Record], out: BinaryIO, *, now: dt.datetime, progress: Progress) -> None:
    """Write a line a group, each of which says which schema it keeps to."""
    for group in _groups(records, now, progress):
        _write(group, out)
        out.write(b"\n")


def _write(pieces: Iterable[str], out: BinaryIO) -> None:
    # One by one, so that a file that is kept in memory notices when it has grown.
    for piece in pieces:  # noqa: FURB122  # see above
        out.write(piece.encode())


def _groups(records: Iterable[Record], now: dt.datetime, progress: Progress) -> Iterator[Iterator[str]]:
    counter = _Counter(progress)
    return (_group(record, now, counter) for record in records)


class _Counter:
    """Counts rows over all groups, and tells of every `EVERY`."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._rows = progress, 0

    def add(self, rows: int) -> None:
        told, self._rows = self._rows // EVERY, self._rows + rows
        if self._rows // EVERY > told:
            self._progress(self._rows)


def _group(record: Record, now: dt.datetime, counter: _Counter) -> Iterator[str]:
    """One group in pieces, of which none is longer than an entry."""
    head = {
        "schema": SCHEMA,
        "id": record.group.id,
        "name": record.group.name,
        "zone": record.group.zone,
        "exported_at": _instant(now),
        "first": _day(record.first),
        "last": _day(record.last),
    }
    yield _text(head).removesuffix("}")
    yield from _list("members", map(_member, record.people))
    yield from _list("meetings", _meetings(record, counter))
    yield from _list("attendance", _attendance(record))
    yield from _list("visitors", _visitors(record))
    yield from _list("commitments", map(_commitment, record.commitments))
    kept = record.kept
    share = None if kept.share is None else round(kept.share, 4)
    commitments = {"due": kept.due, "kept": kept.kept, "share": share}
    yield f',"rates":{_text({"attendance": _rates(record.rates), "commitments": commitments})}'
    yield from _list("weeks", _weeks(record.meeting_records))
    yield "}"


def _list(key: str, items: Iterable[Item]) -> Iterator[str]:
    yield f',"{key}":['
    for number, item in enumerate(items):
        yield f"{',' if number else ''}{_text(item)}"
    yield "]"


def _text(item: Item) -> str:
    written = _HALF.sub("\N{REPLACEMENT CHARACTER}", _ENCODER.encode(item))
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _member(person: Person) -> Item:
    # Ids of people are texts: as numbers they are too large for some programs, which round them.
    return {
        "id": str(person.user_id),
        "name": person.name,
        "is_member": person.is_member,
        "rates": _rates(person.rates),
    }


def _meetings(record: Record, counter: _Counter) -> Iterator[Item]:
    for place, meeting_record in enumerate(record.meeting_records):
        meeting = meeting_record.meeting
        cells = [(person, person.cells[place]) for person in record.people]
        states = {str(person.user_id): cell.state.value for person, cell in cells if cell.counts}
        yield {
            "id": meeting.id,
            "number": meeting_record.number,
            "day": _day(meeting.day),
            "time": meeting.time.isoformat("minutes"),
            "zone": meeting.zone,
            "starts_at": _instant(meeting.starts_at),
            "ends_at": _instant(meeting.ends_at),
            "state": meeting.state.value,
            "met": record.met(place),
            "kind": meeting.kind.value,
            "place": meeting_record.place,
            "reason": meeting.reason,
            "states": states,
            "unnamed": [state.value for state in meeting_record.unnamed],
        }
        counter.add(len(states) + len(meeting_record.unnamed) + len(meeting_record.visitors))


def _attendance(record: Record) -> Iterator[Item]:
    for entry in record.ledger:
        yield {
            "meeting": entry.meeting_id,
            "member": str(entry.user_id),
            "state": entry.state.value,
            "previous": None if entry.previous is None else entry.previous.value,
            "recorded_by": _id(entry.recorded_by),
            "recorded_at": _instant(entry.recorded_at),
            "reason": entry.reason,
        }


def _visitors(record: Record) -> Iterator[Item]:
    for meeting_record in record.meeting_records:
        for visitor in meeting_record.visitors:
            yield {
                "meeting": meeting_record.meeting.id,
                "name": visitor.name,
                "recorded_by": _id(visitor.recorded_by),
                "recorded_at": _instant(visitor.recorded_at),
            }


def _commitment(commitment: CommitmentRecord) -> Item:
    # Whoever asks for the file may read their own private ones; whoever the file is handed to may not.
    is_shown = not commitment.is_private and commitment.category is not None
    return {
        "meeting": commitment.meeting_id,
        "member": _id(commitment.user_id),
        "private": commitment.is_private,
        "category": commitment.category.value if commitment.category is not None and is_shown else None,
        "text": commitment.text if is_shown else None,
        "target": commitment.target if is_shown else None,
        "done": commitment.done if is_shown else None,
        "let_go": commitment.let_go if is_shown else None,
    }


def _rates(found: Rates | None) -> Item | None:
    if found is None:
        return None
    return {
        "meetings": found.meetings,
        "came": found.came,
        "excused": found.excused,
        "absent": found.absent,
        "counted": found.counted,
        "attended": round(found.attended, 4),
        "attended_or_apologised": round(found.attended_or_apologised, 4),
    }


def _weeks(meeting_records: Iterable[MeetingRecord]) -> Iterator[Item]:
    """The meetings as the detector reads them; in another zone a later one may be on an earlier day."""
    tallies = [meeting_record.tally for meeting_record in meeting_records if meeting_record.tally is not None]
    for tally in sorted(tallies, key=lambda each: each.week):
        yield {
            "week": tally.week,
            "holiday": tally.holiday,
            "roster": tally.roster,
            "present": tally.present,
            "excused": tally.excused,
            "items": tally.items,
            "done": tally.done,
            "reporters": tally.reporters,
        }


def _id(user_id: UserId | None) -> str | None:
    return None if user_id is None else str(user_id)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
