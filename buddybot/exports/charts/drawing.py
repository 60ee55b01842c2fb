"""Drawing with Pillow: a card for dark and light surroundings, with smooth shapes and readable names.

Pillow is imported for the first picture that is asked for: the bot starts without it.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

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


if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Ink = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[int, int, int, int]

# A card of its own, a little darker than Discord's dark theme: contrasts are known, whatever is around it.
CARD: Ink = (36, 38, 43)
LINES: Ink = (62, 65, 73)
TEXT: Ink = (236, 234, 228)
QUIET: Ink = (168, 171, 179)
CORNER = 20
FINE = 4
"""Shapes are drawn this many times larger and brought down, which makes their edges smooth."""


class Picture(NamedTuple):
    """A PNG and what it says in words, for those who hear it and for when it does not load."""

    png: bytes
    alt: str


class Say(Protocol):
    """Finds a sentence in the reader's language, as plain text."""

    def __call__(self, key: str, /, **parameters: object) -> str: ...


class Brush:
    """Draws shapes in the coordinates of the canvas, `FINE` times larger and on a mask of one box."""

    def __init__(self, draw: "ImageDraw", origin: Point) -> None:
        self._draw = draw
        self._origin = origin

    def line(self, points: Sequence[Point], width: float) -> None:
        """Draw a line with round ends."""
        scaled = [self._scale_point(point) for point in points]
        self._draw.line(scaled, fill=255, width=max(round(width * FINE), 1), joint="curve")
        for point in (points[0], points[-1]):
            self.dot(point, width / 2)

    def dot(self, middle: Point, radius: float, *, ink: int = 255) -> None:
        """Draw a disc; with `ink` 0 it is a hole."""
        x, y = self._scale_point(middle)
        reach = radius * FINE
        self._draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=ink)

    def tile(self, box: tuple[float, float, float, float], corner: float, width: float | None = None) -> None:
        """Draw a rectangle with round corners, or its outline of this width."""
        (left, top), (right, bottom) = self._scale_point(box[:2]), self._scale_point(box[2:])
        edge = 0 if width is None else round(width * FINE)
        self._draw.rounded_rectangle(
            (left, top, right - 1, bottom - 1),
            corner * FINE,
            fill=None if edge else 255,
            outline=255 if edge else None,
            width=edge,
        )

    def area(self, points: Sequence[Point]) -> None:
        """Fill a polygon."""
        self._draw.polygon([self._scale_point(point) for point in points], fill=255)

    def write(self, at: Point, letters: str, size: int, *, anchor: str = "ls") -> None:
        """Write letters that the font has; `anchor` is Pillow's: at the left or middle of the baseline."""
        self._draw.text(self._scale_point(at), letters, fill=255, font=load_font(size * FINE), anchor=anchor)

    def _scale_point(self, point: Sequence[float]) -> Point:
        return (point[0] - self._origin[0]) * FINE, (point[1] - self._origin[1]) * FINE


class Canvas:
    """One picture while it is drawn; coordinates are pixels from its upper left corner."""

    def __init__(self, width: int, height: int) -> None:
        # Here and not above, see the module's words; the same in the other methods.
        from PIL import Image, ImageDraw

        self.width, self.height = width, height
        self.image = Image.new("RGB", (width, height), CARD)
        self._draw = ImageDraw.Draw(self.image)
        self._stamps: dict[str, Canvas] = {}

    @contextmanager
    def shape(self, box: Box, ink: Ink) -> Iterator[Brush]:
        """Draw inside a box; what the brush touched gets the ink."""
        # As in the constructor.
        from PIL import Image, ImageDraw

        size = (box[2] - box[0], box[3] - box[1])
        mask = Image.new("L", (size[0] * FINE, size[1] * FINE))
        yield Brush(ImageDraw.Draw(mask), (box[0], box[1]))
        self.image.paste(ink, box, mask.reduce(FINE))

    def stamp(self, at: tuple[int, int], key: str, side: int, draw: "Callable[[Canvas], None]") -> None:
        """Put a square drawing at a place; the same key is drawn once and stamped again."""
        if key not in self._stamps:
            self._stamps[key] = Canvas(side, side)
            draw(self._stamps[key])
        self.image.paste(self._stamps[key].image, at)

    def area(self, points: Sequence[Point], ink: Ink) -> None:
        """Fill a polygon whose edges need not be smooth: they are level, upright, or covered by a line."""
        self._draw.polygon([(round(x), round(y)) for x, y in points], fill=ink)

    def write_text(self, at: Point, words: str, *, size: int, ink: Ink = TEXT, anchor: str = "ls") -> None:
        """Write words that can be written; `anchor` is Pillow's: l, m, r and s (baseline) or m (middle)."""
        letters = written(words)
        if letters is not None:
            y = round(at[1] + (_capital(size) / 2 if anchor[1] == "m" else 0))
            self._draw.text((at[0], y), letters, fill=ink, font=load_font(size), anchor=f"{anchor[0]}s")

    def png(self) -> bytes:
        """The finished card as a PNG, its corners round and transparent."""
        # As in the constructor.
        from PIL import Image, ImageDraw

        alpha = Image.new("L", (self.width, self.height), 255)
        corner = Image.new("L", (CORNER * 2 * FINE, CORNER * 2 * FINE))
        ImageDraw.Draw(corner).ellipse((0, 0, corner.width - 1, corner.height - 1), fill=255)
        corner = corner.reduce(FINE)
        for left, x in ((0, 0), (CORNER, self.width - CORNER)):
            for top, y in ((0, 0), (CORNER, self.height - CORNER)):
                alpha.paste(corner.crop((left, top, left + CORNER, top + CORNER)), (x, y))
        self.image.putalpha(alpha)
        held = BytesIO()
        # 256 colours are all there are, but for edges; the octree is the quick one, and keeps the corners.
        self.image.quantize(256, Image.Quantize.FASTOCTREE).save(held, "PNG")
        return held.getvalue()


def day_label(day: dt.date, say: Say) -> str:
    """A day without its year, in the reader's words."""
    return say("pictures.day", day=day.day, month=say(f"pictures.month.m{day.month}"))


def width_of(words: str, size: int) -> float:
    """How wide words are when they are written; 0 when they cannot be."""
    letters = written(words)
    return 0.0 if letters is None else load_font(size).getlength(letters)


def clip_text(words: str, size: int, limit: float) -> str:
    """The words, cut at an ellipsis where they would be wider than the limit."""
    if width_of(words, size) <= limit:
        return words
    while words and width_of(f"{words}…", size) > limit:
        words = words[:-1].rstrip()
    return f"{words}…"


def mix_ink(ink: Ink, share: float, ground: Ink = CARD) -> Ink:
    """An ink thinned out on the ground: 1 is the ink, 0 the ground."""
    red, green, blue = (
        round(one * share + other * (1 - share)) for one, other in zip(ink, ground, strict=True)
    )
    return red, green, blue


@cache
def _capital(size: int) -> float:
    """How high a capital letter is."""
    return -load_font(size).getbbox("H", anchor="ls")[1]
