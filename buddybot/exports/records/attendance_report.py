"""The printed report for a sponsor: one page a group, with counts and shares and nobody's name.

One HTML file that needs nothing besides itself: no script, no picture, no font from elsewhere.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import escape
from importlib.resources import files
from typing import BinaryIO

from buddybot.domain.attendance.rates import Kept, count_kept, percent, rates, tenths
from buddybot.domain.attendance.records import Record
from buddybot.domain.commitments.commitments import Category
from buddybot.domain.meetings.schedule import local
from buddybot.exports.charts.drawing import Say
from buddybot.exports.charts.report_chart import Bar, chart, key
from buddybot.exports.records.cells import clean
from buddybot.exports.records.table import zones_of

FEWEST_OF_A_KIND = 3
"""Of a kind with fewer commitments nothing is said: a single one could be somebody's."""
_LONGEST_NAME, _LONG_NAME = 60, 24
_SHORT = 6
"""With so many kinds the table leaves room below itself."""
_NOTHING = "\N{EN DASH}"
_LABELS = {
    "met": "export.report.met",
    "came": "export.report.came",
    "attended": "export.summary.attended",
    "apologised": "export.summary.apologised",
    "kept": "export.summary.kept",
}
"""The figures in their order, and what they are called."""


def write_report(records: Sequence[Record], out: BinaryIO, *, say: Say, now: datetime) -> None:
    """Write the file, a page for each record."""
    style = files(__package__).joinpath("report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = _name(records[0]) if len(records) == 1 else say("export.report.several", count=len(records))
    head = (
        f'<!doctype html>\n<html lang="{escape(records[0].group.language)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(say('export.report.title', name=title))}</title>\n<style>{style}</style>\n"
        "</head>\n<body>\n<main>\n"
    )
    out.write(head.encode())
    pages = (_Page(record, number, say, now) for number, record in enumerate(records, 1))
    out.writelines("".join(page.parts()).encode() for page in pages)
    out.write(b"</main>\n</body>\n</html>\n")


def _name(record: Record) -> str:
    name = clean(record.group.name) or "?"
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


class _Page:
    """One group's page; what `_tell` returns may stand in HTML."""

    def __init__(self, record: Record, number: int, say: Say, now: datetime) -> None:
        self._record, self._number, self._say, self._now = record, number, say, now
        self._rates, self._kept = record.rates, record.kept
        self._bars = [self._bar(place) for place in range(len(record.meeting_records))]

    def parts(self) -> Iterator[str]:
        yield f'<article class="sheet" aria-labelledby="group-{self._number}">\n'
        yield from self._header()
        if self._bars:
            yield from self._figures()
            yield from self._chart()
            yield '<div class="columns">\n<section>\n'
            kinds = list(_kinds(self._record))
            is_short = len(kinds) <= _SHORT
            yield f"{self._kinds(kinds)}{self._left_out() if is_short else ''}</section>\n<section>\n"
            yield from self._definitions()
            yield f"{'' if is_short else self._left_out()}</section>\n</div>\n"
        else:
            yield f"<p>{self._tell('none')}</p>\n"
        today = local(self._now, self._record.group.zone).date()
        yield f"<footer>{self._tell('foot', day=self._day(today))}</footer>\n</article>\n"

    def _tell(self, key: str, **parameters: object) -> str:
        return escape(self._say(f"export.report.{key}", **parameters))

    def _day(self, day: date) -> str:
        month = self._say(f"pictures.month.m{day.month}")
        return self._say("export.report.day", day=day.day, month=month, year=day.year)

    def _share(self, share: float) -> str:
        return self._say("pictures.percent", percent=percent(share))

    def _bar(self, place: int) -> Bar:
        met = self._record.met(place)
        found = rates([self._record.states_at(place)]) if met else None
        day = self._record.meeting_records[place].meeting.day
        return Bar(day, met, *((None, None) if found is None else (found.came, found.counted)))

    def _header(self) -> Iterator[str]:
        record, days = self._record, [bar.day for bar in self._bars]
        bounds = (record.first or min(days, default=None), record.last or max(days, default=None))
        first, last = (None if bound is None else self._day(bound) for bound in bounds)
        yield f'<header>\n<div><p class="kicker">{self._tell("kicker")}</p>'
        name = _name(record)
        size = ' class="long"' if len(name) > _LONG_NAME else ""
        yield f'<h1{size} id="group-{self._number}" dir="auto">{escape(name)}</h1></div>\n<p class="when">'
        if first is not None and last is not None:
            words = (
                self._tell("one_day", day=first)
                if first == last
                else self._tell("span", first=first, last=last)
            )
            yield f"<strong>{words}</strong>"
        yield f"{self._tell('zone', zone=zones_of(record))}</p>\n</header>\n"

    # -- the five figures ------------------------------------------------------------------------

    def _figures(self) -> Iterator[str]:
        found, kept = self._rates, self._kept
        met = sum(bar.met for bar in self._bars)
        values = dict.fromkeys(_LABELS, (_NOTHING, self._tell("unknown")))
        values["met"] = (str(met), self._tell("of.met", planned=len(self._bars)))
        if found is not None:
            values["came"] = (tenths(found.came_each), self._tell("of.came", of=tenths(found.counted_each)))
            values["attended"] = self._out_of(found.attended, found.came, found.counted, "times")
            values["apologised"] = self._out_of(
                found.attended_or_apologised, found.came + found.excused, found.counted, "times"
            )
        if kept.share is not None:
            values["kept"] = self._out_of(kept.share, kept.kept, kept.due, "kept")
        yield '<dl class="figures">\n'
        for name, label in _LABELS.items():
            value, of_what = values[name]
            yield f'<div><dt>{escape(self._say(label))}</dt><dd class="value">{escape(value)}</dd>'
            yield f'<dd class="of">{of_what}</dd></div>\n'
        yield "</dl>\n"

    def _out_of(self, share: float, part: int, whole: int, what: str) -> tuple[str, str]:
        return self._share(share), self._tell(f"of.{what}", part=part, whole=whole)

    # -- who came --------------------------------------------------------------------------------

    def _chart(self) -> Iterator[str]:
        words = [self._say("export.report.chart.bars", count=len(self._bars))]
        if (found := self._rates) is not None:
            came, members = tenths(found.came_each), tenths(found.counted_each)
            words.append(self._say("pictures.came.average", came=came, members=members))
        title = self._say("export.report.chart.title")
        yield f"<h2>{escape(title)}</h2>\n"
        yield chart(
            self._bars, name=f"chart-{self._number}", title=title, words=" ".join(words), say=self._say
        )
        yield f"\n{key(self._bars, self._say)}\n<details><summary>{self._tell('table.open')}</summary>\n"
        yield self._table("table.caption", ("day", "came", "known"), self._rows())
        yield "</details>\n"

    def _rows(self) -> Iterator[tuple[str, str, str]]:
        for bar in self._bars:
            unknown = self._say(f"export.report.key.{'unknown' if bar.met else 'off'}")
            counts = (unknown, _NOTHING) if bar.came is None else (str(bar.came), str(bar.known))
            yield self._day(bar.day), *counts

    def _table(self, caption: str, columns: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
        head = "".join(f'<th scope="col">{self._tell(f"table.{each}")}</th>' for each in columns)
        body = ""
        for first, *others in rows:
            cells = "".join(f"<td>{escape(each)}</td>" for each in others)
            body += f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>\n'
        return (
            f"<table><caption>{self._tell(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{body}</tbody></table>\n"
        )

    # -- commitments and words -------------------------------------------------------------------

    def _kinds(self, kinds: Sequence[tuple[Category, Kept]]) -> str:
        heading = f"<h2>{self._tell('kinds')}</h2>\n"
        if not kinds:
            none = self._tell("no_kinds", fewest=FEWEST_OF_A_KIND)
            return f'{heading}<p class="note">{none}</p>\n'
        told = (
            (self._say(f"commitments.category.{kind}"), str(of.due), str(of.kept), self._share(of.share or 0))
            for kind, of in kinds
        )
        return heading + self._table("kinds", ("kind", "due", "kept", "share"), told)

    def _definitions(self) -> Iterator[str]:
        yield f'<h2>{self._tell("definitions")}</h2>\n<dl class="definitions">\n'
        yield f"<dt>{self._tell('came')}</dt><dd>{self._tell('average')}</dd>\n"
        for name in ("attended", "apologised", "kept"):
            definition = escape(self._say(f"export.definition.{name}"))
            yield f"<dt>{escape(self._say(_LABELS[name]))}</dt><dd>{definition}</dd>\n"
        yield "</dl>\n"

    def _left_out(self) -> str:
        words = self._tell("left_out.text", fewest=FEWEST_OF_A_KIND)
        return (
            f'<div class="aside"><h2>{self._tell("left_out.title")}</h2>\n<p class="note">{words}</p></div>\n'
        )


def _kinds(record: Record) -> Iterator[tuple[Category, Kept]]:
    """Each kind with how many of it were reported on and kept; private commitments have none to tell."""
    found: dict[Category, list[tuple[int, int]]] = defaultdict(list)
    for each in record.commitments:
        if not each.is_private and each.category and each.target is not None and each.done is not None:
            found[each.category].append((each.done, each.target))
    return (
        (kind, count_kept(found[kind])) for kind in Category if len(found.get(kind, ())) >= FEWEST_OF_A_KIND
    )
