"""Records as files, each small enough to be sent: one when it fits, otherwise parts by meetings."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import pairwise
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, Protocol, cast

from buddybot.domain.attendance.records import Record
from buddybot.domain.errors import Refusal
from buddybot.exports.charts.attendance_charts import pictures
from buddybot.exports.charts.drawing import Say
from buddybot.exports.records import formats
from buddybot.exports.records.attendance_csv import write_csv
from buddybot.exports.records.attendance_ics import write_ics
from buddybot.exports.records.attendance_json import write_json, write_jsonl
from buddybot.exports.records.attendance_report import write_report
from buddybot.exports.records.attendance_xlsx import write_xlsx
from buddybot.exports.records.formats import Format
from buddybot.exports.records.table import Progress


def write(
    form: Format, records: Iterable[Record], out: BinaryIO, *, say: Say, now: datetime, progress: Progress
) -> None:
    """Write records into one file; a PNG holds one picture only, which `parts.Maker` sees to."""
    if form in (Format.CSV, Format.CSV_EXCEL):
        write_csv(records, out, say=say, bom=form is Format.CSV_EXCEL, progress=progress)
    elif form is Format.XLSX:
        write_xlsx(list(records), out, say=say, now=now, progress=progress)
    elif form is Format.JSON:
        write_json(records, out, now=now, progress=progress)
    elif form is Format.JSONL:
        write_jsonl(records, out, now=now, progress=progress)
    elif form is Format.ICS:
        write_ics(list(records), out, say=say, now=now)
    elif form is Format.REPORT:
        write_report(list(records), out, say=say, now=now)
    else:
        raise ValueError(f"{form} is not one file")


IN_MEMORY = 2**20
"""Bytes of one file that are kept in memory; what is larger is on the disk until it was sent."""

Made = tuple[BinaryIO, int, str | None]
"""A file, its size in bytes, and of a picture what it says in words."""


class Part(NamedTuple):
    """One file, put to its beginning; `size` is in bytes, `alt` is what a picture says in words."""

    name: str
    file: BinaryIO
    size: int
    alt: str | None = None


class Write(Protocol):
    """Writes records into one file, as `writers.write` does."""

    def __call__(
        self,
        form: Format,
        records: Sequence[Record],
        out: BinaryIO,
        *,
        say: Say,
        now: datetime,
        progress: Progress,
    ) -> None: ...


class Maker(NamedTuple):
    """Makes the files; `limit` is how many bytes one may have."""

    form: Format
    limit: int
    say: Say
    now: datetime
    progress: Progress
    write: Write = write

    def make(self, records: Sequence[Record], days: tuple[date, date]) -> list[Part]:
        """Return all files; Refusal `export.too_large` when one meeting or picture does not fit."""
        made = list(self._draw_pictures(records) if self.form is Format.PNG else self._fit_records(records))
        if any(size > self.limit for _, size, _ in made):
            raise Refusal("export.too_large")
        stem = formats.make_stem(records, days)
        return [
            Part(f"{stem}{_ending(number, len(made))}.{self.form.extension}", *each)
            for number, each in enumerate(made, start=1)
        ]

    def _draw_pictures(self, records: Sequence[Record]) -> Iterator[Made]:
        for record in records:
            for picture in pictures(record, self.say):
                yield BytesIO(picture.png), len(picture.png), picture.alt

    def _fit_records(self, records: Sequence[Record]) -> Iterator[Made]:
        """The records in one file, or in as many as its size asks for; and so on for each of these."""
        file = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  # whoever sends it closes it
        self.write(self.form, records, file, say=self.say, now=self.now, progress=self.progress)
        size = file.seek(0, 2)
        file.seek(0)
        if size <= self.limit or sum(len(record.meeting_records) for record in records) == 1:
            yield file, size, None
            return
        file.close()
        for piece in split(records, -(-size // self.limit)):
            yield from self._fit_records(piece)


def _ending(number: int, count: int) -> str:
    return f"-part-{number}-of-{count}" if count > 1 else ""


def split(records: Sequence[Record], pieces: int) -> list[list[Record]]:
    """The meetings of all records in so many runs, as even as can be; fewer when there are fewer meetings."""
    total = sum(len(record.meeting_records) for record in records)
    pieces = min(pieces, total)
    bounds = [total * number // pieces for number in range(pieces + 1)]
    return [list(_cut_records(records, start, stop)) for start, stop in pairwise(bounds)]


def _cut_records(records: Sequence[Record], start: int, stop: int) -> Iterator[Record]:
    """The meetings from one place to another, counted through all records."""
    before = 0
    for record in records:
        here = len(record.meeting_records)
        begin, end = max(start - before, 0), min(stop - before, here)
        if begin < end:
            yield record if (begin, end) == (0, here) else record.part(begin, end)
        before += here
