"""Names in the letters that Pillow's own font has: Latin, with accents drawn by hand; other scripts not.

The font that Pillow brings knows ASCII and little more. Everything that consists of its letters and an
accent is written with that accent; emoji and other ornaments are left out; a name in another script is not
written at all, because half a name or a row of boxes would be worse than the number that stands for it.
"""

import unicodedata
from dataclasses import dataclass

# What other letters are written with: a letter and a stroke, or the letters that stand for them in print.
# (The signs for strokes are Unicode's for a mark across a letter; the last one only takes the dot away.)
_STROKE, _SLASH, _BAR_RIGHT, _BAR_LEFT, _DOTLESS = "\u0335", "\u0338", "\u0336", "\u0337", "\u0315"
_WRITTEN_AS = str.maketrans(
    {
        "ł": f"l{_STROKE}",
        "Ł": f"L{_STROKE}",
        "đ": f"d{_BAR_RIGHT}",
        "Đ": f"D{_STROKE}",
        "ð": f"d{_BAR_RIGHT}",
        "Ð": f"D{_STROKE}",
        "ħ": f"h{_BAR_LEFT}",
        "Ħ": f"H{_BAR_LEFT}",
        "ø": f"o{_SLASH}",
        "Ø": f"O{_SLASH}",
        "ı": f"i{_DOTLESS}",
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
        "þ": "th",
        "Þ": "Th",
        "×": "x",
        "ʻ": "‘",
        "ʼ": "’",
        **dict.fromkeys("\u2010\u2011–—−", "-"),
    }
)
_PRINTED = frozenset("´°·…‘’“”‹›«»")
_SEEN = ("L", "N")  # letters and numbers: what carries the name

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """How an accent is drawn: lines and dots, in parts of the font's size, around the middle of its foot.

    `below` hangs from the baseline; `on` lies across the letter's middle.
    """

    lines: tuple[tuple[Point, ...], ...] = ()
    dots: tuple[Point, ...] = ()
    below: bool = False
    on: bool = False


def _above(*lines: tuple[Point, ...], dots: tuple[Point, ...] = ()) -> Mark:
    return Mark(lines, dots)


_RING = ((0.0, 0.0), (0.06, -0.03), (0.06, -0.1), (0.0, -0.13), (-0.06, -0.1), (-0.06, -0.03), (0.0, 0.0))
MARKS = {
    "\u0300": _above(((0.04, 0.0), (-0.07, -0.13))),
    "\u0301": _above(((-0.04, 0.0), (0.07, -0.13))),
    "\u0302": _above(((-0.11, 0.0), (0.0, -0.12), (0.11, 0.0))),
    "\u0303": _above(((-0.13, -0.01), (-0.07, -0.07), (0.06, -0.03), (0.13, -0.09))),
    "\u0304": _above(((-0.12, -0.04), (0.12, -0.04))),
    "\u0306": _above(((-0.11, -0.11), (-0.06, -0.03), (0.06, -0.03), (0.11, -0.11))),
    "\u0307": _above(dots=((0.0, -0.05),)),
    "\u0308": _above(dots=((-0.1, -0.05), (0.1, -0.05))),
    "\u0309": _above(((-0.05, -0.15), (0.04, -0.15), (0.05, -0.08), (0.0, -0.05), (0.0, 0.0))),
    "\u030a": _above(_RING),
    "\u030b": _above(((-0.1, 0.0), (-0.02, -0.13)), ((0.04, 0.0), (0.12, -0.13))),
    "\u030c": _above(((-0.11, -0.12), (0.0, 0.0), (0.11, -0.12))),
    "\u031b": _above(((0.24, 0.1), (0.31, 0.06), (0.31, -0.02))),
    "\u0323": Mark(dots=((0.0, 0.12),), below=True),
    "\u0326": Mark(((((0.02, 0.09), (-0.03, 0.2))),), below=True),
    "\u0327": Mark(((((0.0, 0.0), (0.0, 0.07), (0.06, 0.12), (0.0, 0.18), (-0.07, 0.17))),), below=True),
    "\u0328": Mark(((((0.13, 0.0), (0.07, 0.08), (0.1, 0.15), (0.17, 0.15))),), below=True),
    _STROKE: Mark(((((-0.1, 0.06), (0.1, -0.06))),), on=True),
    _BAR_RIGHT: Mark(((((0.02, -0.2), (0.3, -0.2))),), on=True),
    _BAR_LEFT: Mark(((((-0.3, -0.2), (-0.02, -0.2))),), on=True),
    _DOTLESS: Mark(),
    _SLASH: Mark(((((-0.26, 0.34), (0.26, -0.34))),), on=True),
}


@dataclass(frozen=True, slots=True)
class Writing:
    """A text as the font can write it: its letters, and the marks on them by their places."""

    letters: str
    marks: tuple[tuple[int, Mark], ...]


def written(text: str) -> Writing | None:
    """The text for the font, or None when it has a letter that cannot be written, or nothing that can."""
    letters: list[str] = []
    marks: list[tuple[int, Mark]] = []
    for char in unicodedata.normalize("NFKD", text.translate(_WRITTEN_AS)):
        category = unicodedata.category(char)
        if char in MARKS and letters and letters[-1] != " ":
            marks.append((len(letters) - 1, MARKS[char]))
        elif " " <= char <= "~" or char in _PRINTED:
            if char != " " or (letters and letters[-1] != " "):
                letters.append(char)
        elif category[0] in _SEEN or (category == "Mn" and not letters):
            return None
    while letters and letters[-1] == " ":
        letters.pop()
    if not any(char.isalnum() for char in letters):
        return None
    return Writing("".join(letters), tuple(marks))
