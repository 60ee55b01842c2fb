"""What people write: made safe to keep (visible, normalised, of bounded length), or read as a number.

What stays: letters of every script (right-to-left ones too), marks, symbols, and emoji with the joiners and
variation selectors that hold them together. What goes: control and format characters (NUL, ESC, zero-width,
bidirectional overrides, tags), lone surrogates, private use, non-characters, blanks that pass for letters
(Hangul fillers, the Braille blank), marks without a letter, and piles of marks ("zalgo").

Markdown and mentions are left as they are: the renderer in `ui` makes them inert where they are shown.
"""

import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from zlib import crc32

from buddybot.domain.errors import Refusal

RAW_FACTOR = 10
"""Raw text longer than this many times its limit is refused unread."""
MAX_LINES = 20
"""Lines after this one run on in it."""
MAX_MARKS = 3
"""Accents that may stand on one letter (Hebrew and Vietnamese need up to three)."""
MAX_STACK = 6
"""All marks on one letter, vowel signs of Indic scripts included."""

_EXCERPT = 40
_ABOVE_ALL_IDS, _MOST_DIGITS_OF_ID = 2**63, 19
_WHOLE, _MOST_DIGITS_OF_COUNT = r"-?[0-9]+", 18
_NON_JOINER, _JOINER, _EMOJI_STYLE, _KEYCAP = "\u200c", "\u200d", "\ufe0f", "\u20e3"
_KEPT_FOR_NOW = frozenset({_NON_JOINER, _JOINER, _EMOJI_STYLE})
_LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_BLANK = "\u2800"
# Patterns are kept as text: `re` compiles one when it is first used, which makes no start longer.
_INVISIBLE = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0e\uffa0\ufff0-\ufff8\ufffc"
    "\U00016fe4\U0001d159\U000e0000-\U000e0fff]"
)
_NOT_CHARACTERS = "[\ufdd0-\ufdef]"
_EMOJI = "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_ARABIC = "[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f]"
_PLAIN_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
"""Letters that are another letter with a stroke, or two at once, and are looked for as those."""
_VIRAMA = 9  # the canonical combining class of all viramas


def length_of(text: str) -> int:
    """How long Discord finds a text: in UTF-16 code units, of which an emoji takes two and more.

    Every limit of the product is one of these units.
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_to(text: str, limit: int) -> str:
    """The beginning of a text that is no longer than `limit`; no character is cut in two."""
    if length_of(text) <= limit:
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * max(limit, 0)]
    return units.decode("utf-16-le", "ignore")


def fold_text(text: str) -> str:
    """The text as people look for it: without accents, strokes and letter case, one space between words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (char for char in plain if not unicodedata.combining(char))
    return " ".join("".join(letters).translate(_PLAIN_LETTERS).split())


def name_order(name: str) -> tuple[str, str]:
    """The key by which names are sorted as people do: Élodie between Ana and Ewa, Łukasz before Mia."""
    return fold_text(name), name


def people_order(name: str | None) -> tuple[bool, tuple[str, str]]:
    """The key by which people are sorted: by their names, and those without a known one last."""
    return not name, name_order(name or "")


def clean(raw: str, *, limit: int, field: str, lines: bool = False) -> str:
    """`raw` as it is kept: NFC, one space between words, no longer than `limit` by `length_of`.

    A line break is kept only with `lines`. Cleaning clean text changes nothing.
    Raises Refusal("text.empty") when nothing visible remains and ("text.long") when too much does.
    """
    if len(raw) > limit * RAW_FACTOR:
        raise Refusal("text.long", field=field, limit=limit, length=length_of(raw))
    kept = _clean_text(raw, lines=lines)
    if not kept:
        raise Refusal("text.empty", field=field)
    if (length := length_of(kept)) > limit:
        raise Refusal("text.long", field=field, limit=limit, length=length)
    return kept


def optional(raw: str | None, *, limit: int, field: str, lines: bool = False) -> str | None:
    """Like `clean`, for what may be left out: None when nothing visible was written."""
    if raw is None:
        return None
    try:
        return clean(raw, limit=limit, field=field, lines=lines)
    except Refusal as refusal:
        if refusal.code == "text.empty":
            return None
        raise


def excerpt(raw: str) -> str:
    """The printable beginning of refused input, to name it in a refusal."""
    visible = "".join(char for char in raw[: _EXCERPT * 2] if char.isprintable())
    return " ".join(visible.split())[:_EXCERPT]


