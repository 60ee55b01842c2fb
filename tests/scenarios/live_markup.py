"""What Discord, a browser or a spreadsheet would make something of in anything that the bot has sent."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from html.parser import HTMLParser
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import simcord
from openpyxl import load_workbook

from tests.exports.reading import read
from tests.exports.records.test_cells import begins_a_formula
from tests.exports.records.workbooks import all_cells
from tests.ui.framework.test_texts import what_discord_sees

_EARLIEST = 1_500_000_000
_FORMS = {
    "everyone": re.compile("@(?:everyone|here)"),
    "a masked link": re.compile(r"\]\("),
    "a command": re.compile("</"),
    "an emoji": re.compile("<a?:"),
    "a page of the server": re.compile("<id:"),
    "an address": re.compile("://"),
    "an invitation": re.compile(r"discord(?:app)?\.(?:gg|com)/"),
}
_PERSON = re.compile(r"<@!?([0-9]+)>")
_ROLE = re.compile(r"<@&([0-9]+)>")
_MOMENT = re.compile(r"<t:(-?[0-9]+)")
_PLAIN = ("label", "description", "placeholder", "title", "name")
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TAGS_OF_TROUBLE = frozenset({"script", "iframe", "object", "embed", "form", "input", "link", "base"})


def in_requests(
    requests: Collection[simcord.HttpLogEntry], *, people: Collection[int], roles: Collection[int] = ()
) -> Iterator[str]:
    """Return what is live in requests; `people` and `roles` may be named."""
    for request in requests:
        body = request.json
        if not isinstance(body, dict) or request.path.endswith("/commands"):
            continue
        where = f"{request.method} {request.path}"
        if "callback" in request.path and body.get("type") in (8, 9):
            yield from (f"{where}: {each}" for each in _in_texts(body, people, roles))
            continue
        for message in [body["data"]] if isinstance(body.get("data"), dict) else [body]:
            if "/scheduled-events" in request.path and "description" in message:
                message = {**message, "content": message["description"], "description": None}
            yield from (f"{where}: {each}" for each in _in_texts(message, people, roles))
            if "components" in message:
                yield from (f"{where}: {each}" for each in _in_mentions(message, people))


def _in_mentions(message: Mapping[str, Any], people: Collection[int]) -> Iterator[str]:
    allowed = message.get("allowed_mentions")
    if not isinstance(allowed, dict) or allowed.get("parse") != []:
        yield f"everybody could be mentioned: {allowed}"
        return
    if allowed.get("roles") or not {int(each) for each in allowed.get("users") or ()} <= set(people):
        yield f"somebody could be mentioned: {allowed}"


def _in_texts(node: object, people: Collection[int], roles: Collection[int]) -> Iterator[str]:
    if isinstance(node, list):
        for inner in node:
            yield from _in_texts(inner, people, roles)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if not isinstance(value, str):
            yield from _in_texts(value, people, roles)
        elif key == "content":
            yield from live(value, people, roles)
        elif key in _PLAIN:
            yield from in_plain(value)
        elif key == "url":
            yield from in_address(value)


def live(text: str, people: Collection[int], roles: Collection[int] = ()) -> Iterator[str]:
    """Return what Discord makes something of in a text, but for names of people and its own times."""
    seen = what_discord_sees(text)
    found = [name for name, form in _FORMS.items() if form.search(seen)]
    found += [f"the person {each}" for each in _PERSON.findall(seen) if int(each) not in people]
    found += [f"the role {each}" for each in _ROLE.findall(seen) if int(each) not in roles]
    found += [f"the time {each}" for each in _MOMENT.findall(seen) if int(each) < _EARLIEST]
    if _HIDDEN.search(text):
        found.append("hidden characters")
    yield from (f"{each} in {text[:200]!r}" for each in found)


def in_plain(text: str) -> Iterator[str]:
    """Return what is wrong with a label, where Discord reads no markup."""
    if _HIDDEN.search(text) or "\n" in text:
        yield f"hidden characters or lines in {text[:200]!r}"


def in_address(url: str) -> Iterator[str]:
    """Return what is wrong with where a button leads."""
    parts = urlsplit(url)
    if parts.scheme == "attachment":
        return
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or "." not in host or parts.username or parts.password:
        yield f"a button leads to {url[:100]!r}"
    try:
        ip_address(host)
    except ValueError:
        return
    yield f"a button leads to {url[:100]!r}"


def in_file(name: str, data: bytes) -> Iterator[str]:
    """Return what is live in a file, by what its name says it is."""
    kind = name.rpartition(".")[2]
    if unicodedata.normalize("NFC", name) != name or re.search(r"[^\w.\-]", name):
        yield f"the name {name!r}"
    if kind == "csv":
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        yield from (f"{name}: {cell[:80]!r}" for row in rows for cell in row if begins_a_formula(cell))
    elif kind == "xlsx":
        cells = all_cells(load_workbook(io.BytesIO(data)))
        yield from (
            f"{name}: {cell.value!r}" for cell in cells if cell.data_type not in "snd" or cell.hyperlink
        )
    elif kind in ("json", "jsonl"):
        for line in [data] if kind == "json" else data.splitlines():
            json.loads(line)
    elif kind == "ics":
        read(data)
    elif kind == "html":
        yield from (f"{name}: {each}" for each in _Page.faults(data.decode("utf-8")))


class _Page(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def faults(cls, text: str) -> list[str]:
        page = cls()
        page.feed(text)
        return page.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Find what would run, or lead elsewhere."""
        if tag in _TAGS_OF_TROUBLE:
            self.found.append(f"<{tag}>")
        for key, value in attrs:
            leads = key in ("href", "src") and not (value or "").startswith(("#", "data:image/"))
            if leads or key.startswith("on"):
                self.found.append(f"{key}={value!r}")
