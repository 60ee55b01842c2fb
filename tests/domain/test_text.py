"""What people write is kept as they meant it and cannot do anything else."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buddybot.domain.errors import Refusal
from buddybot.domain.text import MAX_LINES, clean, cut_to, excerpt, fold_text, length_of, name_order, optional

# Characters that are trouble, so that random texts meet each other in interesting ways.
TROUBLE = (
    "a e1#\n\r\t\0\x1b\u0301\u0316\u0327\u034f\u05b0\u0e47\u094d\u0915\u0937\u0300\u0344\u0f71\u0f72"
    "\u200b\u200c\u200d\u200e\u202e\u2028\u2066\u2800\u3164\u1160\ufe0f\ufe0e\u20e3\ufeff\ud800\ue000"
    "\ufdd0\uffff\U000e0041\u06cc\u062e\u1100\u1161\u11a8\u2126\u2764"
    "\U0001f469\U0001f467\U0001f525\U0001f3fd\U0001f1e9\U0001f1ea"
)


def keep(raw: str, *, limit: int = 200, lines: bool = False) -> str:
    return clean(raw, limit=limit, field="win", lines=lines)


def refused(raw: str, *, limit: int = 200) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        keep(raw, limit=limit)
    assert refusal.value.parameters["field"] == "win"
    return refusal.value


@pytest.mark.parametrize(
    "raw",
    [
        "Four coffee meetings",
        "Ünïcödé, naïve, Łódź, Việt Nam",
        "مرحبا بالعالم",
        "می\u200cخواهم",  # noqa: RUF001  # Persian, which needs its non-joiner
        "שָׁלוֹם עולם",
        "สวัสดีครับ ผู้ใหญ่",
        "क्\u200dष हिन्दी",
        "ကြွေးမြီ",
        "日本語 한국어 中文",
        "👩\u200d👩\u200d👧\u200d👦 family",
        "❤️\u200d🔥 👍🏽 🇩🇪 1️⃣ ✔️",
        "🏳️\u200d🌈",
        "**bold** <@123> @everyone `code` =1+1",  # inert only where it is shown
    ],
)
def test_ordinary_text_of_every_script_survives(raw: str) -> None:
    assert keep(raw) == unicodedata.normalize("NFC", raw)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  two\t words \u00a0\u3000 apart ", "two words apart"),
        ("cafe\u0301", "café"),
        ("a\u200bb\u2060c\ufeffd\u00ade", "abcde"),
        ("\u202eevil\u202c \u2066x\u2069\u200f", "evil x"),
        ("nul\0 esc\x1b[31m bell\x07 c1\x9b", "nul esc[31m bell c1"),
        ("half \ud83d of it \udc00", "half of it"),
        ("filler\u3164\u115f\u1160\uffa0!", "filler!"),
        ("braille\u2800blank", "braille blank"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("private\ue000 use\U000f0000", "private use"),
        ("non\ufdd0char\uffff\U0001ffff", "nonchar"),
        ("a\u200db", "ab"),
        ("a\ufe0fb \ufe0f", "ab"),
        ("👩\u200d\u200d\u200d👧", "👩\u200d👧"),
        ("👩\u200d word", "👩 word"),
        ("one\ntwo\r\nthree\u2028four\u2029five\x85six\vseven", "one two three four five six seven"),
        ("\u0301accent first", "accent first"),
    ],
)
def test_what_is_invisible_or_broken_goes(raw: str, kept: str) -> None:
    assert keep(raw) == kept


@pytest.mark.parametrize("mark", ["\u0301", "\u0316", "\u20dd", "\u0e47", "\u0489"])
def test_piles_of_marks_are_cut_down(mark: str) -> None:
    kept = keep("z" + mark * 150 + "algo")
    assert len(kept) <= 11
    assert unicodedata.normalize("NFD", kept).startswith("z")
    assert kept.endswith("algo")


@pytest.mark.parametrize(
    "raw",
    ["", "   ", "\n\t", "\u200b\u200d\ufeff", "\u3164\u3164", "\u2800", "\0\x1b", "\u0301\u0301", "\ud800"],
)
def test_text_without_anything_visible_is_refused(raw: str) -> None:
    assert refused(raw).code == "text.empty"
    assert optional(raw, limit=200, field="win") is None
    assert optional(raw, limit=200, field="win", lines=True) is None


def test_text_is_measured_after_cleaning() -> None:
    assert keep("\u200b" * 100 + "x" * 200) == "x" * 200
    refusal = refused("x" * 201)
    assert refusal.code == "text.long"
    assert (refusal.parameters["limit"], refusal.parameters["length"]) == (200, 201)


@pytest.mark.parametrize(
    ("text", "length"),
    [("", 0), ("abc", 3), ("é", 1), ("漢字", 2), ("🔥", 2), ("👩\u200d👧", 5), ("\ud83d", 1)],
)
def test_a_text_is_as_long_as_discord_finds_it(text: str, length: int) -> None:
    assert length_of(text) == length


def test_emoji_count_as_two_when_a_limit_is_kept() -> None:
    assert keep("🔥" * 100) == "🔥" * 100
    refusal = refused("🔥" * 101)
    assert refusal.code == "text.long"
    assert (refusal.parameters["limit"], refusal.parameters["length"]) == (200, 202)


@given(st.text(max_size=40), st.integers(0, 50))
def test_a_cut_text_fits_and_halves_no_character(text: str, limit: int) -> None:
    kept = cut_to(text, limit)
    assert text.startswith(kept)
    assert length_of(kept) <= limit
    if kept != text:
        assert length_of(text[: len(kept) + 1]) > limit


def test_names_are_sorted_as_people_sort_them() -> None:
    names = [
        "zoe",
        "Łukasz",
        "ewa",
        "ömer",
        "Élodie",
        "ana",
        "Ørjan",
        "mia",
        "Ana",
        "Åsa",
        "Œdipe",
        "strasse",
    ]
    assert sorted(names, key=name_order) == [
        *("Ana", "ana", "Åsa", "Élodie", "ewa", "Łukasz", "mia", "Œdipe", "ömer", "Ørjan", "strasse", "zoe")
    ]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Łukasz", "lukasz"),
        ("Straße", "STRASSE"),
        ("İpek", "ipek"),
        ("Élodie  B", "elodie b"),
        ("Иван", "иван"),
    ],
)
def test_a_name_is_found_by_its_plain_letters(name: str, typed: str) -> None:
    assert fold_text(name) == fold_text(typed)


@pytest.mark.parametrize("raw", ["x" * 100_000, " " * 2_001, "\u200b" * 2_001])
def test_far_too_much_is_refused_unread(raw: str) -> None:
    refusal = refused(raw)
    assert (refusal.code, refusal.parameters["length"]) == ("text.long", len(raw))
    with pytest.raises(Refusal):
        optional(raw, limit=200, field="win")


def test_what_may_be_left_out_is_cleaned_when_it_is_there() -> None:
    assert optional(None, limit=5, field="plan") is None
    assert optional("  a  b ", limit=5, field="plan") == "a b"


def test_lines_are_kept_where_they_are_asked_for() -> None:
    assert keep(" one \r\n\r\n\n\n two\u2028three \n\n", lines=True) == "one\n\ntwo\nthree"


def test_lines_after_the_last_allowed_one_run_on_in_it() -> None:
    kept = keep("\n".join(str(n) for n in range(MAX_LINES + 5)), lines=True)
    assert kept.count("\n") == MAX_LINES - 1
    assert kept.split("\n")[-1] == "19 20 21 22 23 24"


@settings(max_examples=400, deadline=None)
@given(raw=st.one_of(st.text(alphabet=TROUBLE, max_size=40), st.text(max_size=40)), lines=st.booleans())
def test_clean_text_is_normal_visible_and_stays_as_it_is(raw: str, lines: bool) -> None:
    kept = optional(raw, limit=1000, field="any", lines=lines)
    if kept is None:
        return
    assert clean(kept, limit=1000, field="any", lines=lines) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert kept == kept.strip()
    kept.encode()  # no lone surrogate is left
    allowed = {"\n"} if lines else set()
    for char in kept:
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} or char in allowed | {
            "\u200c",
            "\u200d",
        }


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
def test_plain_ascii_only_loses_spaces(raw: str) -> None:
    assert optional(raw, limit=80, field="any") == (" ".join(raw.split()) or None)


@given(st.text(max_size=200))
def test_an_excerpt_of_refused_input_is_short_and_printable(raw: str) -> None:
    short = excerpt(raw)
    assert len(short) <= 40
    assert not short or short.isprintable()
