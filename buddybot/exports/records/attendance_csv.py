"""Attendance as CSV (RFC 4180): the long table, for programs that read tables."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from functools import cache
from typing import BinaryIO

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.records import Record
from buddybot.exports.charts.drawing import Say
from buddybot.exports.records import cells, table

Row = tuple[str | int | None, ...]


def write_csv(
    records: Iterable[Record], out: BinaryIO, *, say: Say, bom: bool, progress: table.Progress
) -> None:
    """Write the table row by row, in UTF-8; with `bom` it begins with the mark by which Excel knows that."""
    text = io.TextIOWrapper(out, "utf-8-sig" if bom else "utf-8", newline="")
    try:
        writer = csv.writer(text)  # as the RFC has it: commas, CRLF, quotes doubled
        writer.writerow(cells.for_csv(say(f"export.column.{name}")) for name in table.COLUMNS)
        writer.writerows(table.count_rows(_rows(records, say), progress))
        text.flush()
    finally:
        text.detach()  # the file is the caller's, after an error too


def _rows(records: Iterable[Record], say: Say) -> Iterator[Row]:
    states = {state: cells.for_csv(say(f"export.state.{state}")) for state in Attendance}
    roles = {role: cells.for_csv(say(f"export.role.{role}")) for role in table.ROLES}
    # Most values come again and again, and looking one up is quicker than writing it once more.
    text, day, hour, instant = cache(cells.for_csv), cache(date.isoformat), cache(_hour), cache(_instant)
    for record in records:
        for line in table.lines(record, deleted=roles[table.UNNAMED]):
            yield (
                text(line.group),
                line.meeting,
                day(line.date),
                hour(line.time),
                line.zone,
                instant(line.starts_at),
                text(line.place),
                roles[line.role],
                text(line.member),
                line.member_id,
                states[line.state],
                text(line.recorded_by),
                instant(line.recorded_at) if line.recorded_at else None,
                states[line.previous] if line.previous else None,
                text(line.reason),
            )


def _hour(local: time) -> str:
    return local.isoformat("minutes")


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
