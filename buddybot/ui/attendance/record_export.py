"""The record as files: what is offered, the answer with the files in it, and how far a long one has come."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, datetime
from io import BufferedIOBase
from typing import TYPE_CHECKING, Any, cast

import discord
from discord.app_commands import Choice

from buddybot.domain.attendance.records import Span
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId
from buddybot.domain.text import fold_text
from buddybot.exports.records.formats import Format
from buddybot.exports.records.table import Progress
from buddybot.services.attendance.record_export import Export, Wanted
from buddybot.ui.framework import choices
from buddybot.ui.framework.components import QUIET, Card
from buddybot.ui.framework.pictures import ALT_LIMIT
from buddybot.ui.framework.reply import Reply, actor_of, texts_of
from buddybot.ui.framework.texts import Markup, Texts, shorten_text
from buddybot.ui.meetings.day_choices import parse_day
from buddybot.ui.meetings.meetings import day_and_year

if TYPE_CHECKING:
    from buddybot.exports.records.parts import Part

MINE = "mine"
"""What the option holds when all groups of the person are meant."""
LONG = 2000
"""Rows from which on the answer tells how far it has come."""
MOST_FILES = 10
"""Files in one message, by Discord's limit."""
_QUARTERS = 4
_ROOM = 16 * 1024
"""Bytes of a request that are no file: Discord's limit is reported to be that of the whole."""

Interaction = discord.Interaction[Any]


# -- options -------------------------------------------------------------------------------------------


@choices.guard_suggest
async def offer_groups(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the groups that the person organizes, and all of them together where there are several."""
    found = await choices.matching_groups(interaction, "", organized=True, archived=True)
    every = choices.choice(texts_of(interaction).plain("attendance_export.mine"), MINE)
    offered = [*([every] if len(found) > 1 else []), *found]
    return [each for each in offered if fold_text(current) in fold_text(each.name)]


@choices.guard_suggest
async def offer_days(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the days of the meetings there were, the newest first."""
    wanted = parse(Format.CSV.value, getattr(interaction.namespace, "group", None))
    found: Sequence[date] = await interaction.client.services.attendance_export.days(
        actor_of(interaction), wanted
    )
    texts, typed = texts_of(interaction), fold_text(current)
    named = ((day_and_year(texts, day), day.isoformat()) for day in found)
    return [
        choices.choice(name, value) for name, value in named if typed in fold_text(name) or typed in value
    ]


def parse(form: str, group: str | None, first: str | None = None, last: str | None = None) -> Wanted:
    """Return what was chosen and typed; Refusals `button.stale`, `group.unknown` and those of a date."""
    if form not in set(Format):
        raise Refusal("button.stale")
    every = group is not None and group.strip() == MINE
    group_id: GroupId | None = None if every else choices.parse_group(group)
    span, drawn = Span(parse_day(first), parse_day(last)), form == Format.PNG
    return Wanted(form=form, span=span, group_id=group_id, every=every, drawn=drawn)


# -- the answer ----------------------------------------------------------------------------------------


async def hand_out(reply: Reply, export: Export, form: Format, *, limit: int, now: datetime) -> None:
    """Make the files, away from the event loop, and answer with them; `limit` is what Discord takes."""
    # Imported here: a start does without those who write the files.
    from buddybot.exports.records.parts import Maker

    days, room = export.days, limit - _ROOM

    def make(progress: Progress) -> "list[Part]":
        maker = Maker(form=form, limit=room, say=reply.texts.plain, now=now, progress=progress)
        made = maker.make(export.records, days)
        return [each._replace(alt=each.alt and shorten_text(each.alt, ALT_LIMIT)) for each in made]

    async def tell(quarter: int) -> None:
        await reply.change(progress_card(reply.texts, export, quarter))

    is_long = export.rows > LONG
    if is_long:
        await reply.show(progress_card(reply.texts, export, 0))
    made = await run_with_progress(make, export.rows, tell if is_long else None)
    messages = list(_messages(made, room))
    first = export_card(reply.texts, export, messages[0], count=len(made))
    await (reply.change if is_long else reply.show)(first, files=_attach_files(messages[0]))
    for parts in messages[1:]:
        await reply.follow(_add(Card(), parts), files=_attach_files(parts))


async def run_with_progress(
    make: "Callable[[Progress], list[Part]]", rows: int, tell: Callable[[int], Awaitable[None]] | None
) -> "list[Part]":
    """Run `make` in a thread, and tell each quarter of the rows when it is done."""
    loop = asyncio.get_running_loop()
    quarters: asyncio.Queue[int] = asyncio.Queue()
    reached = 0

    def progress(done: int) -> None:
        nonlocal reached
        quarter = done * _QUARTERS // rows
        if reached < quarter < _QUARTERS:  # a file that has to be split is written once more
            reached = quarter
            loop.call_soon_threadsafe(quarters.put_nowait, quarter)

    making = asyncio.ensure_future(asyncio.to_thread(make, progress))
    making.add_done_callback(lambda _: quarters.put_nowait(_QUARTERS))
    try:
        while (quarter := await quarters.get()) < _QUARTERS:
            if tell is not None:
                await tell(quarter)
        return await making
    finally:
        making.cancel()


def _messages(parts: "Sequence[Part]", room: int) -> "Iterator[list[Part]]":
    """What goes into one message each: at most ten files, and together no more than one file may have."""
    message: list[Part] = []
    for part in parts:
        if len(message) == MOST_FILES or (message and sum(e.size for e in message) + part.size > room):
            yield message
            message = []
        message.append(part)
    yield message


def progress_card(texts: Texts, export: Export, quarter: int) -> Card:
    """Return what is read while a long export is written."""
    share = quarter * 100 // _QUARTERS
    return Card(colour=QUIET).text(texts("attendance_export.writing", rows=export.rows, share=share))


def export_card(texts: Texts, export: Export, parts: "Sequence[Part]", *, count: int) -> Card:
    """Return the answer with the first files; `count` is how many there are in all."""
    groups = [record.group.name for record in export.records]
    card = Card().text(
        Markup(f"### {texts('attendance_export.title', groups=', '.join(groups))}"),
        texts(
            "attendance_export.what",
            span=span_label(texts, *export.days),
            meetings=export.meetings,
            rows=export.rows,
        ),
    )
    if count > 1 and parts[0].alt is None:
        card.text(texts("attendance_export.split", count=count))
    if count > len(parts):
        card.text(texts("attendance_export.more", count=count - len(parts)))
    return _add(card, parts).note(texts("attendance_export.logged"))


def span_label(texts: Texts, first: date, last: date) -> str:
    """Return the days from one to another as plain text."""
    days = [day_and_year(texts, day) for day in (first, last)]
    return days[0] if first == last else texts.plain("attendance_export.span", first=days[0], last=days[1])


def _add(card: Card, parts: "Sequence[Part]") -> Card:
    for part in parts:
        if part.alt is None:
            card.file(part.name)
        else:
            card.picture(part.name, part.alt)
    return card


def _attach_files(parts: "Sequence[Part]") -> list[discord.File]:
    return [discord.File(cast(BufferedIOBase, part.file), part.name, description=part.alt) for part in parts]
