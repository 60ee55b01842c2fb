"""A name is written whole and with its accents, or not at all; never as boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from buddybot.exports.letters import MARKS, written

_FONT = ImageFont.load_default(20)


def drawn(letter: str) -> bytes:
    return bytes(_FONT.getmask(letter))


def has_glyph(letter: str) -> bool:
    return letter == " " or drawn(letter) != drawn("\uffff")


@pytest.mark.parametrize(
    ("name", "letters", "marks"),
    [
        ("Ana", "Ana", 0),
        ("José", "Jose", 1),
        ("Nguyễn Thị Hạnh", "Nguyen Thi Hanh", 4),
        ("Łukasz Żółć", "Lukasz Zolc", 5),
        ("Çağrı Şahin", "Cagri Sahin", 4),
        ("Søren Þór", "Soren Thor", 2),
        ("Đặng Weiß", "Dang Weiss", 3),
        ("Siobhán O’Neill-Brown", "Siobhan O’Neill-Brown", 1),
        ("Ｆａｙ", "Fay", 0),
        ("𝓐𝓷𝓪", "Ana", 0),
        ("🌸 Fay 🌸", "Fay", 0),
        ("✨Dev✨ (he)", "Dev (he)", 0),
        ("R2", "R2", 0),
    ],
)
def test_latin_names_are_written_with_their_accents_and_without_ornaments(
    name: str, letters: str, marks: int
) -> None:
    found = written(name)
    assert found is not None
    assert (found.letters, len(found.marks)) == (letters, marks)


@pytest.mark.parametrize(
    "name",
    [
        *("محمد", "עדה", "王芳", "김민지", "さくら", "Иван", "Ελένη", "प्रिया", "สมชาย", "Ana 王", "M١"),
        *("🌸", "👩\u200d💻", "---", "", " ", "\u0301"),
    ],
)
def test_a_name_with_a_letter_that_the_font_lacks_is_not_written_in_part(name: str) -> None:
    assert written(name) is None


def test_an_accent_stands_on_its_own_letter() -> None:
    found = written("Zoë B.")
    assert found is not None
    assert found.marks == ((2, MARKS["\u0308"]),)


@given(st.text(max_size=40))
def test_whatever_a_name_is_the_font_has_what_is_written(name: str) -> None:
    found = written(name)
    if found is not None:
        assert all(map(has_glyph, found.letters))
        assert found.letters.strip() == found.letters
        assert all(0 <= place < len(found.letters) for place, _ in found.marks)


def test_the_font_would_draw_boxes_for_the_others() -> None:
    assert not any(map(has_glyph, "é王م"))
