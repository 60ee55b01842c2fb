"""Every sentence is in the locales, in every language alike, and every one is said."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sentences import (
    DYNAMIC,
    LOCALES,
    REFERENCE,
    Uses,
    ill_formed,
    placeholders,
    read,
    unequal,
    unsaid,
    unused,
    uses,
)
from tests.architecture.source import demand, project, sources_of

LANGUAGES = {folder.name: read(folder) for folder in LOCALES.glob("[a-z][a-z]") if folder.is_dir()}
SENTENCES = LANGUAGES.get(REFERENCE, {})


@cache
def used() -> Uses:
    """Return what the whole project says."""
    return uses(project())


def test_the_languages_have_the_same_keys_and_fields() -> None:
    demand(unequal(LANGUAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_well_formed(language: str) -> None:
    demand(ill_formed(LANGUAGES[language]))


def test_every_key_in_the_code_has_a_sentence_and_its_parameters() -> None:
    demand(unsaid(used(), SENTENCES))


def test_every_sentence_is_said() -> None:
    demand(unused(used(), SENTENCES))
    demand([prefix for prefix in DYNAMIC if not any(key.startswith(prefix) for key in SENTENCES)])


def test_a_language_that_differs_is_told() -> None:
    english = {"card.title": "Meeting {number}", "card.when": "{when}", "card.where": "Where"}
    german = {"card.title": "Treffen {nummer}", "card.when": "{when}", "card.wo": "Wo"}
    assert sorted(unequal({"en": english, "de": german})) == [
        "de: card.title has the fields ['nummer'], en ['number']",
        "de: card.where is missing",
        "de: card.wo is not in en",
    ]
    assert unequal({"en": english, "de": dict(english)}) == []


@pytest.mark.parametrize(
    ("key", "sentence", "expected"),
    [
        ("a.b", "Hello {name", "expected '}'"),
        ("a.b", "Hello }", "Single '}'"),
        ("a.b", "Hello {}", "without a name"),
        ("a.b", "Hello {0}", "without a name"),
        ("a.b", " ", "empty"),
        ("a.B", "Hello", "not a key"),
    ],
)
def test_an_ill_formed_sentence_is_told(key: str, sentence: str, expected: str) -> None:
    faults = ill_formed({key: sentence})
    assert len(faults) == 1
    assert expected in faults[0]


def test_fields_are_named_whatever_their_format() -> None:
    assert placeholders("{a} of {b:.1f}, {c.name} {{not}} {d!r}") == {"a", "b", "c", "d"}


def test_files_and_tables_become_keys(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(
        'title = "A"\n[when]\nlate = "B"\n[when.not]\nyet = "C"\n', encoding="utf-8"
    )
    assert read(tmp_path) == {"card.title": "A", "card.when.late": "B", "card.when.not.yet": "C"}
    (tmp_path / "list.toml").write_text("names = [1]\n", encoding="utf-8")
    with pytest.raises(TypeError, match=r"list\.names"):
        read(tmp_path)


EXAMPLE = {
    "card.title": "Meeting {number}",
    "card.state.open": "Open",
    "card.state.closed": "Closed",
    "refusals.group.none": "No group",
    "refusals.group.full": "The group has {capacity} members",
    "pings.nudge": "You wanted to be reminded",
}
BAD = [
    ("a missing key", "cogs/a.py", "texts('card.subtitle')", "no sentence card.subtitle"),
    ("a missing file", "cogs/a.py", "self.texts('calendar.title')", "no sentence calendar.title"),
    (
        "a missing plain key",
        "buddybot/ui/a.py",
        "self._texts.plain('card.subtitle')",
        "no sentence card.subtitle",
    ),
    ("a missing answer", "cogs/a.py", "await reply.say('card.saved')", "no sentence card.saved"),
    (
        "one of two",
        "cogs/a.py",
        "texts('card.state.open' if a else 'card.state.shut')",
        "no sentence card.state.shut",
    ),
    (
        "in a table",
        "buddybot/ui/a.py",
        "KEYS = {State.OPEN: 'card.state.opened'}",
        "no sentence card.state.opened",
    ),
    ("an f-string", "buddybot/ui/a.py", "texts(f'card.{state}.title')", "no sentence like card.{}.title"),
    ("a field is missing", "cogs/a.py", "texts('card.title')", "card.title needs ['number']"),
    ("another field", "cogs/a.py", "texts('card.title', count=9)", "card.title needs ['number']"),
    (
        "a refusal",
        "buddybot/domain/a.py",
        "raise Refusal('group.unknown')",
        "no sentence refusals.group.unknown",
    ),
    ("a refusal's field", "buddybot/domain/a.py", "raise Refusal('group.full')", "needs ['capacity']"),
    ("a single word", "buddybot/domain/a.py", "raise Refusal('oops')", "no sentence refusals.oops"),
    (
        "a built refusal",
        "buddybot/services/a.py",
        "Refusal(f'meeting.{state}')",
        "no sentence like refusals.meeting.{}",
    ),
]


@pytest.mark.parametrize(("path", "text", "expected"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_a_key_without_a_sentence_is_found(path: str, text: str, expected: str) -> None:
    faults = unsaid(uses(sources_of({path: text})), EXAMPLE)
    assert len(faults) == 1, faults
    assert expected in faults[0]


GOOD: Mapping[str, str] = {
    "cogs/a.py": "texts('card.title', number=9)\ntexts('card.title', **all)\nlabel = f'card.state.{state}'",
    "cogs/b.py": "button(label, 'card.open', 3)\n@route('card.open')\nasync def f(): ...",
    "buddybot/storage/a.py": "SQL = 'card.id'",
    "buddybot/services/a.py": "CODE = 'group.none'\nlog = logging.getLogger('card.service')",
    "buddybot/domain/a.py": "raise Refusal('group.full', capacity=6)",
    "buddybot/ui/a.py": "TABLE = {1: 'pings.nudge'}\ntexts(f'refusals.{refusal.code}', **refusal.parameters)",
    "tests/a.py": "texts('nothing.here')",
}


def test_what_the_code_says_rightly_passes() -> None:
    found = uses(sources_of(GOOD))
    assert unsaid(found, EXAMPLE) == []
    assert unused(found, EXAMPLE) == []


@pytest.mark.parametrize(
    ("left_out", "silent"),
    [
        ("cogs/a.py", {"card.title", "card.state.open", "card.state.closed"}),
        ("buddybot/services/a.py", {"refusals.group.none"}),
        ("buddybot/domain/a.py", {"refusals.group.full"}),
        ("buddybot/ui/a.py", {"pings.nudge"}),
    ],
)
def test_a_sentence_that_nothing_says_is_told(left_out: str, silent: set[str]) -> None:
    found = uses(sources_of({path: text for path, text in GOOD.items() if path != left_out}))
    assert {fault.partition(":")[0] for fault in unused(found, EXAMPLE)} == silent
    assert unused(found, EXAMPLE, dynamic=silent) == []
