"""Whatever people write, it is shown as they wrote it and does nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.text import clean
from buddybot.ui.framework.texts import Markup, Texts, member, neutralize_text, shorten_text
from tests.hostile import MARKUP as HOSTILE

# What Discord's client or server makes of a raw text, once the escaped characters are out of the way.
MARKUP = {
    "emphasis, code, spoiler": re.compile(r"[*_~`|]"),
    "link or quoted bracket": re.compile(r"[\[\]]"),
    "mention, timestamp, command or emoji": re.compile(r"<"),
    "web address": re.compile(r"://"),
    "invite": re.compile(r"discord(?:app)?\.(?:gg|com)/"),
    "everyone": re.compile(r"@(?:everyone|here)"),
    "id": re.compile(r"@[!&]?[0-9]{17,20}"),
    "heading, quotation, list or small print": re.compile(
        r"^\s*(?:#{1,3}\s|>|[-*+]\s|-#|[0-9]+[.)]\s)", re.MULTILINE
    ),
    "control or override": re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"),
}
ORDINARY = [
    "Send 4 applications (2 remote) - e.g. to ACME Inc. before 17:30!",
    "C++ or C#, 3.5 days/week + travel = fine",
    "Zoë's 2nd interview: 50% done & counting; ok?",
    "مرحبا بكم",
    "日本語の履歴書を直す 👩‍💻",
]


def what_discord_sees(raw: str) -> str:
    """Return a text with every escaped character replaced by one that means nothing."""
    return re.sub(r"\\([^0-9A-Za-z\s])", "\ue000", raw)


def what_the_reader_sees(raw: str) -> str:
    """Return a text as it is shown: no backslash before what it escapes, no zero-width space."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", raw).replace("\u200b", "")


def markup_in(raw: str) -> list[str]:
    """Return the kinds of markup that Discord would find."""
    seen = what_discord_sees(raw)
    return [kind for kind, pattern in MARKUP.items() if pattern.search(seen)]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_nothing(text: str) -> None:
    assert markup_in(neutralize_text(text)) == []


def test_nearly_all_of_them_would_do_something() -> None:
    assert {text for text in HOSTILE if not markup_in(text)} == {
        "\\*not escaped\\*",
        "back\\",
        "'; DROP TABLE groups; --",
    }


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_sentence_stays_as_it_is(text: str) -> None:
    assert neutralize_text(text) == text


@given(st.text(st.one_of(st.sampled_from("\\*_~`|<>[]()#@:-+=.!/1 \n\t"), st.characters()), max_size=60))
def test_no_text_becomes_markup(text: str) -> None:
    assert markup_in(neutralize_text(text)) == []


@given(st.lists(st.sampled_from([*HOSTILE, *ORDINARY, " ", "\n", "\\", "*", "<", "1", "@"]), max_size=6))
def test_hostile_parts_do_nothing_together(parts: list[str]) -> None:
    assert markup_in(neutralize_text("".join(parts))) == []


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != "\ud800"] + ORDINARY)
def test_the_reader_sees_what_was_written(text: str) -> None:
    kept = clean(text, limit=200, field="text", lines=True)
    assert what_the_reader_sees(neutralize_text(kept)) == kept


def test_parameters_are_escaped_and_the_sentence_is_not() -> None:
    texts = Texts()
    said = texts("refusals.group.name_taken", name="**@everyone** {name}")
    assert "\\*\\*@\u200beveryone\\*\\* {name}" in said
    assert texts.plain("refusals.group.name_taken", name="**x**").count("**x**") == 1


UNFIT = {"name": "Relay", "fewest": 3, "most": 9, "shortest": 20, "room": 30}


@pytest.mark.parametrize(
    ("key", "given", "expected"),
    [
        ("history.own.attended.text", {"part": 1, "whole": 1}, "**Attended** 1 of 1 meeting"),
        ("history.own.attended.text", {"part": 0, "whole": 1}, "**Attended** 0 of 1 meeting"),
        ("history.own.attended.text", {"part": 1, "whole": 2}, "**Attended** 1 of 2 meetings"),
        ("history.own.streak.text", {"count": 1}, "**In a row** 1 meeting"),
        ("export.report.of.times", {"part": 1, "whole": 1}, "1 of 1 time"),
        ("export.report.of.came", {"of": 1}, "of 1 member"),
        ("locations.travel.stated", {"place": "Mill", "minutes": 1}, "Mill · 1 minute"),
        ("rotation.why.fixed", {"streak": 1}, "First of the meetings at this place"),
        ("refusals.activity.unfit", UNFIT | {"people": 1}, "30 minutes for one person;"),
        ("refusals.activity.unfit", UNFIT | {"people": 2}, "30 minutes for 2 people;"),
        ("health.fact.nothing_scheduled", {"count": 9, "of": 1, "what": ""}, "9 days ago"),
    ],
)
def test_one_of_something_is_said_as_one(key: str, given: dict[str, object], expected: str) -> None:
    for said in (Texts()(key, **given), Texts().plain(key, **given)):
        assert expected in said


def test_markup_on_purpose_passes() -> None:
    assert member(5) == "<@5>"  # type: ignore[arg-type]  # any number will do
    assert isinstance(neutralize_text("a"), Markup)


def test_a_cut_text_says_so() -> None:
    assert shorten_text("abcdef", 6) == "abcdef"
    assert shorten_text("abc defg", 5) == "abc…"
