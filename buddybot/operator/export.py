"""`buddybot export`: the record of groups for whoever runs the bot, from the database into one file."""

import asyncio
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from buddybot.domain.attendance.records import Record, Span
from buddybot.domain.groups.groups import Group
from buddybot.exports.charts.attendance_charts import pictures
from buddybot.exports.records.formats import Format
from buddybot.exports.records.parts import write
from buddybot.exports.records.table import Progress
from buddybot.operator.database import group_named, open_database
from buddybot.operator.output import StandardOutput, complain
from buddybot.operator.private_files import put, require_free
from buddybot.services.attendance.record_export import Wanted, export_for_operator, have_days
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.settings.errors import OperatorError
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.ui.framework.texts import Texts

STDOUT = "-"
OK = 0
TOLD_EVERY = 2000
"""Rows between two lines that say how far a long export has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for on the command line; `output` is a path, or "-" for standard output."""

    form: Format
    output: str
    group_id: int | None = None
    first: date | None = None
    last: date | None = None
    force: bool = False


async def export(url: str, order: Order, *, now: datetime) -> int:
    """Write the file and return the exit code; OperatorError for what the operator can mend."""
    if order.first is not None and order.last is not None and order.last < order.first:
        raise OperatorError("The last day is before the first: swap --from and --to.")
    if order.form is Format.PNG and order.output == STDOUT:
        raise OperatorError("Pictures are more than one file: name a file with --output.")
    if order.output != STDOUT:
        require_free(Path(order.output), force=order.force)
    async with open_database(url) as database:
        groups = await database.read(lambda tx: _groups(tx, order.group_id))
        if not await database.read(lambda tx: have_days(UnitOfWork(tx), groups, now)):
            order = replace(order, first=None, last=None)  # which are not to blame
        loop = asyncio.get_running_loop()
        records = _records(database, loop, groups, order, now)
        return await asyncio.to_thread(_write, records, order, now)


async def _groups(tx: Tx, group_id: int | None) -> list[Group]:
    if group_id is None:
        return list(await GroupRepository(tx).list_everywhere())
    return [await group_named(tx, group_id)]


def _records(
    database: Database, loop: asyncio.AbstractEventLoop, groups: Iterable[Group], order: Order, now: datetime
) -> Iterator[Record]:
    """Read a group whenever the writer, in its thread, asks for the next one; one is held at a time."""
    wanted = Wanted(form=order.form.value, span=Span(order.first, order.last), drawn=order.form is Format.PNG)
    for group in groups:
        record = asyncio.run_coroutine_threadsafe(_read(database, group, wanted, now), loop).result()
        if record is not None:
            yield record


async def _read(database: Database, group: Group, wanted: Wanted, now: datetime) -> Record | None:
    return await database.write(lambda tx: export_for_operator(UnitOfWork(tx), group, wanted, now=now))


def _write(records: Iterator[Record], order: Order, now: datetime) -> int:
    first = next(records, None)
    if first is None and order.form is Format.PNG:
        raise OperatorError(f"There is nothing to draw: nobody was a member at a meeting{_when(order)}.")
    if first is None:
        raise OperatorError(_nothing(order))
    found = chain([first], records)
    if order.form is Format.PNG:
        return _write_pictures(found, order)
    if order.output == STDOUT:
        # A file first: a spreadsheet is not written from its beginning to its end.
        try:
            with tempfile.TemporaryFile() as held:
                write(order.form, found, held, say=Texts().plain, now=now, progress=_progress())
                held.seek(0)
                StandardOutput().pour(held)
        except OSError as error:
            raise OperatorError(
                f"Nothing can be written in {tempfile.gettempdir()} ({error.strerror}): make room, "
                "or name another folder in TMPDIR."
            ) from None
        return OK
    with put(Path(order.output), force=order.force) as out:
        write(order.form, found, out, say=Texts().plain, now=now, progress=_progress())
    return OK


def _nothing(order: Order) -> str:
    if order.first is None and order.last is None:
        who = "no group has" if order.group_id is None else "that group hasn't"
        return f"There is nothing to export yet: {who} had a meeting."
    return "No meeting in that time: leave out --from and --to to get everything."


def _when(order: Order) -> str:
    return "" if order.first is None and order.last is None else " in that time"


def _write_pictures(records: Iterable[Record], order: Order) -> int:
    """One file a picture: chart.png, or chart-1.png, chart-2.png and so on when there are several."""
    path = Path(order.output)
    drawn = [picture for record in records for picture in pictures(record, Texts().plain)]
    paths = [path.with_stem(f"{path.stem}-{number}") for number in range(1, len(drawn) + 1)]
    for target, picture in zip([path] if len(drawn) == 1 else paths, drawn, strict=True):
        with put(target, force=order.force) as out:
            out.write(picture.png)
    return OK


def _progress() -> Progress:
    """Tell on standard error how far a long export has come."""
    told = 0

    def progress(rows: int) -> None:
        nonlocal told
        if rows // TOLD_EVERY > told:
            told = rows // TOLD_EVERY
            complain(f"buddybot: {rows} rows are written.\n")

    return progress
