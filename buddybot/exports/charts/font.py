"""The font of the pictures, DejaVu Sans, and what of a name it can write.

It has Latin with every accent, Greek, Cyrillic and a few more scripts. What runs from right to left, such as
Arabic, would stand backwards, and of East Asian scripts it has nothing: such a name is not written at all,
because half a name or a row of boxes would be worse than the number that stands for it. Emoji and other
ornaments are left out.

Pillow is imported with the first picture; see `drawing`.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_FILE = Path(__file__).with_name("DejaVuSans.ttf")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_MISSING = "\uffff"
"""No character, so that no font has it: its box stands for all that a font lacks."""


def written(text: str) -> str | None:
    """Return a text as the font can write it; None when it lacks a letter, or when nothing can be written."""
    kept = ""
    for char in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(char)
        if kind[0] in "LN":
            if not _is_drawn(char):
                return None
            kept += char
        elif char == " " or kind == "Mn":  # an accent that its letter is not one with
            if kept and kept[-1] != " " and _is_drawn(char):
                kept += char
        elif (char.isascii() or kind[0] == "P" or kind in ("Sm", "Sc")) and _is_drawn(char):
            kept += char
    return kept.rstrip() if any(map(str.isalnum, kept)) else None


@cache
def load_font(size: int) -> "FreeTypeFont":
    """Return the font at a size in pixels."""
    # Here and not above, see the module's words.
    from PIL import ImageFont

    # The simple layout: the other one needs a library that not every machine has, and would differ from it.
    return ImageFont.truetype(_FILE, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _is_drawn(char: str) -> bool:
    """Whether the font has a sign, and it is written from left to right."""
    if unicodedata.bidirectional(char) in _RIGHT_TO_LEFT or unicodedata.category(char)[0] == "C":
        return False
    return bytes(load_font(20).getmask(char)) != bytes(load_font(20).getmask(_MISSING))
