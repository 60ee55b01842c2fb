"""A name is written whole and with its accents, or not at all; never as boxes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.exports.charts.drawing import load_font, written


def drawn(letter: str) -> bytes:
    return bytes(load_font(20).getmask(letter))


def has_glyph(letter: str) -> bool:
    return letter == " " or drawn(letter) != drawn("\uffff")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Ana",
            "Łukasz Żółć",
            "Élodie",
            "José",
            "Ömer Çağrı Şahin",
            "Søren Þór",
            "Đặng Weiß",
            "Ælfgifu",
            "R2",
        ),
        *("Nguyễn Thị Hạnh", "Phạm Quỳnh Như", "Đỗ Hữu Lượng", "Adébáyọ̀", "Siobhán O’Neill-Brown"),
        *("Иван Ёлкин", "Олександр Ґерус", "Ђорђе", "Ελένη", "Αλέξης Ώρας", "Հայկ", "ქეთევან"),
    ],
)
def test_a_name_is_written_as_it_is_when_the_font_has_its_letters(name: str) -> None:
    assert written(name) == name
    assert written(unicodedata.normalize("NFD", name)) == name
    assert all(map(has_glyph, name))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ｆａｙ", "Fay"),
        ("𝓐𝓷𝓪", "Ana"),
        ("🌸 Fay 🌸", "Fay"),
        ("✨Dev✨ (he)", "Dev (he)"),
        ("❤️ Zoë ☕", "Zoë"),
        ("  Ben\n \u202e", "Ben"),
    ],
)
def test_a_name_is_written_without_ornaments_when_it_has_some(name: str, letters: str) -> None:
    assert written(name) == letters


@pytest.mark.parametrize(
    "name",
    [
        *(
            "محمد",
            "עדה",
            "ߒߞߏ",
            "王芳",
            "김민지",
            "さくら",
            "प्रिया",
            "สมชาย",
            "አበበ",
            "Ana 王",
            "Ana محمد",
            "M١",
        ),
        *("🌸", "👩\u200d💻", "---", "", " ", "\u0301"),
    ],
)
def test_a_name_is_not_written_in_part_when_the_font_lacks_a_letter(name: str) -> None:
    assert written(name) is None


@given(st.text(max_size=40))
def test_the_font_has_what_is_written_when_a_name_is_anything(name: str) -> None:
    found = written(name)
    if found is not None:
        assert all(map(has_glyph, found))
        assert found.strip() == found


def test_the_font_draws_boxes_when_a_letter_is_missing() -> None:
    assert has_glyph("é")
    assert not any(map(has_glyph, "王김अ"))