def _clean_text(raw: str, *, lines: bool) -> str:
    visible = "".join(map(_visible, raw.replace("\r\n", "\n")))
    settled = _drop_strays(unicodedata.normalize("NFC", visible))
    tidy = [" ".join(line.split()) for line in settled.split("\n")]
    return unicodedata.normalize("NFC", _paragraphs(tidy) if lines else " ".join(filter(None, tidy)))


def _paragraphs(lines: list[str]) -> str:
    """The lines with at most one empty one between two, none at the ends, and `MAX_LINES` in all."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    head, tail = kept[: MAX_LINES - 1], [line for line in kept[MAX_LINES - 1 :] if line]
    return "\n".join([*head, " ".join(tail)]).strip()


def _visible(char: str) -> str:
    """The character itself, the white space it stands for, or nothing."""
    if char in _KEPT_FOR_NOW or " " < char <= "~":
        return char
    if char in _LINE_BREAKS:
        return "\n"
    category = unicodedata.category(char)
    if category == "Zs" or char in {"\t", _BLANK}:
        return " "
    if category in {"Cc", "Cf", "Cs", "Co"} or ord(char) & 0xFFFE == 0xFFFE:
        return ""
    # Other unassigned code points stay: they may be emoji that are newer than this Python.
    return "" if re.match(_INVISIBLE, char) or re.match(_NOT_CHARACTERS, char) else char


def _drop_strays(text: str) -> str:
    """Without joiners and selectors that join nothing, marks without a letter, and piles of marks."""
    kept: list[str] = []
    stack = accents = 0
    for index, char in enumerate(text):
        before = kept[-1] if kept else " "
        after = text[index + 1] if index + 1 < len(text) else " "
        if char in _KEPT_FOR_NOW:
            if _holds(char, before, after):
                kept.append(char)
        elif unicodedata.category(char).startswith("M"):
            stack += 1
            accents += unicodedata.combining(char) != 0
            if before not in " \n" and stack <= MAX_STACK and accents <= MAX_MARKS:
                kept.append(char)
        else:
            kept.append(char)
            stack = accents = 0
    return "".join(kept)


def _holds(char: str, before: str, after: str) -> bool:
    """Whether a joiner or selector between these two does what it is for."""
    if char == _EMOJI_STYLE:
        return bool(re.match(_EMOJI, before)) or (before in "0123456789#*" and after == _KEYCAP)
    if unicodedata.combining(before) == _VIRAMA:
        return after.isalpha()  # half forms and conjuncts of Indic scripts
    if char == _NON_JOINER:
        return bool(re.match(_ARABIC, before) and re.match(_ARABIC, after))  # Persian, Urdu, Kurdish
    return bool((re.match(_EMOJI, before) or before == _EMOJI_STYLE) and re.match(_EMOJI, after))


def parse_count(raw: str, *, lowest: int, highest: int, field: str) -> int:
    """A whole number in ASCII digits from `lowest` to `highest`.

    Raises Refusal("number.unreadable") or ("number.range"). `int()` alone would take "٣", "1_000" and "+5".
    """
    digits = raw.strip()
    if not re.fullmatch(_WHOLE, digits):
        raise Refusal("number.unreadable", field=field, raw=excerpt(raw), lowest=lowest, highest=highest)
    if len(digits) > _MOST_DIGITS_OF_COUNT or not lowest <= int(digits) <= highest:
        raise Refusal("number.range", field=field, raw=excerpt(digits), lowest=lowest, highest=highest)
    return int(digits)


def read_id(text: str) -> int | None:
    """Return the number that a text writes in plain digits; None for other text, and for no 64-bit number.

    Neither Discord nor a database has an id above that, so nothing that is looked up can have it.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS_OF_ID):
        return None
    number = int(text)
    return number if number < _ABOVE_ALL_IDS else None


LENGTH = 6
"""Characters of a mark: letters, digits, `-` and `_`."""


def form_number(stamp: str, user_id: int) -> int:
    """Return the number under which a person's form is known to have been sent; no interaction has it.

    Those of Discord are positive.
    """
    digest = sha256(f"{user_id}:{stamp}".encode("utf-8", "surrogatepass")).digest()
    return -(int.from_bytes(digest[:8], "big") >> 2) - 1


def fingerprint(values: Iterable[str]) -> str:
    """Return the mark of one field's text, or of the values chosen in it in whatever order.

    Blanks around a text and the kind of its line breaks do not count: Discord may change both.
    """
    plain = sorted("\n".join(line.rstrip() for line in value.strip().splitlines()) for value in values)
    mark = crc32("\x1f".join(filter(None, plain)).encode("utf-8", "surrogatepass"))
    return urlsafe_b64encode(mark.to_bytes(4, "big")).decode()[:LENGTH]
