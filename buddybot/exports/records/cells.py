"""The one writer of text for spreadsheets: what people wrote stays text, whatever program opens the file."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

from buddybot.domain.text import cut_to, length_of

MOST = 32_767
"""What a cell of Excel holds, in UTF-16 units; of a longer field in a CSV file it makes further rows."""
LONGEST_SHEET_NAME = 31

_BREAKS = "\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029"
# Control characters, halves of characters, marks that turn the direction of what follows, other characters
# that nobody sees, and two that XML cannot say. The joiners stay: emoji and Persian need them.
_REMOVED = (
    "\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSEEN = rf"\s\"\u034f\u115f\u1160\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0{_REMOVED}"
"""What may stand before a formula without making it text; quotes, because a reader may take them away."""
_BEGINS = (
    r"\t\r=+\-@\u207a-\u207c\u208a-\u208c\u2212\ufe62\ufe63\ufe66\ufe6b"
    r"\uff0b\uff0d\uff1d\uff20"
)
"""What a formula begins with, and the full-width, small, raised and lowered forms of it."""
# A program that expects semicolons between the cells begins a new one after each.
_FORMULA = re.compile(f"(^|;)(?=[{_UNSEEN}]*[{_BEGINS}])")
_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
_HIDDEN = re.compile(f"[{_REMOVED}]")
# What Excel forbids, and what it would read as the number of a character.
_NOT_IN_NAMES = re.compile(r"(?:[\[\]:*?/\\\s]|_(?=x[0-9A-F]{4}_))+", re.IGNORECASE)
_RESERVED = "history"  # Excel keeps its own record of changes under this name
_EDGES = " '"


def clean(text: str) -> str:
    """Return the text on one line, without what cannot be seen, and no longer than a cell."""
    if not text.isprintable():
        text = _HIDDEN.sub("", _BREAK.sub(" ", text))
    text = text.strip()
    return text if length_of(text) <= MOST else f"{cut_to(text, MOST - 1)}…"


def for_csv(text: str) -> str:
    """Return the text for a CSV file: an apostrophe stands before what a program could read as a formula."""
    return clean(_FORMULA.sub(r"\1'", text))


def for_workbook(text: str) -> str:
    """Return the text for a cell that is written as a string."""
    text = clean(text)
    # XlsxWriter takes this for its own markup and writes it as it is; the blank makes it text.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def sheet_names(wanted: Iterable[str], *, spare: Callable[[int], str], taken: Iterable[str]) -> list[str]:
    """Return names that Excel takes for sheets, each unlike the others and those that are taken.

    `spare` gives one by its number, from 1, where nothing is left of what was wanted.
    """
    keys = {_key(name) for name in (*taken, _RESERVED)}
    found: list[str] = []
    for number, name in enumerate(wanted, 1):
        plain = _fit_name(_NOT_IN_NAMES.sub(" ", clean(name)).strip(_EDGES)) or _fit_name(spare(number))
        found.append(_unlike(plain, keys))
        keys.add(_key(found[-1]))
    return found


def _unlike(name: str, keys: Collection[str]) -> str:
    found, number = name, 1
    while _key(found) in keys:
        number += 1
        found = f"{_fit_name(name, f' {number}')} {number}"
    return found


def _fit_name(name: str, suffix: str = "") -> str:
    return cut_to(name, LONGEST_SHEET_NAME - len(suffix)).strip(_EDGES)


def _key(name: str) -> str:
    """What two names of sheets must not have in common."""
    return unicodedata.normalize("NFKC", name).casefold()
