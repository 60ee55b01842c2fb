"""Names and reasons as nobody should write them, for everything that is opened by another program."""

from hypothesis import strategies as st

from buddybot.domain.attendance.records import Record
from tests.exports import example_records
from tests.hostile import FORMULAS

INVISIBLE = (
    '"\xad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e'
    "\u2060\u2066\u2069\u2800\u3164\ufe0f\ufeff"
)
"""Some of what a program may take away before it looks; quotes are among it."""
TEXTS = (
    *FORMULAS,
    "Ana",
    "O'Neil, Ana",
    'Ana "the reader"',
    "אנה לוי",
    "آنا علی",
    "\u202egnp.exe",
    "安娜",
    "👩‍👩‍👧‍👦",
    "A\x00n\x07a",
    "Ana\r\nBen\x85Cho\u2028Dev\vEli",
    "\ud83d",
    "Ana\udfff",
    "\ufffe\uffff",
    "https://example.org/",
    "mailto:ana@example.org",
    "internal:Table!A1",
    "<r><t>Ana</t></r>",
    "<r></c><c><f>1+1</f></c></r>",
    "<b>&amp;</b>",
    "&L&D&Z",
    "_x000D_ and _x0041_",
    "#REF!",
    "x" * 40_000,
    "=" * 40_000,
    "🙂" * 20_000,
    "   ",
    "\x00",
)
"""These and more that must stay what they are."""

texts = st.one_of(
    st.sampled_from(TEXTS),
    st.text(st.characters(codec=None), max_size=40),
    st.tuples(
        st.text(f" \t\r\n\0\x1b\u00a0\u3000\ud800;{INVISIBLE}", max_size=4),
        st.sampled_from("=+-@＝＋－＠\u2212"),
        st.text(max_size=8),
    ).map("".join),
)
"""Anything that a string can be, and often something with a formula in it."""


def record() -> Record:
    """A record with each of the texts as a name, a reason, a visitor, a place and a commitment."""
    return example_records.record(
        [
            example_records.person(text, "+", user_id=number, reason=text)
            for number, text in enumerate(TEXTS, 1)
        ],
        meeting_records=[example_records.meeting_record(0, visitors=TEXTS, arrangement=TEXTS[0])],
        of=example_records.group(TEXTS[0]),
        commitments=[
            example_records.commitment(text, user_id=number) for number, text in enumerate(TEXTS, 1)
        ],
    )
