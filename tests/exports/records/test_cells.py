"""What people wrote is text in a spreadsheet, whatever it begins with."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.exports.records import cells
from tests.exports import hostile
from tests.hostile import FORMULAS


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def begins_a_formula(cell: str) -> bool:
    """Whether a program that takes away blanks, quotes and whatever it cannot show could see one."""
    for char in cell:
        folded = unicodedata.normalize("NFKC", char)
        if char.isspace() or char in hostile.INVISIBLE or unicodedata.category(char) in {"Cc", "Cs"}:
            continue
        return folded[:1] in {"=", "+", "-", "@", "\u2212"}
    return False


@given(hostile.texts)
def test_no_csv_cell_begins_like_a_formula(text: str) -> None:
    written = cells.for_csv(text)
    assert not begins_a_formula(written)
    assert not any(begins_a_formula(part) for part in written.split(";"))


@pytest.mark.parametrize("text", [text for text in FORMULAS if text[0] not in "{\"'A"])
def test_an_apostrophe_stands_before_a_formula_and_the_rest_is_what_was_written(text: str) -> None:
    written = cells.for_csv(text)
    assert written.startswith("'")
    assert written.removeprefix("'").strip() == cells.clean(text)


@pytest.mark.parametrize("text", ["Ana", "Ana-Maria", "3 + 4", "’tis", "ana@example.org", "אנה", "1 = 1", ""])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert cells.for_csv(text) == cells.for_workbook(text) == cells.clean(text) == text


@given(hostile.texts)
def test_clean_text_is_one_line_that_every_format_can_say(text: str) -> None:
    for written in (cells.clean(text), cells.for_csv(text), cells.for_workbook(text)):
        assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in written)
        assert not any("\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069" for char in written)
        assert not set(written) & {"\ufffe", "\uffff"}  # XML cannot say them
        assert units(written) <= cells.MOST


@given(hostile.texts)
def test_cleaning_clean_text_changes_nothing(text: str) -> None:
    assert cells.clean(cells.clean(text)) == cells.clean(text)
    assert cells.for_csv(cells.for_csv(text)) == cells.for_csv(text)


def test_line_breaks_become_blanks_and_hidden_characters_go() -> None:
    assert cells.clean("Ana\r\nBen\tCho\x00\u202e Dev\ud800") == "Ana Ben Cho Dev"


@pytest.mark.parametrize("text", ["x" * 40_000, "🙂" * 20_000, "a" + "🙂" * 20_000])
def test_what_is_longer_than_a_cell_ends_with_an_ellipsis_and_no_half_character(text: str) -> None:
    written = cells.clean(text)
    assert cells.MOST - 1 <= units(written) <= cells.MOST
    assert written.endswith("…")
    assert text.startswith(written.removesuffix("…"))


def test_what_just_fits_is_whole() -> None:
    for text in ("x" * cells.MOST, "🙂" * (cells.MOST // 2)):
        assert cells.clean(text) == text


def names(*wanted: str, taken: tuple[str, ...] = ("Table",)) -> list[str]:
    return cells.sheet_names(wanted, spare=lambda number: f"Group {number}", taken=taken)


@given(st.lists(hostile.texts, max_size=8))
def test_every_name_of_a_sheet_is_one_that_excel_takes(wanted: list[str]) -> None:
    found = names(*wanted)
    assert len(found) == len(wanted)
    assert (
        len({unicodedata.normalize("NFKC", name).casefold() for name in ("Table", *found)}) == len(found) + 1
    )
    for name in found:
        assert 1 <= units(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name == name.strip(" '")
        assert name.casefold() != "history"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (("Rowan", "Alder"), ["Rowan", "Alder"]),
        (("Rowan", "rowan", "ROWAN"), ["Rowan", "rowan 2", "ROWAN 3"]),
        (("table",), ["table 2"]),
        (("History",), ["History 2"]),
        (("'Rowan'", "[a]:*?/\\b"), ["Rowan", "a b"]),
        (("", " ' ", "///"), ["Group 1", "Group 2", "Group 3"]),
        (("Group 2", ""), ["Group 2", "Group 2 2"]),
        (("x" * 40, "x" * 40), ["x" * 31, "x" * 29 + " 2"]),
        (("=1+1",), ["=1+1"]),
        (("_x000D_ and _x0041_",), ["x000D_ and x0041_"]),
    ],
)
def test_names_of_sheets(wanted: tuple[str, ...], found: list[str]) -> None:
    assert names(*wanted) == found
