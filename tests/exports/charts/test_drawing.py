"""The card: readable on dark and on light, smooth, small, and imported only when it is wanted."""

import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from buddybot.exports.charts.drawing import CARD, CORNER, QUIET, TEXT, Canvas, clip_text, mix_ink, width_of
from tests.exports.example_charts import contrast

DARK, LIGHT = (49, 51, 56), (255, 255, 255)
"""Discord's own backgrounds."""


def finished(canvas: Canvas) -> Image.Image:
    return Image.open(BytesIO(canvas.png())).convert("RGBA")


def test_the_card_hides_what_is_behind_it_except_in_its_corners() -> None:
    image = finished(Canvas(200, 120))
    alpha = image.getchannel("A")
    assert [alpha.getpixel(at) for at in ((0, 0), (199, 0), (0, 119), (199, 119))] == [0, 0, 0, 0]
    for box in ((CORNER, 0, 200 - CORNER, 120), (0, CORNER, 200, 120 - CORNER)):
        assert min(alpha.crop(box).tobytes()) >= 254  # the palette may round by one
    behind = [Image.new("RGBA", image.size, (*theme, 255)) for theme in (DARK, LIGHT)]
    on_dark, on_light = (Image.alpha_composite(theme, image).convert("RGB") for theme in behind)
    inside = (CORNER, CORNER, 200 - CORNER, 120 - CORNER)
    assert max(ImageChops.difference(on_dark, on_light).crop(inside).tobytes()) <= 1


def test_words_have_the_contrast_that_wcag_asks_for() -> None:
    assert contrast(TEXT, CARD) >= 7
    assert contrast(QUIET, CARD) >= 4.5


def ink_in(canvas: Canvas, box: tuple[int, int, int, int]) -> int:
    """How many pixels of a part of the card are not empty."""
    part = canvas.image.crop(box)
    empty = Image.new("RGB", part.size, CARD)
    return sum(
        ImageChops.difference(part, empty).convert("L").point(lambda value: value and 1).histogram()[1:]
    )


@pytest.mark.parametrize(
    ("plain", "marked"),
    [*("eé", "nñ", "uü", "sş", "aạ", "rř", "aå", "eễ", "ий", "ηή"), ("x", "x\u0301"), ("x", "x\u0323")],
)
def test_an_accent_adds_ink_above_or_below_its_letter(plain: str, marked: str) -> None:
    without, with_it = Canvas(60, 80), Canvas(60, 80)
    without.write_text((20, 50), plain, size=30)
    with_it.write_text((20, 50), marked, size=30)
    outside = [(0, 0, 60, 32), (0, 58 if plain == "η" else 52, 60, 80)]
    assert sum(ink_in(without, box) for box in outside) == 0
    assert sum(ink_in(with_it, box) for box in outside) > 4


def test_the_second_accent_stands_on_the_first() -> None:
    one, two = Canvas(60, 80), Canvas(60, 80)
    one.write_text((20, 50), "ê", size=30)
    two.write_text((20, 50), "ễ", size=30)
    above_the_first = (0, 0, 60, 26)
    assert ink_in(one, above_the_first) == 0
    assert ink_in(two, above_the_first) > 4


def test_an_i_with_an_accent_gives_its_dot_away() -> None:
    dotted, dotless = Canvas(40, 60), Canvas(40, 60)
    dotted.write_text((20, 40), "i", size=30)
    dotless.write_text((20, 40), "ı", size=30)
    assert ink_in(dotted, (0, 0, 40, 24)) > 0
    assert ink_in(dotless, (0, 0, 40, 22)) == 0


def test_what_cannot_be_written_leaves_the_card_as_it_is() -> None:
    canvas = Canvas(200, 60)
    canvas.write_text((20, 40), "محمد 王芳", size=30)
    assert ink_in(canvas, (0, 0, 200, 60)) == 0
    assert width_of("王芳", 30) == 0


@pytest.mark.parametrize("anchor", ["l", "m", "r"])
def test_words_stand_where_their_anchor_says(anchor: str) -> None:
    canvas = Canvas(300, 60)
    canvas.write_text((150, 40), "Ha", size=30, anchor=f"{anchor}s")
    left, right = ink_in(canvas, (0, 0, 148, 60)), ink_in(canvas, (152, 0, 300, 60))
    assert (left > 0, right > 0) == (anchor != "l", anchor != "r")


def test_a_long_name_is_cut_at_an_ellipsis() -> None:
    cut = clip_text("Siobhán Ní Dhomhnaill-O'Sullivan", 24, 200)
    assert cut.startswith("Siobhán Ní")
    assert cut.endswith("…")
    assert width_of(cut, 24) <= 200
    assert clip_text("Ana", 24, 200) == "Ana"


def test_an_ink_is_thinned_towards_the_card() -> None:
    assert mix_ink(TEXT, 1) == TEXT
    assert mix_ink(TEXT, 0) == CARD
    assert mix_ink((100, 100, 100), 0.5, (0, 0, 0)) == (50, 50, 50)


def test_pillow_is_imported_only_when_a_picture_is_drawn() -> None:
    program = (
        "import sys\n"
        "from buddybot.exports.charts import heat_map, drawing as pictures, signal_lines\n"
        "assert 'PIL' not in sys.modules\n"
        "pictures.Canvas(9, 9)\n"
        "assert 'PIL' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
