"""Names of files that every system takes; the bot names what it hands out."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from buddybot.domain.attendance.records import Record

_LIMIT = 40


def plain(name: str, *, otherwise: str) -> str:
    """A name in lowercase ASCII letters, digits and hyphens; `otherwise` when nothing of it is left."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", ascii_only))[:_LIMIT].strip("-") or otherwise


def make_stem(records: Sequence[Record], days: tuple[dt.date, dt.date]) -> str:
    """What files with these records are called, before the number of the part and the extension."""
    name = plain(records[0].group.name, otherwise="group") if len(records) == 1 else f"{len(records)}-groups"
    first, last = days
    return f"{name}-attendance-{first}" if first == last else f"{name}-attendance-{first}-to-{last}"
