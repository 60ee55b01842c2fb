"""What a person is given about themselves: the same rows for programs and for reading.

The JSON is `{"schema": "buddybot.person/1", "user_id", "taken_at", "sections": {name: [row, ...]}}`.
Instants are ISO 8601 in UTC, ids are text because they are larger than many programs' numbers.
"""

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from buddybot.domain import zones
from buddybot.domain.ids import UserId
from buddybot.exports.charts.drawing import Say
from buddybot.storage.privacy.personal_data import Copy, Value

SCHEMA = "buddybot.person/1"
_FLAGS = frozenset(
    {
        *("direct_messages", "nudges", "hosts", "dropped", "facilitated", "kept_time", "led_activity"),
        *("public", "step_free", "quiet", "parking", "willing", "approved", "offered_by_you", "direct"),
    }
)
_ENUMERATED = frozenset(
    {
        *("role", "left_reason", "state", "previous", "answer", "category", "visibility", "kind"),
        *("activity", "phrase", "action", "recorded_by"),
    }
)
_ABOVE = ("group_name", "guild_id", "zone")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2b2a; background: #fff; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; }
h2 + p { margin: 0; color: #4a5b59; }
div { overflow-x: auto; } div:focus-visible { outline: 2px solid #2f6f66; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .35rem .7rem .35rem 0;
  border-bottom: 1px solid #dde5e3; }
th { font-weight: 600; color: #4a5b59; } td { overflow-wrap: break-word; }
@media print { body { margin: 0; font-size: 11px; } h2 { break-after: avoid; } }
"""


class Reading(NamedTuple):
    """How the page is read: whose it is, in which language and zone, and what servers are called."""

    user_id: UserId
    now: datetime
    language: str
    zone: str
    guilds: Mapping[int, str]


def person_json(copy: Copy, *, user_id: UserId, now: datetime) -> bytes:
    """Return the copy for programs."""
    sections = {name: [_plain(row) for row in rows] for name, rows in copy.items()}
    found = {"schema": SCHEMA, "user_id": str(user_id), "taken_at": _iso(now), "sections": sections}
    return json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def person_page(copy: Copy, reading: Reading, *, say: Say) -> bytes:
    """Return the copy as a page that any browser shows, with nothing in it that runs or is fetched."""
    return "".join(_page(copy, reading, say)).encode("utf-8", "replace")


def _plain(row: Mapping[str, Value]) -> dict[str, Value]:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Value) -> Value:
    if name.endswith("_at") and isinstance(value, int):
        return _iso(datetime.fromtimestamp(value, UTC))
    return str(value) if name.endswith("_id") and value is not None else value


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _page(copy: Copy, reading: Reading, say: Say) -> Iterator[str]:
    title = html.escape(say("personal.page.title"))
    made = reading.now.astimezone(zones.zone(reading.zone)).strftime("%Y-%m-%d %H:%M")
    yield f'<!doctype html>\n<html lang="{html.escape(reading.language)}"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>\n"
    for key in ("about", "ratings", "others"):
        yield f"<p>{html.escape(say(f'personal.page.{key}', made=made, zone=reading.zone))}</p>\n"
    if not copy:
        yield f"<p>{html.escape(say('personal.page.nothing'))}</p>\n"
    for name, rows in copy.items():
        section = html.escape(say(f"personal.section.{name}"))
        yield f"<h2>{section}</h2>\n"
        yield from _table(rows, reading, say, label=section)
    yield "</main></body></html>\n"


def _table(rows: Sequence[Mapping[str, Value]], reading: Reading, say: Say, *, label: str) -> Iterator[str]:
    """The columns that have something in them, in their order; what is the same in all rows stands above.

    Where the table is wider than the page it scrolls, and the keyboard reaches what scrolls by its `label`.
    """
    names = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    tz = zones.zone(reading.zone)
    same = [name for name in _ABOVE if name in names and len({row[name] for row in rows}) == 1]
    if same:
        above = " · ".join(_show_value(name, rows[0][name], tz, reading, say) for name in same)
        yield f"<p><small>{html.escape(above)}</small></p>\n"
        names = [name for name in names if name not in same]
    heads = "".join(f'<th scope="col">{html.escape(say(f"personal.column.{name}"))}</th>' for name in names)
    yield f'<div role="region" tabindex="0" aria-label="{label}">'
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>\n"
    for row in rows:
        cells = "".join(
            f'<td dir="auto">{html.escape(_show_value(name, row[name], tz, reading, say))}</td>'
            for name in names
        )
        yield f"<tr>{cells}</tr>\n"
    yield "</tbody></table></div>\n"


def _show_value(name: str, value: Value, tz: tzinfo, reading: Reading, say: Say) -> str:
    if value is None:
        return ""
    if name in _FLAGS:
        return say("personal.page.yes" if value else "personal.page.no")
    if name == "guild_id" and isinstance(value, int):
        return reading.guilds.get(value, str(value))
    if name.endswith("_at") and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).astimezone(tz).strftime("%Y-%m-%d %H:%M")
    return str(value).replace("_", " ") if name in _ENUMERATED else str(value)
